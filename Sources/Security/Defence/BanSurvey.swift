import Foundation
package import Launch
import Wire

/// Whether who is banned is really kept out: fail2ban's jails run, and their bans are in the sets of nftables, and a rule drops
/// what is in the sets.
package struct BanSurvey: Sendable {
    private let plan: DefencePlan

    package init(_ plan: DefencePlan) { self.plan = plan }

    package func take() async -> SecurityCheck {
        var items: [SecurityCheck.Item] = []
        for watch in plan.bans { items += await look(watch) }
        let bad = items.filter { $0.verdict > .ok }
        let banned = items.compactMap { $0.name.hasSuffix(" bans") ? $0.number : nil }.reduce(0, +)
        return SecurityCheck(
            station: "bans",
            summary: bad.isEmpty
                ? "every jail runs; \(Int(banned)) addresses are banned" : "\(bad[0].name): \(bad[0].text)",
            items: items, every: plan.every)
    }

    private func look(_ watch: BanWatch) async -> [SecurityCheck.Item] {
        var items: [SecurityCheck.Item] = []
        var banned = Set<String>()
        let running: [String]
        do throws(SecurityError) {
            running = BanSurvey.jails(try await run(watch.statusWords))
        } catch {
            return [.init("\(watch.name) fail2ban", .critical, "does not answer: \(error.reason)")]
        }
        for jail in watch.jails {
            let name = "\(watch.name) \(jail)"
            guard running.contains(jail) else {
                items.append(.init(name, .critical, "this jail does not run: nobody is banned for it"))
                continue
            }
            do throws(SecurityError) {
                let status = BanSurvey.status(try await run(watch.statusWords(of: jail)))
                banned.formUnion(status.addresses)
                items.append(
                    .init(
                        name, .ok, "\(status.addresses.count) banned now, \(status.total) in all",
                        number: Double(status.addresses.count)))
            } catch {
                items.append(.init(name, .unknown, error.reason))
            }
        }
        items.append(await bans(watch, banned, running))
        return items
    }

    private func bans(_ watch: BanWatch, _ banned: Set<String>, _ running: [String]) async -> SecurityCheck.Item {
        let name = "\(watch.name) bans"
        let table: FilterTable
        do throws(SecurityError) {
            let text = try await run(watch.tableWords)
            guard let read = FilterTable(json: Array(text.utf8)) else {
                return .init(name, .unknown, "nft's answer cannot be read")
            }
            table = read
        } catch {
            return .init(name, .critical, "there is no table inet guardia: a ban keeps nobody out (\(error.reason))")
        }
        guard table.drops.isSuperset(of: ["banned4", "banned6"]) else {
            return .init(
                name, .critical, "no rule drops what is in the sets banned4 and banned6: a ban keeps nobody out")
        }
        var missing = banned.subtracting(table.banned)
        // A ban may have ended between the two questions.
        for jail in watch.jails where !missing.isEmpty && running.contains(jail) {
            guard let text = try? await run(watch.statusWords(of: jail)) else { continue }
            let still = BanSurvey.status(text).addresses
            if still.isDisjoint(with: missing) { continue }
            return .init(
                name, .critical,
                "\(missing.count) banned by fail2ban, but not in nftables: \(missing.sorted().prefix(3).joined(separator: ", "))",
                number: Double(banned.count))
        }
        missing = []
        return .init(
            name, .ok, "\(banned.count) of fail2ban's are in nftables, which holds \(table.banned.count)",
            number: Double(banned.count))
    }

    private func run(_ words: [String]) async throws(SecurityError) -> String {
        let result: CommandResult
        do throws(WireError) {
            result = try await Command.run(
                words, environment: ["PATH": Command.defaultPath, "LC_ALL": "C.UTF-8"], deadline: .seconds(10),
                outputLimit: 4 << 20)
        } catch {
            throw SecurityError(words[0], error.reason)
        }
        guard result.isSuccess else {
            let reason = result.standardError.text.isEmpty ? result.standardOutput.text : result.standardError.text
            throw SecurityError(
                words[0], String(reason.split(separator: "\n").last ?? "it failed without a word").bounded)
        }
        return result.standardOutput.text
    }

    // MARK: fail2ban's answers

    /// `` `- Jail list:   guardia-auth, guardia-scan ``
    package static func jails(_ text: String) -> [String] {
        list(text, after: "Jail list:").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
    }

    /// `` |- Total banned:     3 `` and `` `- Banned IP list:   10.0.0.1 10.0.0.2 ``
    package static func status(_ text: String) -> (addresses: Set<String>, total: Int) {
        let addresses = list(text, after: "Banned IP list:").split(whereSeparator: \.isWhitespace).map(String.init)
        let total = Int(list(text, after: "Total banned:").trimmingCharacters(in: .whitespaces)) ?? 0
        return (Set(addresses), total)
    }

    private static func list(_ text: String, after word: String) -> String {
        guard let line = text.split(separator: "\n").first(where: { $0.contains(word) }),
            let range = line.firstRange(of: word)
        else { return "" }
        return String(line[range.upperBound...])
    }
}

extension String {
    fileprivate var bounded: String { String(prefix(200)) }
}

/// nftables' table `inet guardia`, from `nft -j list table inet guardia`.
package struct FilterTable: Hashable, Sendable {
    /// What is in the sets of the banned.
    package private(set) var banned: Set<String> = []
    /// The sets whose elements a rule drops.
    package private(set) var drops: Set<String> = []

    package init?(json bytes: [UInt8]) {
        guard bytes.count <= 4 << 20, let root = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any],
            let entries = root["nftables"] as? [[String: Any]]
        else { return nil }
        for entry in entries {
            if let set = entry["set"] as? [String: Any], let name = set["name"] as? String, name.hasPrefix("banned") {
                for element in set["elem"] as? [Any] ?? [] {
                    let value = ((element as? [String: Any])?["elem"] as? [String: Any])?["val"] ?? element
                    if let address = value as? String { banned.insert(address) }
                }
            }
            if let rule = entry["rule"] as? [String: Any], let words = rule["expr"] as? [[String: Any]],
                words.contains(where: { $0.keys.contains("drop") })
            {
                for word in words {
                    guard let match = word["match"] as? [String: Any], match["op"] as? String == "==",
                        let right = match["right"] as? String, right.hasPrefix("@")
                    else { continue }
                    drops.insert(String(right.dropFirst()))
                }
            }
        }
    }
}
