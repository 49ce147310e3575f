import Foundation
import Recordings
import Testing

@testable import Vault

@Suite struct VaultForecastTests {
    private let now = Timestamp(millisecondsSince1970: 1_796_083_200_000)

    @Test(arguments: [(10, 2, 8), (64 << 20, 2, 8), (64 << 20 + 1, 5, 10), (640 << 20, 13, 10)] as [(Int64, Int, Int)])
    func `an archive takes a request, or one for each part and two more, and one for its side file`(
        _ bytes: Int64,
        _ puts: Int,
        _ reads: Int
    ) {
        var forecast = VaultForecast()
        forecast.add(byteCount: bytes, readsBack: true, retainedUntil: nil, now: now)
        #expect(forecast.putRequests == puts)
        #expect(forecast.readRequests == reads)
        #expect(forecast.readBytes == bytes + 96)
        #expect(forecast.byteCount == bytes && forecast.archives == 1)
    }

    @Test func `storage is billed until the lock ends`() {
        var forecast = VaultForecast()
        let end = now + .hours(24 * 365 * 4 + 24)
        forecast.add(byteCount: 1_000_000_000, readsBack: false, retainedUntil: end, now: now)
        #expect(abs(forecast.gigabyteMonths - 48) < 0.001)
        #expect(forecast.readBytes == 0)
        forecast.add(byteCount: 1_000_000_000, readsBack: false, retainedUntil: now - .hours(1), now: now)
        #expect(abs(forecast.gigabyteMonths - 48) < 0.001)
    }

    @Test func `a limit of speed says how long it takes`() {
        var forecast = VaultForecast()
        forecast.add(byteCount: 3_600_000, readsBack: true, retainedUntil: nil, now: now)
        #expect(forecast.duration(bytesPerSecond: 1000) == .seconds(3600))
        #expect(forecast.duration(bytesPerSecond: nil) == nil)
    }
}
