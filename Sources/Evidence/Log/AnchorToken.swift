/// Evidence that a state of a log was known outside the machine, kept next to that state.
package struct AnchorToken: Sendable {
    /// How the state was published.
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        /// A time stamp (RFC 3161).
        case timestamp
        /// The cosignature of a witness (c2sp.org/tlog-witness).
        case witness
        /// The record of an operator's command that was given the checkpoint.
        case command

        /// The suffix of the file names.
        package var suffix: String {
            switch self {
            case .timestamp: ".tsr"
            case .witness: ".cosig"
            case .command: ".json"
            }
        }
    }

    /// Where a token is, derived from its file's name.
    package struct Place: Hashable, Sendable {
        /// How many entries the state has.
        package var size: Int64
        /// How the state was published.
        package var kind: Kind
        /// The anchor's name in the configuration.
        package var name: String

        /// Sets every property.
        package init(size: Int64, kind: Kind, name: String) {
            self.size = size
            self.kind = kind
            self.name = name
        }

        /// The path below the log's folder: `anchors/301/freetsa.tsr`.
        package var path: String { "\(folder)/\(name)\(kind.suffix)" }

        /// The file with the request that the token answers: `anchors/301/freetsa.tsq`.
        package var requestPath: String { "\(folder)/\(name).tsq" }

        private var folder: String { "anchors/\(size)" }

        /// - Parameter path: a path below the log's folder.
        /// - Returns: `nil` if `path` is not that of a token.
        package init?(path: String) {
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "anchors", let size = LogPosition.number(parts[1]),
                let kind = Kind.allCases.first(where: { parts[2].hasSuffix($0.suffix) }),
                AnchorToken.isName(parts[2].dropLast(kind.suffix.count))
            else { return nil }
            self.init(size: size, kind: kind, name: String(parts[2].dropLast(kind.suffix.count)))
        }
    }

    /// Whether an anchor can have that name, which becomes part of file names: 1 to 40 of a-z, 0-9 and `-`.
    package static func isName(_ name: some StringProtocol) -> Bool {
        (1...40).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
            }
    }

    /// How the state was published.
    package var kind: Kind
    /// The anchor's name in the configuration.
    package var name: String
    /// To the byte: a time stamp as it arrived, the line of a witness, or the record of a command.
    package var bytes: [UInt8]
    /// The request that a time stamp answers.
    package var request: [UInt8]?
    /// The certificates that a time stamp was checked with, in PEM.
    package var certificates: [UInt8]?
    /// The key that a cosignature was checked with.
    package var key: WitnessKey?

    /// Sets every property.
    package init(
        _ kind: Kind,
        name: String,
        _ bytes: [UInt8],
        request: [UInt8]? = nil,
        certificates: [UInt8]? = nil,
        key: WitnessKey? = nil
    ) {
        self.kind = kind
        self.name = name
        self.bytes = bytes
        self.request = request
        self.certificates = certificates
        self.key = key
    }
}
