import Recordings

/// Something that channels deliver.
protocol Notice: Sendable {
    /// Unique. A channel that gets the same one twice can tell.
    var id: String { get }
    var time: Timestamp { get }
    /// One JSON object on one line, for commands and webhooks.
    var json: [UInt8] { get throws }
    /// One line, for e-mail.
    var subject: String { get }
    /// For e-mail.
    var text: String { get }
    /// What is attached to an e-mail.
    var attachment: MailMessage.Attachment? { get throws }
}
