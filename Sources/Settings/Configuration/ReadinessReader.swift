package import Launch

/// Reads the section `readiness`: the stations of the go/no-go poll and who is on the roll-call. docs/readiness.md explains it.
struct ReadinessReader {
    let catalogue: SeriesCatalogue
    /// The names of probes, in the order of the file.
    let probes: [String]

    /// - Parameter launch: all the other sections; what the checks must know of them goes into the plan.
    func read(_ field: Field, of launch: LaunchConfiguration) -> ReadinessPlan? {
        field.mapping { fields in
            let rollCall = fields.optional("roll_call")?.rollCall(of: launch)
            let list = fields.required("stations")
            let stations = list?.named("station") { station($0, hasRollCall: rollCall != nil) } ?? []
            if let list, stations.isEmpty, !fields.source.findings.hasErrors { list.error("there is no station") }
            let usual: ReadinessPlan.DeployRule = launch.environment == "production" ? .refuse : .caution
            let deploy = fields.optional("deploy")?.choice(
                ["refuse": .refuse, "caution": .caution, "ignore": .ignore]
                    as KeyValuePairs<String, ReadinessPlan.DeployRule>)
            return ReadinessPlan(
                stations: stations, deploy: deploy ?? usual, rollCall: rollCall, rules: rules(of: launch),
                probes: launch.probes.map { SeriesID("\($0.name).up") }.filter { catalogue[$0] != nil },
                deadMen: launch.deadMan.map(\.name), actAs: launch.actAs)
        }
    }

    private func rules(of launch: LaunchConfiguration) -> [ReadinessPlan.Rule] {
        launch.alerts.rules.map { rule in
            let series = rule.condition.inputs.flatMap { id -> [SeriesID] in
                guard id.name.contains("*") else { return [id] }
                // As the rule itself is spread: `app.p95.events.AR-C` is no `app.p95.*`, and no alert is made of it.
                return catalogue.all.map(\.id).filter { AlertPlan.value(of: $0, in: id) != nil }
            }
            return ReadinessPlan.Rule(
                name: rule.name, series: series, tells: rule.policy != nil && !launch.policies.isEmpty)
        }
    }

    private func station(_ field: Field, hasRollCall: Bool) -> ReadinessPlan.Station? {
        field.mapping { fields in
            let name = fields.required("name")?.identifier() ?? ""
            let list = fields.required("checks")
            let checks = list?.items().compactMap { check($0, hasRollCall: hasRollCall) } ?? []
            if let list, checks.isEmpty, !fields.source.findings.hasErrors {
                list.error("a station without a check is go whatever happens")
            }
            return ReadinessPlan.Station(
                name: name, title: fields.optional("title")?.words() ?? name, checks: checks)
        }
    }

    private static let kinds = [
        "series", "no_alert", "target", "dead_man", "contacts", "channels", "rules", "probes", "escalation", "security",
        "backup", "attested", "roll_call",
    ]

    private func check(_ field: Field, hasRollCall: Bool) -> ReadinessCheck? {
        field.mapping { fields -> ReadinessCheck? in
            guard let what = fields.one(of: ReadinessReader.kinds) else {
                fields.error("a check needs one of \(ReadinessReader.kinds.joined(separator: ", "))")
                return nil
            }
            switch what.key {
            case "series": return series(what, fields)
            case "no_alert":
                let matchers = what.isList ? what.matchers() : []
                if !what.isList { what.error("'no_alert' needs a list", hint: "as ['alertname=application_down']") }
                if what.isList, matchers.isEmpty, !fields.source.findings.hasErrors {
                    what.error("'no_alert' without a matcher matches nothing", hint: "['severity=critical'] for any")
                }
                return matchers.isEmpty ? nil : .alerts(matchers)
            case "target": return what.reference(to: "probe", in: probes).map { .target($0) }
            case "dead_man": return word(what, "fresh", .deadMan)
            case "contacts": return what.duration(.minutes(1) ... .days(366)).map { .contacts(within: $0) }
            case "channels": return what.duration(.minutes(1) ... .days(366)).map { .channels(within: $0) }
            case "rules": return word(what, "active", .rules)
            case "probes": return word(what, "known", .probes)
            case "escalation": return word(what, "complete", .escalation)
            case "security":
                let grade = fields.optional("grade")?.parse { text throws(Misfit) in
                    guard let letter = TLSGrade.Letter(rawValue: text), letter < .m else {
                        throw Misfit("\(text.quoted) is no grade", hint: "A+, A, A-, B, C, D, E or F")
                    }
                    return letter
                }
                return what.reference(to: "station of the security page", in: SecurityPosture.order)
                    .map { .security($0, grade: grade) }
            case "backup":
                return what.choice(
                    ["good": .backup(proved: false), "proved": .backup(proved: true)]
                        as KeyValuePairs<String, ReadinessCheck>)
            case "attested": return what.words().map { .attested($0) }
            default:
                if !hasRollCall { what.error("there is no 'roll_call' in 'readiness': nobody would be asked") }
                return word(what, "complete", .rollCall)
            }
        } ?? nil
    }

