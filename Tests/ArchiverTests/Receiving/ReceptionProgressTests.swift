import Foundation
import Recordings
import Testing
import Transfer

@testable import Archiver

@Suite struct `The tries of a recording` {
    private func progress(held: Int64 = 0) -> ReceptionProgress {
        let url = URL(string: "https://h/a") ?? URL(filePath: "/")
        return ReceptionProgress(url: url, urlExpiry: Timestamp(millisecondsSince1970: 0), held: held)
    }

    private let policy = RetryPolicy(attempts: 3, baseDelay: .seconds(1), maximumDelay: .seconds(60))

    /// The number of bytes after each attempt, and how many attempts are used up.
    @Test(
        arguments: [
            ([0, 0, 0], 0, 3), ([5_000, 10_000, 15_000], 0, 0), ([5_000, 5_000, 15_000, 15_000], 0, 1),
            // Fewer than 4,096 are no progress.
            ([30, 60, 90], 0, 3), ([4_095], 0, 1), ([4_096], 0, 0),
            // Bytes that were there before are not new, even if they are of another object, or from the beginning
            // again.
            ([500_000, 500_000, 500_000], 0, 2), ([500_000, 0, 500_000, 0], 0, 3), ([500_000], 700_000, 1),
            ([700_000, 900_000], 600_000, 0),
        ] as [([Int64], Int64, Int)]
    )
    func `are used up by those that bring nothing new`(bytes: [Int64], held: Int64, used: Int) {
        var progress = progress(held: held)
        for count in bytes { _ = progress.note(byteCount: count) }
        #expect(progress.fruitless == used)
        #expect(progress.attempts == bytes.count)
    }

    /// 500 bytes a second for half a minute, of the 1,024 that are required.
    @Test func `are used up by a trickle, however long it lasts`() {
        var progress = progress()
        for count in 1...3 { _ = progress.note(byteCount: Int64(count) * 15_000, atLeast: 30_720) }
        #expect(progress.fruitless == 3)
        #expect(progress.delay(by: policy, retryAfter: nil) == nil)
        _ = progress.note(byteCount: 45_000 + 30_720, atLeast: 30_720)
        #expect(progress.fruitless == 0)
    }

    @Test func `come to an end, and begin anew if there was progress`() {
        var progress = progress()
        for number in 1...2 {
            #expect(progress.note(byteCount: Int64(number)) == false)
            #expect(progress.delay(by: policy, retryAfter: nil) != nil)
        }
        #expect(progress.note(byteCount: 100_000) == true)
        for number in 1...2 {
            _ = progress.note(byteCount: 100_000 + Int64(number))
            #expect(progress.delay(by: policy, retryAfter: nil) != nil)
        }
        _ = progress.note(byteCount: 0)
        #expect(progress.delay(by: policy, retryAfter: nil) == nil)
    }

    @Test func `go on after one that brought bytes, even if there is only one`() {
        var progress = progress()
        let once = RetryPolicy(attempts: 1)
        _ = progress.note(byteCount: 100_000)
        #expect(progress.delay(by: once, retryAfter: nil) != nil)
        _ = progress.note(byteCount: 100_000)
        #expect(progress.delay(by: once, retryAfter: nil) == nil)
    }
}
