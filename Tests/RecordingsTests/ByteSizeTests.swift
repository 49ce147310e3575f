import Recordings
import Testing

@Suite struct `A number of bytes` {
    @Test(
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1.00 kB"), (-2500, "-2.50 kB"), (1_048_576, "1.05 MB"),
            (1_073_741_824, "1.07 GB"), (53_687_091_200, "53.7 GB"), (.max, "9223.4 PB"),
        ] as [(Int64, String)]
    )
    func `is said in the unit that a person expects`(_ count: Int64, _ text: String) {
        #expect(ByteSize.text(count) == text)
    }

    @Test(
        arguments: [(1, "1 B"), (1001, "1.01 kB"), (2_097_152, "2.10 MB"), (10_010_000, "10.1 MB")] as [(Int64, String)]
    )
    func `is rounded up where less would not be enough`(_ count: Int64, _ text: String) {
        #expect(ByteSize.text(count, rounded: .up) == text)
    }
}
