import Launch

/// Reads `backup:` and `drills:`.
final class BackupReader {
    private var plan: BackupPlan?
    private var probeName: Field?
    private var user: Field?
    private var password: Field?
    private var place: Field?
    private var connections: (probe: Field?, user: String?, password: Secret?, plan: DrillsPlan.ConnectionsDrill)?
    private var redis: (place: Field, probe: Field?)?
    private var drills = DrillsPlan()
    private var silenced: [Field] = []
    private let catalogue: SeriesCatalogue

    init(_ catalogue: SeriesCatalogue) { self.catalogue = catalogue }

    func read(_ field: Field) {
        place = field
        plan = field.mapping { fields in
            probeName = fields.required("database")
            user = fields.optional("user")
            password = fields.optional("password")
            let encryption = fields.required("encrypt")?.encryption() ?? .none
            return BackupPlan(
                source: PostgresTarget(host: "", database: "", user: ""),
                folder: fields.required("folder")?.plainPath() ?? "",
                method: fields.optional("method")?.choice(["logical": .logical, "physical": .physical]) ?? .logical,
                level: fields.optional("level")?.integer(in: 1...19) ?? 3, encryption: encryption,
                identity: fields.optional("identity")?.path(),
                limits: fields.optional("limits")?.backupLimits() ?? BackupLimits(),
                schedule: fields.optional("schedule")?.weeklySchedule(),
                retention: fields.optional("retention")?.retention() ?? RetentionPolicy(),
                targets: fields.optional("targets")?.recoveryTargets() ?? RecoveryTargets(),
                bucket: fields.optional("s3")?.bucket(), pgBackRest: fields.optional("pgbackrest")?.pgBackRest(),
                drill: fields.optional("drill")?.restoreDrill() ?? RestoreDrillPlan(),
                countsRows: fields.optional("count_rows")?.flag() ?? true,
                programs: fields.optional("programs")?.path())
        }
        guard let plan else { return catalogue.markIncomplete(BackupPlan.probe) }
        for (measure, var series) in zip(plan.asProbe.measures, plan.asProbe.series) {
            series.title = "Backup \(measure.title)"
            if !catalogue.add(series) {
                field.error(
                    "the series '\(series.id)' is produced twice", hint: "give the probe 'backup' another name")
                break
            }
        }
    }

    func readDrills(_ field: Field) {
        drills =
            field.mapping { fields in
                let usual = DrillsPlan()
                let names: KeyValuePairs<String, DrillKind> = [
                    "connections": .connections, "redis": .redis, "edge": .edge,
                ]
                return DrillsPlan(
                    allowed: Set(fields.optional("allowed")?.items().compactMap { $0.choice(names) } ?? []),
                    health: fields.optional("health")?.url(),
                    target: fields.optional("target")?.duration(.seconds(1) ... .hours(1)) ?? usual.target,
                    answers: fields.optional("answers")?.integer(in: 1...100) ?? usual.answers,
                    connections: fields.optional("connections").flatMap { readConnections($0) },
                    redis: fields.optional("redis")?.restartDrill(self), edge: fields.optional("edge")?.hostDrill(self))
            } ?? DrillsPlan()
    }

    private func readConnections(_ field: Field) -> DrillsPlan.ConnectionsDrill? {
        field.mapping { fields in
            let probe = fields.required("database")
            let plan = DrillsPlan.ConnectionsDrill(
                server: PostgresTarget(host: "", database: "", user: ""), user: fields.required("of")?.text() ?? "",
                hold: fields.optional("hold")?.duration(0 ... .minutes(5)) ?? .seconds(3),
                silences: silences(fields.optional("silences")))
            connections = (
                probe, fields.optional("user")?.text(), fields.optional("password")?.secret(), plan
            )
            return plan
        }
    }

    /// Names of probes, which are known only once all is read.
    fileprivate func silences(_ field: Field?) -> [String] {
        guard let field else { return [] }
        silenced += field.items()
        return field.texts()
    }

