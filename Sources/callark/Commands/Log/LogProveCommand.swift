import Archiver
import ArgumentParser
import Evidence
import Foundation
import Manifest
import Payloads
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
            after the organization, the epoch of its log, and its number there. Each proof stands alone: it ends with the \
            signed checkpoint. What the log does not know ends with exit code 66, and what is in no checkpoint yet with 75. \
            65: an entry does not hold, or was not found in a log of which not everything can be read. What is wrong with \
            epochs that are not needed is only a warning.

            The manifest says where the entry of a recording is, and of a file that has the name and the folder of `callark \
            fetch`. Any other file is searched for in the whole log.

            EXAMPLES
              callark log prove call.wav -o proofs
              cd proofs && callark log verifier -o verify.py
              python3 verify.py proof acme-1-17.tlog-proof \\
                acme-1-17.entry --key VKEY
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
        let wanted = try paths.map(Self.wanted)
        let (found, unusable) = try Self.logs(org, in: installation)
        var logs = found
        var proving = Proving(output: out, files: ProofFiles(folder: output))
        try await installation.closing {
            let manifest = try? await installation.manifestForReading()
            for (organization, entries) in logs {
                for wanted in wanted where !proving.found.contains(wanted.path) {
                    guard let leaf = try await Self.hint(wanted, organization, manifest),
                        let place = try entries.place(of: wanted, at: leaf)
                    else { continue }
                    try proving.take(wanted, place, organization)
                }
            }
        }
        // The manifest does not know them, or is wrong.
        let rest = wanted.filter { !proving.found.contains($0.path) && !proving.unpublished.contains($0.path) }
        for place in logs.indices where !rest.isEmpty {
            let organization = logs[place].organization
            try logs[place].entries.search(rest) { try proving.take($0, $1, organization) }
        }
        let isWhole = unusable.isEmpty && logs.allSatisfy(\.entries.faults.isEmpty)
        let failure = proving.failure(of: paths, isSearchWhole: isWhole)
        proving.summary.error = failure?.description
        try out.json(proving.summary)
        out.flush()
        for text in unusable + logs.flatMap({ $0.entries.faults + $0.entries.losses }) { Diagnostics.warning(text) }
        guard let failure else { return }
        Diagnostics.error(failure)
        throw ExitCode(failure.status.rawValue)
    }

    private typealias Log = (organization: OrganizationName, entries: EntrySearch)

    /// The logs that can prove anything, and what is wrong with the others, one line each.
    private static func logs(
        _ organization: OrganizationName?,
        in installation: Installation
    ) throws -> (logs: [Log], unusable: [String]) {
        var (logs, unusable) = ([Log](), [String]())
        let keyFile = installation.evidence.setup.keyFile
        for log in try LogAccess.all(organization.map { [$0] } ?? [], in: installation) where log.folder.exists {
            do throws(EvidenceError) {
                let epochs = try LogEpochs(of: log.organization, in: log.folder, keyFile: keyFile)
                logs.append((log.organization, EntrySearch(epochs)))
            } catch {
                guard [.damaged, .rolledBack].contains(error.code) else { throw error }
                unusable.append(error.description)
            }
        }
        return (logs, unusable)
    }

    /// What to look for: a file by its bytes, anything else by its place in its archive.
    private static func wanted(_ path: String) throws -> EntrySearch.Wanted {
        var isFolder: ObjCBool = false
        let isFile = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
        guard isFile else { return EntrySearch.Wanted(path: path) }
        return EntrySearch.Wanted(file: path, digest: try FileDigest.digest(ofFileAt: path))
    }

    /// The number of the entry according to the manifest. `callark fetch` names files as archives do, so a file is found by its
    /// place too.
    private static func hint(
        _ wanted: EntrySearch.Wanted,
        _ organization: OrganizationName,
        _ manifest: Manifest?
    ) async throws -> Int64? {
        let names = URL(filePath: wanted.path).standardizedFileURL.pathComponents.suffix(2)
        guard let manifest, names.count == 2, let task = names.first.flatMap({ TaskID($0) }) else { return nil }
        let path = PayloadPath.folder + names.joined(separator: "/")
        return try? await manifest.leaf(of: task, path: path, organization: organization)
    }

    /// What has been found so far.
    private struct Proving {
        let output: Output
        let files: ProofFiles
        var found: Set<String> = []
        var unpublished: Set<String> = []
        var summary = Summary()

        mutating func take(
            _ wanted: EntrySearch.Wanted,
            _ place: EntrySearch.Place,
            _ organization: OrganizationName
        ) throws {
            guard place.isPublished else {
                unpublished.insert(wanted.path)
                return
            }
            found.insert(wanted.path)
            summary.proofs += 1
            let (index, position) = (place.index, place.reader.position)
            let paths = try files.write(try RecordingProof(place), of: organization)
            try output.json(
                ProofLine(
                    of: wanted.path,
                    organization,
                    epoch: position.epoch,
                    leaf: index,
                    size: position.size,
                    writtenTo: paths
                )
            )
            output.text("\(wanted.path): entry \(index) of \(position.size) in \(position.origin): \(paths.proof)")
        }

        /// Why some of these have no proof; `nil` if all of them have one.
        /// - Parameter isSearchWhole: whether everything could be read, so that what was not found is not there.
        func failure(of paths: [String], isSearchWhole: Bool) -> CommandError? {
            let missing = paths.filter { !found.contains($0) }
            let unknown = missing.filter { !unpublished.contains($0) }
            guard unknown.isEmpty || isSearchWhole else {
                return CommandError(
                    .damage,
                    "not found in what can be read of the evidence log: \(unknown.joined(separator: ", ")); "
                        + "`callark log verify` names what cannot"
                )
            }
            guard unknown.isEmpty else {
                return CommandError(.unknown, "not in the evidence log: \(unknown.joined(separator: ", "))")
            }
            guard let first = missing.first else { return nil }
            return CommandError(
                .incomplete,
                "\(first): accepted, and in no checkpoint yet; run it again after the next pass"
            )
        }
    }

    private struct Summary: Encodable {
        let type = "summary"
        var proofs = 0
        var error: String?
    }
}
