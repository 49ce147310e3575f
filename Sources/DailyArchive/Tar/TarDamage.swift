/// A place where a tar is not as it should be.
struct TarDamage: Hashable, Sendable {
    enum Kind: Sendable {
        /// No header where one is needed.
        case header
        /// The file ends too early.
        case truncated
        /// Bytes that must be zero are not.
        case padding
        /// Something follows the end, or the end is not two blocks of zeros.
        case end
    }

    var kind: Kind
    var offset: Int64
}
