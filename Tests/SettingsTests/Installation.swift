import Foundation
import Recordings
import Settings

/// A folder for one test, with a configuration file in it; removed when the test is over.
final class Installation: Sendable {
    let folder: String

    /// A complete configuration, as short as possible.
    static let minimal = """
        organizations:
          - name: acme
            org_id: 93912f11-6017-404b-bf14-5331890b1797
            region: us1
            auth: { access_token: TOKEN-1 }
        """

    init(_ yaml: String = Installation.minimal, mode: Int = 0o600) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "callark-settings-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try write(yaml, to: "callark.yaml", mode: mode)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    func write(_ text: String, to name: String, mode: Int = 0o600) throws {
        try write(Data(text.utf8), to: name, mode: mode)
    }

    func write(_ data: Data, to name: String, mode: Int = 0o600) throws {
        let path = "\(folder)/\(name)"
        try data.write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    /// Loads `callark.yaml`, by the name that messages then show.
    func load(_ environment: [String: String] = [:]) throws(SettingsError) -> LoadedSettings {
        try Settings.load(option: "callark.yaml", environment: environment, currentDirectory: folder)
    }

    /// The problems that loading reports, one per line; none if it succeeds.
    func problems(_ environment: [String: String] = [:]) -> [String] {
        do {
            _ = try load(environment)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }
}

extension LoadedSettings {
    /// What `config show` prints for a key.
    func shown(_ key: String) -> ShownValue? { values.first { $0.key == key } }
}
