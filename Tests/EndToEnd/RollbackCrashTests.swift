import Foundation
import Launch
import TestServers
import Testing

/// A rollback, and a deploy on its way back, killed (-9) before and after the requests that they make of an edge.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct RollbackCrashTests {
    @Test func killedAnywhereTheNextGuardiaFinishesOrUndoesItAndNoRequestFails() async throws {
        let rehearsal = try await LiveRehearsal.headless()
        let helper = rehearsal.variables["EDGE_HELPER"] ?? ""
        let halt = try HaltedHelper(of: helper, in: "\(rehearsal.folder)/halt")
        let bastion = try Bastion(rehearsal, [(helper, halt.path)])
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
                halt.clear()

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
        try await killOnItsWayBack(bastion, halt)
        let failures = try await load.stop()
        #expect(load.requests > 200)
        #expect(failures.isEmpty, "\(failures.count) of \(load.requests): \(failures.prefix(5))")
    }

    /// A deploy that takes its canary back is killed when it has begun to, when it has moved the traffic, and when it has told so.
    /// It is not promoted by mistake: the way back is what is finished.
    private func killOnItsWayBack(_ bastion: Bastion, _ halt: HaltedHelper) async throws {
        let before = bastion.split
        for (turn, (moment, request)) in [
            (HaltedHelper.Moment.before, "stage"), (.after, "flip"), (.before, "release"),
        ].enumerated() {
            let place = "\(moment) \(request) on the way back"
            let version = "v2.\(turn).0"
            let deploy = try bastion.start("deploy", version, "--yes", "--canary", "50", "--bake", "10m")
            try await bastion.waitFor("the canary of \(version)") {
                $0.started.to?.version == version && $0.steps.contains { $0.step.name == "analyse-50" && $0.isRunning }
            }
            try halt.set(moment, request)
            let abort = try bastion.start("abort", "--yes")
            #expect(try await eventually { halt.isReached }, "\(place): \(deploy.text)")
            deploy.killHard()
            _ = try await deploy.status()
            halt.clear()
            #expect(
                bastion.split == (request == "stage" ? "\(before == "blue" ? "green" : "blue")-50.\(before)" : before),
                "\(place)")
            #expect(try await abort.status() == 0, "\(place): \(abort.text)")
            try await bastion.expectStatus("\(place): it is named") { $0.output.contains("DIED") }

            let promote = try bastion.run("promote", "--yes")
            #expect(promote.status == 3 && promote.errors.contains("on its way back"), "\(place): \(promote)")
            let next =
                turn.isMultiple(of: 2)
                ? try bastion.run("abort", "--yes") : try bastion.run("rollback", "--yes", "--to", before)
            #expect(next.status == 0, "\(place): \(next.output)\(next.errors)")
            #expect(bastion.split == before, "\(place)")
            #expect(try bastion.log.interrupted == nil, "\(place)")
            #expect(try bastion.run("lock", "show").output.contains("free"), "\(place)")
        }
    }
}
