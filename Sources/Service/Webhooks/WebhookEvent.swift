import Crypto
import Foundation
import Recordings

/// One event of the provider: something happened to a call (wxcc-api 12.3). Its addresses are not read: Callark asks the
/// provider at the configured address only.
struct WebhookEvent: Sendable, Hashable {
    /// The provider's ID of the event; the body's SHA-256 if it has none.
    let id: String
    /// `capture:available`, `task:ended`.
    let type: String
    /// The call; `nil` if the event is about something else.
    let task: TaskID?
    /// When the provider made it, as the signed body says; `nil` if it does not.
    let time: Timestamp?
    /// The organization that it names; `nil` if it names none.
    let organization: String?

    /// How far the time of an event may be from this machine's.
    static let window = Duration.minutes(5)
    private static let longestID = 200

    /// - Returns: `nil` if the body is not a JSON object with a type.
    init?(_ body: [UInt8]) {
        guard let json = try? JSONReader.value(of: Data(body), maxValues: 10_000), case .object = json,
            let type = json["type"]?.text, !type.isEmpty, type.utf8.count <= Self.longestID
        else { return nil }
        self.type = type
        let data = json["data"]
        let given = json["id"]?.text.flatMap { (1...Self.longestID).contains($0.utf8.count) ? $0 : nil }
        id = given ?? "sha256:" + Hexadecimal.text(SHA256.hash(data: body))
        task = data?["taskId"]?.text.flatMap { TaskID($0) }
        organization = json["comciscoorgid"]?.text ?? data?["orgId"]?.text
        // `createdTime` of other types may be the beginning of the call.
        let times = [json["comciscotimestamp"], type == "capture:available" ? data?["createdTime"] : nil]
        time = times.lazy.compactMap { $0.flatMap(Self.time) }.first
    }

    /// Epoch milliseconds, as a number or as text.
    private static func time(_ json: JSONValue) -> Timestamp? {
        let text: String? =
            switch json {
            case .number(let text), .string(let text): text
            default: nil
            }
        return text.flatMap { Int64($0) }.map(Timestamp.init(millisecondsSince1970:))
    }

    /// Whether the event says that a recording exists, or soon will.
    var concernsRecordings: Bool { task != nil && (type == "capture:available" || type == "task:ended") }

    /// How long to wait before the provider is asked: after the end of a call, it needs some time to make the recording.
    var patience: Duration { type == "capture:available" ? .zero : .seconds(60) }

    /// Whether the event arrives long after it was made, or before.
    func isLate(at now: Timestamp) -> Bool {
        guard let time else { return false }
        return time >= now ? time - now > Self.window : now - time > Self.window
    }
}
