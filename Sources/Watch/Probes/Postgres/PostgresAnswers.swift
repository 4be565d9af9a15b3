package import Launch
package import Wire

extension PostgresSettings {
    /// - Throws: what resolving the password's reference throws.
    package init(_ target: PostgresTarget, secret: (Secret) throws -> String) throws {
        var parameters = [
            "host": target.host, "port": String(target.port), "dbname": target.database, "user": target.user,
            "sslmode": target.sslMode,
        ]
        parameters["password"] = try target.password.map(secret)
        parameters["sslrootcert"] = target.sslRootCertificate
        self.init(parameters)
    }
}

extension PostgresRows {
    /// The one number of the answer, or the miss that says what came instead.
    var measurement: Measurement {
        guard columns.count == 1 else { return .missed("the query brought \(columns.count) columns, not one") }
        return oneRow.map { .missed($0) } ?? Self.measurement(of: scalar)
    }

    /// What the answer says to a question: one number, or one for each value of its label; with the events that they stand
    /// on, where the question asks for them.
    func findings(of question: Question) -> [Finding] {
        if let complaint = complaint(about: question) { return question.misses(complaint) }
        guard let by = question.by else {
            if let complaint = oneRow { return question.misses(complaint) }
            return question.findings(question.name, number(of: question, row: 0), events: events(row: 0))
        }
        return findings(of: question, by)
    }

    // MARK: Rows by label

    private func findings(of question: Question, _ by: FanOut) -> [Finding] {
        var findings: [String: [Finding]] = [:]
        var elsewhere: [(text: String, number: Measurement)] = []
        for row in 0..<count {
            guard let label = self[row, by.label], !label.isEmpty else { continue }
            guard let value = by.value(meantBy: label) else {
                // It has no place on the map: what it is and what it brought is told as a text.
                let brought = self[row, question.column ?? valueColumn(of: question)] ?? "NULL"
                elsewhere.append(
                    ("\(label.bounded(to: 24)) \(brought.bounded(to: 12))", number(of: question, row: row)))
                continue
            }
            guard findings[value] == nil else {
                findings[value] = question.misses("the query brought two rows for \(value)", of: value)
                continue
            }
            findings[value] = question.findings(
                "\(question.name).\(value)", number(of: question, row: row), events: events(row: row), of: value)
        }
        var all = by.values.flatMap { value in
            findings[value] ?? question.misses("the query brought no row for \(value)", of: value)
        }
        if by.hasElsewhere {
            let names = elsewhere.map(\.text).sorted().joined(separator: ", ").bounded()
            all.append(Finding(FanOut.elsewhereNames(of: question.name), .text(names)))
            let together = question.unit.together(elsewhere.map(\.number))
            all.append(Finding("\(question.name).\(Province.elsewhere)", together))
        }
        return all
    }

    // MARK: Columns

    private var oneRow: String? {
        if count == 1 { return nil }
        return count == 0 ? "the query brought no row" : "the query brought \(count) rows, not one"
    }

    /// The number's column where the question does not name it: the one that is neither label nor events.
    private func valueColumn(of question: Question) -> String {
        columns.first { $0 != question.by?.label && !(question.few != nil && $0 == Question.eventsColumn) } ?? ""
    }

    private func complaint(about question: Question) -> String? {
        guard question.by != nil || question.few != nil || question.column != nil else {
            return columns.count == 1 ? nil : "the query brought \(columns.count) columns, not one"
        }
        let wanted =
            [question.by?.label, question.column].compactMap(\.self)
            + (question.few == nil ? [] : [Question.eventsColumn])
        if let missing = wanted.first(where: { !columns.contains($0) }) {
            return "the query brought no column \(missing)"
        }
        let rest = columns.filter { $0 != question.by?.label && !(question.few != nil && $0 == Question.eventsColumn) }
        if question.column == nil, rest.count != 1 {
            return "the query brought \(rest.count) columns for the number: say which with 'column'"
        }
        return nil
    }

    private func number(of question: Question, row: Int) -> Measurement {
        let column = question.column ?? valueColumn(of: question)
        return Self.measurement(of: self[row, column])
    }

    private func events(row: Int) -> Double? { self[row, Question.eventsColumn].flatMap(Double.init) }

    private static func measurement(of text: String?) -> Measurement {
        guard let text else { return .missed("the query brought NULL") }
        guard let number = Double(text) else {
            return .missed("the query brought \"\(text.bounded(to: 40))\", not a number")
        }
        return number.isFinite ? .number(number) : .missed("the query brought \(text.bounded(to: 40))")
    }
}

extension Question {
    /// A number as it is told: too few events say nothing, whatever their share is (of none it is NULL).
    func findings(_ measure: String, _ number: Measurement, events: Double?, of value: String? = nil) -> [Finding] {
        guard let few else { return [Finding(measure, number)] }
        let name = self.events + (value.map { ".\($0)" } ?? "")
        guard let events, events.isFinite else {
            return [
                Finding(measure, .missed("how many events the number stands on is not known")),
                Finding(name, .missed("the number of events is no number")),
            ]
        }
        return [Finding(measure, events < few ? .tooFew(events) : number), Finding(name, events)]
    }

    /// Every measure of the question, or those of one value of its label, missed for one reason.
    func misses(_ reason: String, of value: String? = nil) -> [Finding] {
        let values = value.map { [$0] } ?? by?.values
        let suffixes = values.map { $0.map { ".\($0)" } } ?? [""]
        return suffixes.flatMap { suffix in
            [Finding(name + suffix, .missed(reason))] + (few == nil ? [] : [Finding(events + suffix, .missed(reason))])
        }
    }
}

extension Unit {
    /// The numbers of several places as one: only what can be added is; a percentile of several places cannot be had from
    /// their percentiles.
    func together(_ numbers: [Measurement]) -> Measurement {
        if numbers.isEmpty { return .missed("nothing came from elsewhere") }
        if numbers.count == 1 { return numbers[0] }
        guard [.count, .perSecond, .perMinute, .perHour, .pesos, .pesosPerHour, .bytesPerSecond].contains(self) else {
            return .missed("\(numbers.count) places, which have no figure together")
        }
        var sum = 0.0
        for case .number(let number) in numbers { sum += number }
        return .number(sum)
    }
}
