import Actions
import Foundation
import Journal
import Launch

/// What several of the commands say of flags.
enum Flags {
    /// Every flag as Redis has it; where Redis does not answer, as the journal had it last, and why.
    static func all(_ session: FlagSession) async -> (reports: [FlagReport], by: [String: String], trouble: String?) {
        let board = await session.board.board()
        var names = session.plan.flags.map(\.name)
        var trouble: String?
        do throws(FlagStoreError) { names += try await session.store.names().filter { !names.contains($0) } } catch {
            trouble = error.description
        }
        var reports: [FlagReport] = []
        for name in names {
            let looked: Result<FlagLook, FlagStoreError>
            if let trouble {
                looked = .failure(FlagStoreError(.silent, trouble))
            } else {
                looked = await session.look(name)
                if case .failure(let error) = looked { trouble = error.description }
            }
            reports.append(report(name, looked, board, session))
        }
        let words = Dictionary(reports.map { ($0.name, by($0, session)) }, uniquingKeysWith: { $1 })
        return (reports, words, trouble)
    }

    static func report(
        _ name: String, _ looked: Result<FlagLook, FlagStoreError>, _ board: Board?, _ session: FlagSession
    ) -> FlagReport {
        let now = session.clock.now()
        var report = FlagReport(name, known: session.plan[name], asOf: now.utc)
        let algorithm = session.plan.target.algorithm
        switch looked {
        case .success(let look):
            switch look.state {
            case .absent: report.state = "missing"
            case .flag(let flag): report.take(flag, allowed: flag.allowed.count, by: algorithm)
            case .faulty(let fault, _): (report.state, report.fault) = ("faulty", fault.description)
            }
        case .failure:
            guard let board else { break }
            let sight = FlagSight(of: name, on: board, now: now, engineSilent: board.isSilent(at: now))
            if let at = sight.readAt { report.asOf = FlagReport.time(at.utc) }
            switch sight.state {
            case .known(let glance): report.take(glance.flag, allowed: glance.allowCount, by: algorithm)
            case .faulty(let why): (report.state, report.fault) = ("faulty", why)
            case .never: break
            }
        }
        if let ramp = board?.flags.ramp(of: name), board?.actions[ramp.id]?.ended == nil { report.take(ramp) }
        return report
    }

    static func by(_ report: FlagReport, _ session: FlagSession) -> String {
        guard let by = report.updatedBy, !by.isEmpty || report.updatedAt != nil else { return "" }
        let time = report.updatedAt.flatMap {
            try? Date(
                $0,
                strategy: .iso8601.year().month().day().time(includingFractionalSeconds: true).timeZone(
                    separator: .omitted))
        }
        let when = time.map {
            session.when(Timestamp(milliseconds: Int64(($0.timeIntervalSince1970 * 1000).rounded())))
        }
        return [by.isEmpty ? "by hand" : by, when].compactMap(\.self).joined(separator: ", ")
    }
}
