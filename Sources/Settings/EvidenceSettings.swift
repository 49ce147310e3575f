import Foundation

/// The configuration of the evidence logs.
package struct EvidenceSettings: Sendable, Hashable {
    /// The anchors that get the logs' checkpoints; no two have the same name.
    package var anchors: [AnchorSettings]
    /// The beginning of a new log's origin; `nil` for one made from the root's identity.
    package var origin: String?
    /// The file with the key of the logs: an absolute path; `nil` for the one below the root.
    package var keyFile: String?
    /// How old, in seconds, a checkpoint may become before newly accepted entries are published.
    package var checkpointSeconds: Int64

    package init(
        anchors: [AnchorSettings] = [],
        origin: String? = nil,
        keyFile: String? = nil,
        checkpointSeconds: Int64 = 60
    ) {
        self.anchors = anchors
        self.origin = origin
        self.keyFile = keyFile
        self.checkpointSeconds = checkpointSeconds
    }
}

/// A party or a program that gets the checkpoints of the evidence logs.
package struct AnchorSettings: Sendable, Hashable {
    /// How it is reached, and how its answers are checked.
    package enum Kind: Sendable, Hashable {
        /// A time-stamping authority, and the file with the certificates to which its own has to lead, as an absolute
        /// path.
        case timestamp(url: URL, certificatesFile: String)
        /// A witness, by its verifier key; without a URL, files are exchanged with it by hand.
        case witness(url: URL?, verifierKey: String)
        /// A program and its arguments.
        case command([String])
    }

    /// Part of the names of files: 1 to 40 of a-z, 0-9 and `-`.
    package var name: String
    package var kind: Kind
    /// Where it was configured.
    package var origin: ValueOrigin

    package init(name: String, kind: Kind, origin: ValueOrigin) {
        self.name = name
        self.kind = kind
        self.origin = origin
    }
}
