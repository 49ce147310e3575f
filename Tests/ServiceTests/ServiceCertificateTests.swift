import Files
import Foundation
import Logging
import TestSupport
import Testing

@testable import Service
@testable import Settings

/// The service's certificate, as curl sees it.
@Suite struct `A certificate` {
    private func replace(_ suffix: String, with name: String, in folder: TemporaryFolder) throws {
        try folder.put("new", Array(Data(contentsOf: URL(filePath: "\(folder.path)/\(name).\(suffix)"))))
        try #require(rename("\(folder.path)/new", "\(folder.path)/service.\(suffix)") == 0)
    }

    @Test func `is replaced without a restart`() async throws {
        let folder = try TemporaryFolder()
        for name in ["one", "two"] { _ = try SelfSignedCertificate(name, in: folder.path) }
        for suffix in ["pem", "key"] { try replace(suffix, with: "one", in: folder) }
        let settings = """
            service:
              listen: 127.0.0.1:0
              tls: { certificate_file: \(folder.path)/service.pem, key_file: \(folder.path)/service.key }
            """
        try await Office.with(isArchived: false, settings: settings) { office in
            func isTrusted(_ name: String) async throws -> Bool {
                let authority = "\(folder.path)/\(name).pem"
                let address = "https://127.0.0.1:\(office.port)/healthz"
                return try await BlockingWork.run { _ throws(any Error) in
                    try Tool.run("curl", "-sf", "--max-time", "30", "--cacert", authority, address).status == 0
                }
            }
            #expect(try await isTrusted("one"))
            #expect(try await !isTrusted("two"))
            // Whichever comes first, connections go on with the pair before.
            try replace("pem", with: "two", in: folder)
            for _ in 0..<2 { #expect(try await isTrusted("one")) }
            try replace("key", with: "two", in: folder)
            #expect(try await isTrusted("two"))
            try replace("key", with: "one", in: folder)
            #expect(try await isTrusted("two"))
            try replace("pem", with: "one", in: folder)
            #expect(try await isTrusted("one"))
            try replace("key", with: "two", in: folder)
            try replace("pem", with: "two", in: folder)
            #expect(try await isTrusted("two"))
            #expect(try await !isTrusted("one"))
        }
    }

    @Test func `that is replaced before its key is warned of once, and used when both are there`() throws {
        let folder = try TemporaryFolder()
        for name in ["one", "two"] { _ = try SelfSignedCertificate(name, in: folder.path) }
        for suffix in ["pem", "key"] { try replace(suffix, with: "one", in: folder) }
        let files = ServiceSettings.TLS(
            certificateFile: "\(folder.path)/service.pem",
            keyFile: "\(folder.path)/service.key"
        )
        let warnings = Notes<String>()
        let logger = Logger(label: "test") { _ in NotedLog(notes: warnings) }
        let certificate = ServiceCertificate(files, logger: logger)
        let one = try certificate.pair.value.chain
        try replace("pem", with: "two", in: folder)
        for _ in 0..<3 { #expect(try certificate.pair.value.chain == one) }
        #expect(warnings.all.count == 1)
        #expect(warnings.all.first?.contains("service.key is not the key of the certificate in") == true)
        // It is gone for a moment.
        try FileManager.default.removeItem(atPath: files.keyFile)
        for _ in 0..<3 { #expect(try certificate.pair.value.chain == one) }
        try replace("key", with: "two", in: folder)
        let two = try certificate.pair.value.chain
        #expect(two != one && warnings.all.count == 2)
        // A service does not start with a key that is not the certificate's.
        try replace("key", with: "one", in: folder)
        #expect(throws: ServiceError.self) { try ServiceCertificate(files, logger: logger).pair.value }
    }
}

/// Keeps what is logged.
private struct NotedLog: LogHandler {
    let notes: Notes<String>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        notes.add("\(event.message) \(event.metadata ?? [:])")
    }
}
