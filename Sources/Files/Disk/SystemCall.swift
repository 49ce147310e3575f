import Glibc

/// Repeats `call` while a signal interrupts it.
/// - Parameter neededBytes: how many bytes it writes, if it writes.
/// - Throws: the system's error if it returns a negative number.
package func interruptible<Number: SignedInteger>(
    _ verb: String,
    _ path: String,
    neededBytes: Int64? = nil,
    _ call: () -> Number
) throws(ArchiveError) -> Number {
    while true {
        let result = call()
        if result >= 0 { return result }
        if errno != EINTR { throw .system(verb, path, neededBytes: neededBytes) }
    }
}

extension [UInt8] {
    /// `withUnsafeBytes` that keeps the error's type.
    package func withRawBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws(ArchiveError) -> Result
    ) throws(ArchiveError) -> Result {
        try withUnsafeBufferPointer { buffer throws(ArchiveError) in try body(UnsafeRawBufferPointer(buffer)) }
    }
}