    private func word(_ field: Field, _ word: String, _ check: ReadinessCheck) -> ReadinessCheck? {
        field.parse { text throws(Misfit) in
            guard text == word else { throw Misfit("\(text.quoted) is not known here", hint: "write \(word)") }
            return check
        }
    }

    private func series(_ field: Field, _ fields: Fields) -> ReadinessCheck? {
        let must = fields.optional("must")
        let age = fields.optional("max_age")?.duration(.seconds(1) ... .days(366))
        guard let id = catalogue.resolve(field), let series = catalogue[id] else { return nil }
        let bound = must?.parse { text throws(Misfit) in try Thresholds.Bound(text, unit: series.unit) }
        if must == nil, !series.isJudged, series.unit != .text {
            field.error(
                "nothing judges the series \(id.name.quoted): it would be go whatever it says",
                hint: "add 'must: above …' or 'must: below …'")
        }
        if let age, age < series.interval {
            fields.error("'max_age' is shorter than the \(series.interval.text) between two readings of \(id.name)")
        }
        return .series(SeriesCondition(series: id, must: bound, maximumAge: age))
    }
}

extension Field {
    fileprivate func rollCall(of launch: LaunchConfiguration) -> RollCallPlan? {
        mapping { fields in
            let usual = RollCallPlan(people: [])
            let list = fields.required("people")
            var people: [String] = []
            for item in list?.items() ?? [] {
                guard let name = item.reference(to: "contact", in: launch.contacts.map(\.name)) else { continue }
                if people.contains(name) { item.error("\(name.quoted) is on it twice") } else { people.append(name) }
            }
            if let list, people.isEmpty, !fields.source.findings.hasErrors { list.error("nobody is on the roll-call") }
            let channels = fields.optional("by")?.items().compactMap {
                $0.reference(to: "channel", in: launch.channels.map(\.name))
            }
            return RollCallPlan(
                people: people, channels: channels ?? [],
                patience: fields.optional("patience")?.duration(.minutes(1) ... .hours(24)) ?? usual.patience,
                lasts: fields.optional("lasts")?.duration(.minutes(10) ... .days(7)) ?? usual.lasts)
        }
    }

    /// The section `launch`: T−0, the window with its holidays, and the closer watch afterwards.
    func launchPlan(zoneName: String) -> LaunchPlan? {
        mapping { fields in
            let window = fields.optional("window")
            let holidays = fields.optional("holidays")
            var plan = LaunchPlan(
                at: fields.optional("at")?.parse { text throws(Misfit) in
                    try LaunchTimeText.timestamp(text, zoneName: zoneName)
                }, window: window?.parse(CalendarText.window))
            let days = holidays?.holidays()
            plan.window?.holidays = days
            if let holidays, window == nil {
                holidays.error("'holidays' says when a window is closed, and there is none")
            }
            if let at = plan.at, let days, !days.isEmpty {
                let year = ((try? ZoneTable.make(name: zoneName, abbreviation: "", around: at)) ?? .utc).civil(at).year
                if !days.contains(where: { $0.year == year }) {
                    holidays?.source.findings.warn(
                        holidays?.place ?? place, "the holidays have none of \(year), the year of the launch",
                        hint: "the window stays closed in a year that the list does not know")
                }
            }
            plan.closerWatch = fields.optional("closer_watch").flatMap { $0.closerWatch() }
            return plan
        }
    }

    private func closerWatch() -> CloserWatch? {
        mapping { fields in
            let usual = CloserWatch()
            return CloserWatch(
                span: fields.optional("for")?.duration(.minutes(1) ... .days(30)) ?? usual.span,
                faster: fields.optional("faster")?.integer(in: 1...10) ?? usual.faster)
        }
    }

