import FlyingFox
import FoundationEssentials

/// ARCA's electronic invoicing (formerly AFIP) in miniature: its health, and the authorisation of an invoice.
enum ARCA {
    static let path = "/wsfev1/service.asmx"

    /// FEDummy's three servers, as the service names them.
    static let healthy = ["AppServer": "OK", "DbServer": "OK", "AuthServer": "OK"]

    static func answer(_ request: HTTPRequest, number: Int) async -> HTTPResponse {
        let body = (try? await request.bodyData).map { String(decoding: $0, as: UTF8.self) } ?? ""
        if body.contains("FEDummy") {
            let servers = ["AppServer", "DbServer", "AuthServer"].map { "<\($0)>\(healthy[$0] ?? "")</\($0)>" }
            return envelope("<FEDummyResponse><FEDummyResult>\(servers.joined())</FEDummyResult></FEDummyResponse>")
        }
        guard body.contains("FECAESolicitar") else { return .text(500, "no such operation\n", type: "text/xml") }
        // A CAE has 14 digits.
        let cae = String(70_000_000_000_000 + number)
        return envelope("<FECAESolicitarResponse><Resultado>A</Resultado><CAE>\(cae)</CAE></FECAESolicitarResponse>")
    }

    private static func envelope(_ content: String) -> HTTPResponse {
        .text(
            200,
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\">"
                + "<soap:Body>\(content)</soap:Body></soap:Envelope>", type: "text/xml; charset=utf-8")
    }
}
