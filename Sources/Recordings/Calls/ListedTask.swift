/// A task as the provider's listing (`GET tasks`) shows it.
package struct ListedTask: Hashable, Sendable {
    package var id: TaskID
    package var createdTime: Timestamp
    package var lastUpdatedTime: Timestamp?
    package var channelType: String
    package var status: TaskStatus
    package var captureRequest: CaptureRequest
    /// The provider's own words.
    package var json: ProviderJSON

    package init(
        id: TaskID,
        createdTime: Timestamp,
        lastUpdatedTime: Timestamp?,
        channelType: String,
        status: TaskStatus,
        captureRequest: CaptureRequest,
        json: ProviderJSON
    ) {
        self.id = id
        self.createdTime = createdTime
        self.lastUpdatedTime = lastUpdatedTime
        self.channelType = channelType.withoutNUL
        self.status = status
        self.captureRequest = captureRequest
        self.json = json
    }
}

/// Whether a task should have captures, according to the provider: `captureRequested` is `true`, `false`, or not known
/// yet.
package enum CaptureRequest: String, Hashable, Sendable, Codable {
    case requested
    case notRequested = "not_requested"
    case undetermined
}

extension String {
    /// Without the one character that JSON can hold and a C string cannot: SQLite and tar would cut the text there, and
    /// two different texts could become one.
    var withoutNUL: String { utf8.contains(0) ? filter { $0 != "\0" } : self }
}
