import Launch
import Testing

@Suite struct RunbookTests {
    private let book = Runbook(
        markdown: """
            # Runbook

            Before any section.

            ## Payment success

            `payment_success`, critical.

            - **First look**: the gateway.

            ### API: 95 % of requests (p95)
            Slow.
            # Another book
            Not of a section.
            """, url: "https://runbooks.example/book#top")

    @Test func eachHeadingIsASectionByItsAnchor() {
        #expect(book.sections.keys.sorted() == ["api-95--of-requests-p95", "payment-success"])
        #expect(book.lines(of: "#payment-success").count == 2)
        #expect(book.lines(of: "#api-95--of-requests-p95") == ["Slow."])
        #expect(book.lines(of: "#nothing").isEmpty && book.lines(of: "payment-success").isEmpty)
    }

    @Test func aHeadingIsALinkIntoTheBookAndAnAddressIsItsOwn() {
        #expect(book.link(to: "#payment-success").url == "https://runbooks.example/book#payment-success")
        #expect(book.link(to: "https://b.example/x/y#z") == .init(text: "z", url: "https://b.example/x/y#z"))
        #expect(Runbook().link(to: "#payment-success") == .init(text: "payment-success", url: nil))
    }

    @Test func aPageSaysWhereTheSectionIsWithOrWithoutAnAddress() {
        #expect(book.place(of: "#payment-success") == "https://runbooks.example/book#payment-success")
        #expect(book.place(of: "https://b.example/x/y#z") == "https://b.example/x/y#z")
        let file = Runbook(file: "/etc/guardia/runbook.md")
        #expect(file.place(of: "#payment-success") == "/etc/guardia/runbook.md, section payment-success")
        #expect(Runbook().place(of: "#payment-success") == "docs/runbook.md, section payment-success")
    }

    @Test func aLongBookIsKeptShort() {
        let long = Runbook(
            markdown: "## A\n" + String(repeating: String(repeating: "x", count: 5000) + "\n", count: 100))
        #expect(long.lines(of: "#a").count == Runbook.lineLimit)
        #expect(long.lines(of: "#a").allSatisfy { $0.count <= 300 })
        #expect(long.lines(of: "#a").first?.hasSuffix("x…") == true)
        #expect(long.lines(of: "#a").last == Runbook.cutMark)
        let whole = Runbook(markdown: "## A\n" + String(repeating: "x\n", count: Runbook.lineLimit))
        #expect(whole.lines(of: "#a").last == "x")
    }
}
