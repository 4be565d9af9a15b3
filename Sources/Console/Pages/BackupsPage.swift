import Launch

/// How the backups stand: the promises and what is kept of them, what comes next, how they grow, and each of them.
struct BackupsPage {
    let model: Model

    static func room(in body: Rect) -> Int { max(0, body.height - 2) }

    func render(into frame: inout Frame, area: Rect, top: Int) {
        let words = model.words
        frame.fill(area, .text)
        let facts = model.shownManifest?.backup
        let places = facts.map { [$0.encryption] + $0.places } ?? []
        let inside = Panel(
            title: words(.backupsTitle, Text.sanitised(facts?.database ?? "", limit: 40)),
            facts: [Span(Text.sanitised(places.filter { !$0.isEmpty }.joined(separator: " · "), limit: 200), .dim)],
            isFocused: true
        ).render(into: &frame, area: area).inset(left: 1, right: 1)
        let lines = lines(width: inside.width)
        let visible = Scroll(top: top).visible(count: lines.count, height: inside.height)
        for (row, line) in lines[visible].enumerated() {
            frame.put(line, at: inside.row(row).origin, width: inside.width)
        }
        Scrollbar(visible: visible, count: lines.count).render(into: &frame, area: inside.inset(right: -2))
    }

    private var log: BackupLog { model.shown.backups }

    func lines(width: Int) -> [[Span]] {
        guard let standing = model.shown.backupStanding(at: model.shownNow) else {
            return [[Span(model.words(.noBackups), .dim)]]
        }
        var lines: [[Span]] = []
        for drill in log.drills where drill.isRunning(at: model.shownNow) { lines.append(running(drill)) }
        for subject in BackupStanding.Check.Subject.allCases {
            if let check = standing[subject] { lines += line(check, standing, width: width) }
        }
        lines.append(next(standing))
        if let trend = trend(width: width) { lines.append(trend) }
        lines.append([])
        lines += backups(width: width)
        if !log.drills.isEmpty {
            lines.append([])
            lines += drills(width: width)
        }
        return lines
    }

    // MARK: The promises

    private static let label = 13

    private func line(_ check: BackupStanding.Check, _ standing: BackupStanding, width: Int) -> [[Span]] {
        let words = model.words
        let verdict = check.verdict
        let title: Word =
            switch check.subject {
            case .age: .backupAge
            case .proof: .backupProof
            case .restoreTime: .backupRestoreTime
            case .attempt: .backupAttempt
            }
        let value = check.value.map { model.figures.span($0) } ?? Figures.none
        let limit = check.limit.map { model.figures.atMost + model.figures.age($0) } ?? ""
        var line = [
            Span("\(verdict.glyph) ", verdict.role, .bold), Span(Text.padded(words(title), to: Self.label), .label),
            Span(Text.padded(value, to: 13, align: .trailing) + "  ", verdict == .ok ? .value : verdict.role, .bold),
            Span(Text.padded(limit, to: 7), .dim),
        ]
        let detail: String? =
            switch check.subject {
            case .age: standing.lastGood.map { "\($0.name)  \(model.figures.bytes(Double($0.taken.bytes)))" }
            case .proof: standing.proof?.ended?.backup
            case .restoreTime, .attempt: nil
            }
        if verdict == .ok {
            if let detail { line.append(Span("  " + Text.sanitised(detail, limit: 120), .dim)) }
            return [line]
        }
        // What is wrong is told whole, below where it does not fit beside.
        let room = width - 38
        let told = Text.wrapped(check.words, to: max(20, room))
        guard room >= 20 || told.isEmpty else { return [line] }
        line.append(Span("  " + (told.first ?? ""), verdict.role))
        return [line]
            + told.dropFirst().prefix(3).map {
                [Span(String(repeating: " ", count: 39), .dim), Span($0, verdict.role)]
            }
    }

    private func running(_ drill: DrillRecord) -> [Span] {
        [
            Span("▸ ", .accent, .bold),
            Span(
                model.words(
                    .drillRuns, drill.kind.rawValue, Text.sanitised(drill.started.by, limit: 40),
                    model.figures.age(drill.at.age(at: model.shownNow))), .accent, .bold),
        ]
    }

    private func next(_ standing: BackupStanding) -> [Span] {
        let words = model.words
        func time(_ time: Timestamp?) -> String {
            guard let time else { return words(.notScheduled) }
            let civil = model.zone.civil(time)
            return "\(model.figures.shortDate(civil)) \(model.figures.shortClock(civil)) \(model.zone.abbreviation)"
        }
        return [
            Span("  " + Text.padded(words(.backupNext), to: Self.label), .label),
            Span(time(standing.nextBackup), .value),
            Span("   " + words(.drillNext) + " ", .label), Span(time(standing.nextDrill), .value),
        ]
    }

