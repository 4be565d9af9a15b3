import Foundation
import Launch
import TestServers
import Testing

/// Deploys and rollbacks of edges on other machines, by the programs and over real sshd, while the connections die under them and
/// customers of both edges count what fails.
@Suite(.serialized, .timeLimit(.minutes(4)))
struct SSHEdgeTests {
    @Test func whateverBecomesOfTheConnectionsTheTrafficGoesWhereItWasSentAndNoRequestFails() async throws {
        try await SSHEdges.with { launch in
            let loads = launch.edges.map { LoadClient($0.front, threads: 2, pace: .milliseconds(50)) }
            try await launch.bastion.expectStatus("the way back is ready through both") {
                $0.status == 0 && $0.output.contains("2/2 edges")
            }
            try await deployWhileItsConnectionsDie(launch)
            try await rollBackWhileItsConnectionsDie(launch)
            try await killedOverSSHItIsFinished(launch)
            try await loseAnEdge(launch)
            for load in loads {
                let failures = try await load.stop()
                #expect(load.requests > 100)
                #expect(failures.isEmpty, "\(failures.count) of \(load.requests): \(failures.prefix(5))")
            }
        }
    }

    /// Waits until an edge's helper stands at the place where it was told to stop.
    private func reach(_ edge: SSHEdges.Edge, _ what: String) async throws {
        let isReached = try await eventually(within: 30) { edge.helper.isReached }
        try #require(isReached, "never there: \(what)")
        edge.helper.clear()
    }

    /// Whether nobody holds the lock of any edge.
    private func areFree(_ launch: SSHEdges) throws -> Bool {
        try launch.bastion.run("lock", "show").output.matches(of: /\bfree$/.anchorsMatchLineEndings()).count
            == launch.edges.count
    }

    /// A canary, its promotion and the end, each over connections that are killed in the middle of a switch, at both ends.
    private func deployWhileItsConnectionsDie(_ launch: SSHEdges) async throws {
        let (first, second) = (launch.edges[0], launch.edges[1])
        try second.helper.set(.after, "flip")
        let deploy = try launch.bastion.start(
            "deploy", "v9.0.0", "--yes", "--canary", "50", "--bake", "1s", "--reason", "over ssh")
        try await reach(second, "the canary on edge-2, switched and not told")
        second.cut()
        try await launch.bastion.waitFor("a person is asked") { $0.waitsFor != nil }
        #expect(launch.splits == ["green-50.blue", "green-50.blue"])
        // It has nothing to do now: what it kept is gone when it goes on.
        for edge in launch.edges { edge.cut() }
        try first.helper.set(.before, "flip")
        #expect(try launch.bastion.run("promote", "--yes").status == 0)
        try await reach(first, "the promotion on edge-1, asked for and not made")
        first.cut()
        #expect(try await deploy.status() == 0, "\(deploy.text)")
        #expect(launch.splits == ["green", "green"])
        #expect(try areFree(launch))
    }

    /// A rollback whose connection to one edge is killed before and after each request that it makes of it.
    private func rollBackWhileItsConnectionsDie(_ launch: SSHEdges) async throws {
        var turn = 0
        for request in ["take", "stage", "flip", "release"] {
            for moment in [HaltedHelper.Moment.before, .after] {
                turn += 1
                let edge = launch.edges[turn % 2]
                let target = turn.isMultiple(of: 2) ? "green" : "blue"
                let place = "\(moment) \(request) on \(edge.name)"
                try edge.helper.set(moment, request)
                let rollback = try launch.bastion.start("rollback", "--yes", "--to", target)
                try await reach(edge, place)
                switch turn % 3 {
                case 0: edge.server.cut()
                case 1: edge.server.killClients()
                default: edge.cut()
                }
                let status = try await rollback.status()
                #expect(status == 0, "\(place): \(status ?? -1) \(rollback.text)")
                let isThere = try launch.splits == [target, target] && areFree(launch)
                #expect(isThere, "\(place): \(launch.splits) \(rollback.text)")
            }
        }
    }

    /// The bastion's whole session is gone, the action with it: whoever comes next is told where it stopped, and finishes it.
    private func killedOverSSHItIsFinished(_ launch: SSHEdges) async throws {
        let edge = launch.edges[1]
        try edge.helper.set(.after, "flip")
        let rollback = try launch.bastion.start("rollback", "--yes", "--to", "blue")
        try await reach(edge, "the switch on edge-2")
        rollback.killHard()
        for edge in launch.edges { edge.cut() }
        _ = try await rollback.status()
        try await launch.bastion.expectStatus("it is named") { $0.output.contains("DIED") }
        let finish = try launch.bastion.run("promote", "--yes")
        #expect(finish.status == 0, "\(finish.output)\(finish.errors)")
        #expect(launch.splits == ["blue", "blue"])
        #expect(try areFree(launch))
    }

    /// An edge's machine goes in the middle of a deploy, and comes back as another: it is named, nothing is told to a stranger, and
    /// as soon as it is itself again it is taken to where the rest is.
    private func loseAnEdge(_ launch: SSHEdges) async throws {
        let lost = launch.edges[1]
        try lost.helper.set(.after, "flip")
        let deploy = try launch.bastion.start("deploy", "v9.1.0", "--yes", "--canary", "50", "--bake", "10m")
        try await reach(lost, "the canary on edge-2")
        lost.server.stop()
        #expect(try await deploy.status() == 4, "\(deploy.text)")
        #expect(deploy.text.contains("edge-2"), "\(deploy.text)")
        #expect(launch.splits == ["blue", "green-50.blue"])

        try await lost.server.restart(withKnownHostKey: false)
        let status = try launch.bastion.run("status")
        #expect(status.status == 4 && status.output.contains("Host key verification failed"), "\(status)")
        let refused = try launch.bastion.run("deploy", "v9.2.0", "--yes")
        #expect(refused.status == 3 && refused.output.contains("Host key verification failed"), "\(refused)")
        let rollback = try launch.bastion.run("rollback", "--yes", "--to", "blue")
        #expect(rollback.status == 4 && rollback.output.contains("not on edge-2"), "\(rollback)")
        #expect(launch.splits == ["blue", "green-50.blue"])

        try await lost.server.restart(withKnownHostKey: true)
        #expect(try await eventually(within: 20) { launch.splits == ["blue", "blue"] })
    }
}
