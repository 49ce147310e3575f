import Anchors
import Archiver
import Evidence
import Files
import Recordings
import Settings
import Transfer

extension Installation {
    /// The anchors that get the checkpoints of the evidence logs.
    /// - Throws: `SettingsError` for a key or a certificate that cannot be used.
    package var anchors: [Anchor] {
        get throws(SettingsError) {
            var anchors: [Anchor] = []
            for configured in settings.evidence.anchors { anchors.append(try anchor(configured)) }
            return anchors
        }
    }

    private func anchor(_ configured: AnchorSettings) throws(SettingsError) -> Anchor {
        switch configured.kind {
        case .timestamp(let url, let path):
            let pem: [UInt8]
            do throws(FileContents.Failure) {
                pem = try FileContents(path: path, limit: 16 << 20).bytes
            } catch {
                throw unusable(configured, "cannot read \(path): \(error.reason)")
            }
            do throws(AnchorError) {
                let certificates = try TrustedCertificates(pem: pem)
                return Anchor(configured.name, .timestamp(url: url, certificates: certificates))
            } catch {
                throw unusable(configured, "\(path): \(error)")
            }
        case .witness(let url, let vkey):
            do throws(NoteFault) {
                return Anchor(configured.name, .witness(url: url, key: try WitnessKey(vkey: vkey)))
            } catch {
                throw unusable(configured, "vkey: \(error)")
            }
        case .command(let words):
            return Anchor(configured.name, .command(words))
        }
    }

    private func unusable(_ configured: AnchorSettings, _ reason: String) -> SettingsError {
        let place: SettingsProblem.Place =
            switch configured.origin {
            case .file(let line): .file(loaded.path, line: line)
            case .environment(let name): .environment(name)
            case .default, .derived: .file(loaded.path, line: nil)
            }
        let message = "the anchor \(configured.name) cannot be used: \(reason)"
        return SettingsError(problems: [SettingsProblem(.invalidValue, at: place, message)])
    }

    /// Opens the evidence log of an organization.
    /// - Returns: `nil` if there is none yet.
    /// - Throws: `EvidenceError`.
    package func evidenceLog(of name: OrganizationName) throws(EvidenceError) -> EvidenceLog? {
        guard LogFolder(name, in: root.logsPath).exists else { return nil }
        try evidence.requireOwnAccount()
        return try EvidenceLog.openExisting(
            EvidenceLog.Place(
                logs: root.logsPath,
                organization: name,
                keyFile: evidence.setup.keyFile,
                origin: "",
                actor: actor
            )
        )
    }

    /// Gives checkpoints to the anchors at the end of a pass, if any are due. Nothing waits long for an anchor, and
    /// nothing fails because of one: a lasting failure raises the alarm `anchor_old`.
    /// - Returns: a warning for each that has not seen the newest checkpoint.
    package func anchorIfDue(_ names: [OrganizationName]) async -> [String] {
        guard !settings.evidence.anchors.isEmpty else { return [] }
        do {
            return try await withEngine { await anchorIfDue(names, by: $0) }
        } catch {
            return ["the checkpoints of the evidence logs could not be given to the anchors: \(error)"]
        }
    }

    /// The same with an engine that stays open.
    package func anchorIfDue(_ names: [OrganizationName], by engine: TransferEngine) async -> [String] {
        guard !settings.evidence.anchors.isEmpty else { return [] }
        do {
            let anchors = try anchors
            var warnings: [String] = []
            for name in names {
                guard let log = try evidenceLog(of: name) else { continue }
                let anchoring = Anchoring(log, anchors: anchors, exchange: engine, actor: actor)
                for outcome in try await anchoring.runIfDue() ?? [] {
                    guard let failure = outcome.failure else { continue }
                    warnings.append(
                        "\(name): the anchor \(outcome.anchor.name) has not seen the newest checkpoint: \(failure)"
                    )
                }
            }
            return warnings
        } catch {
            return ["the checkpoints of the evidence logs could not be given to the anchors: \(error)"]
        }
    }

    /// The last states that the anchors have seen of an organization's log.
    /// - Returns: none if there is no log yet.
    /// - Throws: `SettingsError`; `EvidenceError`.
    package func anchorStandings(of name: OrganizationName) throws -> [AnchorStanding] {
        let folder = LogFolder(name, in: root.logsPath)
        guard !settings.evidence.anchors.isEmpty, folder.exists else { return [] }
        return try AnchorStanding.all(of: anchors, in: folder)
    }

    /// Alarms about anchors that have not seen a checkpoint for too long.
    func anchorAlarms(of name: OrganizationName, _ watch: Watch) throws -> [Alarm] {
        let standings = try anchorStandings(of: name)
        guard !standings.isEmpty else { return [] }
        let reader = try LogReader(LogFolder(name, in: root.logsPath))
        let begun = try LogEntry(reader.entry(0)).time
        return standings.flatMap { standing in
            watch.alarms(
                of: name,
                anchor: standing.anchor.name,
                isReachedByHand: standing.isReachedByHand,
                seen: standing.newest?.time,
                begun: begun,
                now: now
            )
        }
    }
}
