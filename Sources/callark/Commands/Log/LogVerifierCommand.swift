import ArgumentParser
import Evidence
import Foundation

struct LogVerifierCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verifier",
        abstract: "Write callark-verify.py, which checks the evidence without Callark.",
        discussion: """
            A single file for Python 3.8 or later that needs only the standard library, for people who do not have \
            Callark or do not trust it. Without -o, it is written to standard output.

            EXAMPLES
              callark log verifier -o callark-verify.py
              python3 callark-verify.py log /var/lib/callark/log/acme
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(name: .shortAndLong, help: "The file to write; default: standard output.", completion: .file())
    var output: String?

    func validate() throws {
        if common.json, output == nil {
            throw ValidationError("--json and the program cannot share standard output: write it to a file with -o")
        }
    }

    func run() async throws {
        guard let output else {
            StandardOutput.write(StandAloneVerifier.text)
            return
        }
        try OutputFile.write(Data(StandAloneVerifier.text), to: output)
        let report = Output(json: common.json)
        defer { report.flush() }
        try report.json(Summary(path: output))
    }

    private struct Summary: Encodable {
        let type = "summary"
        var path: String
    }
}
