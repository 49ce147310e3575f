import Foundation

/// The evidence logs: what the configuration says of them.
package struct EvidenceSettings: Sendable, Hashable {
    /// Who gets the logs' checkpoints; no two have the same name.
    package var anchors: [AnchorSettings]
    /// What the origin of a new log begins with; `nil` for one that is made of the root's identity.
    package var origin: String?
    /// The file with the key of the logs: an absolute path; `nil` for the one below the root.
    package var keyFile: String?
    /// How old a checkpoint becomes, in seconds, before what was accepted since is published.
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

/// Somebody, or some program, that gets the checkpoints of the evidence logs.
package struct AnchorSettings: Sendable, Hashable {
    /// How it is reached, and what its answers are checked with.
    package enum Kind: Sendable, Hashable {
        /// A time-stamping authority, and a file with the certificates that its own has to lead to: an absolute path.
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
