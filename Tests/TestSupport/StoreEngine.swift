import Foundation

/// A real object store on loopback: somebody else's program, which ends with this object.
package final class StoreEngine: Sendable {
    /// The stores that can be had on a machine like a developer's.
    package enum Kind: String, Sendable, CaseIterable, CustomStringConvertible {
        case seaweedFS = "seaweedfs"
        case ceph
        /// Not to be trusted: it claims locks that it does not keep.
        case rclone

        package var description: String { rawValue }

        /// Whether the tests are to use it: those that `CALLARK_TEST_STORES` names, else only SeaweedFS.
        package static let tested: [Kind] = {
            let names = ProcessInfo.processInfo.environment["CALLARK_TEST_STORES"]?.split(separator: " ").map(
                String.init
            )
            return names.map { $0.compactMap(Kind.init) } ?? [.seaweedFS]
        }()

        /// Whether it is installed: where a variable says, or where `make` puts it.
        package var isInstalled: Bool {
            let environment = ProcessInfo.processInfo.environment
            let path =
                switch self {
                case .seaweedFS: environment["CALLARK_TEST_WEED"] ?? Self.installed("weed")
                case .ceph: "/usr/bin/radosgw"
                case .rclone: environment["CALLARK_TEST_RCLONE"] ?? Self.installed("rclone")
                }
            return FileManager.default.isExecutableFile(atPath: path)
        }

        fileprivate static func installed(_ name: String) -> String {
            URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: ".build-vault/bin/\(name)").path
        }
    }

    /// Its first line.
    private struct Greeting: Decodable {
        var endpoint: String
        var accessKeyId: String
        var secretAccessKey: String
    }

    package let kind: Kind
    /// Like `http://127.0.0.1:1234`.
    package let endpoint: String
    package let accessKeyID: String
    package let secretAccessKey: String
    package let region = "us-east-1"
    private let process: ObedientProcess
    private let folder: TemporaryFolder

    /// Starts one, which takes up to half a minute.
    package init(_ kind: Kind) async throws {
        self.kind = kind
        folder = try TemporaryFolder()
        process = try await ObedientProcess("engine.py", [kind.rawValue, folder.path])
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let greeting = try decoder.decode(Greeting.self, from: Data(process.greeting.utf8))
        (endpoint, accessKeyID) = (greeting.endpoint, greeting.accessKeyId)
        secretAccessKey = greeting.secretAccessKey
    }

    /// The one that all tests of a process share, each with a bucket of its own.
    package static func shared(_ kind: Kind) async throws -> StoreEngine {
        try await engines.engine(kind)
    }

    /// Its port.
    package var port: Int { URL(string: endpoint)?.port ?? 0 }

    /// Makes a bucket of a name that no other test uses.
    /// - Parameter lock: whether its versions can be locked.
    package func makeBucket(lock: Bool = false) async throws -> String {
        let name = "test-\(UUID().uuidString.lowercased())"
        let answer = try await process.obey("bucket \(name)\(lock ? " lock" : "")")
        guard answer == "ok" else { throw ObedientProcess.Failure(description: answer) }
        return name
    }

    /// Puts a delete marker before an object, as who may write can.
    package func hide(_ key: String, in bucket: String) async throws { try await obey("hide \(bucket) \(key)") }

    /// Deletes an object that is not locked, with all its versions.
    package func lose(_ key: String, in bucket: String) async throws { try await obey("lose \(bucket) \(key)") }

    private func obey(_ command: String) async throws {
        let answer = try await process.obey(command)
        guard answer == "ok" else { throw ObedientProcess.Failure(description: answer) }
    }

    /// Ends it as a crash would.
    package func kill() async throws { try await process.obey("kill") }

    /// Starts it again after ``kill()``, with the same data, at the same port.
    package func start() async throws { try await process.obey("start") }

    /// The Python that has boto3; `nil` if there is none.
    package static let judgePython: String? = {
        let named = ProcessInfo.processInfo.environment["CALLARK_TEST_VAULT_PYTHON"]
        let path = named ?? Kind.installed("python")
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }()

    /// What `Tests/vault/judge.py` says about a version: a line of JSON. Blocks the thread.
    package func judge(bucket: String, key: String, version: String) throws -> String {
        let program = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "vault/judge.py").path
        let arguments = ["-u", "LD_PRELOAD", Self.judgePython ?? "python3", program, endpoint]
        let outcome = try Tool.run("env", arguments + [accessKeyID, secretAccessKey, bucket, key, version])
        guard outcome.status == 0 else { throw ObedientProcess.Failure(description: outcome.output) }
        return outcome.output
    }

    private static let engines = Engines()

    private actor Engines {
        private var starting: [Kind: Task<StoreEngine, any Error>] = [:]

        func engine(_ kind: Kind) async throws -> StoreEngine {
            let task = starting[kind] ?? Task { try await StoreEngine(kind) }
            starting[kind] = task
            return try await task.value
        }
    }
}
