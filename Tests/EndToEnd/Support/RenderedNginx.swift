import Foundation
import Rehearsal
import Testing

extension LiveRehearsal {
    /// Starts an nginx of its own with what `guardia edge render` prints for an edge, and before it the two colours.
    ///
    /// - Parameter bastion: of the launch config that has the edge, once the port is known.
    func startNginx(
        of edge: String, in folder: PrivateFolder, _ bastion: (UInt16) throws -> Bastion
    ) async throws -> NginxServer {
        let first = try String(contentsOfFile: variables["NGINX_CONFIG"] ?? "", encoding: .utf8)
        let modules = first.split(separator: "\n").compactMap { line in
            line.hasPrefix("load_module ") ? String(line.dropFirst("load_module ".count).dropLast()) : nil
        }
        return try await NginxServer.start(in: folder, modules: modules) { port, _ in
            let config = try bastion(port).config
            func render(_ part: String) throws -> String {
                let words = ["edge", "render", edge, "--part", part, "--config", config]
                let rendered = try Program.run(Program.path("guardia"), words)
                try #require(rendered.status == 0, "\(rendered.errors)")
                return rendered.output
            }
            return """
                \(try render("http"))
                server {
                    listen 127.0.0.1:\(port);
                    \(try render("server"))
                    proxy_http_version 1.1;
                    proxy_set_header Connection "";
                    proxy_set_header Host $host;
                    location / { proxy_pass http://$guardia_colour; }
                }
                """
        }
    }
}
