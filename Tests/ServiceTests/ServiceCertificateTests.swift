import Files
import Foundation
import TestSupport
import Testing

@testable import Service

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
            try replace("pem", with: "two", in: folder)
            try replace("key", with: "two", in: folder)
            #expect(try await isTrusted("two"))
            #expect(try await !isTrusted("one"))
        }
    }
}
