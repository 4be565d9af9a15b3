// swift-tools-version: 6.2
import PackageDescription

// The map of the house: docs/architecture.md says in one sentence what each target is for, and what may import what.
let package = Package(
    name: "guardia",
    products: [
        .executable(name: "guardia", targets: ["guardia"]),
        .executable(name: "guardia-kiosk", targets: ["guardia-kiosk"]),
        .executable(name: "barberpro", targets: ["barberpro"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
    ],
    targets: [
        // MARK: C libraries: a module map and, in shim.h, what Swift cannot import by itself
        // Without pkg-config: what ncursesw's and hiredis's ask for SwiftPM refuses with a warning, and a folder of libcrypto's would
        // be searched before ours (CCurl/linked).
        .systemLibrary(name: "CNcurses", providers: [.apt(["libncurses-dev"])]),
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "CLinux"),  // posix_spawn's and pidfd's functions that Swift's Glibc module leaves out
        .systemLibrary(name: "CTimex"),  // adjtimex(2): of the C library, but not of Swift's Glibc module
        .systemLibrary(name: "CWidth"),
        // Opened when they are first needed (docs/decisions/0035-libraries-when-needed.md).
        .target(name: "CLibrary"),
        .target(name: "CCurl", dependencies: ["CLibrary"], exclude: ["linked"]),  // libcurl4-openssl-dev
        .target(name: "CLibpq", dependencies: ["CLibrary"]),  // libpq-dev
        .target(name: "CCrypto", dependencies: ["CLibrary"]),  // libssl-dev
        .target(name: "COpenSSL", dependencies: ["CLibrary", "CCrypto"]),  // libssl-dev, with libssl

        // MARK: Launch: the domain
        .target(name: "Launch"),
        .testTarget(name: "LaunchTests", dependencies: ["Launch"]),

        // MARK: Journal: the SQLite file
        .target(
            name: "Journal",
            dependencies: [
                "Launch", "CCrypto", "CLinux",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        .testTarget(
            name: "JournalTests",
            dependencies: ["Journal", "Launch", .product(name: "GRDB", package: "GRDB.swift")]),

        // MARK: Wire: the Reactor and the clients on it
        .target(
            name: "Wire",
            dependencies: [
                "Launch", "CLibpq", "CHiredis", "CCurl", "CCrypto", "CLinux", "COpenSSL",
                .product(name: "DequeModule", package: "swift-collections"),
            ]),
        .testTarget(name: "WireTests", dependencies: ["Wire", "CLibrary", "CLinux", "Launch", "Rehearsal"]),

        // MARK: Edge: the door of an edge, its helper and the proof of what it does
        .target(
            name: "Edge",
            dependencies: ["Launch", "Wire", "CCrypto"],
            // A link to Config/edge/guardia-door.
            resources: [.embedInCode("Resources")]),
        .target(name: "TestServers", dependencies: ["Launch", "Rehearsal", "Wire"], path: "Tests/TestServers"),
        .testTarget(
            name: "EdgeTests", dependencies: ["Edge", "Launch", "Wire", "Rehearsal", "Security", "TestServers"]),

        // MARK: Actions: plans and steps of deploy, rollback and their kin
        .target(
            name: "Actions", dependencies: ["Launch", "Wire", "Edge", "Journal", "CCrypto"],
            // Links to Config: what `guardia setup` installs.
            resources: [.embedInCode("Resources")]),
        .testTarget(
            name: "BackupTests", dependencies: ["Actions", "Launch", "Journal", "Wire", "Rehearsal"]),
        .testTarget(name: "ActionsTests", dependencies: ["Actions", "Launch", "Edge", "Journal", "Wire"]),
        .testTarget(name: "FlagStoreTests", dependencies: ["Actions", "Launch", "Wire", "Rehearsal"]),

        // MARK: Notify: the channels to people, and the outbox before them
        .target(name: "Notify", dependencies: ["Launch", "Wire", "CCrypto"]),
        .testTarget(name: "NotifyTests", dependencies: ["Notify", "Launch", "Wire"]),

        // MARK: Mobile: the page of a page: a telephone's view of one chain, and its links
        .target(
            name: "Mobile",
            dependencies: [
                "Launch", "CCrypto",
                .product(name: "FlyingFox", package: "FlyingFox"),
                .product(name: "FlyingSocks", package: "FlyingFox"),
            ]),
        .testTarget(name: "MobileTests", dependencies: ["Mobile", "Launch"]),

        // MARK: Security: what gathers evidence of the launch's security
        .target(name: "Security", dependencies: ["Launch", "Journal", "Wire", "Edge", "COpenSSL"]),
        .testTarget(
            name: "SecurityTests",
            dependencies: [
                "Security", "Fuzzing", "Launch", "Journal", "Settings", "Wire", "Rehearsal", "Edge",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),

        // MARK: Fuzzing: broken input for every parser that reads what others write
        .target(
            name: "Fuzzing",
            dependencies: ["Console", "Edge", "Journal", "Launch", "Mobile", "Security", "Settings", "Watch", "Wire"]),

        // MARK: Watch: the poller graph and the engine
        .target(
            name: "Watch",
            dependencies: [
                "Launch", "Wire", "Edge", "Journal", "Mobile", "Notify", "Security", "CCrypto", "CLinux", "CTimex",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ]),
        .testTarget(
            name: "WatchTests",
            dependencies: [
                "Watch", "Launch", "Wire", "Edge", "Journal", "Mobile", "Notify", "Rehearsal", "Security", "Console",
            ]),

        // MARK: Console: cells, panes, keymap, model, update, view; pure
        .target(name: "Console", dependencies: ["Launch", "CWidth"]),
        .testTarget(name: "ConsoleTests", dependencies: ["Console", "Launch"], exclude: ["Snapshots"]),

        // MARK: Report: a launch and a shift written down from their journal, as HTML and Markdown
        .target(name: "Report", dependencies: ["Launch", "Journal", "Console"]),
        .testTarget(name: "ReportTests", dependencies: ["Report", "Launch", "Journal", "Console"]),

        // MARK: Terminal: keys in, frames out
        .target(name: "CTerminal"),  // signal handlers, which must be C
        .target(name: "Terminal", dependencies: ["Console", "CNcurses", "CTerminal"]),
        .testTarget(name: "TerminalTests", dependencies: ["Terminal", "Console"]),

        // MARK: Settings: YAML in, values out (launch configuration, themes, keys)
        .target(
            name: "Settings",
            dependencies: ["Launch", "Console", .product(name: "Yams", package: "Yams")],
            // Links to Config/rehearsal.yaml and themes/: a binary needs no file beside it.
            resources: [.embedInCode("Resources")]),
        .testTarget(name: "SettingsTests", dependencies: ["Settings", "Launch", "Console"]),

        // MARK: Screen: the loop that the dashboard and the kiosk share
        .target(
            name: "Screen",
            dependencies: [
                "Launch", "Journal", "Console", "Terminal", "Settings", "CLinux",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .testTarget(name: "ScreenTests", dependencies: ["Screen", "Launch"]),

        // MARK: Rehearsal: a whole launch on this machine
        .target(
            name: "Rehearsal",
            dependencies: ["Launch", "Wire", "Edge", .product(name: "Subprocess", package: "swift-subprocess")],
            // Links to Config/postgres: the roles of evidence.
            resources: [.embedInCode("Resources")]),
        .testTarget(
            name: "RehearsalTests",
            dependencies: [
                "Rehearsal", "Launch", "Wire", "Edge", "barberpro", .product(name: "FlyingFox", package: "FlyingFox"),
            ]),

        // MARK: Executables
        .executableTarget(
            name: "guardia",
            dependencies: [
                "Launch", "Journal", "Wire", "Edge", "Security", "Watch", "Actions", "Console", "Terminal", "Settings",
                "Screen", "Rehearsal", "Mobile", "Notify", "Report", "CLinux",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            linkerSettings: [.unsafeFlags(["-L\(Context.packageDirectory)/Sources/CCurl/linked"])]),
        .executableTarget(
            name: "guardia-kiosk",
            dependencies: [
                "Launch", "Journal", "Console", "Terminal", "Settings", "Screen", "CLinux",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "barberpro",
            dependencies: [
                // Launch for the rule of a flag alone: the application evaluates as guardia says it does.
                "Launch", "Wire", "CLinux",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "FlyingFox", package: "FlyingFox"),
                .product(name: "FlyingSocks", package: "FlyingFox"),
            ]),
        .executableTarget(
            name: "guardia-bench",
            dependencies: [
                "Launch", "Journal", "Wire", "Console", "Watch", "Settings", "Report", "CLinux",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "FlyingFox", package: "FlyingFox"),
                .product(name: "FlyingSocks", package: "FlyingFox"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .executableTarget(
            name: "guardia-fuzz",
            dependencies: ["Fuzzing", "CLinux", .product(name: "ArgumentParser", package: "swift-argument-parser")]),
        .testTarget(
            name: "EndToEnd",
            dependencies: ["Launch", "Journal", "Rehearsal", "Settings", "TestServers", "Watch", "Wire"],
            path: "Tests/EndToEnd"),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    var settings = target.swiftSettings ?? []
    settings += [
        .enableUpcomingFeature("ExistentialAny"),  // `any` is written where there is a box
        .enableUpcomingFeature("MemberImportVisibility"),  // a file imports what it uses
        .enableUpcomingFeature("InternalImportsByDefault"),  // an import leaks only where it says so
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),  // async functions stay on their caller's executor
        .enableUpcomingFeature("InferIsolatedConformances"),  // an actor's conformances are its own
    ]
    // `make test` sets it: no warning gets into main. Left out elsewhere, so that a newer compiler's new warning
    // does not stop anyone's build.
    if Context.environment["GUARDIA_STRICT"] == "1" { settings.append(.treatAllWarnings(as: .error)) }
    target.swiftSettings = settings
}
