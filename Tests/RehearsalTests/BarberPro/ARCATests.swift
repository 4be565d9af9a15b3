import FlyingFox
import FoundationEssentials
import Testing

@testable import barberpro

@Suite("ARCA in miniature, and the vantage points")
struct ARCATests {
    private func request(
        _ body: String = "", path: String = ARCA.path, query: [(String, String)] = []
    ) -> FlyingFox.HTTPRequest {
        FlyingFox.HTTPRequest(
            method: .POST, version: .http11, path: path,
            query: query.map { FlyingFox.HTTPRequest.QueryItem(name: $0.0, value: $0.1) }, headers: [:],
            body: Data(body.utf8))
    }

    @Test func feDummyTellsOfItsThreeServers() async throws {
        let answer = await ARCA.answer(request("<ar:FEDummy/>"), number: 1)
        let text = String(decoding: try await answer.bodyData, as: UTF8.self)
        for server in ["AppServer", "DbServer", "AuthServer"] { #expect(text.contains("<\(server)>OK</\(server)>")) }
    }

    @Test func anInvoiceGetsACAEOfFourteenDigits() async throws {
        let answer = await ARCA.answer(request("<FECAESolicitar/>"), number: 17)
        let text = String(decoding: try await answer.bodyData, as: UTF8.self)
        #expect(text.firstMatch(of: /<CAE>(\d{14})<\/CAE>/)?.1 == "70000000000017")
        #expect(await ARCA.answer(request("<Other/>"), number: 1).statusCode.code == 500)
    }

    @Test("cancelling and cleaning have routes; what operators clean is no customer's request")
    func routes() {
        #expect(Route(method: "POST", path: "/bookings/7/cancel") == .cancel(booking: "7"))
        #expect(Route(method: "DELETE", path: "/users/7") == .clean(user: "7"))
        #expect(Route(method: "DELETE", path: "/users") == nil)
        #expect(Route.clean(user: "7").label == nil)
        #expect(Route.cancel(booking: "7").label == "cancel")
    }
}
