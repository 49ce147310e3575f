import CLibcrypto

/// Calls of libcrypto, and its error messages.
enum Libcrypto {
    /// - Throws: if there is no memory, the only reason for a missing value here.
    static func require(_ pointer: OpaquePointer?) throws(AnchorError) -> OpaquePointer {
        guard let pointer else { throw failure() }
        return pointer
    }

    /// - Throws: if a call failed, which no input explains.
    static func require(_ result: Int32) throws(AnchorError) {
        guard result == 1 else { throw failure() }
    }

    static func failure() -> AnchorError { AnchorError(.local, "libcrypto failed: \(reason() ?? "out of memory")") }

    /// The reason of the last failure on this thread, with its details; cleared afterwards.
    static func reason() -> String? {
        var data: UnsafePointer<CChar>?
        let code = ERR_peek_last_error_data(&data, nil)
        guard code != 0 else { return nil }
        let reason = ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(code)"
        let more = data.map { String(cString: $0) } ?? ""
        ERR_clear_error()
        return more.isEmpty ? reason : "\(reason) (\(more))"
    }

    /// The bytes that an encoder writes.
    static func encoded(
        _ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>) -> Int32
    ) throws(AnchorError) -> [UInt8] {
        var bytes: UnsafeMutablePointer<UInt8>?
        let count = encode(&bytes)
        guard count > 0, let bytes else { throw failure() }
        defer { callark_openssl_free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
    }

    /// Decodes all of `bytes`.
    /// - Returns: `nil` if they are something else, or if something follows.
    static func decoded(
        _ bytes: [UInt8],
        _ decode: (UnsafeMutablePointer<UnsafePointer<UInt8>?>, Int) -> OpaquePointer?,
        freeing free: (OpaquePointer) -> Void
    ) -> OpaquePointer? {
        bytes.withUnsafeBufferPointer { buffer in
            var position = buffer.baseAddress
            let value = decode(&position, buffer.count)
            ERR_clear_error()
            guard let value else { return nil }
            guard position == buffer.baseAddress.map({ $0 + buffer.count }) else {
                free(value)
                return nil
            }
            return value
        }
    }
}
