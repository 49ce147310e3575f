/// Why no complete answer arrived. Never contains a query, a token or a header's value.
package struct TransferError: Error, Sendable, CustomStringConvertible {
    package var code: Code
    /// What happened, with the host, the port and the path concerned.
    package var message: String

    package enum Code: String, Sendable {
        /// The host's name could not be resolved.
        case unresolved
        /// No connection could be made.
        case unreachable
        /// The certificate or the protocol of TLS was not acceptable, or the additional certificates cannot be used.
        case untrusted
        /// The connection, or the whole exchange, took longer than allowed.
        case timedOut = "timed_out"
        /// No byte arrived for longer than allowed, while bytes were wanted.
        case stalled
        /// Bytes arrived more slowly than required, while they were wanted.
        case tooSlow = "too_slow"
        /// The connection ended before the answer did, or the answer was shorter than declared.
        case cutShort = "cut_short"
        /// The answer is longer than the caller allows.
        case tooLong = "too_long"
        /// The request or a redirect asks for a host, a scheme or a field that is not allowed, or the answer is not
        /// HTTP.
        case refused
        /// The file that was to be sent cannot be read, or has become shorter.
        case unreadable
        /// The sink refused the bytes; it knows why.
        case unwanted
        /// The task was cancelled.
        case cancelled
        /// libcurl reported something else.
        case other
    }

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Whether the same request can succeed later without anyone changing anything.
    package var isTransient: Bool {
        switch code {
        case .unresolved, .unreachable, .timedOut, .stalled, .tooSlow, .cutShort, .other: true
        case .untrusted, .tooLong, .refused, .unreadable, .unwanted, .cancelled: false
        }
    }

    package var description: String { message }
}
