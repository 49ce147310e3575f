// swift-tools-version: 6.1
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

// Arrows point downwards only: adapters depend on Recordings and not on each other (the provider's client may
// use Transfer), Archiver joins them, Wiring makes them out of settings, and the executable has what is a terminal's.
// docs/decisions/dependencies.md says why each dependency is here.
let package = Package(
    name: "callark",
    products: [
        .executable(name: "callark", targets: ["callark"]),
        .executable(name: "callark-simulator", targets: ["callark-simulator"]),
        // Only for tests: preloaded into the processes that they start.
        .library(name: "FaultShim", type: .dynamic, targets: ["FaultShim"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.1.4"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        .systemLibrary(name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CGlibc"),
        .systemLibrary(name: "CLibcrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        .target(name: "Recordings", swiftSettings: strict),
        // Text from outside and for outside: CSV, and what makes a text safe for one line.
        .target(name: "Text", swiftSettings: strict),
        // The one line in which tasks wait for a turn, by precedence and arrival.
        .target(name: "Waiting", swiftSettings: strict),
        // One way to put a file in place, to lock and to read one, and what stands where in a root: for archives, tokens and
        // whatever else keeps something on the disk.
        .target(name: "Files", dependencies: ["CGlibc", "Recordings"], swiftSettings: strict),
        .target(
            name: "Transfer",
            dependencies: ["CCurl", "Files", "Recordings"],
            swiftSettings: strict
        ),
        // S3, and nothing of recordings.
        .target(
            name: "ObjectStore",
            dependencies: [
                "Files", "Recordings", "Transfer", .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "WebexContactCenter",
            dependencies: [
                "Files", "Recordings", "Text", "Transfer", "Waiting",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Manifest",
            dependencies: ["Recordings", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict
        ),
        .target(
            name: "Evidence",
            dependencies: ["Files", "Recordings", .product(name: "Crypto", package: "swift-crypto")],
            resources: [.embedInCode("Verifier/callark-verify.py")],
            swiftSettings: strict
        ),
        .target(
            name: "Anchors",
            dependencies: [
                "CGlibc", "CLibcrypto", "Evidence", "Files", "Recordings", "Transfer",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "DailyArchive",
            dependencies: [
                "CArchive", "CGlibc", "CZlib", "Files", "Recordings",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Settings",
            dependencies: ["Files", "Recordings", "Text", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict
        ),
        .target(
            name: "Archiver",
            dependencies: [
                "DailyArchive", "Evidence", "Files", "Manifest", "Recordings", "Transfer", "Waiting",
                "WebexContactCenter",
                .product(name: "AsyncAlgorithms", package: "swift-async-algorithms"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        // What leaves this machine for an object store: archives, evidence logs, copies of the manifest.
        .target(
            name: "Vault",
            dependencies: [
                "Evidence", "Files", "ObjectStore", "Recordings", "Transfer",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        // Settings turned into what the modules above need: once, for commands and for a service.
        .target(
            name: "Wiring",
            dependencies: [
                "Anchors", "Archiver", "Evidence", "Files", "Manifest", "ObjectStore", "Recordings", "Settings", "Text",
                "Transfer", "Vault", "WebexContactCenter",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        // Backups of what an archive has besides its archives.
        .target(
            name: "Backups",
            dependencies: [
                "Evidence", "Files", "Manifest", "Recordings", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict
        ),
        // The JSON that users see, once, for the command line and whatever else answers them.
        .target(
            name: "Payloads",
            dependencies: ["Archiver", "DailyArchive", "Evidence", "Files", "Manifest", "Recordings", "Text"],
            swiftSettings: strict
        ),
        // What people read: tables, sentences, and the report as text, CSV, JSON and a page.
        .target(
            name: "Reports",
            dependencies: [
                "Archiver", "DailyArchive", "Files", "Manifest", "Pages", "Payloads", "Recordings", "Settings", "Text",
                "Wiring", .product(name: "Mustache", package: "swift-mustache"),
            ],
            swiftSettings: strict
        ),
        // The web page: templates, words and files for browsers, and the views that fill them from the API's JSON.
        .target(
            name: "WebPage",
            dependencies: [
                "Pages", "Recordings", "Text",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Mustache", package: "swift-mustache"),
            ],
            resources: [.embedInCode("Web")],
            swiftSettings: strict
        ),
        // `callark serve`: HTTP, keys and roles, the schedule.
        .target(
            name: "Service",
            dependencies: [
                "Anchors", "Archiver", "CGlibc", "Cases", "DailyArchive", "Evidence", "Files", "Manifest", "Payloads",
                "Recordings", "Reports", "Settings", "Text", "Transfer", "Waiting", "WebPage", "WebexContactCenter",
                "Wiring",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [.embedInCode("openapi.yaml")],
            swiftSettings: strict
        ),
        // What every page of HTML needs: escaping, and how it looks on paper.
        .target(
            name: "Pages",
            dependencies: [
                "Text",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Mustache", package: "swift-mustache"),
            ],
            swiftSettings: strict
        ),
        // Calls with everything that proves them, for somebody who has no Callark.
        .target(
            name: "Cases",
            dependencies: [
                "Archiver", "CArchive", "DailyArchive", "Evidence", "Files", "Manifest", "Pages", "Payloads",
                "Recordings", "Text",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Mustache", package: "swift-mustache"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "callark",
            dependencies: [
                "Anchors", "Archiver", "Backups", "CGlibc", "Cases", "DailyArchive", "Evidence", "Files", "Manifest",
                "ObjectStore", "Payloads", "Recordings", "Reports", "Service", "Settings", "Text", "Transfer", "Vault",
                "WebexContactCenter", "Wiring",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),

        .target(
            name: "Simulator",
            dependencies: [
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "FlyingFox", package: "FlyingFox"),
                .product(name: "FlyingSocks", package: "FlyingFox"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "callark-simulator",
            dependencies: [
                "Simulator",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),

        .target(
            name: "TestSupport",
            dependencies: ["Files", "Recordings", .product(name: "Crypto", package: "swift-crypto")],
            path: "Tests/TestSupport",
            resources: [.copy("Fixtures")],
            swiftSettings: strict
        ),
        // Only for tests: an object store in memory, which can lie.
        .target(
            name: "VaultSupport",
            dependencies: ["ObjectStore", "Recordings", .product(name: "Crypto", package: "swift-crypto")],
            path: "Tests/VaultSupport",
            swiftSettings: strict
        ),
        .target(name: "FaultShim", path: "Tests/FaultShim", linkerSettings: [.linkedLibrary("dl")]),
        .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"], swiftSettings: strict),
        // Only for tests: writes to a log, to be killed at it, or to do it beside others.
        .executableTarget(
            name: "evidence-trial",
            dependencies: ["Evidence", "Recordings"],
            path: "Tests/EvidenceTrial",
            swiftSettings: strict
        ),
        .testTarget(name: "RecordingsTests", dependencies: ["Recordings"], swiftSettings: strict),
        .testTarget(name: "TextTests", dependencies: ["TestSupport", "Text"], swiftSettings: strict),
        .testTarget(name: "WaitingTests", dependencies: ["Waiting"], swiftSettings: strict),
        .testTarget(
            name: "TransferTests",
            dependencies: [
                "Recordings", "TestSupport", "Transfer",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "FlyingFox", package: "FlyingFox"),
                .product(name: "FlyingSocks", package: "FlyingFox"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ObjectStoreTests",
            dependencies: [
                "Files", "ObjectStore", "Recordings", "TestSupport", "Transfer",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "WebexContactCenterTests",
            dependencies: [
                "Recordings", "Simulator", "TestSupport", "Text", "Transfer", "WebexContactCenter",
                .product(name: "FlyingFox", package: "FlyingFox"),
                .product(name: "FlyingSocks", package: "FlyingFox"),
                .product(name: "Logging", package: "swift-log"),
            ],
            resources: [.copy("Fixtures")],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ManifestTests",
            dependencies: [
                "Manifest", "Recordings", "TestSupport", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "EvidenceTests",
            dependencies: [
                "Evidence", "Recordings", "TestSupport", "evidence-trial",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            resources: [.copy("Judges")],
            swiftSettings: strict
        ),
        .testTarget(
            name: "AnchorsTests",
            dependencies: [
                "Anchors", "Evidence", "Recordings", "TestSupport", "Transfer",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            resources: [.copy("Judges")],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DailyArchiveTests",
            dependencies: [
                "DailyArchive", "Files", "ObjectStore", "Recordings", "TestSupport", "Vault", "VaultSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "VaultTests",
            dependencies: [
                "Evidence", "Files", "ObjectStore", "Recordings", "TestSupport", "Vault", "VaultSupport",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PayloadsTests",
            dependencies: ["Archiver", "DailyArchive", "Files", "Manifest", "Payloads", "Recordings"],
            swiftSettings: strict
        ),
        .testTarget(name: "SettingsTests", dependencies: ["Settings"], swiftSettings: strict),
        .testTarget(
            name: "ArchiverTests",
            dependencies: [
                "Archiver", "DailyArchive", "Evidence", "Files", "Manifest", "ObjectStore", "Recordings", "Simulator",
                "TestSupport", "Transfer", "Vault", "VaultSupport", "WebexContactCenter",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SimulatorTests",
            dependencies: ["Simulator", "TestSupport", "callark-simulator"],
            resources: [.copy("Fixtures")],
            swiftSettings: strict
        ),
        .testTarget(name: "WebPageTests", dependencies: ["Recordings", "WebPage"], swiftSettings: strict),
        .testTarget(
            name: "ServiceTests",
            dependencies: [
                "Archiver", "callark", "Evidence", "Files", "Manifest", "Recordings", "Reports", "Service", "Settings",
                "Simulator", "TestSupport", "Text", "Transfer", "WebPage", "WebexContactCenter", "Wiring",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "Archiver", "callark", "callark-simulator", "Evidence", "evidence-trial", "Manifest", "Recordings",
                "Reports",
                "Simulator", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
    ],
    swiftLanguageModes: [.v6]
)
