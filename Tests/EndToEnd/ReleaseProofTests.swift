import Launch
import Testing

/// What a release must prove before it has customers, and with the first of them.
extension DeploymentTests {
    @Test func aReleaseLetsACustomerBookAndIsComparedByWhatItSells() async throws {
        let rehearsal = try await LiveRehearsal.headless()
        let bastion = try Bastion(rehearsal, comparesSales: true)
        let plan = try bastion.run("deploy", "v6.1.0", "--dry-run")
        #expect(plan.output.contains("compared by errors, p95, Searches answered"), "\(plan.output)")
        #expect(plan.output.contains("--colour green --version v6.1.0"), "the command as it would run: \(plan.output)")

        // Booked, and read back: what is expected there is not what was booked.
        let strict = try Bastion(rehearsal, [("/status: pending, /province", "/status: paid, /province")])
        let caught = try strict.run("deploy", "v6.0.9", "--yes", "--canary", "none")
        #expect(caught.status == 1, "\(caught.output)\(caught.errors)")
        #expect(
            caught.output.contains(
                "edge-1: smoke test 'booking': step 4/5 'read' (GET /bookings/{booking}): "
                    + "expected \"paid\" at /status, came \"pending\""), "\(caught.output)")
        #expect(caught.output.contains("no traffic was moved") && !caught.output.contains("the cleanup of"))
        #expect(bastion.split == "blue")

        // It makes no error and is as fast; it only sells nothing. Should an alarm of this machine hold the analysis up, nobody
        // decides, and it goes back as well.
        let lost = try bastion.run(
            "deploy", "v6.0.10-lost", "--yes", "--canary", "50", "--bake", "25s", "--wait", "10s")
        #expect(lost.status == 1, "\(lost.output)\(lost.errors)")
        #expect(lost.output.contains("Searches answered 0 % against 100 %, worse in"), "\(lost.output)")
        #expect(bastion.split == "blue")

        // As the rehearsal's own config has it: a quarter of its customers is enough to tell.
        let good = try bastion.start("deploy", "v6.1.0", "--yes")
        try await bastion.waitFor("the canary was compared", within: 200) { record in
            let analysis = record.steps.first { $0.step.name == "analyse-25" }
            let words = (analysis?.notes ?? []) + [analysis?.detail ?? ""]
            return words.contains { $0.contains("Searches answered 100 % against 100 %, worse in 0 of") }
        }
        let gate = try bastion.log.records.last { $0.kind == .deploy }?.steps.first { $0.step.name == "gate" }
        #expect(gate?.detail.hasSuffix("3 smoke tests") == true, "\(gate?.detail ?? "")")
        #expect(gate?.notes.contains { $0.contains("the cleanup of") } == false)
        #expect(try bastion.run("abort", "--yes").status == 0)
        _ = try await good.status()
        #expect(bastion.split == "blue")
    }
}
