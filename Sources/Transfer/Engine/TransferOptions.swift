/// The options for every transfer of one engine.
struct TransferOptions: Sendable {
    let userAgent: String
    let connectTimeout: Duration
    let receiveBufferBytes: Int
    let anchors: TrustAnchors

    /// The total size of the receive buffers of up to 256 connections; with more connections, each has the smallest
    /// size.
    private static let receiveBudgetBytes = 4 << 20

    init(_ configuration: TransferEngine.Configuration, anchors: TrustAnchors) {
        userAgent = configuration.userAgent
        connectTimeout = configuration.connectTimeout
        receiveBufferBytes = min(
            max(Self.receiveBudgetBytes / max(1, configuration.maximumConnectionsPerHost), 16 << 10),
            128 << 10
        )
        self.anchors = anchors
    }
}
