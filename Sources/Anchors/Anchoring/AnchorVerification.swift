import Evidence
import Recordings

/// The result of verifying all tokens of a log.
package struct AnchorFindings: Hashable, Sendable {
    /// How many tokens there are of each kind.
    package var counts: [AnchorToken.Kind: Int] = [:]
    /// How many of them verify only with the certificates or the key that the log itself names, because their anchors
    /// are no longer configured, or are configured differently.
    package var unconfirmed = 0
    /// Everything that is wrong.
    package var faults: [LogReport.Fault] = []

    package init() {}
}

/// Verifies every answer of an anchor, without asking anyone.
package struct AnchorVerification: Sendable {
    private let folder: LogFolder
    private let anchors: [AnchorToken.Place.Anchor: Anchor]

    /// - Parameter anchors: the configured anchors, whose certificates and keys confirm a token.
    package init(_ folder: LogFolder, anchors: [Anchor]) {
        self.folder = folder
        self.anchors = Dictionary(anchors.map { ($0.identity, $0) }) { first, _ in first }
    }

    /// Verifies every token. ``LogVerification`` checks that tokens match their entries and that their checkpoints are
    /// the log's.
    /// - Parameter logged: the entries about them.
    package func findings(logged: [LogReport.Anchored]) -> AnchorFindings {
        var findings = AnchorFindings()
        let logged = Dictionary(logged.map { ($0.place, $0) }) { first, _ in first }
        let places: [AnchorToken.Place]
        do throws(EvidenceError) {
            places = try folder.anchorTokens()
        } catch {
            findings.faults.append(LogReport.Fault(path: error.path, reason: error.description))
            return findings
        }
        for place in places {
            findings.counts[place.kind, default: 0] += 1
            do throws(AnchorError) {
                if try !isConfirmed(place, logged[place]) { findings.unconfirmed += 1 }
            } catch {
                let path = "\(folder.path)/\(place.path)"
                findings.faults.append(LogReport.Fault(path: path, reason: error.description))
            }
        }
        return findings
    }

    /// Verifies one token with what is configured, or else with what the log names.
    /// - Returns: whether what is configured was enough.
    private func isConfirmed(
        _ place: AnchorToken.Place,
        _ logged: LogReport.Anchored?
    ) throws(AnchorError) -> Bool {
        let (bytes, request, checkpoint) = try files(of: place)
        switch (place.kind, anchors[place.anchor]?.kind) {
        case (.command, _):
            guard CommandRecord(bytes) != nil else { throw AnchorError(.unsound, "not the record of a command") }
            return true
        case (.timestamp, let configured):
            let kept = try request.map { bytes throws(AnchorError) in try TimeStampRequest(bytes, of: checkpoint) }
            func check(_ trusted: TrustedCertificates) throws(AnchorError) {
                _ = try TimeStamp(bytes, to: kept, of: checkpoint, trusting: trusted)
            }
            if case .timestamp(_, let trusted) = configured, (try? check(trusted)) != nil { return true }
            guard let digest = logged?.certificates else {
                throw AnchorError(.unsound, "it does not hold with the certificates that are configured")
            }
            try check(TrustedCertificates(pem: try object(digest)))
            return false
        case (.witness, let configured):
            func check(_ key: WitnessKey) throws(AnchorError) {
                do throws(NoteFault) {
                    let cosignature = try Cosignature(bytes, of: checkpoint, by: key)
                    guard Array(cosignature.line.utf8) == bytes else { throw NoteFault("not one cosignature") }
                } catch {
                    throw AnchorError(.unsound, error.description)
                }
            }
            if case .witness(_, let key) = configured, (try? check(key)) != nil { return true }
            guard let vkey = logged?.vkey, let key = try? WitnessKey(vkey: vkey) else {
                throw AnchorError(.unsound, "it does not hold with the key that is configured")
            }
            try check(key)
            return false
        }
    }

    private func files(
        of place: AnchorToken.Place
    ) throws(AnchorError) -> (bytes: [UInt8], request: [UInt8]?, checkpoint: [UInt8]) {
        do throws(EvidenceError) {
            return (
                try folder.bytes(of: place), try folder.requestBytes(of: place),
                try folder.checkpointBytes(ofAnchoredSize: place.size)
            )
        } catch {
            throw AnchorError(error)
        }
    }

    private func object(_ digest: ContentDigest) throws(AnchorError) -> [UInt8] {
        do throws(EvidenceError) {
            return try folder.objectBytes(digest)
        } catch {
            throw AnchorError(error)
        }
    }
}
