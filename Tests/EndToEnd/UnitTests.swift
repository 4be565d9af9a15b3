import Foundation
import Launch
import Testing

/// The units of Config/systemd and the files of Config/sudoers.d, held to what systemd and sudo take, what `guardia setup` installs,
/// and what the programs that they start accept.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct UnitTests {
    private static let config = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Config")
    private static let verifier = "/usr/bin/systemd-analyze"

    private struct Unit {
        let name: String
        let text: String

        /// The values of a key, in order; a line that ends with a backslash goes on.
        func values(_ key: String) -> [String] {
            text.replacing("\\\n", with: " ").split(separator: "\n").compactMap { line in
                line.hasPrefix("\(key)=") ? String(line.dropFirst(key.count + 1)) : nil
            }
        }
    }

    private static func units() throws -> [Unit] {
        let folder = config.appending(path: "systemd")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
            Unit(name: $0, text: try String(contentsOf: folder.appending(path: $0), encoding: .utf8))
        }
    }

    private func unit(_ name: String) throws -> Unit { try #require(try Self.units().first { $0.name == name }) }

    // MARK: systemd

    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: verifier), "systemd-analyze: see scripts/deps tests"),
        .enabled(if: MountNamespace.refusal == nil, "only root can mount, and not everywhere"))
    func systemdTakesEveryUnitWithoutAWord() async throws {
        // The programs stand where the units name them, and nowhere else on this machine.
        let space = try await MountNamespace(
            """
            mount -t tmpfs -o mode=0755 none "$1"
            mkdir "$1/units" "$1/broken"
            cp "$3"/systemd/* "$1/units"
            sed 's/^ProtectSystem=/ProtectSytem=/' "$1/units/guardia.service" >"$1/broken/guardia.service"
            sed 's,/bin/guardia ,/bin/gaurdia ,' "$1/units/guardia.service" >"$1/broken/other.service"
            mount -t tmpfs -o mode=0755 none /usr/local
            mkdir -p /usr/local/bin /usr/local/lib/guardia
            for program in guardia guardia-kiosk; do
                : >"/usr/local/bin/$program"
                mount --bind "$2/$program" "/usr/local/bin/$program"
            done
            install -m 755 "$3/kiosk/guardia-wall" /usr/local/bin/
            install -m 755 "$3/edge/guardia-door" /usr/local/lib/guardia/
            """, Program.folder, Self.config.path)
        for unit in try Self.units() {
            let said = try space.run([Self.verifier, "verify", "--man=no", "\(space.folder)/units/\(unit.name)"])
            #expect(said.status == 0 && (said.output + said.errors).isEmpty, "\(unit.name): \(said.errors)")
        }
        // The same look finds a misspelt directive and a program that is not there.
        let misspelt = try space.run([Self.verifier, "verify", "--man=no", "\(space.folder)/broken/guardia.service"])
        #expect(misspelt.errors.contains("ProtectSytem"), "\(misspelt)")
        let missing = try space.run([Self.verifier, "verify", "--man=no", "\(space.folder)/broken/other.service"])
        #expect(missing.errors.contains("gaurdia"), "\(missing)")
        // What the engine could do to this machine, by systemd's own measure: from 0, nothing, to 10.
        let exposure = try space.run([
            Self.verifier, "security", "--offline=true", "--no-pager", "--threshold=25",
            "\(space.folder)/units/guardia.service",
        ])
        #expect(exposure.status == 0, "\(exposure.output.suffix(300))\(exposure.errors)")
    }

    @Test func everyTimerHasItsService() throws {
        let units = try Self.units()
        let names = Set(units.map(\.name))
        for unit in units where unit.name.hasSuffix(".timer") {
            #expect(names.contains(unit.name.replacing(".timer", with: ".service")), "\(unit.name)")
            #expect(unit.values("WantedBy") == ["timers.target"])
        }
        for unit in units where unit.name.hasSuffix(".service") {
            let isOfATimer = names.contains(unit.name.replacing(".service", with: ".timer"))
            #expect(unit.values("Type") == ["oneshot"] || !isOfATimer, "\(unit.name)")
            #expect(isOfATimer || unit.values("WantedBy") == ["multi-user.target"], "\(unit.name)")
        }
    }

    // MARK: What they start

    /// The words of what a unit starts, without systemd's marks before them.
    private func commands(of unit: Unit) -> [[String]] {
        unit.values("ExecStart").map { line in
            line.drop { "+-@!:".contains($0) }.split(separator: " ").map(String.init)
        }
    }

    @Test func whatTheUnitsStartIsWhatTheProgramsTake() throws {
        var seen: Set<String> = []
        for unit in try Self.units() where unit.name.hasSuffix(".service") {
            let commands = commands(of: unit)
            #expect(commands.count == 1, "\(unit.name)")
            for words in commands {
                let program = words[0].split(separator: "/").last.map(String.init) ?? ""
                seen.insert(words[0])
                switch program {
                case "guardia", "guardia-kiosk":
                    try expectAccepted(program, Array(words.dropFirst()), of: unit.name)
                case "guardia-door":
                    let usage = try Program.run(Self.config.appending(path: "edge/guardia-door").path, [])
                    #expect(
                        words[1] == "--door" && words.count == 4 && usage.errors.contains(" \(words[3])"), "\(words)")
                case "guardia-wall": #expect(words[1] == "--", "its own options end there: \(words)")
                default: Issue.record("\(unit.name) starts \(words[0])")
                }
            }
        }
        #expect(
            seen == [
                "/usr/local/bin/guardia", "/usr/local/bin/guardia-kiosk", "/usr/local/bin/guardia-wall",
                "/usr/local/lib/guardia/guardia-door",
            ])
    }

    /// Whether a program has that command with those options: as its help says.
    private func expectAccepted(_ program: String, _ words: [String], of unit: String) throws {
        let command = words.prefix { !$0.hasPrefix("-") }
        let help = try Program.run(Program.path(program), command + ["--help"])
        #expect(help.status == 0, "\(unit): \(program) \(command): \(help.errors)")
        for option in words.dropFirst(command.count) where option.hasPrefix("--") {
            let isThere = help.output.split { " \n,".contains($0) }.contains { $0 == option }
            #expect(isThere, "\(unit): \(program) \(command.joined(separator: " ")) takes no \(option)")
        }
        let bad = try Program.run(Program.path(program), command + ["--no-such-option"])
        #expect(bad.status != 0, "\(program) \(command) takes anything")
    }

    @Test func theEnginesUnitAndTheProgramsNameTheSamePlaces() throws {
        let unit = try unit("guardia.service")
        let words = try #require(commands(of: unit).first)
        let config = try #require(words.firstIndex(of: "--config").map { words[$0 + 1] })
        func help(_ command: String...) throws -> String {
            // As if it were one line: where it is broken is the terminal's.
            try Program.run(Program.path("guardia"), command + ["--help"]).output.split { " \n".contains($0) }
                .joined(separator: " ")
        }
        #expect(try help("status").contains("else \(config))"))
        let state = "/var/lib/\(try #require(unit.values("StateDirectory").first))"
        #expect(try help("journal", "tail").contains("else \(state)/"))
        // What signs may write there too, and nowhere else.
        let signer = try self.unit("guardia-audit-sign.service")
        #expect(signer.values("ReadWritePaths") == [state] && signer.values("ProtectSystem") == ["strict"])
        #expect(signer.values("Group") == unit.values("Group"))
        // A machine's edge lies within the state folder, which its nginx may pass through.
        let door = try #require(try commands(of: self.unit("guardia-door.service")).first)
        #expect(door[2].hasPrefix("\(state)/") && unit.values("StateDirectoryMode") == ["2751"])
    }

    // MARK: setup

    @Test(.enabled(if: SharedBastion.refusal == nil, "only root can mount and log others in, and not everywhere"))
    func setupInstallsTheseFilesForThisUser() async throws {
        let space = try await MountNamespace(SharedBastion.machine, Program.folder)
        let setup = try space.run(["/usr/local/bin/guardia", "setup"])
        #expect(setup.status == 0, "\(setup.output)\(setup.errors)")
        for (file, place) in [
            ("systemd/guardia.service", "/etc/systemd/system/guardia.service"),
            ("sudoers.d/guardia", "/etc/sudoers.d/guardia"),
        ] {
            let ours = try String(contentsOf: Self.config.appending(path: file), encoding: .utf8)
            #expect(try space.shell("cat \(place)") == ours, "\(place)")
        }
        let unit = try unit("guardia.service")
        let (user, group) = (unit.values("User")[0], unit.values("Group")[0])
        let state = "/var/lib/\(unit.values("StateDirectory")[0])"
        #expect(
            try space.shell("stat -c '%U %G %a' \(state)")
                == "\(user) \(group) \(unit.values("StateDirectoryMode")[0])\n",
            "systemd would change what setup made")
        #expect(try space.shell("getent passwd \(user)").contains(":\(state):"), "its home")
        let config = try #require(commands(of: unit).first?.last)
        #expect(
            try space.shell("stat -c '%U %G %a' $(dirname \(config))") == "root \(group) 750\n",
            "the service user reads its config, and cannot change it")
        // sudo reads the whole of what is there now, the shipped lines for bans among it.
        try space.shell("install -m 0440 '\(Self.config.path)/sudoers.d/guardia-bans' /etc/sudoers.d/ && visudo -c -q")
        let granted = try space.shell("sudo -l -U \(user)")
        #expect(granted.contains("(root : root) NOPASSWD: /usr/bin/fail2ban-client status"), "\(granted)")
    }

    // MARK: sudoers

    @Test func everyCommandOfTheSudoersFileIsOneAndEveryActIsThere() throws {
        let text = try String(contentsOf: Self.config.appending(path: "sudoers.d/guardia"), encoding: .utf8)
        let program = try #require(commands(of: unit("guardia.service")).first?.first)
        let alias = text.replacing("\\\n", with: " ").split(separator: "\n").first {
            $0.hasPrefix("Cmnd_Alias GUARDIA =")
        }
        let entries = try #require(alias).split(separator: "=", maxSplits: 1)[1].split(separator: ",")
            .map { $0.split(separator: " ").map(String.init) }
        #expect(entries.allSatisfy { $0.first == program && (2...3).contains($0.count) }, "\(entries)")
        let commands = Set(entries.map { $0[1] })
        for command in commands {
            // Alone, and with whatever words: sudo takes the two apart.
            #expect(
                entries.contains { $0 == [program, command] } && entries.contains { $0 == [program, command, "*"] })
            let help = try Program.run(Program.path("guardia"), [command, "--help"])
            #expect(help.status == 0 && help.output.contains("guardia \(command)"), "\(command): \(help.errors)")
        }
        // Whatever an operator may be allowed to do is done by one of them.
        let acts = ActionKind.allCases.filter { $0 != .mend }.map { kind -> String in
            switch kind {
            case .thaw: "freeze"
            case .waive: "readiness"
            case .takeLock, .releaseLock, .flagSet, .flagOff, .flagRamp, .prune:
                kind.rawValue.split(separator: "-").first.map(String.init) ?? ""
            default: kind.rawValue
            }
        }
        for act in acts { #expect(commands.contains(act), "operators cannot \(act)") }
        // And none of what would give them the service user's whole account.
        for command in [
            "watch", "setup", "journal", "edge", "security", "notify", "rehearse", "replay", "shot", "scan",
        ] {
            #expect(!commands.contains(command), "\(command)")
        }
        let user = try #require(try unit("guardia.service").values("User").first)
        #expect(text.contains("%\(user) ALL = (\(user):\(user)) NOPASSWD: GUARDIA"))
    }
}
