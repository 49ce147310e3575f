/// Who may write to a vault, as far as the vault says.
package enum WriterStanding: Hashable, Sendable {
    /// No root has written to it yet.
    case unclaimed
    /// A root is named; `isDeleted` if somebody has put a delete marker before what names it.
    case named(WriterRecord, isDeleted: Bool)
    /// There are archives, and nothing says who put them: somebody has deleted what did.
    case lost
}
