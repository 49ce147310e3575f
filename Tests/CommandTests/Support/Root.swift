import Foundation
import Simulator
import Testing

/// One archive of a desk's contact centre among several, each with a root of its own.
struct Root: Sendable {
    let desk: Desk
    let path: String
    /// SHA-256 of every recording that the provider has: exactly what has to be held in the end.
    let offered: [String]
    /// The environment of every run, for example with settings.
    var environment: [String: String]
    /// The command that runs every command, for example one that enters a namespace.
    var entrance: [String] = []

    init(_ desk: Desk, _ name: String, offered: [String], environment: [String: String] = [:]) {
        self.desk = desk
        // Every root has the same name, so steps have the same paths too.
        path = "\(desk.folder)/\(name)/archive"
        self.offered = offered
        self.environment = environment
        self.environment["CALLARK_ARCHIVE_ROOT"] = path
    }

    /// Creates the root.
    /// - Parameter shadow: receives what a power cut would leave; see ``FaultShim``.
    func make(shadow: String? = nil) async throws {
        let ending = try await run(["init"], shadow: shadow)
        try #require(ending.status == 0, "\(ending.errors)")
    }

    /// The pass that the tests are about.
    var pass: [String] { ["archive", "--day", desk.day] }

    func start(
        _ arguments: [String],
        _ fault: Mishap? = nil,
        log: String? = nil,
        shadow: String? = nil,
        environment more: [String: String] = [:]
    ) throws -> Program {
        let folder = URL(filePath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var variables = environment.merging(more) { $1 }
        if fault != nil || log != nil || shadow != nil {
            variables.merge(FaultShim.environment(root: path, fault, log: log, shadow: shadow)) { $1 }
        }
        return try desk.start(arguments, environment: variables, within: entrance)
    }

    func run(
        _ arguments: [String],
        _ fault: Mishap? = nil,
        log: String? = nil,
        shadow: String? = nil,
        environment more: [String: String] = [:]
    ) async throws -> Program.Ending {
        try await start(arguments, fault, log: log, shadow: shadow, environment: more).end()
    }

    /// What the archive itself says: each recording that is called stored or archived, with its checksum.
    func held() async throws -> Set<String> {
        let list = try await run(["list", "--json"])
        // A manifest that does not exist yet, or has no tables yet, holds nothing.
        if list.status != 0 { return [] }
        let rows = try list.objects.filter { row in
            row["type"]?.text == "recording" && ["stored", "archived"].contains(row["state"]?.text)
        }
        return Set(
            rows.map { "\($0["task_id"]?.text ?? "") \($0["recording_id"]?.text ?? "") \($0["sha256"]?.text ?? "")" }
        )
    }

    /// Checksums every payload file of every archive as tar unpacks it, after sha256sum has checked the side files;
    /// then the content of the spool.
    private static let unpack = """
        set -eu
        mkdir -p "$2"
        find "$1/archives" -name '*.tar' | sort | while read -r tar; do
            (cd "$(dirname "$tar")" && sha256sum --quiet -c "$(basename "$tar").sha256")
            tar -xf "$tar" -C "$2"
        done
        find "$2" -path '*/data/*' -type f -exec sha256sum {} + | cut -d ' ' -f 1 | sort
        find "$1/spool" -mindepth 1 -printf 'spool/%P\\n' | sort
        """

    /// A pass without a fault completes the archive, and everything about it is right: nothing lost, nothing twice,
    /// nothing false, according to Callark, tar and sha256sum.
    /// - Parameter promised: what had been called stored or archived before.
    func expectCompletion(
        keeping promised: Set<String>,
        _ context: String,
        location: SourceLocation = #_sourceLocation
    ) async throws {
        let comment = Comment(rawValue: context)
        let pass = try await run(pass)
        try #require(pass.status == 0, "\(context): \(pass.errors)", sourceLocation: location)
        let verification = try await run(["verify"])
        #expect(verification.status == 0, "\(context): \(verification.output)", sourceLocation: location)
        // Archives, manifest and evidence log agree, and each recording has exactly one entry that counts.
        let log = try await run(["log", "verify"])
        #expect(log.status == 0, "\(context): \(log.output)", sourceLocation: location)
        let held = try await held()
        #expect(promised.isSubset(of: held), comment, sourceLocation: location)
        #expect(held.count == offered.count, comment, sourceLocation: location)
        #expect(held.compactMap { $0.split(separator: " ").last.map(String.init) }.sorted() == offered, comment)
        let command = entrance + ["sh", "-c", Self.unpack, "sh", path, path + "-unpacked"]
        let unpacked = try await Program.run(command[0], Array(command.dropFirst()))
        #expect(unpacked.status == 0, "\(context): \(unpacked.errors)", sourceLocation: location)
        let spool = [
            "spool/credentials", "spool/credentials/acme.json", "spool/credentials/log.key",
            "spool/credentials/log.key.acme.newest", "spool/parts", "spool/pass.lock",
        ]
        // Only a run that had to refresh the token has locked it. A tar whose journal did not survive a power cut is
        // set aside, since nothing shows whether any of it had been stored.
        let found = unpacked.output.split(separator: "\n").filter {
            $0 != "spool/credentials/acme.json.lock" && !$0.hasSuffix(".tar.damaged")
        }
        #expect(
            found.map(String.init) == offered + spool,
            comment,
            sourceLocation: location
        )
    }

    /// Another root with the same files.
    func copied(to name: String) async throws -> Root {
        var copy = Root(desk, name, offered: offered, environment: environment)
        copy.environment["CALLARK_ARCHIVE_ROOT"] = copy.path
        let folder = URL(filePath: copy.path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try #require(try await Program.run("cp", ["-a", path, copy.path]).status == 0)
        return copy
    }

    func remove() {
        try? FileManager.default.removeItem(at: URL(filePath: path).deletingLastPathComponent())
    }
}

extension CallMix {
    /// Only answered calls whose recordings have appeared.
    static var recorded: CallMix {
        var mix = CallMix()
        (mix.abandonedShare, mix.selfServiceShare, mix.unrecordedShare, mix.undeterminedShare) = (0, 0, 0, 0)
        (mix.virtualAgentShare, mix.transcriptShare, mix.digitalShare, mix.lateShare) = (0, 0, 0, 0)
        mix.tasksInOneMillisecond = 1
        return mix
    }

    /// The same, with one recording large enough for a part file under the settings of `A process that is killed`.
    static var recordedInParts: CallMix {
        var mix = recorded
        mix.firstRecordingBytes = 400_000
        return mix
    }
}

extension Collection where Self: Sendable, Element: Sendable {
    /// Calls `body` for each element, a few at a time.
    func inParallel(_ width: Int = 4, _ body: @escaping @Sendable (Element) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (position, element) in enumerated() {
                if position >= width { try await group.next() }
                group.addTask { try await body(element) }
            }
            try await group.waitForAll()
        }
    }
}
