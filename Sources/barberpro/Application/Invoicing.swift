import FoundationEssentials
import Wire

/// Has ARCA authorise the invoices of payments, in the background: while ARCA is down they wait, and are a backlog.
struct Invoicing: Sendable {
    let database: Database
    let http: HTTPClient
    let url: String

    /// Looks for waiting invoices until its task is cancelled.
    func run() async {
        while !Task.isCancelled {
            let more = await authoriseSome()
            if !more { try? await Task.sleep(for: .seconds(2)) }
        }
    }

    /// Both colours do this: each takes what the other has not taken.
    ///
    /// - Returns: whether there may be more at once.
    private func authoriseSome() async -> Bool {
        guard
            let rows = try? await database.query(
                """
                SELECT id FROM invoices WHERE cae IS NULL AND created_at < now() - interval '1 second'
                ORDER BY created_at, id LIMIT 20
                """)
        else { return false }
        for row in 0..<rows.count {
            guard let id = rows[row, 0], let cae = await authorisation() else { return false }
            _ = try? await database.query(
                "UPDATE invoices SET cae = $2, authorised_at = now() WHERE id = $1 AND cae IS NULL", [id, cae])
        }
        return rows.count == 20
    }

    private func authorisation() async -> String? {
        let body =
            "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><FECAESolicitar/></soap:Body></soap:Envelope>"
        let request = Wire.HTTPRequest(
            url + ARCA.path, method: "POST",
            headers: [.init("Content-Type", "text/xml; charset=utf-8")], body: Array(body.utf8))
        guard let response = try? await http.send(request, deadline: .seconds(2)), response.status == 200,
            let match = response.text.firstMatch(of: /<CAE>(\d{14})<\/CAE>/)
        else { return nil }
        return String(match.1)
    }
}
