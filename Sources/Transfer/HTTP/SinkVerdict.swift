/// A sink's decision about bytes.
package enum SinkVerdict: Sendable {
    case proceed
    case pause
    /// Ends the download with ``TransferError/Code-swift.enum/unwanted``.
    case refuse
}
