import Foundation

/// The desktop that this command may have been started from.
enum Desktop {
    private static let opener = "xdg-open"

    /// Whether a browser can be opened where someone sees it.
    static var isThere: Bool {
        let environment = ProcessInfo.processInfo.environment
        let hasDisplay = ["DISPLAY", "WAYLAND_DISPLAY"].contains { !(environment[$0] ?? "").isEmpty }
        return hasDisplay && path != nil
    }

    /// Opens `url` without waiting. If that fails, the person still has the address to open by hand.
    static func open(_ url: URL) {
        guard let path else { return }
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = [url.absoluteString]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        // Some openers run until the browser is closed, so no one waits for them; a failing one fails at once.
        process.terminationHandler = { process in
            guard process.terminationStatus != 0 else { return }
            Diagnostics.warning("\(opener) failed with status \(process.terminationStatus); open the address by hand")
        }
        do {
            try process.run()
        } catch {
            Diagnostics.warning("\(opener) cannot be started; open the address by hand")
        }
    }

    private static var path: String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/\(opener)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}

/// Input that a person types or another program sends.
enum StandardInput {
    /// The next line, read on a thread of its own, because no one knows when it comes.
    /// - Returns: `nil` at the end.
    static func line() async -> String? {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: readLine()) }
        }
    }
}
