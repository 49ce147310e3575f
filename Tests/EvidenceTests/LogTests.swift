import Foundation
import Recordings
import TestSupport
import Testing

@testable import Evidence

/// Writing to a log, and reading it.
@Suite struct `A log` {
    @Test func `begins with an entry that says so, and with a key that only its owner can read`() throws {
        let trial = try Trial()
        let opened = try EvidenceLog.open(trial.place, now: Trial.now)
        #expect(opened.isNew && opened.isKeyNew)
        let reader = try LogReader(trial.log)
        #expect(reader.position.size == 1)
        #expect(reader.position.origin == "archive.example/callark/acme/1")
        let begun = try LogEntry(reader.entry(0))
        #expect(begun.type == .logBegun && begun.text(.vkey) == reader.key.description && begun.previous == nil)
        let attributes = try FileManager.default.attributesOfItem(atPath: trial.keyFile.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(!trial.keyFile.isOpenToOthers)
        let again = try EvidenceLog.open(trial.place, now: Trial.now)
        #expect(!again.isNew && !again.isKeyNew && again.log.key == opened.log.key)
        #expect(trial.faults() == [])
    }

    @Test func `numbers entries as they are accepted, and has them in order once they are published`() throws {
        let trial = try Trial()
        let log = try trial.open()
        var names: [String] = []
        for group in [1, 3, 250, 2, 1, 300] {
            let more = (0..<group).map { "task-\(names.count + $0)" }
            let indices = try log.append(more.map { try trial.stored($0) })
            #expect(indices == Int64(names.count + 1)..<Int64(names.count + 1 + group))
            names += more
            if group == 250 { try log.fold() }
        }
        #expect(try log.append([]).isEmpty)
        // Accepted but not published: the two are distinguished, and only published entries can be proven.
        let before = try LogReader(trial.log)
        #expect(before.position.size == 255)
        #expect(try before.acceptedEntries().count == 303)
        #expect { try before.proof(of: 255) } throws: { ($0 as? EvidenceError)?.code == .unknown }
        try log.fold()
        let reader = try LogReader(trial.log)
        var found: [String] = []
        try reader.forEachEntry(from: 1) { index, bytes throws(EvidenceError) in
            #expect(index == Int64(found.count + 1))
            found.append((try? LogEntry(bytes))?.text(.taskID) ?? "")
        }
        #expect(found == names)
        #expect(try reader.acceptedEntries().isEmpty)
        for index in [Int64(0), 255, 256, 511, 557] { _ = try reader.proof(of: index) }
        #expect(trial.faults() == [])
        // A fold without anything to publish changes nothing.
        let checkpoint = try trial.bytes("checkpoint")
        try log.fold()
        #expect(try trial.bytes("checkpoint") == checkpoint)
    }

    @Test func `is read once for neighbouring entries and their proofs`() throws {
        let trial = try Trial()
        _ = try trial.grown(to: 300)
        let reader = try LogReader(trial.log)
        let first = try reader.entry(7)
        try FileManager.default.removeItem(atPath: "\(trial.log.path)/tile/entries/000")
        #expect(try reader.entry(7) == first)
        #expect(try reader.proof(of: 8).index == 8)
        _ = try reader.entry(299)
        #expect { try reader.entry(7) } throws: { ($0 as? EvidenceError)?.code == .damaged }
    }

    @Test func `publishes a long tail before it accepts more, so that no fold has to have all of it in memory`() throws
    {
        let trial = try Trial()
        let log = try trial.open()
        var entry = try trial.stored("x")
        entry.values[.path] = .text(String(repeating: "p", count: 60_000))
        for _ in 0..<6 { try log.append([LogEntry](repeating: entry, count: 60)) }
        // Five groups are more than 16 MiB.
        #expect(try LogReader(trial.log).position.size == 301)
        #expect(try LogReader(trial.log).acceptedEntries().count == 60)
        #expect(trial.faults() == [])
    }

    @Test func `takes no line of the tail for an entry that is longer than entries can be`() throws {
        let trial = try Trial()
        let log = try trial.open()
        let entry = [UInt8](repeating: 0x78, count: 65_536)
        let line = Array("\(String(TreeHash.leaf(entry).description.prefix(16))) ".utf8) + entry + [0x0A]
        try trial.overwrite("tail", try trial.bytes("tail") + line)
        #expect(try log.append([try trial.stored("next")]) == 1..<2)
        #expect(try log.fold().size == 2)
        #expect(trial.faults() == [])
    }

    @Test func `keeps objects of any size, and checks each`() throws {
        let trial = try Trial()
        let log = try trial.open()
        let large = [UInt8](repeating: 7, count: 18 << 20)
        let digest = try log.keep(large)
        let small = try log.keep([1])
        #expect(try log.keep(large) == digest)
        #expect(try trial.log.objectBytes(digest) == large)
        #expect(trial.faults() == [])
        for name in [digest, small] {
            try trial.overwrite("objects/\(name)", [2])
            #expect(throws: EvidenceError.self) { try trial.log.objectBytes(name) }
        }
        #expect(Set(trial.faults().map(\.path)) == Set([digest, small].map { trial.log.objectPath($0) }))
        #expect(try log.keep([1]) == small)
        #expect(trial.faults().map(\.path) == [trial.log.objectPath(digest)])
    }

    @Test(arguments: [1, 2, 255, 256, 257, 511, 512, 513, 700])
    func `of any size is what Go's reader expects`(_ size: Int) throws {
        guard try Requirement.isMet("Go and golang.org/x/mod", Judge.go != nil) else { return }
        let trial = try Trial()
        let log = try trial.grown(to: size, inGroupsOf: 97)
        let said = try Judge.go("log", trial.log.path, log.key.description)
        let root = try LogReader(trial.log).position.root
        #expect(said.status == 0 && said.output == "\(size) \(root.base64)\n", "\(said.output)")
        // The judge works: it refuses if one byte of an entry changes.
        let bundle = try #require(TilePlace(.entries, index: 0, size: Int64(size))).path
        var bytes = try trial.bytes(bundle)
        bytes[10] ^= 1
        try trial.overwrite(bundle, bytes)
        #expect(try Judge.go("log", trial.log.path, log.key.description).status == 1)
    }

    @Test func `of 65,536 entries and one more has a third level, and Go agrees`() throws {
        guard try Requirement.isMet("Go and golang.org/x/mod", Judge.go != nil) else { return }
        let trial = try Trial()
        let log = try trial.grown(to: 65_537, inGroupsOf: 8_192)
        #expect(try trial.files().contains("tile/2/000.p/1"))
        let said = try Judge.go("log", trial.log.path, log.key.description)
        #expect(said.status == 0, "\(said.output)")
        #expect(trial.faults() == [])
    }

    @Test func `has a checkpoint that openssl verifies by hand`() throws {
        let trial = try Trial()
        _ = try trial.grown(to: 3)
        let script = """
            set -eu
            cd "$1"
            key=$(cut -d + -f 3- vkey)
            # SubjectPublicKeyInfo of an Ed25519 key: twelve bytes, and the key behind its first.
            { printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'
              printf %s "$key" | base64 -d | tail -c 32; } > "$2/key.der"
            head -n 3 checkpoint > "$2/text"
            tail -n 1 checkpoint | cut -d ' ' -f 3 | base64 -d | tail -c 64 > "$2/signature"
            openssl pkeyutl -verify -rawin -pubin -inkey "$2/key.der" -keyform DER -in "$2/text" -sigfile "$2/signature"
            openssl pkey -in "$3" -pubout -outform DER | cmp - "$2/key.der"
            """
        let arguments = ["-c", script, "sh", trial.log.path, trial.folder.path, trial.keyFile.path]
        let said = try Tool.run("sh", arguments)
        #expect(said.status == 0 && said.output.contains("Signature Verified Successfully"), "\(said.output)")
    }

    @Test func `takes a key that openssl made`() throws {
        let trial = try Trial()
        let made = try Tool.run(
            "sh",
            [
                "-c", #"umask 077; mkdir "$1" && openssl genpkey -algorithm ed25519 -out "$1/log.key""#, "sh",
                "\(trial.folder.path)/keys",
            ]
        )
        try #require(made.status == 0, "\(made.output)")
        let opened = try EvidenceLog.open(trial.place, now: Trial.now)
        #expect(opened.isNew && !opened.isKeyNew)
        #expect(trial.faults() == [])
    }

    @Test func `keeps objects under their digest, and misses one that an entry names`() throws {
        let trial = try Trial()
        let log = try trial.open()
        let text = Array("why it is missing".utf8)
        let digest = try log.keep(text)
        #expect(try log.keep(text) == digest)
        var entry = try trial.stored("x")
        (entry.type, entry.values) = (
            .gapExplained, [.taskID: .text("x"), .reason: .text("test_call"), .note: .digest(digest)]
        )
        try log.append([entry])
        #expect(trial.faults() == [])
        #expect(try trial.bytes("objects/\(digest)") == text)
        try log.fold()
        try trial.overwrite("objects/\(digest)", text + [0x21])
        #expect(trial.faults().map(\.path) == ["\(trial.log.path)/objects/\(digest)"])
        try FileManager.default.removeItem(atPath: trial.log.objectPath(digest))
        #expect(trial.faults().map(\.reason) == ["an entry names it, and it is missing"])
    }

    @Test func `is folded when its checkpoint is old, and not before`() throws {
        let trial = try Trial()
        let log = try trial.open()
        try log.append([trial.stored("x")])
        let checkpoint = trial.log.checkpointPath
        let age = { (seconds: Double) in
            // The clock of this process may differ from that of the files.
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -seconds)],
                ofItemAtPath: checkpoint
            )
        }
        try age(30)
        try log.foldIfDue(age: 60)
        #expect(try LogReader(trial.log).position.size == 1)
        try age(61)
        try log.foldIfDue(age: 60)
        #expect(try LogReader(trial.log).position.size == 2)
        try log.append([trial.stored("y")])
        try age(-3600)
        try log.foldIfDue(age: 60)
        #expect(try LogReader(trial.log).position.size == 3, "a clock that was set back")
    }

    @Test func `says once that the clock was set back`() throws {
        let trial = try Trial()
        let reader = Actor(name: "callark", via: .service)
        func append(_ seconds: Int, isFolded: Bool) throws -> Range<Int64> {
            // Opened anew each time, as by another process.
            let log = try trial.open()
            defer { if isFolded { _ = try? log.fold() } }
            var entry = try trial.stored("x")
            entry.time = Trial.now + .seconds(seconds)
            return try log.append([entry], at: (entry.time, { reader }))
        }
        for (number, isFolded) in [false, true].enumerated() {
            let begin = Int64(5 * number)
            #expect(try append(3600, isFolded: isFolded) == (begin + 1)..<(begin + 2))
            #expect(try append(3541, isFolded: isFolded) == (begin + 2)..<(begin + 3), "as a time server does")
            #expect(try append(0, isFolded: isFolded) == (begin + 4)..<(begin + 5), "an hour back")
            #expect(try append(1, isFolded: isFolded) == (begin + 5)..<(begin + 6))
        }
        let log = try trial.open()
        try log.fold()
        let step = try LogEntry(try LogReader(trial.log).entry(3))
        let now = Trial.now.millisecondsSince1970
        #expect(step.type == .clockStepped && step.actor == reader && step.time == Trial.now)
        #expect(step.number(.from) == now + 3_541_000 && step.number(.to) == now)
        // One instance that stays open.
        var entry = try trial.stored("y")
        for seconds in [7200, 0, 0] {
            entry.time = Trial.now + .seconds(seconds)
            try log.append([entry], at: (entry.time, { reader }))
        }
        #expect(try log.fold().size == 15)
        #expect(trial.faults() == [])
    }
}

