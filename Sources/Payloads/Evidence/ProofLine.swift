import Recordings

/// `{"type":"proof", …}`: the proof that an entry, such as that of a recording, is in an evidence log.
package struct ProofLine: Encodable {
    private let type = "proof"
    private let organization: OrganizationName
    /// Which of the organization's logs it is; absent in logs from before there were epochs.
    private var epoch: Int64?
    /// The number of the entry within the epoch.
    private let leaf: Int64
    /// The number of entries of the state that the proof is for.
    private let size: Int64
    private var path: String?
    private var origin: String?
    private var vkey: String?
    /// The entry itself, or the path of the file that has it.
    private var entry: String?
    /// The `.tlog-proof` itself, or its path.
    private let proof: String
    private var statement: String?

    /// A proof that was written to a file.
    /// - Parameters:
    ///   - path: what the proof was asked for.
    ///   - files: the paths of the `.tlog-proof` and of the entry.
    package init(
        of path: String,
        _ organization: OrganizationName,
        epoch: Int64?,
        leaf: Int64,
        size: Int64,
        writtenTo files: (proof: String, entry: String)
    ) {
        self.organization = organization
        self.epoch = epoch
        self.leaf = leaf
        self.size = size
        self.path = path
        (proof, entry) = files
    }

    /// A proof with all that is needed to check it.
    /// - Parameters:
    ///   - origin: the name of the log.
    ///   - vkey: the key that its states are signed with.
    ///   - entry: the entry, to the byte: what the proof is about.
    ///   - proof: the `.tlog-proof`.
    ///   - statement: the text whose SHA-256 the entry has, if it is short: the statement about a day.
    package init(
        _ organization: OrganizationName,
        leaf: Int64,
        size: Int64,
        origin: String,
        vkey: String,
        entry: [UInt8],
        proof: [UInt8],
        statement: String? = nil
    ) {
        self.organization = organization
        self.leaf = leaf
        self.size = size
        self.origin = origin
        self.vkey = vkey
        self.entry = String(decoding: entry, as: UTF8.self)
        self.proof = String(decoding: proof, as: UTF8.self)
        self.statement = statement
    }
}
