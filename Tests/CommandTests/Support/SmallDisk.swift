import Foundation
import Testing

/// A small file system in memory that only processes started in it can see: a mount namespace with a tmpfs. It ends
/// with the process that holds it.
final class SmallDisk: Sendable {
    let path: String
    private let holder: Program

    /// Whether this machine permits it, found out by trying.
    static let isPossible: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        let attempt = "mount -t tmpfs -o size=1m none /mnt && nsenter -t $$ -m true"
        process.arguments = ["unshare", "-m", "sh", "-c", attempt]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    /// Mounts one at `path`.
    /// - Parameter options: options of tmpfs, such as `size=4m,nr_inodes=100`.
    init(at path: String, _ options: String) async throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let hold = "mount -t tmpfs -o \"$1\" none \"$2\" && echo mounted >&2 && exec sleep 7200"
        let holder = try Program("unshare", ["-m", "sh", "-c", hold, "sh", options, path])
        self.holder = holder
        try await eventually("not mounted") { try holder.errorsSoFar().contains("mounted") || !holder.isRunning }
        let complaint = try holder.errorsSoFar()
        try #require(holder.isRunning, "\(complaint)")
    }

    deinit { holder.signal(SIGKILL) }

    /// The command that runs another one in here.
    var entrance: [String] { ["nsenter", "-t", "\(holder.processIdentifier)", "-m"] }

    /// Runs a line of shell in here.
    @discardableResult func shell(_ line: String) async throws -> String {
        let ending = try await Program.run("nsenter", Array(entrance.dropFirst()) + ["sh", "-c", line])
        try #require(ending.status == 0, "\(line): \(ending.errors)")
        return ending.output
    }
}
