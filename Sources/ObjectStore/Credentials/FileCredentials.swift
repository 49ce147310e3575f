import Dispatch
import Files
import Foundation

/// Credentials that are in files, at least in part. The files are read each time, so that they can be replaced.
package struct FileCredentials: CredentialSource {
    /// A text, or the file that has it.
    package enum Place: Sendable {
        case text(String)
        case file(path: String)
    }

    private let accessKeyID: Place
    private let secretAccessKey: Place

    package init(accessKeyID: Place, secretAccessKey: Place) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
    }

    package var name: String {
        let files = [accessKeyID, secretAccessKey].compactMap { if case .file(let path) = $0 { path } else { nil } }
        return files.isEmpty ? "the configuration" : files.joined(separator: " and ")
    }

    package func credentials() async throws(ObjectStoreError) -> ObjectCredentials {
        try await CredentialFile.reading { () throws(ObjectStoreError) in
            ObjectCredentials(
                accessKeyID: try accessKeyID.read(),
                secretAccessKey: try secretAccessKey.read()
            )
        }
    }
}

extension FileCredentials.Place {
    /// The text, without blanks at its ends.
    func read() throws(ObjectStoreError) -> String {
        switch self {
        case .text(let text): return text
        case .file(let path):
            let text = try CredentialFile.text(path).trimmingCharacters(in: .whitespacesAndNewlines)
            guard !text.isEmpty else { throw ObjectStoreError(.credentials, "\(path) is empty") }
            return text
        }
    }
}

/// A small file that is part of credentials.
enum CredentialFile {
    private static let limit = 64 << 10
    /// A queue of its own, because all threads for other files may be held by readers that wait for the store, and the
    /// store waits for its credentials.
    private static let queue = DispatchQueue(label: "callark.credentials")

    /// Runs what reads such files on a thread that may block.
    static func reading<Value: Sendable>(
        _ body: @escaping @Sendable () throws(ObjectStoreError) -> Value
    ) async throws(ObjectStoreError) -> Value {
        let result = await withCheckedContinuation { continuation in
            queue.async {
                continuation.resume(returning: Result { () throws(ObjectStoreError) in try body() })
            }
        }
        return try result.get()
    }

    /// Its text. Blocks.
    static func text(_ path: String) throws(ObjectStoreError) -> String {
        do throws(FileContents.Failure) {
            return String(decoding: try FileContents(path: path, limit: limit).bytes, as: UTF8.self)
        } catch {
            throw ObjectStoreError(.credentials, "cannot read \(path): \(error.reason)")
        }
    }
}
