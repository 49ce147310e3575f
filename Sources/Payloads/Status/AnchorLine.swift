/// The last state of an evidence log that an anchor has seen. The token is not verified here: `callark log verify` does that.
package struct AnchorLine: Encodable, Sendable {
    private let name: String
    private let kind: String
    private let size: Int64?
    private let seenTime: String?

    /// - Parameters:
    ///   - size: how many entries the state has; `nil` if the anchor has seen none.
    ///   - seenTime: when it was seen, by the anchor's clock.
    package init(name: String, kind: String, size: Int64?, seenTime: String?) {
        self.name = name
        self.kind = kind
        self.size = size
        self.seenTime = seenTime
    }

    private enum CodingKeys: String, CodingKey {
        case name, kind, size
        case seenTime = "seen_time"
    }

    package func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode(name, forKey: .name)
        try line.encode(kind, forKey: .kind)
        try line.encode(size, forKey: .size)
        try line.encode(seenTime, forKey: .seenTime)
    }
}
