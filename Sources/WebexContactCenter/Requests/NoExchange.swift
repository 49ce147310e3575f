import Transfer

/// Refuses every request: for what is known without asking anyone.
package struct NoExchange: HTTPExchange {
    /// Makes it.
    package init() {}

    /// - Throws: always, with code `refused`.
    package func perform(_ request: HTTPRequest) async throws(TransferError) -> HTTPResponse {
        throw TransferError(.refused, "no request is made for this")
    }
}
