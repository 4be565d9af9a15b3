import Foundation
import Journal
import Launch
import Testing

/// A bastion that several people share, as `guardia setup` makes one: a service user, operators in its group, the sudoers file;
/// and a rehearsal that runs as the service user. All of it in a mount namespace: /etc is a copy.
final class SharedBastion {
    let space: MountNamespace
    let rehearsal: LiveRehearsal
    /// What `guardia setup` said.
    let setup: String

    /// The machine in the namespace: /etc is a copy, and where guardia is installed and keeps things is empty.
    static let machine = """
        mount -t tmpfs -o mode=0755 none "$1"
        cp -a /etc "$1/etc"
        mount --bind "$1/etc" /etc
        for folder in /var/lib /var/log /run /usr/local/bin; do mount -t tmpfs -o mode=0755 none "$folder"; done
        for program in guardia barberpro; do
            : >"/usr/local/bin/$program"
            mount --bind "$2/$program" "/usr/local/bin/$program"
        done
        """

    /// - Parameter changes: what is replaced in the rehearsal's config, to be the bastion's own.
    init(_ changes: [(String, String)] = []) async throws {
        space = try await MountNamespace(Self.machine, Program.folder)
        let made = try space.run(["/usr/local/bin/guardia", "setup"])
        try #require(made.status == 0, "\(made.output)\(made.errors)")
        setup = made.output
        for name in ["ana", "beto", "eva"] {
            try space.shell("useradd --no-log-init --no-create-home --user-group --shell /bin/sh \(name)")
        }
        // The line of docs/operators.md, in the words of a program that Debian always has.
        for name in ["ana", "beto"] { try space.shell("gpasswd --add \(name) guardia >/dev/null") }
        let start = space.words(["setpriv", "--reuid=guardia", "--regid=guardia", "--init-groups", "--"])
        rehearsal = try await LiveRehearsal.headless(
            program: (start + ["env", "HOME=/var/lib/guardia", "/usr/local/bin/guardia"]).joined(separator: " "))
        let text = try rehearsal.settings(changes)
        let file = "\(space.folder).yaml"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        defer { unlink(file) }
        try space.shell("install -o root -g guardia -m 0640 '\(file)' /etc/guardia/launch.yaml")
    }

    /// The words that somebody runs at a prompt of their own: logged in as `login` over SSH, and `user` by now.
    private func words(_ user: String, _ login: String?, _ command: [String]) -> [String] {
        let script = #"""
            id=$(id -u "$1") || exit 98
            if [ -e /proc/self/loginuid ]; then echo "$id" >/proc/self/loginuid || exit 99; fi
            who=$2
            shift 2
            cd / && exec setpriv --reuid="$who" --regid="$who" --init-groups -- \
                env -i PATH=/usr/local/bin:/usr/bin:/bin TERM=dumb "SSH_CONNECTION=203.0.113.7 50022 192.0.2.1 22" "$@"
            """#
        return space.words(["sh", "-c", script, "sh", login ?? user, user] + command)
    }

    func run(as user: String, login: String? = nil, _ command: [String]) throws -> Program.Result {
        try Program.run("/usr/bin/env", words(user, login, command))
    }

    /// Acts as docs/operators.md has it.
    func act(_ user: String, login: String? = nil, _ command: String...) throws -> Program.Result {
        try run(as: user, login: login, ["sudo", "-n", "-u", "guardia", "guardia"] + command)
    }

    /// The same, and goes on.
    func start(_ user: String, _ command: String...) throws -> RunningProgram {
        try RunningProgram("/usr/bin/env", words(user, nil, ["sudo", "-n", "-u", "guardia", "guardia"] + command))
    }

    var board: Board { get throws { try JournalReader(path: rehearsal.journal).currentBoard(span: .minutes(1)) } }

    var split: String {
        let link = try? FileManager.default.destinationOfSymbolicLink(
            atPath: "\(rehearsal.variables["DOOR_FOLDER"] ?? "")/current")
        return link?.split(separator: "/").last.map(String.init) ?? "?"
    }

    /// What the fake providers were sent.
    func messages(_ words: String...) -> [String] {
        let inbox = (try? String(contentsOfFile: "\(rehearsal.folder)/inbox", encoding: .utf8)) ?? ""
        return inbox.split(separator: "\n").map(String.init).filter { line in words.allSatisfy { line.contains($0) } }
    }

    func uid(_ name: String) throws -> UInt32 {
        try #require(UInt32(try space.shell("id -u \(name)").trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    func expect(
        _ what: String, within seconds: Double = 30, sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: () throws -> Bool
    ) async throws {
        let isSo = try await eventually(within: seconds, condition)
        try #require(isSo, "never so: \(what)", sourceLocation: sourceLocation)
    }

    /// Why the kernel lets no login be made here; nil where it does: then whoever runs the tests seems to be logged in already.
    static let refusal: String? =
        MountNamespace.refusal
        ?? {
            let tried = try? Program.run(
                "/bin/sh", ["-c", "! [ -e /proc/self/loginuid ] || echo 0 >/proc/self/loginuid"])
            return tried?.status == 0 ? nil : "the login of these tests cannot be changed (CAP_AUDIT_CONTROL)"
        }()
}
