import Foundation
import Glibc
import Service

/// What a standard stream is connected to, as far as it affects the layout of text.
enum Terminal {
    /// The width of the terminal behind a descriptor; `nil` for a file or a pipe, which take lines of any length.
    static func columns(of descriptor: Int32) -> Int? {
        if let outlet = Outlet.current {
            return descriptor == STDOUT_FILENO ? outlet.streams.outputColumns : outlet.streams.errorColumns
        }
        guard isatty(descriptor) == 1 else { return nil }
        if let preferredColumns { return preferredColumns }
        var size = winsize()
        // Some terminals, such as a serial line, do not report their width.
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// The maximum width of help: the terminal's width; in a file, that of `COLUMNS` or of most terminals.
    static var helpColumns: Int {
        columns(of: STDOUT_FILENO) ?? preferredColumns ?? 80
    }

    /// The width that `COLUMNS` asks for.
    private static var preferredColumns: Int? {
        ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }

    /// Whether the locale can show more than ASCII.
    static var showsUnicode: Bool {
        if let outlet = Outlet.current { return outlet.streams.showsUnicode }
        let environment = ProcessInfo.processInfo.environment
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        guard let locale = locale?.lowercased() else { return false }
        return locale.contains("utf-8") || locale.contains("utf8")
    }

    /// The mark in place of text that was cut off.
    static var cutMark: String { showsUnicode ? "…" : "..." }
    /// Our own texts, as the locale can show them. Text from others is unchanged, except for the ellipsis.
    static func spelled(_ text: String) -> String {
        showsUnicode || !text.utf8.contains(0xE2) ? text : text.replacing("…", with: cutMark)
    }

    /// The sign before a margin.
    static var plusMinus: String { showsUnicode ? "±" : "+/-" }
}