/// Whatever is unsound is named, and nothing is written after it.
@Suite struct `A log that was changed` {
    @Test func `in any byte of any file of it is found`() throws {
        let trial = try Trial()
        let log = try trial.grown(to: 5)
        let digest = try log.keep(Array("a text".utf8))
        try log.append([trial.stored("accepted"), trial.stored("too")])
        try FileManager.default.createDirectory(
            atPath: "\(trial.log.path)/anchors/5",
            withIntermediateDirectories: true
        )
        try Data(trial.bytes("checkpoint")).write(to: URL(filePath: trial.log.anchoredCheckpointPath(5)))
        try #require(trial.faults(log.key) == [])
        #expect(try trial.files().contains("objects/\(digest)"))
        // The states that tiles had before they grew no longer have a meaning; the key was given.
        let meaningless: Set = ["vkey", "tile/0/000.p/1", "tile/entries/000.p/1"]
        var tried = 0
        for file in try trial.files() where !meaningless.contains(file) {
            let whole = try trial.bytes(file)
            // What a crash may leave at the end of the tail is not a fault: it was never accepted.
            let end = file == "tail" ? #"{"start":5}"#.utf8.count : whole.count
            for place in 0..<end {
                var changed = whole
                changed[place] ^= 1 << UInt8(place % 8)
                try trial.overwrite(file, changed)
                #expect(!trial.faults(log.key).isEmpty, "byte \(place) of \(file)")
                tried += 1
            }
            try trial.overwrite(file, whole)
        }
        #expect(tried > 1_500)
        #expect(trial.faults(log.key) == [])
    }

