import DailyArchive
import Files
import Recordings
import Synchronization
import Testing

@testable import Archiver
@testable import Manifest

/// What is free below `archive.minimum_free_bytes` and already promised, calculated before anything is written.
@Suite struct `The guard of the disk` {
    private static let minimum: Int64 = 100 << 20

    /// A guard of a disk with this many MiB above the minimum.
    private final class Disk: Sendable {
        let free: Mutex<Int64>
        let files: Int64
        let events = Mutex(0)

        init(mebibytes: Int64, files: Int64 = 1000) {
            free = Mutex(`The guard of the disk`.minimum + mebibytes << 20)
            self.files = files
        }

        var warnings: Int { events.withLock(\.self) }

        func `guard`() -> DiskGuard {
            DiskGuard(root: ArchiveRoot(path: "/archive"), minimumFreeBytes: `The guard of the disk`.minimum) {
                [self] in
                DiskSpace(freeBytes: free.withLock(\.self), totalBytes: 1 << 40, freeFiles: files)
            } observer: { [self] event in
                if case .pausedForSpace = event { events.withLock { $0 += 1 } }
            }
        }
    }

    private func row(_ number: Int64) -> RecordingRowID { RecordingRowID(task: number, ordinal: 0) }

    @Test func `takes into account what is promised and not written yet`() async throws {
        let disk = Disk(mebibytes: 10).guard()
        #expect(try await disk.admit(row(1)))
        try disk.expect(8 << 20, for: row(1))
        // 8 of 10 are promised: one more megabyte fits, two do not.
        #expect(try await disk.admit(row(2)))
        let error = #expect(throws: ArchiveError.self) { try disk.expect(2 << 20, for: row(2)) }
        #expect(error?.code == .heldBack)
        #expect(error?.shortage?.space.freeBytes == Self.minimum + 10 << 20)
        disk.release(row(1))
        try disk.expect(2 << 20, for: row(2))
        #expect(disk.failure == nil)
    }

    @Test func `lets a large recording wait until those under way have given room back`() async throws {
        let disk = Disk(mebibytes: 10).guard()
        #expect(try await disk.admit(row(1)))
        try disk.expect(6 << 20, for: row(1))
        #expect(try await disk.admit(row(2)))
        #expect(throws: ArchiveError.self) { try disk.expect(8 << 20, for: row(2)) }
        let isAdmitted = Mutex(false)
        async let admission = Task {
            let admitted = try await disk.admit(row(2))
            isAdmitted.withLock { $0 = true }
            return admitted
        }.value
        for _ in 0..<100 { await Task.yield() }
        let isEarly = isAdmitted.withLock(\.self)
        #expect(!isEarly)
        disk.release(row(1))
        #expect(try await admission)
        try disk.expect(8 << 20, for: row(2))
        #expect(disk.failure == nil)
    }

    @Test func `leaves out a recording that never fits, says so, and takes others`() async throws {
        let place = Disk(mebibytes: 10)
        let disk = place.guard()
        #expect(try await disk.admit(row(1)))
        #expect(throws: ArchiveError.self) { try disk.expect(20 << 20, for: row(1)) }
        #expect(try await !disk.admit(row(1)))
        disk.release(row(1))
        #expect(!disk.isLow)
        #expect(try await disk.admit(row(2)))
        let failure = try #require(disk.failure)
        #expect(failure.code == .diskLow)
        #expect(failure.message.contains("\(ByteSize.text(Self.minimum + 10 << 20)) are free"))
        #expect(failure.message.contains("/archive"))
        #expect(place.warnings == 1)
    }

    @Test func `stays shut if nothing is under way that could make room`() async throws {
        let place = Disk(mebibytes: 0)
        let disk = place.guard()
        for number in 1...5 { #expect(try await !disk.admit(row(Int64(number)))) }
        #expect(disk.isLow)
        #expect(place.warnings == 1)
        place.free.withLock { $0 += 1 << 30 }
        #expect(try await !disk.admit(row(9)), "the next pass goes on, not this one")
    }

    @Test func `is shut if no file can be made`() async throws {
        let disk = Disk(mebibytes: 500, files: 0).guard()
        #expect(try await !disk.admit(row(1)))
        #expect(disk.failure?.message.contains("inodes") == true)
    }

    @Test func `takes into account the sealing of what is open`() async throws {
        let disk = Disk(mebibytes: 10).guard()
        disk.expectSealing(journalBytes: 4 << 20)
        #expect(try await !disk.admit(row(1)))
    }

    @Test func `lets no cancelled task wait`() async throws {
        let disk = Disk(mebibytes: 3).guard()
        #expect(try await disk.admit(row(1)))
        try disk.expect(2 << 20, for: row(1))
        let waiting = Task { try await disk.admit(row(2)) }
        for _ in 0..<100 { await Task.yield() }
        waiting.cancel()
        #expect(try await !waiting.value)
    }
}
