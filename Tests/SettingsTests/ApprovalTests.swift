import Launch
import Settings
import Testing

@Suite("approvals:")
struct ApprovalTests {
    private func rules(_ section: String) throws -> ApprovalRules {
        try load(Sample.yaml + "approvals: \(section)\n").configuration.approvals
    }

    @Test("each action has its own number, and all of them one time")
    func read() throws {
        let rules = try rules("{deploy: 2, flag-set: 1, flag-ramp: 0, within: 30m}")
        #expect(rules == ApprovalRules(needed: [.deploy: 2, .flagSet: 1], limit: .minutes(30)))
        #expect(rules.count(for: .flagRamp) == 0 && rules.count(for: .rollback) == 0)
        #expect(try load(Sample.yaml).configuration.approvals == ApprovalRules())
    }

    @Test("a deploy's is the deployment's, and stands nowhere else")
    func deployment() throws {
        let section = """
            deployment:
              colours: [{name: blue, hosts: ["10.0.0.1:80"]}, {name: green, hosts: ["10.0.0.2:80"]}]
              edges: [{name: edge-1, front: "http://127.0.0.1:8081"}]
              release: {run: [release, "{colour}", "{version}"]}

            """
        let configuration = try load(
            Sample.yaml + section + "approvals: {deploy: 1, flag-set: 1, within: 5m}\n"
        ).configuration
        #expect(configuration.deployment?.approvals == 1 && configuration.deployment?.approvalLimit == .minutes(5))
        let utc = Zone(name: "UTC", abbreviation: "UTC", baseOffset: 0)
        let manifest = configuration.manifest(zone: utc)
        #expect(manifest.deployment?.approvals == 1 && manifest.approvals?.count(for: .flagSet) == 1)
        #expect(try load(Sample.yaml + section).configuration.manifest(zone: utc).approvals == nil)
        let old = errors(in: Sample.yaml + section + "  approvals: 1\n")
        #expect(old.count == 1 && old[0].contains("'approvals' does not stand in 'deployment'; beside it"), "\(old)")
    }

    @Test(
        "nobody is ever kept from going back, from aborting, from switching off, from answering",
        arguments: ["rollback", "abort", "flag-off", "pause", "approve", "ack", "silence", "escalate", "promote"])
    func refused(kind: String) {
        let found = errors(in: Sample.yaml + "approvals: {\(kind): 1}\n")
        #expect(found.count == 1 && found[0].contains("'\(kind)' is never asked to be approved: "), "\(found)")
    }

    @Test("a word that is none is said with the nearest one")
    func misspelt() {
        let found = errors(in: Sample.yaml + "approvals: {flag-sett: 1, deploy: 9}\n")
        #expect(found.contains { $0.contains("unknown key 'flag-sett'") && $0.contains("did you mean 'flag-set'?") })
        #expect(found.contains { $0.contains("9 is out of range") }, "\(found)")
    }
}
