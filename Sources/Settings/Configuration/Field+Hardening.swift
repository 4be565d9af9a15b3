import Launch

/// The section `deployment.hardening`: docs/edge-setup.md explains every key. What it says stands in nginx's configuration:
/// no character is taken that could mean anything else there.
extension Field {
    func hardening() -> HardeningPlan? {
        mapping { fields in
            let usual = HardeningPlan()
            let classes = fields.optional("classes")?.items().compactMap { $0.endpointClass() } ?? usual.classes
            for (index, one) in classes.enumerated()
            where classes[..<index].contains(where: { $0.name == one.name })
                || HardeningPlan.reserved.contains(one.name)
            {
                fields.error("a class cannot be called \(one.name.quoted) here", hint: "each has a name of its own")
            }
            let hsts = fields.optional("hsts")
            return HardeningPlan(
                folder: fields.optional("folder")?.plainPath() ?? usual.folder,
                log: fields.optional("log")?.plainPath() ?? usual.log,
                waf: fields.optional("waf").map { $0.firewall() } ?? usual.waf,
                trusted: fields.optional("trusted")?.networks() ?? [],
                realAddress: fields.optional("real_ip")?.realAddress(), classes: classes,
                rest: fields.optional("api")?.requestLimit() ?? usual.rest,
                uri: fields.optional("uri").map { $0.isOff ? nil : $0.requestLimit() } ?? usual.uri,
                agent: fields.optional("agent").map { $0.isOff ? nil : $0.requestLimit() } ?? usual.agent,
                connections: fields.optional("connections")?.integer(in: 1...10_000) ?? usual.connections,
                methods: fields.optional("methods")?.methods() ?? usual.methods,
                body: fields.optional("body")?.size(in: 1 << 10...1 << 30) ?? usual.body,
                countries: fields.optional("countries")?.countries(),
                hstsSeconds: hsts.map { $0.isOff ? nil : $0.duration(.days(1) ... .days(3650))?.count }?.map {
                    $0 / 1000
                }
                    ?? (hsts == nil ? usual.hstsSeconds : nil),
                contentPolicy: fields.optional("content_policy")?.headerValue(),
                bans: fields.optional("bans").map { $0.isOff ? nil : $0.bans() } ?? usual.bans)
        }
    }

    /// `{from: [10.0.2.0/24], header: X-Forwarded-For}`
    private func realAddress() -> RealAddressPlan? {
        mapping { fields in
            let from = fields.required("from")
            let networks = from?.networks() ?? []
            if let from, networks.contains(where: { $0.hasSuffix("/0") }) {
                from.error("everybody would say where they come from", hint: "only the load balancer's networks")
            }
            let header = fields.optional("header")?.parse { text throws(Misfit) -> String in
                guard !text.isEmpty, text.utf8.count <= 100,
                    text.utf8.allSatisfy({ isPlain($0) || "-_".utf8.contains($0) })
                else { throw Misfit("\(text.quoted) is not the name of a header", hint: "as X-Forwarded-For") }
                return text
            }
            return header.map { RealAddressPlan(from: networks, header: $0) } ?? RealAddressPlan(from: networks)
        }
    }

    /// `none`, where something is not wanted at all.
    private var isOff: Bool {
        if !isMapping, case .scalar(let scalar) = node.content {
            return ["none", "false", "off"].contains(scalar.text)
        }
        return false
    }

    private func firewall() -> FirewallPlan? {
        guard !isOff else { return nil }
        return mapping { fields in
            let usual = FirewallPlan()
            let mode = fields.optional("mode")?.choice(["block": "block", "detect": "detect", "none": "none"])
            let plan = FirewallPlan(
                onlyDetects: mode == "detect", rules: fields.optional("rules")?.plainPath() ?? usual.rules,
                setup: fields.optional("setup")?.plainPath() ?? usual.setup,
                unicodeMap: fields.optional("unicode_map")?.plainPath() ?? usual.unicodeMap,
                auditLog: fields.optional("audit_log")?.plainPath() ?? usual.auditLog,
                paranoia: fields.optional("paranoia")?.integer(in: 1...4) ?? usual.paranoia,
                without: fields.optional("without")?.items().compactMap { $0.integer(in: 1...9_999_999) } ?? [])
            return mode == "none" ? nil : plan
        } ?? nil
    }

    private func endpointClass() -> EndpointClass? {
        mapping { fields in
            EndpointClass(
                fields.required("name")?.className() ?? "",
                paths: fields.required("paths")?.items().compactMap { $0.pathStart() } ?? [],
                limit: fields.requestLimit(),
                methods: fields.optional("methods")?.methods() ?? [],
                body: fields.optional("body")?.size(in: 1 << 10...1 << 30),
                types: fields.optional("types")?.items().compactMap { $0.contentType() } ?? [])
        }
    }

