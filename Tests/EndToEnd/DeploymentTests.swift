import Foundation
import Launch
import Testing

/// Deploys and rollbacks on a real nginx with two real colours, while customers count what fails.
@Suite(.serialized, .timeLimit(.minutes(8)))
struct DeploymentTests {
    /// Kills a deploy (-9) before and after each of its steps; each time the next `guardia` finishes or undoes it, in turn.
    @Test func killedAnywhereItIsNamedAndFinishedOrUndoneAndNoRequestFails() async throws {
        let rehearsal = try await LiveRehearsal.headless()
        let followed = "\(rehearsal.folder)/followed"
        let follower = #"{run: ["sh", "-c", "echo $1 >>\#(followed)", "sh", "{colour}"]}"#
        let bastion = try Bastion(rehearsal, [("standby: 1h", "standby: 1h\n  on_live: \(follower)")])
        let load = LoadClient(rehearsal.variables["DOOR_URL"] ?? "")
        let steps = [
            "preflight", "lock", "release", "gate", "arm", "shift-50", "analyse-50", "promote", "follow", "watch",
            "confirm", "unlock",
        ]
        /// A person says yes to all that it asks: the analysis of a second is undecided, and a promotion is to be confirmed.
        func settle(_ record: ActionRecord) {
            let isConfirming = record.steps.contains { $0.step.name == "confirm" && $0.isRunning }
            if record.waitsFor != nil || isConfirming { _ = try? bastion.run("promote", "--yes") }
        }
        var turn = 0
        for step in steps {
            for isAfter in [false, true] where !(step == "unlock" && isAfter) {
                turn += 1
                let version = "v2.\(turn).0"
                let before = bastion.split
                let deploy = try bastion.start(
                    "deploy", version, "--yes", "--canary", "50", "--bake", "1s", "--confirm-within", "10m", "--reason",
                    "test \(turn)")
                try await bastion.waitFor("\(step) \(isAfter ? "ended" : "began") in \(version)") { record in
                    guard record.started.to?.version == version else { return false }
                    let now = record.steps.first { $0.step.name == step }
                    let isThere = isAfter ? now?.endedAt != nil : now?.startedAt != nil
                    if !isThere, (steps.firstIndex(of: step) ?? 0) > 6 { settle(record) }
                    return isThere
                }
                deploy.killHard()
                _ = try await deploy.status()
                if try bastion.log.running.isEmpty, try bastion.log.interrupted == nil { continue }
                let status = try bastion.run("status")
                let isNamed = try await eventually {
                    try bastion.log.interrupted != nil || bastion.run("status").output.contains("DIED")
                }
                #expect(isNamed, "\(step): \(status.output)")

                if turn.isMultiple(of: 2) {
                    let undo = try bastion.run("abort", "--yes")
                    #expect(undo.status == 0, "\(step) \(isAfter): \(undo.output)\(undo.errors)")
                    #expect(bastion.split == before, "\(step) \(isAfter)")
                } else {
                    let finish = try bastion.start("promote", "--yes")
                    try await bastion.waitFor("the finish of \(version)") { record in
                        // The one that died stands there until the finish has begun.
                        guard record.started.continues != nil else { return false }
                        if record.ended == nil { settle(record) }
                        return record.ended != nil
                    }
                    #expect(try await finish.status() == 0, "\(step) \(isAfter): \(finish.text)")
                    #expect(bastion.split != before, "\(step) \(isAfter)")
                    let told = try String(contentsOfFile: followed, encoding: .utf8).split(separator: "\n").last
                    #expect(told.map(String.init) == bastion.split, "\(step) \(isAfter)")
                }
                #expect(try bastion.log.interrupted == nil)
                #expect(try bastion.run("lock", "show").output.contains("free"))
                // Nor is anything left that would happen by itself.
                let left = try bastion.run("status").output
                #expect(!left.contains("by itself"), "\(step) \(isAfter): \(left)")
            }
        }
        let failures = try await load.stop()
        #expect(load.requests > 1000)
        #expect(failures.isEmpty, "\(failures.count) of \(load.requests): \(failures.prefix(5))")
    }

