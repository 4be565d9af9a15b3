import Foundation
import Launch
import Testing

/// A rollback killed (-9) before and after every request that it makes of an edge.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct RollbackCrashTests {
    @Test func killedAnywhereTheNextGuardiaFinishesOrUndoesItAndNoRequestFails() async throws {
        let rehearsal = try await LiveRehearsal.headless()
        let halt = try HaltedHelper(rehearsal)
        let bastion = try Bastion(rehearsal, [(halt.original, halt.path)])
        let load = LoadClient(rehearsal.variables["DOOR_URL"] ?? "")
        var turn = 0
        for request in ["take", "stage", "flip", "release"] {
            for moment in [HaltedHelper.Moment.before, .after] {
                turn += 1
                let before = bastion.split
                let target = before == "blue" ? "green" : "blue"
                let place = "\(moment) \(request)"
                try halt.set(moment, request)
                let rollback = try bastion.start("rollback", "--yes", "--to", target, "--reason", "test \(turn)")
                #expect(try await eventually { halt.isReached }, "\(place): \(rollback.text)")
                // A rollback does not wait for the journal; that nothing names one that died before its first line is no finding.
                #expect(try await eventually { try bastion.log.running.contains { $0.kind == .rollback } }, "\(place)")
                rollback.killHard()
                _ = try await rollback.status()
                try halt.clear()

                let isNamed = try await eventually {
                    try bastion.log.interrupted?.kind == .rollback || bastion.run("status").output.contains("DIED")
                }
                #expect(isNamed, "\(place)")
                let next =
                    switch turn % 3 {
                    case 0: try bastion.run("abort", "--yes")
                    case 1: try bastion.run("promote", "--yes")
                    default: try bastion.run("rollback", "--yes", "--to", target)
                    }
                #expect(next.status == 0, "\(place): \(next.output)\(next.errors)")
                #expect(bastion.split == (turn.isMultiple(of: 3) ? before : target), "\(place)")
                #expect(try bastion.log.interrupted == nil, "\(place)")
                #expect(try bastion.run("lock", "show").output.contains("free"), "\(place)")
            }
        }
        let failures = try await load.stop()
        #expect(load.requests > 200)
        #expect(failures.isEmpty, "\(failures.count) of \(load.requests): \(failures.prefix(5))")
    }
}
