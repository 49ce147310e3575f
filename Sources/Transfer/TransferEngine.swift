/// All HTTP of Callark: libcurl's multi interface on a thread of its own.
package final class TransferEngine: HTTPExchange {
    package struct Configuration: Sendable {
        /// A file of certificates trusted besides the system's.
        package var additionalCertificatesFile: String?
        package var userAgent: String
        package var connectTimeout: Duration
        /// Connections kept to one host, for API calls and downloads together.
        package var maximumConnectionsPerHost: Int

        package init(
            additionalCertificatesFile: String? = nil,
            userAgent: String,
            connectTimeout: Duration = .seconds(10),
            maximumConnectionsPerHost: Int
        ) {
            self.additionalCertificatesFile = additionalCertificatesFile
            self.userAgent = userAgent
            self.connectTimeout = connectTimeout
            self.maximumConnectionsPerHost = maximumConnectionsPerHost
        }
    }

    package init(_ configuration: Configuration) throws(TransferError) {
        throw TransferError(.other, "the engine is not here yet")
    }

    package func perform(_ request: HTTPRequest) async throws(TransferError) -> HTTPResponse {
        throw TransferError(.other, "the engine is not here yet")
    }

    /// Downloads once; does not retry.
    /// - Returns: the final answer's head, when its body has arrived whole.
    package func download(
        _ request: DownloadRequest,
        into sink: some DownloadSink
    ) async throws(TransferError) -> ResponseHead {
        throw TransferError(.other, "the engine is not here yet")
    }

    /// Ends what is under way with ``TransferError/Code-swift.enum/cancelled`` and stops the thread.
    package func shutDown() async {}
}
