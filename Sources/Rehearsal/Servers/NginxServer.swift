import FoundationEssentials
import Glibc

/// A real nginx in a private folder, run by one unprivileged user, master and workers.
package struct NginxServer: Server {
    package let daemon: Daemon
    package let port: UInt16
    /// The nginx program, for `nginx -t -c configurationFile`.
    package let program: String
    package let configurationFile: String

    package var addresses: [ServerAddress] { [.loopback(port)] }

    /// Starts an nginx.
    /// - Parameter http: what stands in `http { }`, given the port to listen on and the folder to write logs and caches
    ///   to.
    package static func start(
        in privateFolder: PrivateFolder, name: String = "nginx", modules: [String] = [],
        http: (_ port: UInt16, _ folder: String) throws -> String
    ) async throws -> NginxServer {
        let program = try Program.nginx.path()
        let folder = try privateFolder.subfolder(name)
        return try await startOnFreePort { port in
            let file = "\(folder)/nginx.conf"
            try writeConfiguration(file, try frame(folder: folder, modules: modules, http: http(port, folder)))
            let daemon = Daemon(
                .init(
                    name: name, command: [program, "-e", "stderr", "-p", folder, "-c", file], folder: folder,
                    endSignal: (SIGTERM, "TERM"),
                    isReady: { pid in
                        // It writes its process id once it listens: before that, whoever holds the port would answer.
                        let written = endOfFile("\(folder)/nginx.pid").map { String(decoding: $0, as: UTF8.self) }
                        guard written == "\(pid)\n" else { return false }
                        return try await ServerAddress.loopback(port).ask() != nil
                    }),
                in: privateFolder)
            return NginxServer(daemon: daemon, port: port, program: program, configurationFile: file)
        }
    }

    /// What any nginx needs to run in a folder, in the foreground, as one user.
    ///
    /// The user is named where root started it: `nginx -t` by root gives the folders below to that user, and without a
    /// name to `nobody`, who is not the one that runs it.
    private static func frame(folder: String, modules: [String], http: String) -> String {
        let user = ServerUser.current.map { "user \($0.name) \($0.group);\n" } ?? ""
        return """
            \(modules.map { "load_module \($0);\n" }.joined())\(user)daemon off;
            pid \(folder)/nginx.pid;
            worker_processes 1;
            worker_rlimit_nofile 16384;
            events { worker_connections 8192; }
            http {
                client_body_temp_path \(folder)/body;
                proxy_temp_path \(folder)/proxy;
                fastcgi_temp_path \(folder)/fastcgi;
                uwsgi_temp_path \(folder)/uwsgi;
                scgi_temp_path \(folder)/scgi;
                access_log off;
            \(http)
            }

            """
    }
}
