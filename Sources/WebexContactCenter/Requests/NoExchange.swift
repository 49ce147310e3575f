import Transfer

/// Refuses every request: for clients that only report what is known without asking.
package struct NoExchange: HTTPExchange {
    /// Makes it.
    package init() {}

    /// - Throws: always, with code `refused`.
    package func perform(_ request: HTTPRequest) async throws(TransferError) -> HTTPResponse {
        throw TransferError(.refused, "no request is made for this")
    }
}
