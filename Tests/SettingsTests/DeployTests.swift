import Foundation
import Testing

/// The systemd files of `deploy/`, checked with systemd's own tools (Debian package: systemd).
@Suite struct DeployTests {
    @Test(.timeLimit(.minutes(20)))
    func `systemd has nothing to say about the service and its timer`() async throws {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let check = Process()
        let output = Pipe()
        check.executableURL = package.appending(path: "deploy/check")
        check.standardOutput = output
        check.standardError = output
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            check.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try check.run() } catch { continuation.resume(throwing: error) }
        }
        let said = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        #expect(said == "")
        #expect(status == 0)
    }
}
