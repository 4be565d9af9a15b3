import Foundation
import Glibc
import Wire

/// Makes a machine a bastion: the service user, its folders, the one sudoers line, the engine's unit. Each item is looked at
/// first, and changed only where it differs; a second run changes nothing.
package struct Setup: Sendable {
    /// One thing that must be so.
    package struct Item: Sendable {
        package var name: String
        /// What would be done; nil: it is as it should be.
        package var change: String?
        /// Why it could not be done.
        package var trouble: String?
        /// What a person is to do about it, where setup does not: nothing failed.
        package var advice: String?

        package init(name: String, change: String? = nil, trouble: String? = nil, advice: String? = nil) {
            (self.name, self.change, self.trouble, self.advice) = (name, change, trouble, advice)
        }
    }

    package struct Options: Sendable {
        /// Where the machine's root is; `/` but in tests.
        package var root: String
        /// The service user, and the group of the operators.
        package var user: String
        package var dryRun: Bool
        /// Whether the engine is started, too.
        package var starts: Bool
        /// The words of systemctl.
        package var systemctl: [String]

        package init(
            root: String = "", user: String = "guardia", dryRun: Bool = false, starts: Bool = false,
            systemctl: [String] = ["systemctl"]
        ) {
            self.starts = starts
            self.systemctl = systemctl
            self.root = root
            self.user = user
            self.dryRun = dryRun
        }
    }

    private let options: Options
    private let deadline: Duration = .seconds(30)

    package init(_ options: Options) { self.options = options }

    /// Looks at every item in order, and mends what differs.
    package func run() async -> [Item] {
        var items = [await user()]
        guard items[0].trouble == nil else { return items }
        items.append(folder("/var/lib/guardia", mode: 0o2751, owner: options.user))
        items.append(folder("/var/lib/guardia/scans", mode: 0o750, owner: options.user))
        items.append(folder("/etc/guardia", mode: 0o750, owner: "root"))
        items.append(folder("/etc/guardia/secrets", mode: 0o700, owner: options.user))
        items.append(await key())
        items.append(await sudoers())
        let unit = await unit()
        items.append(unit)
        items.append(await engine(isUnitNew: unit.change != nil))
        items.append(signing())
        return items
    }

    // MARK: Users and folders

    private func user() async -> Item {
        var item = Item(name: "user and group \(options.user)")
        let hasGroup = getgrnam(options.user) != nil
        let hasUser = getpwnam(options.user) != nil
        guard !hasUser || !hasGroup else { return item }
        item.change = "create the system user and group \(options.user)"
        guard !options.dryRun else { return item }
        if !hasGroup { item.trouble = await command(["groupadd", "--system", options.user]) }
        if !hasUser, item.trouble == nil {
            item.trouble = await command([
                "useradd", "--system", "--gid", options.user, "--home-dir", "/var/lib/guardia", "--no-create-home",
                "--shell",
                "/usr/sbin/nologin", options.user,
            ])
        }
        return item
    }

    private func folder(_ path: String, mode: mode_t, owner: String) -> Item {
        let full = options.root + path
        var item = Item(name: path)
        let uid = getpwnam(owner)?.pointee.pw_uid ?? 0
        let gid = getgrnam(options.user)?.pointee.gr_gid ?? 0
        var status = stat()
        let exists = stat(full, &status) == 0
        if exists, status.st_mode & S_IFMT != S_IFDIR {
            item.trouble = "it is there, and is no folder: move it away"
            return item
        }
        if exists, status.st_mode & 0o7777 == mode, status.st_uid == uid, status.st_gid == gid { return item }
        item.change = "\(exists ? "give" : "make") it \(owner):\(options.user), mode \(String(mode, radix: 8))"
        guard !options.dryRun else { return item }
        do {
            if !exists { try FileManager.default.createDirectory(atPath: full, withIntermediateDirectories: true) }
        } catch {
            item.trouble = error.localizedDescription
            return item
        }
        if chown(full, uid, gid) != 0 || chmod(full, mode) != 0 { item.trouble = String(cString: strerror(errno)) }
        return item
    }

    // MARK: The edges' key

    /// A key of the service user's own: nothing of an operator's session opens an edge.
    private func key() async -> Item {
        let path = "\(options.root)/etc/guardia/edge_ed25519"
        var item = Item(name: "/etc/guardia/edge_ed25519")
        guard access(path, F_OK) != 0 else { return item }
        item.change = "make the key that opens the edges; its public half goes to each: guardia edge install"
        guard !options.dryRun else { return item }
        item.trouble = await command([
            "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "guardia@\(Setup.host)", "-f", path,
        ])
        if item.trouble == nil, let entry = getpwnam(options.user) {
            for file in [path, "\(path).pub"] { chown(file, entry.pointee.pw_uid, entry.pointee.pw_gid) }
        }
        return item
    }

    private static var host: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "bastion" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    // MARK: Files of ours

    private func sudoers() async -> Item {
        let text = String(decoding: PackageResources.sudoers, as: UTF8.self)
            .replacing("%guardia ", with: "%\(options.user) ").replacing(
                "(guardia:guardia)", with: "(\(options.user):\(options.user))")
        let path = "/etc/sudoers.d/guardia"
        guard options.dryRun || access("\(options.root)/etc/sudoers.d", F_OK) == 0 else {
            return Item(
                name: path,
                trouble: "there is no /etc/sudoers.d: install sudo, or have operators act as the service user")
        }
        return await file(path, text, mode: 0o440) { next in
            // A sudoers file with an error locks everybody out.
            await self.command(["visudo", "-c", "-q", "-f", next])
        }
    }

    private func unit() async -> Item {
        let text = String(decoding: PackageResources.guardia_service, as: UTF8.self)
            .replacing("User=guardia", with: "User=\(options.user)").replacing(
                "Group=guardia", with: "Group=\(options.user)")
        return await file("/etc/systemd/system/guardia.service", text, mode: 0o644) { _ in nil }
    }

    /// The engine runs, and will after a reboot. It is started only where that is asked for: a config may still be to come.
    private func engine(isUnitNew: Bool) async -> Item {
        var item = Item(name: "engine guardia.service")
        let runs = await command(options.systemctl + ["is-active", "--quiet", "guardia"]) == nil
        let comes = await command(options.systemctl + ["is-enabled", "--quiet", "guardia"]) == nil
        if runs, comes, !isUnitNew { return item }
        let verb = runs ? "restart" : "start"
        guard options.starts else {
            item.advice =
                runs && comes
                ? "its unit changed: systemctl daemon-reload && systemctl restart guardia, or guardia setup --start"
                : "it does not \(runs ? "come back after a reboot" : "run"): systemctl daemon-reload && systemctl enable --now guardia, or guardia setup --start"
            return item
        }
        item.change = "read its unit, enable and \(verb) it"
        guard !options.dryRun else { return item }
        for words in [["daemon-reload"], ["enable", "--quiet", "guardia"], [verb, "guardia"]] where item.trouble == nil
        {
            item.trouble = await command(options.systemctl + words)
        }
        return item
    }

    /// Signing the journal is for a user of its own, whom setup does not make: whoever can sign could rewrite.
    private func signing() -> Item {
        var item = Item(name: "guardia-audit-sign.timer")
        if access("\(options.root)/etc/systemd/system/guardia-audit-sign.timer", F_OK) != 0 {
            item.advice = "the journal's head is not signed here: docs/security.md says how"
        }
        return item
    }

    /// Writes a file whole, checked before it takes its name.
    private func file(
        _ path: String, _ text: String, mode: mode_t, check: (String) async -> String?
    ) async -> Item {
        let full = options.root + path
        var item = Item(name: path)
        var status = stat()
        let isRight = stat(full, &status) == 0 && status.st_mode & 0o7777 == mode
        if isRight, (try? String(contentsOfFile: full, encoding: .utf8)) == text { return item }
        item.change = "write it, mode \(String(mode, radix: 8))"
        guard !options.dryRun else { return item }
        let next = "\(full).guardia-new"
        do {
            let folder = String(full[..<(full.lastIndex(of: "/") ?? full.startIndex)])
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try text.write(toFile: next, atomically: false, encoding: .utf8)
        } catch {
            item.trouble = error.localizedDescription
            return item
        }
        if chmod(next, mode) != 0 { item.trouble = String(cString: strerror(errno)) }
        if item.trouble == nil { item.trouble = await check(next) }
        if item.trouble == nil, rename(next, full) != 0 { item.trouble = String(cString: strerror(errno)) }
        if item.trouble != nil { unlink(next) }
        return item
    }

    /// Runs a program; why it failed, or nil.
    private func command(_ words: [String]) async -> String? {
        do throws(WireError) {
            let result = try await Command.run(words, deadline: deadline)
            return result.isSuccess ? nil : "\(words[0]): \(result.complaint)"
        } catch {
            return "\(words[0]): \(error.reason)"
        }
    }
}
