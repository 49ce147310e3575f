import Settings

/// A secret of the configuration. If it is in a file, it is read again when the file changes.
struct LiveSecret: Sendable {
    private let source: SecretSource
    private let file: LiveFile<String>?

    init(_ source: SecretSource) {
        self.source = source
        file = source.file.map { path in
            LiveFile(
                [path],
                read: {
                    let text = try SecretSource.contents(ofFileAt: path).text
                    guard !text.isEmpty else { throw Emptiness() }
                    return text
                }
            )
        }
    }

    /// The file has no secret, for example because it is being written.
    private struct Emptiness: Error {}

    /// The secret as it is now. A file that cannot be read any more, or is empty, changes nothing.
    /// - Throws: `SettingsError` if it could not be read when the service started, and still cannot.
    var text: String {
        get throws(SettingsError) {
            if let text = try? file?.value { return text }
            return try source.reveal()
        }
    }
}