    /// How the sizes went, and what that is against a week ago. A damaged one has the size of its damage: it is left out.
    private func trend(width: Int) -> [Span]? {
        let whole = log.backups.filter { $0.trouble == nil }
        let sizes = whole.map { Double($0.taken.bytes) }
        guard sizes.count >= 2, let newest = whole.last, let last = sizes.last else { return nil }
        let count = max(8, min(60, width - 50))
        var strip = Frame(size: Size(width: count, height: 1))
        Sparkline(sizes.map { $0 }).render(into: &strip, area: strip.bounds)
        let line = [
            Span("  " + Text.padded(model.words(.backupSizes), to: Self.label), .label),
            Span(strip.text(row: 0).trimmed, .sparkline), Span("  " + model.figures.bytes(last), .value),
        ]
        guard let before = log.weekBefore(newest), before.taken.bytes > 0 else {
            return line + [Span("  " + model.words(.backupNoWeek), .dim)]
        }
        let change = (last - Double(before.taken.bytes)) / Double(before.taken.bytes) * 100
        return line + [
            Span("  " + model.figures.change(change), .text),
            Span(" " + model.words(.backupAgainst, when(before.taken.snapshotAt)), .dim),
        ]
    }

    // MARK: Each of them

    private func when(_ time: Timestamp) -> String {
        let civil = model.zone.civil(time)
        return "\(model.figures.shortDate(civil)) \(model.figures.shortClock(civil))"
    }

    private func backups(width: Int) -> [[Span]] {
        let words = model.words
        guard !log.backups.isEmpty else { return [[Span(words(.noBackupYet), .dim)]] }
        let isWide = width >= 100
        func cells(_ cells: [String], _ role: Role) -> [Span] {
            var spans = [
                Span(Text.padded(cells[0], to: 13), role), Span(Text.padded(cells[1], to: 11, align: .trailing), role),
                Span(Text.padded(cells[2], to: 8, align: .trailing) + "  ", role),
            ]
            if isWide {
                spans.insert(Span(Text.padded(cells[3], to: 12, align: .trailing), role), at: 2)
                spans.insert(Span(Text.padded(cells[4], to: 40), role), at: 1)
            }
            return spans
        }
        var lines = [
            cells(
                [
                    words(.columnWhen), words(.columnSize), words(.columnTook), words(.columnRows),
                    words(.columnBackup),
                ], .tableHeader) + [Span(words(.columnStanding), .tableHeader)]
        ]
        for record in log.backups.reversed() {
            let (word, glyph, role): (String, String, Role) =
                if let trouble = record.trouble {
                    (words(.backupDamaged, trouble), "✗", .critical)
                } else if record.isPruned {
                    (words(.backupPruned), "–", .dim)
                } else if let proved = record.provedAt {
                    (words(.backupProved, when(proved.utc)), "✓", .ok)
                } else if record.verification != nil {
                    (words(.backupRead), "·", .text)
                } else {
                    (words(.backupTaken), "·", .text)
                }
            lines.append(
                cells(
                    [
                        when(record.taken.snapshotAt), model.figures.bytes(Double(record.taken.bytes)),
                        model.figures.took(record.taken.took), model.figures.number(Int(record.taken.rows)),
                        "  " + Text.sanitised(record.name, limit: 38),
                    ], record.isPruned ? .dim : .text) + [
                        Span("\(glyph) ", role, .bold), Span(Text.sanitised(word, limit: 300), role),
                    ])
        }
        return lines
    }

    private func drills(width: Int) -> [[Span]] {
        let words = model.words
        var lines = [
            [
                Span(
                    Text.padded(words(.columnWhen), to: 13) + Text.padded(words(.columnDrill), to: 13)
                        + Text.padded(words(.columnTook), to: 10, align: .trailing) + "  "
                        + words(.columnOutcome), .tableHeader)
            ]
        ]
        for drill in log.drills.reversed() {
            let (glyph, role, text): (String, Role, String) =
                if let ended = drill.ended {
                    (String(ended.verdict.glyph), ended.verdict.role, ended.summary)
                } else if drill.isRunning(at: model.shownNow) {
                    ("▸", .accent, words(.isRunning))
                } else {
                    ("✗", .critical, words(.outcomeDied))
                }
            lines.append([
                Span(Text.padded(when(drill.at.utc), to: 13), .text),
                Span(Text.padded(drill.kind.rawValue, to: 13), .value),
                Span(
                    Text.padded(
                        drill.ended?.measured.map { model.figures.took($0) } ?? Figures.none, to: 10, align: .trailing)
                        + "  ", .text), Span("\(glyph) ", role, .bold), Span(Text.sanitised(text, limit: 400), role),
            ])
        }
        return lines
    }
}

extension String {
    /// Without the blanks before it: what a sparkline with fewer samples than columns leaves.
    fileprivate var trimmed: String { String(drop { $0 == " " }) }
}
