import Foundation
import TestSupport
import Testing

@testable import Evidence

/// The stand-alone verifier on exported cases. Python makes the cases from the public formats, and OpenSSL makes the
/// certificates. Callark's own exporter is not involved.
@Suite struct `The stand-alone verifier on cases` {
    private static let python = ProcessInfo.processInfo.environment["CALLARK_TEST_PYTHON"] ?? "python3"

    /// Runs a trial of case_trial.py, which prints its random seed.
    private func tries(_ trial: String) throws {
        let folder = try TemporaryFolder()
        let program = try folder.put(StandAloneVerifier.fileName, StandAloneVerifier.text)
        let said = try Tool.run(
            Self.python,
            ["-B", "\(Judge.sources)/case_trial.py", program, trial],
            environment: ["TMPDIR": folder.path]
        )
        #expect(said.status == 0 && said.output.hasSuffix("\(trial): as expected\n"), "\(said.output)")
    }

    @Test func `accepts a case that holds, and says whether all keys were confirmed`() throws { try tries("holds") }

    @Test func `names every file with a byte changed, also once the lists of the bag agree`() throws {
        try tries("changes")
    }

    @Test func `names files that are missing, added or another's`() throws { try tries("lists") }

    @Test func `survives any contents and any kind of file`() throws { try tries("hostile") }

    @Test func `survives entries that are proven and not what they should be`() throws { try tries("entries") }

    @Test func `checks proofs of every tree of up to 130 entries as the RFCs say`() throws { try tries("trees") }
}