    /// A silence of what is not there would leave people to be woken by the drill.
    private func checkSilences(_ probes: [Probe]) {
        let names = Set(probes.map(\.name) + catalogue.all.map { String($0.id.name.prefix { $0 != "." }) })
        for field in silenced {
            guard let name = field.text(), !names.contains(name), !catalogue.isExcused(name) else { continue }
            field.error(
                "no series begins with \(name.quoted): its alerts would not be silenced",
                hint: Nearest.hint(for: name, among: names.sorted()))
        }
    }

    /// Both sections, once all probes are known.
    func finish(_ probes: [Probe]) -> (backup: BackupPlan?, drills: DrillsPlan) {
        checkSilences(probes)
        if var plan, let target = target(probeName, probes) {
            plan.source = target
            plan.source.questions = []
            if let user, let text = user.text() {
                plan.source.user = text
                plan.source.password = nil
            }
            if let password { plan.source.password = password.secret() }
            self.plan = plan
        }
        if let connections, var drill = drills.connections, let target = target(connections.probe, probes) {
            drill.server = target
            drill.server.questions = []
            if let user = connections.user {
                drill.server.user = user
                drill.server.password = connections.password
            }
            if drill.silences.isEmpty, let name = connections.probe?.text() { drill.silences = [name] }
            drills.connections = drill
        }
        if let redis, let target = redisTarget(redis.probe, redis.place, probes) {
            drills.redis?.server = target
            drills.redis?.server.questions = []
        }
        return (plan, drills)
    }

    fileprivate func keep(redis place: Field, _ probe: Field?) { redis = (place, probe) }

    /// The probe of type redis that is named; where none is, the only one.
    private func redisTarget(_ field: Field?, _ place: Field, _ probes: [Probe]) -> RedisTarget? {
        let candidates = probes.compactMap { probe -> (String, RedisTarget)? in
            if case .redis(let target) = probe.target { (probe.name, target) } else { nil }
        }
        guard let field else {
            if candidates.count == 1 { return candidates[0].1 }
            place.error(
                "the drill needs a 'server', the probe of type redis that tells whether it was restarted",
                hint: candidates.isEmpty ? "there is none" : "one of \(candidates.map(\.0).joined(separator: ", "))")
            return nil
        }
        guard let name = field.text() else { return nil }
        if let found = candidates.first(where: { $0.0 == name }) { return found.1 }
        if !catalogue.isExcused(name) {
            field.error(
                "no probe of type redis is named \(name.quoted)",
                hint: Nearest.hint(for: name, among: candidates.map(\.0)))
        }
        return nil
    }

    private func target(_ field: Field?, _ probes: [Probe]) -> PostgresTarget? {
        guard let field, let name = field.text() else { return nil }
        let candidates = probes.compactMap { probe -> (String, PostgresTarget)? in
            if case .postgres(let target) = probe.target { (probe.name, target) } else { nil }
        }
        if let found = candidates.first(where: { $0.0 == name }) { return found.1 }
        if !catalogue.isExcused(name) {
            field.error(
                "no probe of type postgres is named \(name.quoted)",
                hint: Nearest.hint(for: name, among: candidates.map(\.0)))
        }
        return nil
    }
}

extension Field {
    /// `{age: age1…}`, `{gpg: FINGERPRINT, home: /…}`, or `none`, which must be written out.
    fileprivate func encryption() -> BackupEncryption? {
        if !isMapping, case .scalar(let scalar) = node.content, scalar.text == "none" {
            source.findings.warn(place, "backups are not encrypted: whoever reads the folder reads the database")
            return BackupEncryption.none
        }
        return mapping { fields -> BackupEncryption? in
            guard let kind = fields.one(of: ["age", "gpg"]) else {
                fields.error("'encrypt' needs 'age' or 'gpg' with a public key, or is 'none'")
                return nil
            }
            if kind.key == "age" {
                return kind.parse { text throws(Misfit) in
                    if text.hasPrefix("AGE-SECRET-KEY-") {
                        throw Misfit("this is the private key", hint: "age-keygen -y prints the public one")
                    }
                    guard text.hasPrefix("age1"), text.utf8.count >= 20, text.utf8.allSatisfy({ $0 > 47 && $0 < 123 })
                    else { throw Misfit("\(text.quoted) is not an age recipient", hint: "it begins with age1") }
                    return .age(recipient: text)
                }
            }
            let home = fields.optional("home")?.path()
            return kind.parse { text throws(Misfit) in
                guard (16...40).contains(text.utf8.count), text.allSatisfy(\.isHexDigit) else {
                    throw Misfit(
                        "\(text.quoted) is not a key's fingerprint", hint: "gpg --fingerprint prints it; without spaces"
                    )
                }
                return .gpg(recipient: text, home: home)
            }
        } ?? nil
    }

