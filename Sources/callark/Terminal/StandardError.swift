import Foundation
import Glibc
import Service
import Settings
import Synchronization
import Text

/// The process's standard error: lines, and on a terminal the progress line below them.
enum StandardError {
    /// The width of the progress line on the screen. Guarded because progress, logs and warnings come from many tasks.
    private static let shown = Mutex(0)

    /// Whether progress is shown: only on a terminal, and not among lines of JSON.
    static var showsProgress: Bool {
        Outlet.current?.streams.showsProgress ?? (isatty(STDERR_FILENO) == 1 && !Diagnostics.isJSON)
    }

    /// The maximum width of the progress line. A line as wide as the terminal would make it scroll.
    static var progressWidth: Int {
        max(1, (Terminal.columns(of: STDERR_FILENO) ?? 80) - 1)
    }

    /// Writes one line, which replaces the progress line on the screen.
    static func write(line: [UInt8]) {
        if let outlet = Outlet.current { return outlet.error(line) }
        shown.withLock { width in
            put(wiping(width) + line + [UInt8(ascii: "\n")])
            width = 0
        }
    }

    /// Replaces the progress line; `nil` removes it.
    static func show(progress: String?) {
        guard showsProgress else { return }
        if let outlet = Outlet.current { return outlet.progress(progress) }
        shown.withLock { width in
            guard progress != nil || width > 0 else { return }
            let text = VisibleText.escaped(progress ?? "").shortened(to: progressWidth, mark: Terminal.cutMark)
            put(wiping(width) + Array(text.utf8))
            width = text.displayWidth
        }
    }

    private static func wiping(_ width: Int) -> [UInt8] {
        guard width > 0 else { return [] }
        return Array("\r\(String(repeating: " ", count: width))\r".utf8)
    }

    private static func put(_ bytes: [UInt8]) {
        try? FileHandle.standardError.write(contentsOf: Data(bytes))
    }
}
