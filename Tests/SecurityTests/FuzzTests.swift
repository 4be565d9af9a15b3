import Fuzzing
import Launch
import Security
import Settings
import Testing

/// A bounded part of what `make fuzz` does, bounded by its inputs: every parser that reads what others write, on broken input. A crash
/// would end the run.
@Suite(.timeLimit(.minutes(5))) struct FuzzTests {
    @Test("no broken input crashes a parser", arguments: FuzzTarget.all.map(\.name))
    func noBrokenInputCrashesAParser(name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        var inputs = 0
        target.fuzz(count: name.hasSuffix("yaml") ? 8000 : 45_000, seed: 20_260_309) { _ in inputs += 1 }
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

    /// A crash ends the process; what it read must not be lost with it.
    @Test func aParserThatCrashesTellsItsInput() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            FuzzTarget("fragile", seeds: [Array("good input".utf8)]) { bytes in
                precondition(!bytes.contains(0xff), "a parser that does not take this")
            }.fuzz(count: 100_000, seed: 7)
        }
        let told = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        let line = try #require(
            told.firstMatch(
                of:
                    /fragile crashed on input (\d+) of seed 7\. Again: guardia-fuzz --only fragile --input ([0-9a-f]+)\n/
            ),
            "\(told)")
        let number = try #require(Int(line.1))
        var mutation = Mutation(seed: 7)
        var input: [UInt8] = []
        for _ in 0..<number { input = mutation.mutate([Array("good input".utf8)]) }
        #expect(input.contains(0xff))
        #expect(input.map { String(UInt16($0) | 0x100, radix: 16).dropFirst() }.joined() == line.2)
    }

    @Test func aParserThatRecursesWithoutEndTellsItsInputToo() async throws {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            @Sendable func sink(_ depth: Int, _ bytes: [UInt8]) -> Int {
                bytes.first == 0x7b ? sink(depth + 1, bytes) + 1 : depth
            }
            FuzzTarget("deep", seeds: [Array("{".utf8)]) { bytes in _ = sink(0, bytes) }.fuzz(count: 1, seed: 1)
        }
        let told = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(
            told.contains("deep crashed on input 0 of seed 1. Again: guardia-fuzz --only deep --input 7b\n"), "\(told)")
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
