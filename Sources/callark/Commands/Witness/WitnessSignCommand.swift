import Anchors
import ArgumentParser
import Evidence
import Files
import Foundation
import Recordings

struct WitnessSignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign",
        abstract: "Cosign a checkpoint in a file, if it continues the last one that was signed.",
        discussion: """
            FILE is what `callark log anchor --request` has written. The cosignature goes back to where FILE came from, \
            where `callark log anchor --reply` takes it.

            The witness's key, and the last checkpoint of each log, are in --folder. Its first use makes the key: give \
            it a name then, and hand out the verifier key that is printed. The first checkpoint of a log needs the log's \
            own verifier key: get it from the people who run the log, and not with FILE.

            The exit code is 65 if the checkpoint is not signed by the log, or if the log's past was changed; 75 if FILE \
            continues another checkpoint than the last one; 66 if the log is not known yet.

            EXAMPLES
              # the first time
              callark witness sign r.txt --name audit.example \\
                --log-key acme.vkey
              callark witness sign r.txt
            """
    )

    @OptionGroup var common: CommonOptions

    @Argument(help: "The request.", completion: .file())
    var file: String

    @Option(help: "The witness's folder.", completion: .directory)
    var folder: String = "callark-witness"

    @Option(help: "The name of a new witness, such as audit.bank.example.")
    var name: String?

    @Option(help: "The verifier key of a new log, or a file that has it.", completion: .file())
    var logKey: String?

    @Option(name: .shortAndLong, help: "The file to write; default: FILE.cosig.", completion: .file())
    var output: String?

    func run() async throws {
        let output = Output(json: common.json)
        defer { output.flush() }
        let body = try Self.bytes(of: file)
        let (request, key): (AddCheckpoint, NoteKey?)
        do {
            request = try AddCheckpoint(body)
            key = try logKey.map { try NoteKey(vkey: Self.text(of: $0)) }
        } catch let fault as NoteFault {
            throw CommandError(.usage, "\(fault)")
        }
        let path = self.output ?? "\(file).cosig"
        let witness = try Witness(in: folder, name: name)
        if witness.isKeyNew {
            Diagnostics.notice(
                "\(folder) has a new key; back it up, and hand out its verifier key: \(witness.cosigner.key)"
            )
        }
        let signed = try witness.cosign(request, logKey: key, now: Timestamp(Date()))
        try FileReplacement.ofUser(path).write(Array(signed.cosignature.line.utf8))
        try output.json(Line(witness, signed.position, signed.cosignature))
        output.text(
            "\(path): \(signed.position.size) entries of \(signed.position.origin), cosigned by "
                + "\(witness.cosigner.key.name)"
        )
        try output.json(Summary())
    }

    private static func bytes(of path: String) throws -> [UInt8] {
        do {
            return try FileContents(path: path, limit: 1 << 20).bytes
        } catch {
            throw CommandError(.inputOutput, "cannot read \(path): \(error.reason)")
        }
    }

    /// The content of the file with this name, or the text itself.
    static func text(of text: String) -> String {
        (try? FileContents(path: text, limit: 1 << 16)).map { String(decoding: $0.bytes, as: UTF8.self) } ?? text
    }

    private struct Line: Encodable {
        let type = "cosignature"
        var witness: String
        var origin: String
        var size: Int64
        var time: String

        init(_ witness: Witness, _ position: LogPosition, _ cosignature: Cosignature) {
            self.witness = witness.cosigner.key.description
            origin = position.origin
            size = position.size
            time = cosignature.time.description
        }
    }

    private struct Summary: Encodable {
        let type = "summary"
        var cosignatures = 1
    }
}
