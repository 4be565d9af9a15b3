import Wire

/// What every address on the internet is sent, launch or no launch: scanners, and robots that try out the usual holes. They come from
/// addresses of their own, and are turned away.
struct Strangers: Sendable {
    var url: String
    var pause: Duration

    private static let requests: [(from: String, path: String, agent: String)] = [
        ("127.0.0.66", "/search?q=1%27%20UNION%20SELECT%20card%20FROM%20payments--%20", "Mozilla/5.0"),
        ("127.0.0.81", "/.env", "Mozilla/5.0"),
        ("127.0.0.17", "/search?q=%3Cscript%3Ealert(1)%3C/script%3E", "Mozilla/5.0"),
        ("127.0.0.98", "/wp-login.php", "Go-http-client/1.1"),
        ("127.0.0.18", "/search?file=../../../../etc/passwd", "Mozilla/5.0"),
        ("127.0.0.33", "/search?q=1", "sqlmap/1.7"),
        ("127.0.0.82", "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", "-"),
        ("127.0.0.19", "/clientes?cuit=20-12345678-6", "Mozilla/5.0"),
    ]

    /// Goes on until the task is cancelled.
    func run() async {
        guard let reactor = try? Reactor() else { return }
        let http = HTTPClient(on: reactor, maximumOfIdle: 1)
        var turn = 0
        while !Task.isCancelled {
            let one = Strangers.requests[turn % Strangers.requests.count]
            turn += 1
            let request = HTTPRequest(
                url + one.path, headers: [.init("User-Agent", one.agent)], maxBodyBytes: 4096, freshConnection: true,
                sourceAddress: one.from)
            _ = try? await http.send(request, deadline: .seconds(5))
            try? await Task.sleep(for: pause)
        }
    }
}
