import Crypto
import Foundation
import Recordings
import Simulator
import Testing
import Text

@testable import Service

/// An archived recording: its path in the API and its bytes.
struct Held: Sendable {
    var path: String
    var task: String
    var file: String
    var archive: String
    var offset: Int
    var bytes: [UInt8]
    var sha256: String

    /// - Parameter least: how many bytes it has at least.
    init(_ office: Office, key: String, atLeast least: Int = 0) async throws {
        let tasks = office.simulator.world.tasks().filter { !$0.recordings.isEmpty }
        var found: (id: String, call: String, line: JSON)?
        for id in tasks.map(\.id) where found == nil {
            let call = "/api/v1/calls/acme/\(PercentCoding.encoded(id))"
            let lines = try await office.ask(call, key: key).json["recordings"]?.list ?? []
            let line = lines.first { line in
                let isHeld = ["archived", "stored"].contains(line["state"]?.text)
                return isHeld && line["bytes"]?.number ?? 0 >= Double(least)
            }
            found = line.map { (id, call, $0) }
        }
        let (id, call, line) = try #require(found)
        task = id
        file = try #require(line["file"]?.text)
        path = "\(call)/\(file)"
        archive = try #require(line["archive"]?.text)
        offset = Int(try #require(line["offset"]?.number))
        sha256 = try #require(line["sha256"]?.text)
        let count = Int(try #require(line["bytes"]?.number))
        let tar = try #require(FileManager.default.contents(atPath: archive))
        bytes = Array(tar[offset..<(offset + count)])
        #expect(Hexadecimal.text(SHA256.hash(data: bytes)) == sha256)
    }
}

extension Held {
    /// Changes one bit of a byte of the recording in its archive.
    func damage(at place: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: archive)
        let file = try #require(FileHandle(forUpdatingAtPath: archive))
        try file.seek(toOffset: UInt64(offset + place))
        try file.write(contentsOf: [bytes[place] ^ 1])
        try file.close()
    }
}
