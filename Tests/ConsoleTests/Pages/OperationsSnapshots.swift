import Console
import Launch
import Testing

/// Pictures of the checklist and of the handover, and what their keys do.
@Suite struct OperationsSnapshots {
    private static let sizes = [(40, 12), (80, 24), (200, 60)]

    private static let items =
        [
            (
                "payments", "Validate payment processing with real transactions", "Backend lead",
                Milliseconds.minutes(20)
            ),
            ("journeys", "Confirm user registration and booking flows", "Backend lead", .minutes(30)),
            ("watch-metrics", "Monitor system performance and business metrics", "DevOps lead", .hours(24)),
        ].map { ChecklistItem(id: $0, text: $1, group: "Immediate (0-24 hours)", owner: $2, due: $3) }
        + [
            ChecklistItem(
                id: "retrospective", text: "Post-launch retrospective \u{1b}[31mand lessons",
                group: "Medium-term (1-2 weeks)",
                owner: "CTO", due: .days(14))
        ]

    /// - Parameter isPolled: whether there is a go/no-go poll, of which things were said, and a config that was changed.
    private static func model(_ width: Int, _ height: Int, isPolled: Bool = false) -> Model {
        var deployed = Deployed()
        var manifest = Deployed.manifest
        manifest.checklist = items
        if isPolled {
            manifest.readiness = ReadinessPlan(
                stations: [
                    .init(name: "payments", title: "Payment gateway", checks: []),
                    .init(name: "security", title: "Security systems", checks: []),
                ], deploy: .ignore)
        }
        manifest.launchAt = deployed.launch.now.utc + .minutes(-42)
        deployed.launch.board.apply(manifest)
        let now = deployed.launch.now
        func tell(_ body: Event.Body, ago: Milliseconds) {
            deployed.launch.board.apply(
                Event(origin: "bastion-1", at: now.advanced(by: Milliseconds(-ago.count)), body: body))
        }
        tell(.presence(.opened(.init(session: "old", by: Deployed.ana, terminal: "pts/1"))), ago: .hours(9))
        tell(
            .presence(
                .closed(
                    .init(
                        session: "old", why: .left, keyAt: now.advanced(by: Milliseconds(-Milliseconds.hours(2).count)))
                )),
            ago: .hours(2))
        tell(.presence(.opened(.init(session: "new", by: Deployed.ana, terminal: "pts/3"))), ago: .minutes(3))
        let bruno = Operator(name: "bruno", uid: 1001, host: "bastion-1")
        tell(.presence(.opened(.init(session: "b", by: bruno, terminal: "pts/4"))), ago: .minutes(12))
        tell(
            .checklist(.ticked(.init(item: "payments", by: bruno, note: "three real cards", revision: 0))),
            ago: .minutes(30))
        tell(
            .alert(
                .silenced(
                    Silence(
                        id: "s1", matchers: [LabelMatcher(name: "alertname", value: "redis_memory")], from: now.utc,
                        until: now.utc + .minutes(50), by: "bruno", comment: "being resized"))), ago: .minutes(10))
        guard isPolled, let base = manifest.launchAt else { return deployed.model(width, height) }
        tell(
            .readiness(.turned(.init(station: "security", from: .go, to: .noGo, why: "the scan of images failed"))),
            ago: .minutes(50))
        tell(.readiness(.turned(.init(station: nil, from: .go, to: .noGo, why: "Security systems"))), ago: .minutes(50))
        tell(
            .readiness(
                .waived(
                    .init(
                        station: "security", by: "bruno", reason: "the image is being\u{1b}[31m built anew",
                        until: now.utc + .minutes(90)))), ago: .minutes(45))
        tell(
            .readiness(
                .attested(
                    .init(
                        station: "payments", by: "ana", isGo: true, reason: "three real cards",
                        until: now.utc + .hours(3)))), ago: .minutes(40))
        tell(
            .readiness(.clockHeld(.init(by: "bruno", reason: "until the scan is clean", base: base))), ago: .minutes(35)
        )
        var before = manifest
        before.checklist = []
        if let change = ManifestChange(from: before, to: manifest, at: now.utc + .minutes(-70)) {
            deployed.launch.board.note([change])
        }
        return deployed.model(width, height)
    }

    @Test("the checklist", arguments: sizes)
    func checklist(width: Int, height: Int) {
        expectSnapshot(Self.model(width, height).pressing("C").frame, "checklist-\(width)x\(height)")
    }

    @Test("the handover", arguments: sizes)
    func handover(width: Int, height: Int) {
        expectSnapshot(Self.model(width, height).pressing("O").frame, "handover-\(width)x\(height)")
    }

    @Test("the handover of a shift in which the poll turned, with what is on hold and what lapses", arguments: sizes)
    func handoverOfAPoll(width: Int, height: Int) {
        let model = Self.model(width, height, isPolled: true).pressing("O")
        expectSnapshot(model.frame, "handover-polled-\(width)x\(height)")
    }

    @Test("the note before a tick")
    func note() {
        expectSnapshot(Self.model(80, 24).pressing("C", "down", "enter").frame, "tick-80x24")
    }

    @Test func enterTwiceStartsTheCommandThatAnOperatorCouldHaveTyped() {
        var model = Self.model(120, 40).pressing("C", "down", "enter")
        for letter in "ok" { model.press(String(letter)) }
        guard case .act(let request)? = model.press("enter").first else {
            Issue.record("nothing was started")
            return
        }
        #expect(request.kind == .checklist)
        #expect(request.arguments == ["checklist", "tick", "journeys", "--revision", "0", "--note=ok"])
        #expect(model.overlays == [.checklist(selected: "journeys")])
    }

    @Test func whatIsTickedIsTakenBackAndKnowsWhatItSaw() {
        var model = Self.model(120, 40).pressing("C", "enter", "tab")
        guard case .act(let request)? = model.press("enter").first else {
            Issue.record("nothing was started")
            return
        }
        #expect(request.arguments == ["checklist", "untick", "payments", "--revision", "1"])
    }

    @Test func aHeldEnterChangesNothing() {
        var model = Self.model(120, 40).pressing("C")
        for _ in 0..<60 { #expect(model.press("enter").isEmpty) }
        guard case .choice(let choice)? = model.overlays.last else {
            Issue.record("no question")
            return
        }
        #expect(choice.isHeld && choice.trouble?.contains("a note first, or Tab") == true)
        #expect(model.press("tab").isEmpty)
        #expect(!model.press("enter").isEmpty)
        // Held on, it opens the next question, and no more.
        for _ in 0..<60 { #expect(model.press("enter").isEmpty) }
        // As it comes from the palette.
        var palette = Self.model(120, 40).pressing(":")
        for letter in "checklist" { palette.press(String(letter)) }
        for _ in 0..<60 { #expect(palette.press("enter").isEmpty) }
    }

    @Test func escLeavesItAlone() {
        var model = Self.model(120, 40).pressing("C", "enter")
        #expect(model.press("esc").isEmpty)
        #expect(model.overlays == [.checklist(selected: nil)])
    }
}