    @Test func `to something that has no end is named, and waits for nothing`() throws {
        let trial = try Trial()
        let log = try trial.grown(to: 5)
        let object = trial.log.objectPath(try log.keep([1]))
        try FileManager.default.removeItem(atPath: object)
        try #require(mkfifo(object, 0o600) == 0 && truncate(trial.log.tailPath, 2 << 30) == 0)
        let faults = trial.faults().map(\.description)
        for path in [object, trial.log.tailPath] { #expect(faults.contains { $0.hasPrefix("\(path): ") }, "\(faults)") }
        #expect {
            try log.append([trial.stored("x")])
        } throws: {
            ($0 as? EvidenceError)?.code == .damaged
        }
    }

    @Test func `names the entry, the tile or the checkpoint`() throws {
        let trial = try Trial()
        _ = try trial.grown(to: 600)
        let entries = try trial.bytes("tile/entries/001")
        let text = try #require(entries.firstRange(of: Array("task-300".utf8)))
        var changed = entries
        changed[text.upperBound - 1] = UInt8(ascii: "1")
        try trial.overwrite("tile/entries/001", changed)
        let reasons = trial.faults().map(\.description)
        #expect(reasons.contains("\(trial.log.path)/tile/0/001: its hash of entry 300 does not match"))
        #expect(
            reasons.contains(
                "\(trial.log.path)/tile/1/000.p/2: its hash of tile 1 of level 0 does not match"
            )
        )
        #expect(reasons.contains { $0.hasPrefix("\(trial.log.path)/checkpoint: the entries have root ") })
        // An unreadable one is named, and the rest is still checked.
        try trial.overwrite("tile/entries/001", Array(entries.dropLast()))
        #expect(
            trial.faults().map(\.description) == [
                "\(trial.log.path)/tile/entries/001: its bytes are not those of 256 entries"
            ]
        )
    }

    @Test(arguments: ["tile/entries/002.p/88", "tile/0/002.p/88", "tile/1/000.p/2", "checkpoint"])
    func `at its right edge is not written to, and read all the same`(_ file: String) throws {
        let trial = try Trial()
        _ = try trial.grown(to: 600)
        var bytes = try trial.bytes(file)
        bytes[bytes.count / 2] ^= 1
        try trial.overwrite(file, bytes)
        #expect { _ = try trial.open() } throws: { ($0 as? EvidenceError)?.code == .damaged }
        if file != "checkpoint" { _ = try LogReader(trial.log).entry(3) }
    }

    @Test func `by a crash at the end of the tail continues without what was never accepted`() throws {
        let trial = try Trial()
        let log = try trial.grown(to: 3)
        try log.append([trial.stored("a"), trial.stored("b")])
        let whole = try trial.bytes("tail")
        try log.append([trial.stored("c"), trial.stored("d")])
        let longer = try trial.bytes("tail")
        for length in stride(from: whole.count, to: longer.count, by: 7) {
            for filling in [0, 200] {
                try trial.overwrite("tail", longer[..<length] + [UInt8](repeating: 0, count: filling))
                #expect(trial.faults() == [])
                let again = try trial.open()
                let first = try again.append([trial.stored("e")]).lowerBound
                let lines = longer[whole.count..<length].count { $0 == 0x0A }
                #expect(first == Int64(5 + lines), "\(length) bytes")
                #expect(trial.faults() == [])
            }
        }
    }

    @Test func `in the tail before what others wrote later is damaged and no crash's`() throws {
        let trial = try Trial()
        let log = try trial.grown(to: 3)
        try log.append([trial.stored("a"), trial.stored("b")])
        try log.append([trial.stored("c")])
        var bytes = try trial.bytes("tail")
        bytes[100] ^= 1
        try trial.overwrite("tail", bytes)
        #expect { _ = try trial.open() } throws: { ($0 as? EvidenceError)?.code == .damaged }
        #expect(trial.faults().map(\.path) == [trial.log.tailPath])
    }
}
