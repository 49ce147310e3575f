import Foundation
import Testing

/// The man pages that `make install` writes.
@Suite struct `The manual` {
    /// The package's folder.
    private static let package = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test func `has a page for each command, which groff reads without a warning`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "callark-manual-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let program = Program.products.appending(path: "callark").path
        let script = Self.package.appending(path: "deploy/manual").path
        let ending = try await Program.run(script, [program, folder])
        #expect(ending.status == 0, "\(ending.errors)")
        let pages = try FileManager.default.contentsOfDirectory(atPath: folder)
        let names = [["callark"]] + Help.commands.map { ["callark"] + $0 }
        #expect(Set(pages) == Set(names.map { $0.joined(separator: "-") + ".1" }))
        for page in pages {
            let text = try String(contentsOfFile: "\(folder)/\(page)", encoding: .utf8)
            #expect(text.hasPrefix(".TH CALLARK"), "\(page)")
            for section in ["NAME", "SYNOPSIS", "OPTIONS"] { #expect(text.contains(".SH \(section)\n"), "\(page)") }
        }
        let verify = try String(contentsOfFile: "\(folder)/callark-verify.1", encoding: .utf8)
        #expect(verify.contains("callark\\-verify \\- Read the archives back"))
        #expect(verify.contains("\\-\\-quick"))
        let rendered = try await Program.run(
            "sh",
            ["-c", "command -v groff >/dev/null || exit 0; groff -K utf8 -man -Tutf8 -ww -z \"$1\"/*.1", "", folder]
        )
        #expect(rendered.status == 0 && rendered.errors == "", "\(rendered.errors)")
    }
}