    fileprivate func backupLimits() -> BackupLimits? {
        mapping { fields in
            let usual = BackupLimits()
            let rate = fields.optional("rate")?.parse { text throws(Misfit) in
                Int64(try Quantity.amount(text, in: .bytesPerSecond))
            }
            let keep = fields.optional("keep_free")?.parse { text throws(Misfit) in Int64(try Quantity.size(text)) }
            return BackupLimits(
                rate: rate, keepFree: keep ?? usual.keepFree,
                nice: fields.optional("nice")?.integer(in: 0...19) ?? usual.nice,
                deadline: fields.optional("deadline")?.duration(.minutes(1) ... .days(3)) ?? usual.deadline)
        }
    }

    /// `{at: ["03:30"], days: Mon-Sun}`
    fileprivate func weeklySchedule() -> WeeklySchedule? {
        mapping { fields in
            let times = fields.required("at")
            let fieldsOfTime = times?.isList == true ? times?.items() ?? [] : [times].compactMap(\.self)
            let minutes = fieldsOfTime.compactMap { field in
                field.parse { text throws(Misfit) in try CalendarText.minuteOfDay(text[...]) }
            }
            if let times, minutes.isEmpty, !fields.source.findings.hasErrors { times.error("there is no time") }
            let days = fields.optional("days")?.parse { text throws(Misfit) in
                let ends = text.split(separator: "-", maxSplits: 1)
                let first = try CalendarText.weekday(ends.first ?? "")
                let last = try CalendarText.weekday(ends.last ?? "")
                guard first <= last else { throw Misfit("\(text.quoted) ends before it begins", hint: "as Mon-Fri") }
                return first...last
            }
            let usual = WeeklySchedule(minutes: [])
            return WeeklySchedule(
                weekdays: days ?? 1...7, minutes: minutes,
                inLaunchWindow: fields.optional("in_launch_window")?.flag() ?? usual.inLaunchWindow,
                retry: fields.optional("retry")?.duration(.minutes(1) ... .hours(24)) ?? usual.retry)
        }
    }

    fileprivate func retention() -> RetentionPolicy? {
        mapping { fields in
            let usual = RetentionPolicy()
            func count(_ key: String, _ usual: Int) -> Int { fields.optional(key)?.integer(in: 0...1000) ?? usual }
            return RetentionPolicy(
                last: count("last", usual.last), daily: count("daily", usual.daily),
                weekly: count("weekly", usual.weekly),
                monthly: count("monthly", usual.monthly), yearly: count("yearly", usual.yearly),
                isAutomatic: fields.optional("automatic")?.flag() ?? usual.isAutomatic)
        }
    }

    fileprivate func recoveryTargets() -> RecoveryTargets? {
        mapping { fields in
            let usual = RecoveryTargets()
            return RecoveryTargets(
                rpo: fields.optional("rpo")?.duration(.minutes(1) ... .days(60)) ?? usual.rpo,
                rto: fields.optional("rto")?.duration(.seconds(1) ... .days(7)) ?? usual.rto,
                proof: fields.optional("proof")?.duration(.minutes(1) ... .days(400)) ?? usual.proof)
        }
    }

