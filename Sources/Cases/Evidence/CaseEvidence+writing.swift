import Evidence
import Files
import Recordings

extension CaseEvidence {
    /// Writes the log's part of a case: its checkpoint and key, the entries with their proofs, what they name, and what anchors gave.
    /// - Parameters:
    ///   - place: the folder in the case: `evidence/acme`.
    ///   - configuration: the effective configuration as text, secrets masked; it is written if it is the one that the log
    ///     says was in force last.
    ///   - known: the state of this epoch from which the next one goes on.
    /// - Returns: what entries name and the log no longer has as it was, such as words that had to be erased: one line each.
    func write(
        into folder: inout CaseFolder,
        at place: String,
        configuration: String?,
        known: LogPosition?
    ) throws -> [String] {
        var remarks: [String] = []
        try folder.write(reader.checkpoint, to: "\(place)/checkpoint")
        try folder.write("\(reader.key)\n", to: "\(place)/vkey")
        // What is left of an epoch may have fewer entries: then nothing can be compared.
        if let known, known.size <= reader.position.size {
            try folder.write(consistency(with: known.size), to: "\(place)/consistency")
        }
        let anchors = anchors(covering: stored.values.joined().map(\.leaf))
        var objects: Set<ContentDigest> = []
        for act in acts + anchors.values.joined() {
            try write(act, into: &folder, at: "\(place)/entries/\(act.leaf)")
            objects.formUnion(act.entry.objects)
        }
        for digest in objects.sorted(by: { $0.description < $1.description }) {
            let bytes = try intact(&remarks) { () throws(EvidenceError) in try reader.folder.objectBytes(digest) }
            if let bytes { try folder.write(bytes, to: "\(place)/objects/\(digest)") }
        }
        for (size, tokens) in anchors.sorted(by: { $0.key < $1.key }) {
            try write(tokens, ofSize: size, into: &folder, at: "\(place)/anchors/\(size)", &remarks)
        }
        if let configuration, let last = acts.last(where: { $0.entry.type == .configChanged }),
            try FileDigest.digest(of: Array(configuration.utf8)) == last.entry.digest(.sha256)
        {
            try folder.write(configuration, to: "\(place)/configuration.txt")
        }
        return remarks
    }

    /// Writes an entry and its proof.
    /// - Parameter name: without `.json` and `.tlog-proof`.
    private func write(_ act: Act, into folder: inout CaseFolder, at name: String) throws {
        try folder.write(act.bytes, to: "\(name).json")
        try folder.write(reader.proof(of: act.leaf).bytes, to: "\(name).tlog-proof")
    }

    /// The proof that the log goes on from an older state: a hash a line.
    private func consistency(with size: Int64) throws -> String {
        try reader.consistency(with: size).map { "\($0.base64)\n" }.joined()
    }

    private func write(
        _ tokens: [Act],
        ofSize size: Int64,
        into folder: inout CaseFolder,
        at place: String,
        _ remarks: inout [String]
    ) throws {
        let log = reader.folder
        let state = try intact(&remarks) { () throws(EvidenceError) in try reader.anchoredCheckpoint(ofSize: size) }
        guard let state else { return lostTokens.formUnion(tokens.map(\.leaf)) }
        try folder.write(state, to: "\(place)/checkpoint")
        try folder.write(consistency(with: size), to: "\(place)/consistency")
        for token in tokens {
            guard let path = token.entry.text(.file), let file = AnchorToken.Place(path: path) else { continue }
            let digest = token.entry.digest(.object)
            let bytes = try intact(&remarks) { () throws(EvidenceError) in try log.bytes(of: file, as: digest) }
            guard let bytes else {
                lostTokens.insert(token.leaf)
                continue
            }
            try folder.write(bytes, to: "\(place)/\(path.split(separator: "/").last ?? "")")
            if let request = try log.requestBytes(of: file) {
                try folder.write(request, to: "\(place)/\(file.name).tsq")
            }
        }
    }

    /// What an entry names, if the log has it as it was.
    /// - Returns: `nil`, and a remark, if it is missing or was changed.
    private func intact(
        _ remarks: inout [String],
        _ read: () throws(EvidenceError) -> [UInt8]
    ) throws(EvidenceError) -> [UInt8]? {
        do throws(EvidenceError) {
            return try read()
        } catch {
            guard error.code == .damaged else { throw error }
            remarks.append("\(error); an entry of the evidence log names it, and it is not here")
            return nil
        }
    }
}