    /// A list of `{date: 2026-12-25, name: Navidad}`, or the path of a file with one under `holidays:`; a relative path is one
    /// beside the config.
    private func holidays() -> [LaunchHoliday]? {
        if isList { return holidayList() }
        guard let name = words() else { return nil }
        let folder = source.findings.file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let path = name.hasPrefix("/") || folder.isEmpty ? name : folder.joined(separator: "/") + "/" + name
        let findings = Findings(file: path)
        guard SettingsFile.isReadable(path), let bytes = SettingsFile.read(path, findings: findings) else {
            // Not an empty list: of a year that no list knows the window is closed.
            source.findings.warn(place, "the holidays \(path) cannot be read: the launch window counts as closed")
            return []
        }
        let days = Source(findings: findings).root(of: bytes)?.mapping { fields in
            _ = fields.optional("source")
            return fields.required("holidays")?.holidayList() ?? []
        }
        for problem in findings.errors { error("\(problem)") }
        return days ?? []
    }

    private func holidayList() -> [LaunchHoliday] {
        var seen: Set<Int64> = []
        return items().compactMap { item in
            let day = item.mapping { fields -> LaunchHoliday? in
                let date = fields.required("date")
                let number = date?.parse { text throws(Misfit) in try CalendarText.day(text) }
                let name = fields.required("name")?.words()
                // `open: true`: a day off for others on which this team launches all the same.
                let isOpen = fields.optional("open")?.flag() ?? false
                guard let number, let name else { return nil }
                if !seen.insert(number).inserted { date?.error("this day is in the list twice") }
                let civil = CivilTime(secondsSinceEpoch: number * 86_400)
                return isOpen
                    ? nil : LaunchHoliday(year: civil.year, month: civil.month, day: civil.day, name: name)
            }
            return day ?? nil
        }
    }
}

/// A time of a launch as people write it.
package enum LaunchTimeText {
    /// `22:00`, the next time that the launch's clocks show it; else a day with its time, see ``timestamp(_:zoneName:)``.
    package static func next(
        _ text: String, after now: Timestamp, zone: Zone, zoneName: String
    ) throws(Misfit) -> Timestamp {
        guard text.utf8.count <= 5 else {
            return try timestamp(text.replacing(" ", with: "T", maxReplacements: 1), zoneName: zoneName)
        }
        let minute = try CalendarText.minuteOfDay(text[...]) % 1440
        let today = zone.civil(now)
        // A day whose clocks leave the time out has it an hour later, which may be past already.
        for day in 0...2 {
            let date = CivilTime(
                secondsSinceEpoch: Int64(CivilTime.days(today.year, today.month, today.day) + day) * 86_400)
            let time = zone.timestamp(
                year: date.year, month: date.month, day: date.day, hour: minute / 60, minute: minute % 60)
            if time > now { return time }
        }
        return now
    }

    /// `2026-03-09T09:00:00-03:00`, with its offset; or `2026-03-09T09:00`, by the clocks of the launch's own zone. A time that a
    /// change of the clocks leaves out, or gives twice, is refused: it must say which is meant.
    package static func timestamp(_ text: String, zoneName: String) throws(Misfit) -> Timestamp {
        let bytes = Array(text.utf8)
        let hasOffset = bytes.count > 19
        guard !hasOffset, bytes.count == 16 || bytes.count == 19 else { return try CalendarText.timestamp(text) }
        // Read as if it were UTC: this checks the calendar, leap days among it.
        let plain = try CalendarText.timestamp((bytes.count == 16 ? text + ":00" : text) + "Z")
        let zone = try ZoneTable.make(name: zoneName, abbreviation: "", around: plain)
        let wanted = CivilTime(secondsSinceEpoch: plain.seconds)
        // The offsets of the days around it are all that can be meant.
        let offsets = Set([-86_400, 0, 86_400].map { zone.offset(at: Timestamp(seconds: plain.seconds + $0)) })
        let meant = offsets.map { Timestamp(seconds: plain.seconds - Int64($0)) }.filter { zone.civil($0) == wanted }
        guard let first = meant.min() else {
            throw Misfit(
                "\(text.quoted) is left out by the clocks of \(zoneName), which go forward then",
                hint: "give the offset, as 2026-03-09T09:00:00-03:00")
        }
        guard meant.count == 1 else {
            throw Misfit(
                "\(text.quoted) comes twice by the clocks of \(zoneName), which go back then",
                hint: "give the offset, as 2026-03-09T09:00:00-03:00")
        }
        return first
    }
}
