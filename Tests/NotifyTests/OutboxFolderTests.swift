import Foundation
import Launch
import Testing
import Wire

@testable import Notify

/// What is left of the outbox by an engine that was killed, on disks that are full, closed or damaged.
@Suite struct OutboxFolderTests {
    let clock = ManualClock()
    let ear = Ear()
    let temporary: TemporaryFolder
    var folder: OutboxFolder { OutboxFolder(path: "\(temporary.path)/journal.sqlite.outbox") }

    init() throws { temporary = try TemporaryFolder() }

    private func outbox(_ channels: [String: any Channel], _ folders: [OutboxFolder]? = nil) -> Outbox {
        Outbox(folders: folders ?? [folder], channels: channels, clock: clock, note: ear.note, tell: ear.tell)
    }

    private func names(_ folder: OutboxFolder) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    }

    private func page(_ number: Int, group: String? = nil) -> Launch.Notification {
        .sample(page: "p-\(number)", group: group ?? "g-\(number)", expires: clock.now().utc.seconds + 3600)
    }

    @Test func whatAKilledEngineLeftEmptyInMemoryIsTakenAwayAndWhatHoldsAPageStays() async throws {
        let memory = "\(temporary.path)/guardia-outbox-0-"
        for name in ["empty", "full", "own"] { mkdir(memory + name, 0o700) }
        try Data("x".utf8).write(to: URL(fileURLWithPath: memory + "full/000000000001.page"))
        let outbox = outbox(["sms": ScriptedChannel()], [folder, OutboxFolder(path: memory + "own")])
        await outbox.open()
        #expect(access(memory + "empty", F_OK) != 0 && access(memory + "own", F_OK) != 0)
        #expect(access(memory + "full/000000000001.page", F_OK) == 0)
    }

    // MARK: Restarts

    @Test func whatWaitsOutlivesTheEngineInItsOrder() async {
        let dead = outbox(["sms": ScriptedChannel { _ in .unreachable("no route") }])
        for number in 0..<20 { await dead.submit(page(number), channel: "sms", step: number) }
        _ = await dead.pump("sms")

        let sms = ScriptedChannel()
        let next = outbox(["sms": sms])
        await next.open()
        #expect(await next.waiting.map(\.step) == Array(0..<20))
        _ = await next.pump("sms")
        #expect(sms.pages == (0..<20).map { "p-\($0)" })
        // A page that the escalation engine submits again, because it does not know better, is known.
        await next.submit(page(3), channel: "sms")
        _ = await next.pump("sms")
        #expect(sms.sent.count == 20)
        #expect(await eventually { names(folder).isEmpty })
    }

    @Test func whatTheProviderTookIsNotSentAgainButToldAgainAndAskedAbout() async {
        let dead = outbox(["sms": ScriptedChannel(delivery: { _ in .underway })])
        await dead.submit(page(1), channel: "sms")
        _ = await dead.pump("sms")
        #expect(await eventually { names(folder).first?.contains(".taken.") == true })

        let sms = ScriptedChannel(delivery: { _ in .delivered })
        let next = outbox(["sms": sms])
        await next.open()
        clock.advance(by: .seconds(5))
        _ = await next.pump("sms")
        _ = await next.ask("sms")
        #expect(sms.sent.isEmpty)
        #expect(sms.asked == ["r-p-1"])
        #expect(ear.outcomes(of: "p-1") == [.sent(reference: "r-p-1"), .sent(reference: "r-p-1"), .delivered])
        #expect(await eventually { names(folder).isEmpty })
    }

    @Test func threadsOutliveTheEngine() async {
        let first = outbox(["slack": ScriptedChannel(keepsThreads: true)])
        await first.submit(page(1, group: "db"), channel: "slack")
        _ = await first.pump("slack")
        #expect(await eventually { names(folder) == ["threads"] })

        let slack = ScriptedChannel(keepsThreads: true)
        let next = outbox(["slack": slack])
        await next.submit(page(2, group: "db"), channel: "slack")
        _ = await next.pump("slack")
        #expect(slack.sent.first?.thread == "r-p-1")
    }

    @Test func aChannelThatIsGoneFromTheConfigEndsItsPagesWithAWord() async {
        let dead = outbox(["sms": ScriptedChannel()])
        await dead.submit(page(1), channel: "sms")
        let next = outbox([:])
        await next.open()
        #expect(ear.outcomes(of: "p-1") == [.failed(reason: "the config has no channel 'sms' any more")])
        #expect(await eventually { names(folder).isEmpty })
    }

    @Test func halfAFileIsNoPageAndADamagedOneIsSetAsideAndSaid() async throws {
        let dead = outbox(["sms": ScriptedChannel()])
        await dead.submit(page(1), channel: "sms")
        let whole = try Data(contentsOf: URL(filePath: "\(folder.path)/000000000001.page"))
        try whole.prefix(40).write(to: URL(filePath: "\(folder.path)/000000000002.page.draft"))
        try whole.prefix(40).write(to: URL(filePath: "\(folder.path)/000000000003.page"))
        let next = outbox(["sms": ScriptedChannel()])
        await next.open()
        #expect(await next.waiting.map(\.sequence) == [1])
        #expect(names(folder) == ["000000000001.page", "000000000003.page.damaged"])
        #expect(ear.noted.count == 1)
        #expect(ear.noted[0].contains("000000000003.page is no page that can be read"))
    }

    @Test func addressesAreClosedToOthers() async throws {
        let outbox = outbox(["sms": ScriptedChannel()])
        await outbox.submit(page(1), channel: "sms")
        for (path, mode) in [(folder.path, 0o700), ("\(folder.path)/000000000001.page", 0o600)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == mode, "\(path)")
        }
    }

    /// What a kill leaves behind is some prefix of what the kernel was asked for: each is tried.
    @Test(arguments: 0...6)
    func killedAfterAnyStepAPageIsSentAgainOrToldOrWasNeverTaken(done: Int) async throws {
        let steps: [(OutboxFolder) throws -> Void] = [
            { _ = mkdir($0.path, 0o700) },
            { try Data().write(to: URL(filePath: "\($0.path)/000000000001.page.draft")) },
            { try Data("{\"at\":{".utf8).write(to: URL(filePath: "\($0.path)/000000000001.page.draft")) },
            { folder in try folder.keep(Self.entry(1, self.page(1), self.clock.now())) },
            { folder in _ = folder.markTaken(1, reference: "r-1") },
            { folder in folder.remove(1, reference: "r-1") },
        ]
        for step in steps.prefix(done) { try step(folder) }
        let sms = ScriptedChannel()
        let next = outbox(["sms": sms])
        await next.open()
        _ = await next.pump("sms")
        #expect(sms.pages == (done == 4 ? ["p-1"] : []))
        #expect(
            ear.outcomes(of: "p-1")
                == (done == 4 ? [.sent(reference: "r-p-1")] : done == 5 ? [.sent(reference: "r-1")] : []))
        #expect(await eventually { names(folder).isEmpty })
    }

    private static func entry(_ sequence: Int64, _ notification: Launch.Notification, _ now: Moment) -> OutboxEntry {
        OutboxEntry(
            sequence: sequence, channel: "sms", notification: notification, escalation: nil, step: nil, at: now)
    }

    // MARK: Disks

    @Test(.enabled(if: geteuid() == 0, "mounting needs root"))
    func aFullDiskDoesNotStopThePaging() async throws {
        let small = "\(temporary.path)/small"
        mkdir(small, 0o755)
        let mounted = try await Command.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k,mode=755", "tmpfs", small], deadline: .seconds(10))
        try #require(mounted.isSuccess)
        defer { umount2(small, Int32(MNT_DETACH)) }
        let first = OutboxFolder(path: "\(small)/outbox")
        let second = OutboxFolder(path: "\(temporary.path)/memory")
        let sms = ScriptedChannel()
        let outbox = outbox(["sms": sms], [first, second])
        await outbox.submit(page(1), channel: "sms")
        let ballast = Foundation.open("\(small)/ballast", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        while write(ballast, [UInt8](repeating: 0, count: 1024), 1024) > 0 {}
        close(ballast)

        await outbox.submit(page(2), channel: "sms")
        #expect(names(first) == ["000000000001.page"])
        #expect(names(second) == ["000000000002.page"])
        #expect(ear.noted.count == 1)
        #expect(ear.noted.first?.contains("No space left on device") == true)
        #expect(ear.noted.first?.contains("which a reboot empties") == true)
        // The next engine finds both, in their order.
        let next = self.outbox(["sms": ScriptedChannel()], [first, second])
        await next.open()
        #expect(await next.waiting.map(\.sequence) == [1, 2])

        // What is done needs no space.
        _ = await outbox.pump("sms")
        #expect(sms.pages == ["p-1", "p-2"])
        #expect(await eventually { names(first).isEmpty && access(second.path, F_OK) != 0 })

        unlink("\(small)/ballast")
        await outbox.submit(page(3), channel: "sms")
        #expect(names(first) == ["000000000003.page"])
        #expect(ear.noted.last == "the outbox is kept on disk again")
    }

    @Test func whereNoFolderTakesThemPagesGoOnInMemoryAndItIsSaid() async throws {
        // A file where the folder should be.
        let nowhere = OutboxFolder(path: "\(temporary.path)/file")
        try Data().write(to: URL(filePath: nowhere.path))
        let sms = ScriptedChannel()
        let outbox = outbox(["sms": sms], [nowhere])
        await outbox.submit(page(1), channel: "sms")
        #expect(ear.noted.count == 1)
        #expect(ear.noted.first?.hasSuffix("pages wait in memory, and are lost if the engine dies") == true)
        // There is a place again: what had none is written with the next page.
        unlink(nowhere.path)
        await outbox.submit(page(2), channel: "sms")
        #expect(names(nowhere) == ["000000000001.page", "000000000002.page"])
        #expect(ear.noted.last == "the outbox is kept on disk again")
        _ = await outbox.pump("sms")
        #expect(sms.pages == ["p-1", "p-2"])
    }
}
