import Foundation
import Testing

/// A real browser of a telephone's size: headless Chromium, driven by chromedriver (W3C WebDriver).
final class WebDriver {
    private let driver: RunningProgram
    private let folder: String
    private let port: UInt16
    private var session = ""

    static var isInstalled: Bool {
        ["/usr/bin/chromium", "/usr/bin/chromedriver"].allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// - Parameter language: `Accept-Language`, as the telephone says it.
    init(language: String) async throws {
        folder = "/tmp/guardia-chromium-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        port = try PagingLaunch.freePort()
        driver = try RunningProgram(
            "/usr/bin/env", ["HOME=\(folder)", "TMPDIR=\(folder)", "/usr/bin/chromedriver", "--port=\(port)"])
        try #require(
            await eventually(within: 30) { (try? self.ask("GET", "/status", nil, checks: false)) != nil },
            "chromedriver does not answer")
        // No name is resolved but this machine's: a page that fetches anything from elsewhere fails. Root has no sandbox.
        let capabilities = """
            {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:loggingPrefs": {"browser": "ALL"}, "goog:chromeOptions": {
              "binary": "/usr/bin/chromium",
              "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
                       "--user-data-dir=\(folder)/profile", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                       "--lang=\(language)"],
              "prefs": {"intl.accept_languages": "\(language)"},
              "mobileEmulation": {"deviceMetrics": {"width": 390, "height": 844, "pixelRatio": 2, "touch": true}}}}}}
            """
        let answer = try ask("POST", "/session", capabilities)
        session = try #require((answer as? [String: Any])?["sessionId"] as? String, "\(answer)")
    }

    func close() {
        if !session.isEmpty { _ = try? ask("DELETE", "/session/\(session)", nil, checks: false) }
        driver.killHard()
        try? FileManager.default.removeItem(atPath: folder)
    }

    struct Failure: Error, CustomStringConvertible { var description: String }

    @discardableResult
    private func ask(_ method: String, _ path: String, _ body: String?, checks: Bool = true) throws -> Any {
        var arguments = ["-s", "-m", "60", "-X", method, "http://127.0.0.1:\(port)\(path)"]
        if let body { arguments += ["-H", "Content-Type: application/json", "--data-binary", body] }
        let result = try Program.run("/usr/bin/curl", arguments)
        guard result.status == 0,
            let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        else {
            throw Failure(description: "chromedriver: \(result.status) \(result.output)\(result.errors)")
        }
        let value = object["value"] ?? NSNull()
        if checks, let failure = (value as? [String: Any])?["error"] {
            throw Failure(description: "\(failure): \(value)")
        }
        return value
    }

    private func text(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }

    func open(_ url: String) throws { try ask("POST", "/session/\(session)/url", try text(["url": url])) }

    var url: String { get throws { try ask("GET", "/session/\(session)/url", nil) as? String ?? "" } }

    /// The page's visible text; empty while another page is on its way.
    var body: String { (try? run("return document.body.innerText") as? String) ?? "" }

    /// Waits until the page shows a text: a click returns before its answer is there.
    func shows(_ text: String) async throws -> Bool { try await eventually { self.body.contains(text) } }

    private func element(_ selector: String) throws -> String {
        let found =
            try ask(
                "POST", "/session/\(session)/element", try text(["using": "css selector", "value": selector]))
            as? [String: Any]
        return try #require(found?.values.first as? String, "\(selector)")
    }

    func click(_ selector: String) throws {
        try ask("POST", "/session/\(session)/element/\(try element(selector))/click", "{}")
    }

    func type(_ selector: String, _ words: String) throws {
        try ask("POST", "/session/\(session)/element/\(try element(selector))/value", try text(["text": words]))
    }

    func run(_ script: String) throws -> Any {
        try ask("POST", "/session/\(session)/execute/sync", "{\"script\": \(try text(script)), \"args\": []}")
    }

    /// What the browser's console holds: a policy that was broken, a request that failed.
    var complaints: [String] {
        get throws {
            let entries =
                try ask("POST", "/session/\(session)/se/log", "{\"type\": \"browser\"}") as? [[String: Any]] ?? []
            return entries.compactMap { $0["message"] as? String }
        }
    }

    /// Writes what is seen to a file.
    func screenshot(to path: String) throws {
        let encoded = try ask("GET", "/session/\(session)/screenshot", nil) as? String ?? ""
        try #require(Data(base64Encoded: encoded)).write(to: URL(fileURLWithPath: path))
    }
}
