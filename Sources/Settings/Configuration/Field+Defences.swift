import Launch

/// The section `security.defences`: how the edges' hardening is proved.
extension Field {
    /// - Parameter deployment: whose edges it is about; nil where it could not be read, which is said there.
    func defencePlan(_ catalogue: SeriesCatalogue, of deployment: Deployment?) -> DefencePlan? {
        let plan = readDefencePlan(of: deployment)
        if let plan, let deployment {
            plan.addSeries(of: deployment, to: catalogue, at: self)
        } else {
            catalogue.markIncomplete(DefencePlan.probe)
        }
        return plan
    }

    private func readDefencePlan(of deployment: Deployment?) -> DefencePlan? {
        mapping { fields in
            let usual = DefencePlan()
            let clean = fields.optional("clean_path")?.parse { text throws(Misfit) -> String in
                guard text.hasPrefix("/"), text.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
                    throw Misfit("\(text.quoted) is not a path", hint: "as /healthz")
                }
                return text
            }
            return DefencePlan(
                every: fields.optional("every")?.duration(Field.pace) ?? usual.every,
                deadline: fields.optional("deadline")?.duration(.seconds(2) ... .minutes(5)) ?? usual.deadline,
                cleanPath: clean, publicURLs: fields.optional("public")?.items().compactMap { $0.ownURL() } ?? [],
                maximumAgeOfRules: fields.optional("rules_max_age")?.duration(.days(1) ... .days(3650))
                    ?? usual.maximumAgeOfRules,
                bans: fields.optional("bans")?.items().compactMap { $0.banWatch(of: deployment) } ?? [],
                logs: fields.optional("logs")?.items().compactMap { $0.edgeLogs() } ?? [])
        }
    }

    /// Scheme and host alone: the paths are the trials'.
    private func ownURL() -> String? {
        guard let url = url() else { return nil }
        let rest = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).dropFirst(3).first ?? ""
        guard rest.isEmpty else {
            error("\(url.quoted) has a path", hint: "write it as https://api.example.com")
            return nil
        }
        return url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    private func banWatch(of deployment: Deployment?) -> BanWatch? {
        mapping { fields in
            let usual = BanWatch(name: "")
            let edge = fields.optional("log_on")?.edgeElsewhere(of: deployment)
            return BanWatch(
                name: fields.required("name")?.identifier() ?? "",
                client: fields.optional("fail2ban")?.texts() ?? usual.client,
                nft: fields.optional("nft")?.texts() ?? usual.nft,
                jails: fields.optional("jails")?.texts() ?? usual.jails, log: fields.optional("log")?.path(),
                logEdge: edge)
        }
    }

    /// The name of an edge that is another machine.
    private func edgeElsewhere(of deployment: Deployment?) -> String? {
        guard let name = identifier(), let deployment else { return nil }
        let elsewhere = deployment.edges.filter { $0.ssh != nil }.map(\.name)
        if !elsewhere.contains(name) {
            error(
                "\(name.quoted) is no edge that is reached by ssh",
                hint: elsewhere.isEmpty
                    ? "leave 'log_on' out where the log can be read here"
                    : "it is one of \(elsewhere.joined(separator: ", "))")
        }
        return name
    }

    private func edgeLogs() -> EdgeLogs? {
        mapping { fields in
            EdgeLogs(
                edge: fields.required("edge")?.identifier() ?? "", access: fields.required("access")?.path() ?? "",
                audit: fields.optional("audit")?.path())
        }
    }
}

extension DefencePlan {
    /// What the edges turn away, before what may refer to it.
    fileprivate func addSeries(of deployment: Deployment, to catalogue: SeriesCatalogue, at field: Field) {
        for measure in series(of: deployment) {
            if !catalogue.add(measure) {
                field.error(
                    "the series '\(measure.id)' is produced twice", hint: "give the probe 'defence' another name")
                break
            }
        }
    }
}
