import Manifest
import Reports

extension [UnnamedLoss] {
    /// How many recordings are damaged without a row of their own.
    var recordings: Int { map(\.recordings).reduce(0, +) }

    /// For people, with the command that fetches them; `nil` if there are none.
    var text: String? {
        guard let first else { return nil }
        let archives =
            count == 1 ? "\(first.archive)" : "\(Readable.count(count, "archive")), the oldest \(first.archive),"
        let (isOne, many) = (recordings == 1, Readable.count(recordings, "recording"))
        return "\(many) of \(archives) \(isOne ? "is" : "are") damaged, and only the number is known, "
            + "so no row is about \(isOne ? "it" : "them"); run `callark verify --repair`"
    }
}