    /// Kills a rollback (-9) at moments spread over its whole life; done anew it succeeds at once, and no lock is waited for.
    @Test func killedAnywhereARollbackIsDoneAnewAtOnceAndNoRequestFails() async throws {
        let rehearsal = try await LiveRehearsal.headless()
        let bastion = try Bastion(rehearsal)
        let load = LoadClient(rehearsal.variables["DOOR_URL"] ?? "")
        for turn in 0..<16 {
            let target = turn.isMultiple(of: 2) ? "green" : "blue"
            let rollback = try bastion.start("rollback", "--yes", "--to", target)
            usleep(useconds_t(turn) * 15_000)
            rollback.killHard()
            _ = try await rollback.status()
            let again = try bastion.run("rollback", "--yes", "--to", target)
            #expect(again.status == 0, "turn \(turn): \(again.output)\(again.errors)")
            #expect(bastion.split == target)
            // What was left is a standby, and no green light.
            let status = try bastion.run("status")
            #expect(status.status == 4 && status.output.contains("! STANDBY"), "\(status.output)")
        }
        let failures = try await load.stop()
        #expect(failures.isEmpty, "\(failures.count) of \(load.requests): \(failures.prefix(5))")
    }

    @Test func aRollbackNeedsTheEdgeAlone() async throws {
        let rehearsal = try await LiveRehearsal.headless()
        let bastion = try Bastion(rehearsal)
        #expect(try bastion.run("status").status == 0)
        let load = LoadClient(rehearsal.variables["DOOR_URL"] ?? "")

        // The config is broken after it was good once.
        try "product: [".write(toFile: bastion.config, atomically: true, encoding: .utf8)
        let broken = try bastion.run("rollback", "--yes")
        #expect(broken.status == 0, "\(broken.output)\(broken.errors)")
        #expect(broken.errors.contains("going by the last that did"))
        #expect(bastion.split == "green")
        try FileManager.default.removeItem(atPath: bastion.config)
        #expect(try bastion.run("rollback", "--yes", "--to", "blue").status == 0)
        #expect(bastion.split == "blue")

        // The engine is dead, PostgreSQL hangs: both colours say that they are not healthy.
        for pid in rehearsal.processes("guardia watch") { kill(pid, SIGKILL) }
        let postgres = rehearsal.processes("postgres").filter { Processes.commandLine($0).contains("-D") }
        for pid in postgres { kill(pid, SIGSTOP) }
        defer { for pid in postgres { kill(pid, SIGCONT) } }
        #expect(try bastion.run("rollback", "--yes", "--to", "green").status == 0)
        #expect(bastion.split == "green")

        // The journal is gone, and where it was nothing can be written.
        for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: rehearsal.journal + end) }
        try FileManager.default.createDirectory(atPath: rehearsal.journal, withIntermediateDirectories: false)
        let blind = try bastion.run("rollback", "--yes")
        #expect(blind.status == 0, "\(blind.output)\(blind.errors)")
        #expect(blind.errors.contains("spool"))
        #expect(bastion.split == "blue")

        let failures = try await load.stop()
        #expect(failures.isEmpty, "\(failures.count) of \(load.requests): \(failures.prefix(5))")
    }

    @Test func aRollbackPreemptsADeployAndOfTwoRollbacksOneActs() async throws {
        let rehearsal = try await LiveRehearsal.headless()
        let bastion = try Bastion(rehearsal)
        let load = LoadClient(rehearsal.variables["DOOR_URL"] ?? "")
        let deploy = try bastion.start("deploy", "v3.0.0", "--yes", "--canary", "50", "--bake", "10m")
        try await bastion.waitFor("the canary") { $0.steps.contains { $0.step.name == "analyse-50" && $0.isRunning } }
        #expect(bastion.split == "green-50.blue")
        // Nobody is there to be asked: nothing moves.
        #expect(try bastion.run("promote").status == 2)
        #expect(bastion.split == "green-50.blue")
        let rollback = try bastion.run("rollback", "--yes")
        #expect(rollback.status == 0, "\(rollback.output)\(rollback.errors)")
        #expect(bastion.split == "blue")
        #expect(try await deploy.status() == 3, "\(deploy.text)")
        #expect(deploy.text.contains("took over with rollback") || deploy.text.contains("is gone"))
        let left = try bastion.run("status")
        #expect(left.status == 4 && left.output.contains("green v3.0.0 WAS ROLLED BACK"), "\(left.output)")

        for _ in 0..<20 {
            let before = bastion.split
            let target = before == "blue" ? "green" : "blue"
            let both = [
                try bastion.start("rollback", "--yes", "--to", target),
                try bastion.start("rollback", "--yes", "--to", target),
            ]
            var codes: [Int32] = []
            for one in both { codes.append(try #require(try await one.status())) }
            // Either the second is shown the first, or it came after it and found everything done.
            #expect(codes.contains(0) && codes.allSatisfy { [0, 3].contains($0) }, "\(codes): \(both.map(\.text))")
            #expect(bastion.split == target)
        }
        let failures = try await load.stop()
        #expect(failures.isEmpty, "\(failures.count) of \(load.requests): \(failures.prefix(5))")
    }

    @Test func badReleasesAreCaughtAndMoveNoTraffic() async throws {
        let rehearsal = try await LiveRehearsal.headless()
        let slow = try Bastion(
            rehearsal, [("gate:\n    every: 200ms\n    deadline: 20s", "gate:\n    every: 200ms\n    deadline: 2s")])
        for version in ["v4.0.0-dead", "v4.0.1-wrong"] {
            let result = try slow.run("deploy", version, "--yes", "--canary", "none")
            #expect(result.status == 1, "\(version): \(result.output)\(result.errors)")
            #expect(result.output.contains("no traffic was moved"))
        }
        #expect(slow.split == "blue")
        let commands: [(String, String)] = [
            (#"["sh", "-c", "sleep 60", "{version}", "{colour}"]"#, "it did not end within the deadline"),
            (#"["sh", "-c", "yes flood | head -c 3000000; exit 3", "{version}", "{colour}"]"#, "it exited with 3"),
            (#"["sh", "-c", "sleep 30 & exit 0", "{version}", "{colour}"]"#, "not v5.0"),
            (#"["true", "{version}", "{colour}"]"#, "not v5.0"),
        ]
        let own =
            "run: [\"\(rehearsal.variables["BARBERPRO"] ?? "")\", release, --folder, \"\(rehearsal.folder)\", --colour, "
            + "\"{colour}\", --version, \"{version}\"]\n    deadline: 30s"
        for (number, (words, reason)) in commands.enumerated() {
            let bastion = try Bastion(
                rehearsal,
                [
                    (own, "run: \(words)\n    deadline: 2s"),
                    ("gate:\n    every: 200ms\n    deadline: 20s", "gate:\n    every: 200ms\n    deadline: 1s"),
                ])
            let result = try bastion.run("deploy", "v5.0.\(number)", "--yes", "--canary", "none")
            #expect(result.status == 1, "\(words): \(result.output)\(result.errors)")
            #expect(result.output.contains(reason), "\(words): \(result.output.suffix(2000))")
            #expect(bastion.split == "blue")
        }
    }

    @Test func unconfirmedAnEdgeGoesBackByItselfThoughTheBastionIsDead() async throws {
        let rehearsal = try await LiveRehearsal.headless()
        let bastion = try Bastion(rehearsal)
        let load = LoadClient(rehearsal.variables["DOOR_URL"] ?? "")
        let deploy = try bastion.start("deploy", "v6.0.0", "--yes", "--canary", "none", "--confirm-within", "5s")
        try await bastion.waitFor("the promotion") {
            $0.steps.contains { $0.step.name == "promote" && $0.outcome == .done }
        }
        #expect(bastion.split == "green")
        // As if the bastion had lost its power.
        deploy.killHard()
        for pid in rehearsal.processes("guardia watch") { kill(pid, SIGKILL) }
        #expect(try await eventually(within: 30) { bastion.split == "blue" })
        #expect(try bastion.run("status").output.contains("went back by itself"))

        let again = try bastion.start("deploy", "v6.0.1", "--yes", "--canary", "none", "--confirm-within", "10m")
        try await bastion.waitFor("the wait for a confirmation") {
            $0.started.to?.version == "v6.0.1" && $0.steps.contains { $0.step.name == "confirm" && $0.isRunning }
        }
        #expect(try bastion.run("promote", "--yes").status == 0)
        #expect(try await again.status() == 0, "\(again.text)")
        #expect(bastion.split == "green")
        #expect(!(try bastion.run("status").output.contains("by itself in")))
        let failures = try await load.stop()
        #expect(failures.isEmpty, "\(failures.count) of \(load.requests): \(failures.prefix(5))")
    }

    @Test func aKilledCanaryGoesBackByItselfAndWhatWasTakenBackIsNotPromoted() async throws {
        let rehearsal = try await LiveRehearsal.headless()
        let bastion = try Bastion(rehearsal)
        let load = LoadClient(rehearsal.variables["DOOR_URL"] ?? "")
        func killInCanary(_ deploy: RunningProgram, _ version: String) async throws {
            try await bastion.waitFor("the canary of \(version)") {
                $0.started.to?.version == version && $0.steps.contains { $0.step.name == "analyse-50" && $0.isRunning }
            }
            deploy.killHard()
            _ = try await deploy.status()
            #expect(bastion.split == "green-50.blue")
        }
        // Nobody comes: the edge goes back by itself, and there is nothing left to be finished.
        try await killInCanary(
            try bastion.start(
                "deploy", "v6.1.0", "--yes", "--canary", "50", "--bake", "10m", "--confirm-within", "5s"), "v6.1.0")
        #expect(try await eventually(within: 30) { bastion.split == "blue" })
        let late = try bastion.run("promote", "--yes")
        #expect(
            late.status == 3 && (late.output + late.errors).contains("the world moved"), "\(late.output)\(late.errors)")
        #expect(bastion.split == "blue")

        // Somebody rolls back: whoever goes on with it after that is told so, and nothing moves.
        try await killInCanary(
            try bastion.start("deploy", "v6.2.0", "--yes", "--canary", "50", "--bake", "10m"), "v6.2.0")
        #expect(try bastion.run("rollback", "--yes").status == 0)
        #expect(bastion.split == "blue")
        let promote = try bastion.run("promote", "--yes", "--json")
        #expect(promote.status == 3 && promote.output.contains("refused"), "\(promote.output)")
        #expect(bastion.split == "blue")
        #expect(try bastion.run("lock", "show").output.contains("free"))
        let failures = try await load.stop()
        #expect(failures.isEmpty, "\(failures.count) of \(load.requests): \(failures.prefix(5))")
    }

    @Test func whatMayNotBeIsRefusedWithItsReasonAndItsCode() async throws {
        let rehearsal = try await LiveRehearsal.headless()
        let bastion = try Bastion(rehearsal)
        #expect(try bastion.run("rollback").status == 2)
        #expect(try bastion.run("deploy", "v1;id", "--yes").status == 2)
        #expect(try bastion.run("deploy", "v1.4.0", "--yes").status == 3)
        #expect(try bastion.run("promote", "--yes").status == 3)
        let moved = try bastion.run("rollback", "--yes", "--from", "green", "--to", "green")
        #expect(moved.status == 3)
        #expect(moved.output.contains("the world moved"))
        #expect(try bastion.run("rollback", "--yes", "--expect", "v0.1").status == 3)
        #expect(try bastion.run("freeze", "--reason", "black friday", "--yes").status == 0)
        #expect(try bastion.run("deploy", "v7.0.0", "--yes").output.contains("black friday"))
        #expect(try bastion.run("rollback", "--yes").status == 0)
        #expect(try bastion.run("freeze", "--off").status == 0)
        #expect(try bastion.run("lock", "take", "--yes", "--reason", "by hand").status == 0)
        #expect(try bastion.run("deploy", "v7.0.0", "--yes").status == 3)
        #expect(try bastion.run("lock", "release").status == 0)
        // Whoever doubts and repeats it does not undo it.
        let twice = try bastion.run("rollback", "--yes")
        #expect(twice.status == 3 && twice.output.contains("guardia rollback --to blue"), "\(twice.output)")
        #expect(bastion.split == "green")
        let json = try bastion.run("rollback", "--yes", "--json", "--to", "blue")
        let report = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(report["outcome"] as? String == "done")
        #expect(report["exit"] as? Int == 0)
        #expect(try bastion.run("deploy", "v7.0.0", "--dry-run").status == 0)
        #expect(bastion.split == "blue")
    }
}
