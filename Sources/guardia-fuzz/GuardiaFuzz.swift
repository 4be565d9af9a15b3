import ArgumentParser
import CLinux
import Foundation
import Fuzzing

/// `make fuzz`: every parser that reads what others write, on millions of broken inputs. A crash is the finding.
@main
struct GuardiaFuzz: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guardia-fuzz", abstract: "Feed broken input to every parser; the same input for the same seed.")

    @Option(help: "How many inputs in all, shared among the parsers.")
    var count = 10_000_000

    @Option(help: "Where the numbers begin.")
    var seed: UInt64 = 1

    @Option(help: "Only this parser.")
    var only: String?

    @Option(
        help: ArgumentHelp(
            "With --only: this one input, as a crash told it, in hexadecimal digits.", valueName: "digits"))
    var input: String?

    @Option(
        help: ArgumentHelp("Instead: change bytes of this journal, and read it as guardia does.", valueName: "file"))
    var journal: String?

    func validate() throws {
        guard let input else { return }
        guard only != nil else { throw ValidationError("--input is for one parser: name it with --only") }
        if GuardiaFuzz.bytes(of: input) == nil { throw ValidationError("--input takes hexadecimal digits, two a byte") }
    }

    private static func bytes(of digits: String) -> [UInt8]? {
        let digits = Array(digits.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
        return bytes.count == digits.count / 2 ? bytes : nil
    }

    func run() throws {
        guardia_keep_no_core()
        if let journal { return try fuzz(journal) }
        let targets = FuzzTarget.all.filter { only == nil || $0.name == only }
        guard !targets.isEmpty else {
            throw ValidationError("the parsers are \(FuzzTarget.all.map(\.name).joined(separator: ", "))")
        }
        if let input = input.flatMap(GuardiaFuzz.bytes) {
            targets[0].run(again: input)
            return print("\(targets[0].name): no crash")
        }
        let inputs = (count + targets.count - 1) / targets.count
        let clock = ContinuousClock()
        var total = 0
        for target in targets {
            let took = clock.measure { target.fuzz(count: inputs, seed: seed) }
            total += inputs
            print("\(target.name): \(inputs) inputs in \(took)")
        }
        print("\(total) inputs, seed \(seed): no crash")
    }

    private func fuzz(_ journal: String) throws {
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: journal)))
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("guardia-fuzz-\(getpid())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // A crash can be had again: the file that was read last is still there.
        let refused = JournalFuzz(whole, path: "\(folder)/broken.journal").run(count: count, seed: seed)
        print("\(count) broken journals, \(refused) refused, seed \(seed): no crash")
    }
}