    fileprivate func bucket() -> BucketPlan? {
        mapping { fields in
            let endpoint = fields.required("endpoint")?.url() ?? ""
            let prefix = fields.optional("prefix")?.parse { text throws(Misfit) in
                guard !text.hasPrefix("/"), text.utf8.count <= 500 else {
                    throw Misfit("\(text.quoted) begins with a slash", hint: "write it as barberpro/")
                }
                return text
            }
            let part = fields.optional("part")
            // S3 takes parts from 5 MiB on, up to 10,000 of them.
            let bytes = part?.parse { text throws(Misfit) in
                let size = Int(try Quantity.size(text))
                guard (5 << 20...512 << 20).contains(size) else {
                    throw Misfit("\(text) is out of range", hint: "5MiB to 512MiB will do")
                }
                return size
            }
            return BucketPlan(
                endpoint: endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint,
                region: fields.required("region")?.text() ?? "",
                bucket: fields.required("bucket")?.parse { text throws(Misfit) in
                    guard (3...63).contains(text.utf8.count),
                        text.utf8.allSatisfy({
                            (97...122).contains($0) || (48...57).contains($0) || [45, 46].contains($0)
                        })
                    else {
                        throw Misfit(
                            "\(text.quoted) is not a bucket", hint: "3 to 63 lower-case letters, digits, . and -")
                    }
                    return text
                } ?? "", prefix: prefix ?? "",
                key: fields.required("key")?.secret() ?? .environment("NONE"),
                secret: fields.required("secret")?.secret() ?? .environment("NONE"),
                token: fields.optional("token")?.secret(), part: bytes ?? 16 << 20, tls: fields.tls())
        }
    }

    fileprivate func pgBackRest() -> PgBackRestPlan? {
        mapping { fields in
            let usual = PgBackRestPlan(stanza: "")
            return PgBackRestPlan(
                words: fields.optional("run")?.argv() ?? usual.words, stanza: fields.required("stanza")?.text() ?? "")
        }
    }

    fileprivate func restoreDrill() -> RestoreDrillPlan? {
        mapping { fields in
            let usual = RestoreDrillPlan()
            let server = fields.optional("server")?.mapping { fields in
                PostgresTarget(
                    host: fields.required("host")?.text() ?? "",
                    port: fields.optional("port")?.integer(in: 1...65_535) ?? 5432,
                    database: fields.optional("database")?.text() ?? "postgres",
                    user: fields.required("user")?.text() ?? "", password: fields.optional("password")?.secret(),
                    sslMode: fields.optional("sslmode")?.oneOf([
                        "disable", "allow", "prefer", "require", "verify-ca", "verify-full",
                    ]) ?? "prefer", sslRootCertificate: fields.optional("sslrootcert")?.existingFile(), vitals: false)
            }
            return RestoreDrillPlan(
                schedule: fields.optional("schedule")?.weeklySchedule(),
                folder: fields.optional("folder")?.plainPath() ?? usual.folder, server: server,
                smoke: fields.optional("smoke")?.items().compactMap { $0.smokeQuery() } ?? [],
                deadline: fields.optional("deadline")?.duration(.minutes(1) ... .days(3)) ?? usual.deadline)
        }
    }

    private func smokeQuery() -> SmokeQuery? {
        mapping { fields in
            let text = fields.optional("expect")?.text()
            let least = fields.optional("at_least")?.number()
            if text != nil, least != nil { fields.error("a smoke query takes 'expect' or 'at_least', not both") }
            return SmokeQuery(
                name: fields.required("name")?.words() ?? "", query: fields.required("query")?.text() ?? "",
                expectation: text.map { .text($0) } ?? least.map { .atLeast($0) } ?? .something)
        }
    }

    fileprivate func restartDrill(_ reader: BackupReader) -> DrillsPlan.RestartDrill? {
        mapping { fields in
            reader.keep(redis: self, fields.optional("server"))
            return DrillsPlan.RestartDrill(
                restart: fields.required("restart")?.command(mentions: []) ?? CommandPlan(words: []),
                silences: reader.silences(fields.optional("silences")))
        }
    }

    fileprivate func hostDrill(_ reader: BackupReader) -> DrillsPlan.HostDrill? {
        mapping { fields in
            DrillsPlan.HostDrill(
                stop: fields.required("stop")?.command(mentions: []) ?? CommandPlan(words: []),
                start: fields.required("start")?.command(mentions: []) ?? CommandPlan(words: []),
                host: fields.required("host")?.url() ?? "",
                hold: fields.optional("hold")?.duration(0 ... .minutes(5)) ?? .seconds(5),
                silences: reader.silences(fields.optional("silences")))
        }
    }
}