    /// Part of names in nginx's configuration.
    private func className() -> String? {
        parse { text throws(Misfit) in
            guard let first = text.utf8.first, (97...122).contains(first), text.utf8.count <= 20,
                text.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 95 })
            else {
                throw Misfit("\(text.quoted) is not a class", hint: "lower-case letters, digits and _, as auth")
            }
            return text
        }
    }

    private func requestLimit() -> RequestLimit? { mapping { $0.requestLimit() } }

    private func methods() -> [String]? {
        items().compactMap { field in
            field.parse { text throws(Misfit) in
                guard !text.isEmpty, text.utf8.count <= 20, text.utf8.allSatisfy({ (65...90).contains($0) }) else {
                    throw Misfit("\(text.quoted) is not a method", hint: "as GET")
                }
                return text
            }
        }
    }

    private func pathStart() -> String? {
        parse { text throws(Misfit) in
            guard text.hasPrefix("/"), text.utf8.count <= 200,
                text.utf8.allSatisfy({ isPlain($0) || "/._-+".utf8.contains($0) })
            else { throw Misfit("\(text.quoted) is not what a path begins with", hint: "as /payments") }
            return text
        }
    }

    private func contentType() -> String? {
        parse { text throws(Misfit) in
            guard text.split(separator: "/", omittingEmptySubsequences: false).count == 2,
                text.utf8.allSatisfy({ isPlain($0) || "/.-+".utf8.contains($0) })
            else { throw Misfit("\(text.quoted) is not a content type", hint: "as application/json") }
            return text.lowercased()
        }
    }

    private func headerValue() -> String? {
        parse { text throws(Misfit) in
            guard text.utf8.allSatisfy({ $0 >= 32 && $0 < 127 && !"\"\\$".utf8.contains($0) }) else {
                throw Misfit("it has characters that cannot stand in a header", hint: "neither \" nor \\ nor $")
            }
            return text
        }
    }

    /// `10.0.0.5`, `10.0.0.0/8`, `2001:db8::/32`.
    private func networks() -> [String]? {
        items().compactMap { field in
            field.parse { text throws(Misfit) in
                let parts = text.split(separator: "/", omittingEmptySubsequences: false)
                let address = String(parts.first ?? "")
                let bits = parts.count == 2 ? Int(parts[1]) : parts.count == 1 ? 0 : nil
                guard let bits, let size = Network.bits(of: address), (0...size).contains(bits) else {
                    throw Misfit("\(text.quoted) is not a network", hint: "as 10.0.0.5 or 10.0.0.0/8")
                }
                return text
            }
        }
    }

    private func countries() -> CountryPlan? {
        mapping { fields in
            let usual = CountryPlan(allow: [])
            let mode = fields.optional("mode")?.choice(["refuse": true, "none": false])
            let allow = fields.required("allow")?.items().compactMap { field in
                field.parse { text throws(Misfit) in
                    guard text.utf8.count == 2, text.utf8.allSatisfy({ (65...90).contains($0) }) else {
                        throw Misfit("\(text.quoted) is not a country", hint: "two letters, as AR")
                    }
                    return text
                }
            }
            let plan = CountryPlan(
                database: fields.optional("database")?.plainPath() ?? usual.database, allow: allow ?? [],
                allowsUnknown: fields.optional("unknown")?.choice(["allow": true, "refuse": false])
                    ?? usual.allowsUnknown,
                addresses: fields.optional("addresses")?.networks() ?? [],
                everywhere: fields.optional("everywhere")?.items().compactMap { $0.pathStart() } ?? [])
            return mode == false ? nil : plan
        } ?? nil
    }

    private func bans() -> BanPlan? {
        mapping { fields in
            let usual = BanPlan()
            return BanPlan(
                time: fields.optional("time")?.duration(.seconds(1) ... .days(365)) ?? usual.time,
                longest: fields.optional("longest")?.duration(.seconds(1) ... .days(3650)) ?? usual.longest,
                window: fields.optional("window")?.duration(.seconds(1) ... .days(7)) ?? usual.window,
                retries: fields.optional("retries")?.integer(in: 1...10_000) ?? usual.retries,
                connections: fields.optional("connections")?.integer(in: 1...100_000) ?? usual.connections,
                ports: fields.optional("ports")?.items().compactMap { $0.integer(in: 1...65_535) } ?? usual.ports)
        }
    }
}

extension Fields {
    /// `rate: 5/m, burst: 3`.
    fileprivate func requestLimit() -> RequestLimit {
        let rate = required("rate")?.parse { text throws(Misfit) -> (Int, RequestLimit.Span) in
            let parts = text.split(separator: "/")
            guard parts.count == 2, let count = Int(parts[0]), (1...100_000).contains(count),
                let span = RequestLimit.Span(rawValue: String(parts[1]))
            else { throw Misfit("\(text.quoted) is not a rate", hint: "as 10/s or 5/m") }
            return (count, span)
        }
        return RequestLimit(rate?.0 ?? 1, rate?.1 ?? .second, burst: optional("burst")?.integer(in: 0...100_000) ?? 0)
    }
}

extension HardeningPlan {
    /// Names that the rendered configuration uses itself.
    fileprivate static let reserved: Set<String> = [restName, "none", "all", "uri", "agent", "connections"]
}

private func isPlain(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
}
