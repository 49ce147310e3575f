import Evidence
import Foundation
import TestSupport
import Testing

/// Programs that share no code with Callark, and what they say about a log.
enum Judge {
    /// The folder of their sources.
    static var sources: String { Bundle.module.resourceURL?.appending(path: "Judges").path ?? "" }

    /// Go's own readers of notes and logs, built once; `nil` if Go or its packages are missing.
    static let go: String? = {
        let folder = FileManager.default.temporaryDirectory.appending(path: "callark-judge-\(getpid())").path
        let environment = [
            "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": "\(folder)/cache", "GOFLAGS": "",
        ]
        let program = "\(folder)/judge"
        let build = try? Tool.run("go", ["build", "-o", program, "\(sources)/judge.go"], environment: environment)
        return build?.status == 0 ? program : nil
    }()

    static func go(_ arguments: String...) throws -> Tool.Outcome { try Tool.run(try #require(go), arguments) }
}
