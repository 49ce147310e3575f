import Evidence
import Foundation
import TestSupport
import Testing

@testable import Anchors

/// A witness implemented from the protocol's text, in another language and another process. The process ends with the
/// last reference to it.
final class PythonWitness: Sendable {
    let key: WitnessKey
    let url: URL
    private let process: Process
    private let input: Pipe

    init(_ name: String = "audit.bank.example", of log: EvidenceLog) throws {
        let (process, input, output) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [Judge.python, "-B", Judge.path("witness.py"), "serve", name, log.key.description]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        (self.process, self.input) = (process, input)
        var line: [UInt8] = []
        while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != 0x0A { line.append(byte) }
        let words = String(decoding: line, as: UTF8.self).split(separator: " ")
        try #require(words.count == 2, "it did not start")
        key = try WitnessKey(vkey: words[0])
        url = try #require(URL(string: "http://127.0.0.1:\(words[1])/prefix"))
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
