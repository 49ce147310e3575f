import Archiver
import ArgumentParser
import Evidence
import Foundation
import Recordings
import Reports
import Wiring

struct LogProveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Write the proofs that recordings are in the evidence log.",
        discussion: """
            A PATH is a file on this machine, such as one that `callark fetch` wrote, which is found by its SHA-256; or \
            the path of a recording in its archive: data/TASK/FILE.

            For each entry it writes the entry itself and a proof (c2sp.org/tlog-proof) into the folder of -o, named \
            after its number. Each proof stands alone: it ends with the signed checkpoint. What the log does not know \
            ends with exit code 66, and what is in no checkpoint yet with 75.

            EXAMPLES
              callark log prove call.wav -o proofs
              cd proofs && callark log verifier -o verify.py
              python3 verify.py proof 17.tlog-proof 17.entry --key VKEY
            """
    )

    @OptionGroup var common: CommonOptions

    @Argument(help: "Files, or paths of recordings in their archives.", completion: .file())
    var paths: [String]

    @Option(help: "Only the log of this organization.", transform: OrganizationName.init(argument:))
    var org: OrganizationName?

    @Option(name: .shortAndLong, help: "The folder to write to.", completion: .directory)
    var output: String = "."

    func run() async throws {
        let installation = try Installation(common, needsSecrets: false)
        let out = Output(json: common.json)
        defer { out.flush() }
        let wanted = try paths.map(Wanted.init)
        var found: Set<String> = []
        var unpublished: Set<String> = []
        var summary = Summary()
        for log in try LogAccess.all(org.map { [$0] } ?? [], in: installation) where log.folder.exists {
            let reader = try LogReader(log.folder, key: log.confirmedKey)
            var indices: [(path: String, index: Int64)] = []
            try RecordingProof.entries(in: reader) { index, bytes throws(EvidenceError) in
                for path in Self.matches(wanted, bytes) { indices.append((path, index)) }
            }
            for (path, index) in indices {
                found.insert(path)
                summary.proofs += 1
                let names = try write(reader, index)
                try out.json(
                    Line(
                        organization: log.organization,
                        path: path,
                        leaf: index,
                        size: reader.position.size,
                        proof: names
                    )
                )
                out.text("\(path): entry \(index) of \(reader.position.size) in \(reader.position.origin): \(names)")
            }
            for bytes in try reader.acceptedEntries() { unpublished.formUnion(Self.matches(wanted, bytes)) }
        }
        try out.json(summary)
        let missing = paths.filter { !found.contains($0) }
        guard let first = missing.first else { return }
        if missing.contains(where: { !unpublished.contains($0) }) {
            let unknown = missing.filter { !unpublished.contains($0) }.joined(separator: ", ")
            throw CommandError(.unknown, "not in the evidence log: \(unknown)")
        }
        throw CommandError(
            .incomplete,
            "\(first): accepted, and in no checkpoint yet; run it again after the next pass"
        )
    }

    private static func matches(_ wanted: [Wanted], _ bytes: [UInt8]) -> [String] {
        guard let entry = try? LogEntry(bytes), entry.type == .recordingStored else { return [] }
        return wanted.filter { $0.matches(entry) }.map(\.path)
    }

    private func write(_ reader: LogReader, _ index: Int64) throws -> String {
        let proof = "\(output)/\(index).tlog-proof"
        do {
            try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
            try Data(reader.proof(of: index).bytes).write(to: URL(filePath: proof), options: .atomic)
            try Data(reader.entry(index)).write(to: URL(filePath: "\(output)/\(index).entry"), options: .atomic)
        } catch let error as CocoaError {
            throw CommandError(.inputOutput, "cannot write \(proof): \(error.localizedDescription)")
        }
        return proof
    }

    /// A recording to look for: by its bytes, or by its place in its archive.
    private struct Wanted {
        var path: String
        var digest: ContentDigest?

        init(_ path: String) throws {
            self.path = path
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
                return
            }
            digest = try FileDigest.digest(ofFileAt: path)
        }

        func matches(_ entry: LogEntry) -> Bool {
            if let digest { return entry.digest(.sha256) == digest }
            return entry.text(.path) == path
        }
    }

    private struct Line: Encodable {
        let type = "proof"
        var organization: OrganizationName
        var path: String
        var leaf: Int64
        var size: Int64
        var proof: String
    }

    private struct Summary: Encodable {
        let type = "summary"
        var proofs = 0
    }
}
