import Foundation
import Glibc
import Payloads
import Service
import Settings
import Synchronization
import Text
import WebexContactCenter

/// Standard output: lines of JSON for programs, or text for people, never both.
final class Output: Sendable {
    /// Whether the lines are NDJSON.
    let isJSON: Bool
    /// The maximum width of a line of text: the terminal's width; `nil` if the output is not a terminal, so that a
    /// script gets each line whole.
    private let width = Terminal.columns(of: STDOUT_FILENO)
    /// Text that is not written yet.
    private struct Waiting {
        var bytes: [UInt8] = []
        /// Whether a flush is already scheduled.
        var isFlushDue = false
    }

    /// Guarded because progress and results come from several tasks.
    private let waiting = Mutex(Waiting())
    private static let flushBytes = 64 << 10
    /// A reader gets each line within this time, even if few follow it.
    private static let longestWait = Duration.milliseconds(100)

    /// What gets the bytes: standard output, or the command that handed its work over.
    private let write: @Sendable ([UInt8]) -> Void

    init(json: Bool) {
        isJSON = json
        if let outlet = Outlet.current {
            write = { outlet.output($0) }
        } else {
            write = StandardOutput.write
        }
    }

    /// Writes one object as one line, if the output is JSON.
    func json(_ object: some Encodable) throws {
        guard isJSON else { return }
        append(try JSONLine.bytes(object))
    }

    /// Writes one line, if the output is text, broken between words if the terminal is narrower. Otherwise it stays one
    /// line, whatever characters it contains, and moves no cursor.
    func text(_ line: @autoclosure () -> String) {
        guard !isJSON else { return }
        for part in WrappedText.lines(Terminal.spelled(VisibleText.escaped(line())), width: width) {
            append(Array(part.utf8))
        }
    }

    /// Writes one line of a table, which already fits.
    func row(_ line: String) {
        guard !isJSON else { return }
        append(Array(VisibleText.escaped(line).utf8))
    }

    /// Writes one record of CSV: it ends with CR LF (RFC 4180), and its fields may contain line breaks.
    func csv(_ fields: [String]) {
        guard !isJSON else { return }
        append(Array(CSVField.record(fields).utf8))
    }

    /// Writes a whole page unchanged.
    func page(_ text: String) {
        append(Array(text.utf8))
    }

    /// Writes whole lines unchanged.
    func lines(_ text: String) {
        waiting.withLock { waiting in
            waiting.bytes += text.utf8
            drain(&waiting.bytes)
        }
    }

    /// Passes everything to ``StandardOutput``.
    func flush() {
        waiting.withLock { waiting in
            waiting.isFlushDue = false
            drain(&waiting.bytes)
        }
    }

    private func append(_ line: [UInt8]) {
        let isFirst = waiting.withLock { waiting in
            waiting.bytes += line
            waiting.bytes.append(UInt8(ascii: "\n"))
            if waiting.bytes.count >= Self.flushBytes { drain(&waiting.bytes) }
            defer { waiting.isFlushDue = true }
            return !waiting.isFlushDue
        }
        guard isFirst else { return }
        Task { [weak self] in
            try? await Task.sleep(for: Self.longestWait)
            self?.flush()
        }
    }

    private func drain(_ buffer: inout [UInt8]) {
        guard !buffer.isEmpty else { return }
        write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}
