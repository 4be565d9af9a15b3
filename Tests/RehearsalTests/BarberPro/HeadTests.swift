import FlyingFox
import FoundationEssentials
import Testing

@testable import barberpro

struct HeadTests {
    private func answer(to method: HTTPMethod) async -> FlyingFox.HTTPResponse {
        let request = FlyingFox.HTTPRequest(
            method: method, version: .http11, path: "/version", query: [], headers: [:], body: Data())
        return await request.answered(by: { asked in .text(200, "asked by \(asked.method.rawValue)\n") })
    }

    @Test func headIsAnsweredAsGetWithTheLengthAndWithoutTheBody() async throws {
        let get = await answer(to: .GET)
        let head = await answer(to: .HEAD)
        #expect(try await get.bodyData == Data("asked by GET\n".utf8))
        #expect(head.statusCode == .ok)
        #expect(head.headers[.contentLength] == "13")
        #expect(try await head.bodyData.isEmpty)
    }

    @Test func otherMethodsAreLeftAlone() async throws {
        #expect(try await answer(to: .POST).bodyData == Data("asked by POST\n".utf8))
    }
}
