import Foundation
import Glibc

/// What a standard stream is connected to, as far as the layout of text depends on it.
enum Terminal {
    /// The width of the terminal behind a descriptor; `nil` if it is a file or a pipe, which bear lines of any length.
    static func columns(of descriptor: Int32) -> Int? {
        guard isatty(descriptor) == 1 else { return nil }
        if let preferredColumns { return preferredColumns }
        var size = winsize()
        // Some terminals, such as a serial line, do not say how wide they are.
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// How wide the text of help may be: the terminal's width; in a file that of `COLUMNS`, or of most terminals.
    static var helpColumns: Int {
        columns(of: STDOUT_FILENO) ?? preferredColumns ?? 80
    }

    /// What `COLUMNS` asks for.
    private static var preferredColumns: Int? {
        ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }

    /// Whether the locale shows more than ASCII.
    static var showsUnicode: Bool {
        let environment = ProcessInfo.processInfo.environment
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        guard let locale = locale?.lowercased() else { return false }
        return locale.contains("utf-8") || locale.contains("utf8")
    }

    /// What stands for text that was cut off.
    static let cutMark = showsUnicode ? "…" : "..."
    /// Our own texts as the locale can show them. What others have written stays as it is, but for the same dots.
    static func spelled(_ text: String) -> String {
        showsUnicode || !text.utf8.contains(0xE2) ? text : text.replacing("…", with: cutMark)
    }

    /// What stands before a margin.
    static let plusMinus = showsUnicode ? "±" : "+/-"
}
