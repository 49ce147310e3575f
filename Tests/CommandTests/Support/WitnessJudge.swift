import Foundation
import TestSupport
import Testing

/// Go's own reader of signed notes, and what it says about a witness's cosignatures. It shares no code with Callark.
enum WitnessJudge {
    /// Built once, by a process that no thread waits for; `nil` if Go or its packages are missing.
    private static let program = Task<String?, Never> {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let source = tests.appending(path: "EvidenceTests/Judges/witness.go").path
        let folder = FileManager.default.temporaryDirectory.appending(path: "callark-witness-judge-\(getpid())").path
        let environment = [
            "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": "\(folder)/cache", "GOFLAGS": "",
        ]
        let program = "\(folder)/witness"
        let build = try? await Program.run("go", ["build", "-o", program, source], environment: environment)
        return build?.status == 0 ? program : nil
    }

    /// Has a witness's lines judged, and each change of a byte in them.
    /// - Parameters:
    ///   - lines: what the witness gave.
    ///   - checkpoint: the file with the checkpoint, signed by the log.
    /// - Returns: how many entries the witness has signed; `nil` if Go is missing.
    static func size(
        of lines: String,
        under checkpoint: String,
        logKey: String,
        witnessKey: String,
        in desk: Desk
    ) async throws -> Int? {
        let built = await Self.program.value
        guard try Requirement.isMet("Go and golang.org/x/mod", built != nil), let program = built else { return nil }
        let file = "\(desk.folder)/judged-\(UUID())"
        try Data(lines.utf8).write(to: URL(filePath: file))
        let before = Int(Date().timeIntervalSince1970)
        let arguments = [checkpoint, file, logKey, witnessKey]
        let checked = try await Program.run(program, ["check"] + arguments)
        let figures = checked.output.split { $0.isWhitespace }.compactMap { Int($0) }
        try #require(checked.status == 0 && figures.count == 2, "\(checked.output)\(checked.errors)")
        #expect((before - 600...before + 1).contains(figures[1]), "it was signed at another time: \(checked.output)")
        let changed = try await Program.run(program, ["mutations"] + arguments)
        #expect(changed.status == 0 && changed.output.hasSuffix(" refused\n"), "\(changed.output)\(changed.errors)")
        // The judge works: another witness has not signed it.
        let stranger = try await Program.run(program, ["check", checkpoint, file, logKey, Self.stranger])
        #expect(stranger.status == 1, "\(stranger.output)")
        return figures[0]
    }

    private static let stranger = "other.example+2a4e2ed8+BGFP9DJl5a7PWmp+Nm9oU6MUr8bJ8YY8u5uZSIpwV3VX"
}
