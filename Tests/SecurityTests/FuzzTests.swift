import Fuzzing
import Launch
import Security
import Settings
import Testing

/// A part of what `make fuzz` does, bounded by its inputs: every parser that reads what others write, on broken input. A crash
/// would end the run.
@Suite struct FuzzTests {
    @Test("no broken input crashes a parser", arguments: FuzzTarget.all.map(\.name))
    func noBrokenInputCrashesAParser(name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        var inputs = 0
        target.fuzz(count: name.hasSuffix("yaml") ? 1000 : 5000, seed: 20_260_309) { _ in inputs += 1 }
        #expect(inputs > 0)
    }

    /// Mutations of what is broken already would only test the first check.
    @Test func whatIsMutatedIsGood() throws {
        #expect(CertificateReader.facts(der: FuzzTarget.certificate)?.names == ["a.test", "10.0.0.1"])
        let launch = try LaunchConfigurationFile.load(
            bytes: Array(FuzzTarget.launch.utf8), name: "l", variables: ["A": "b"])
        #expect(launch.configuration.security?.tls?.endpoints.count == 1)
        _ = try ThemeFile.load(bytes: Array(FuzzTarget.theme.utf8), name: "fuzz", file: "f")
        for target in FuzzTarget.all where ["trivy", "zap", "npm", "nmap"].contains(target.name) {
            let format = try #require(ScanSource.Format(rawValue: target.name))
            for seed in target.seeds { _ = try ReportReader.read(seed, format: format) }
        }
    }

    @Test func theSameSeedMakesTheSameInputs() {
        let seeds = [Array("good input".utf8)]
        var (one, two, other) = (Mutation(seed: 7), Mutation(seed: 7), Mutation(seed: 8))
        let first = (0..<100).map { _ in one.mutate(seeds) }
        #expect(first == (0..<100).map { _ in two.mutate(seeds) })
        #expect(first != (0..<100).map { _ in other.mutate(seeds) })
        #expect(Set(first).count > 80)
    }
}
