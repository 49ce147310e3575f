import Foundation

/// The header fields that an object begins with.
enum PutFields {
    /// The user metadata by which a put is recognized whose answer was lost.
    static let identifier = "put-id"

    /// - Parameter id: unique to this put.
    /// - Throws: ``ObjectStoreError`` with code `misconfigured` if the metadata cannot be sent.
    static func fields(
        _ options: PutOptions,
        id: String
    ) throws(ObjectStoreError) -> [(name: String, value: String)] {
        var fields = [(name: "Content-Type", value: options.contentType)]
        for (name, value) in options.metadata.sorted(by: { $0.key < $1.key }) {
            guard name.wholeMatch(of: /[a-z0-9-]+/) != nil, name != identifier, isPlain(value) else {
                throw ObjectStoreError(.misconfigured, "the metadata \(name) cannot be sent")
            }
            fields.append(("x-amz-meta-\(name)", value))
        }
        fields.append(("x-amz-meta-\(identifier)", id))
        if !options.tags.isEmpty {
            let pairs = options.tags.sorted { $0.key < $1.key }
                .map { "\(PercentEncoding.encode($0.key))=\(PercentEncoding.encode($0.value))" }
            fields.append(("x-amz-tagging", pairs.joined(separator: "&")))
        }
        if let retention = options.retention {
            fields.append(("x-amz-object-lock-mode", retention.mode.rawValue))
            fields.append(("x-amz-object-lock-retain-until-date", StoreTime.roundedUp(retention.until)))
        }
        return fields
    }

    /// Whether a value arrives as it is: visible ASCII, and blanks only one at a time, between other characters.
    private static func isPlain(_ value: String) -> Bool {
        value.wholeMatch(of: /(?:[!-~]+(?: [!-~]+)*)?/) != nil
    }
}
