import Evidence
import Foundation

/// Somebody outside of this machine, or a way to them, who gets checkpoints so that no one can sign another history later.
package struct Anchor: Hashable, Sendable {
    /// How it is reached, and what its answers are checked with.
    package enum Kind: Hashable, Sendable {
        /// A time-stamping authority (RFC 3161). It is trusted if its certificate leads to one of `certificates`.
        case timestamp(url: URL, certificates: TrustedCertificates)
        /// A witness (c2sp.org/tlog-witness); without a URL, one with whom files are exchanged by hand.
        case witness(url: URL?, key: WitnessKey)
        /// A program, by its path or name and its arguments, that gets the checkpoint on standard input.
        case command([String])
    }

    /// Its name in the configuration, which is part of the names of files: ``AnchorToken/isName(_:)``.
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

    /// Whether nothing can be sent to it, because files are exchanged with it by hand.
    package var isReachedByHand: Bool {
        if case .witness(nil, _) = kind { true } else { false }
    }

    /// Which tokens are its.
    package var identity: AnchorToken.Place.Anchor { AnchorToken.Place.Anchor(tokenKind, name) }
}
