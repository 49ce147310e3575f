import Evidence
import Foundation

/// An outside party, or a way to reach one, that gets checkpoints, so that no one can sign another history later.
package struct Anchor: Hashable, Sendable {
    /// How it is reached, and how its answers are checked.
    package enum Kind: Hashable, Sendable {
        /// A time-stamping authority (RFC 3161). It is trusted if its certificate leads to one of `certificates`.
        case timestamp(url: URL, certificates: TrustedCertificates)
        /// A witness (c2sp.org/tlog-witness); without a URL, files are exchanged with it by hand.
        case witness(url: URL?, key: WitnessKey)
        /// A program, by its path or name, and its arguments. It gets the checkpoint on standard input.
        case command([String])
    }

    /// Its name in the configuration, which becomes part of file names: ``AnchorToken/isName(_:)``.
    package var name: String
    /// How it is reached.
    package var kind: Kind

    /// Sets every property.
    package init(_ name: String, _ kind: Kind) {
        self.name = name
        self.kind = kind
    }

    /// The kind of the tokens that it gives.
    package var tokenKind: AnchorToken.Kind {
        switch kind {
        case .timestamp: .timestamp
        case .witness: .witness
        case .command: .command
        }
    }

    /// Whether files are exchanged with it by hand, so that nothing can be sent to it.
    package var isReachedByHand: Bool {
        if case .witness(nil, _) = kind { true } else { false }
    }

    /// Identifies its tokens.
    package var identity: AnchorToken.Place.Anchor { AnchorToken.Place.Anchor(tokenKind, name) }
}
