import Archiver
import Files
import Manifest
import Payloads
import Recordings
import Reports
import Vault
import Wiring

extension VerifyCommand {
    /// Reads the copies in the vault. If none is expected there, asks the vault all the same, and says what is known then.
    /// - Throws: ``CommandError`` with exit code 78 if none is configured, 66 for a day of which nothing is known.
    func verifyVault(_ output: Output) async throws -> VerificationRun.Summary {
        let installation = try Installation(common)
        if let org { _ = try installation.organizations(named: [org]) }
        guard let vault = try installation.openVault() else {
            throw CommandError(.configuration, "no vault: the configuration has no section vault")
        }
        return try await installation.closing {
            let manifest = try await installation.manifestForWriting()
            try await requireKnown(installation, manifest)
            guard let manifest else {
                try await sayNothingRead(in: vault, because: "there is no manifest to say what it has", output)
                return VerificationRun.Summary()
            }
            let verification = VaultVerification(vault, manifest: manifest) { installation.now }
            let rows = try await verification.archives(in: scope(in: installation))
            let cost = verification.cost(of: rows)
            try output.json(VaultReadingCostLine(cost))
            guard !rows.isEmpty else {
                let parts = [day(in: installation).map { "of \($0)" }, org.map { "of \($0)" }].compactMap { $0 }
                let archive = (["archive"] + parts).joined(separator: " ")
                try await sayNothingRead(in: vault, because: "the manifest knows of no \(archive) in it", output)
                var summary = VerificationRun.Summary()
                try await addGone(to: &summary, installation, manifest, output)
                return summary
            }
            output.text(
                "reading \(Readable.count(cost.archives, "archive")) from \(vault.place): "
                    + "\(Readable.count(cost.requests, "request")), \(Readable.bytes(cost.bytes))"
            )
            output.flush()
            var summary = try await verification.run(rows) { report in
                try VerificationLines.write(report, to: output, verbose: verbose)
            }
            try await addGone(to: &summary, installation, manifest, output)
            return summary
        }
    }

    /// Adds the archives that only the evidence logs know: a manifest that does not know an archive does not know its copy in the
    /// vault either.
    private func addGone(
        to summary: inout VerificationRun.Summary,
        _ installation: Installation,
        _ manifest: Manifest,
        _ output: Output
    ) async throws {
        let keyFile = installation.evidence.setup.keyFile
        let local = VerificationRun(root: installation.root, manifest: manifest, keyFile: keyFile)
        for report in try await local.gone(scope(in: installation)) {
            try VerificationLines.write(report, to: output, verbose: verbose)
            summary.add(report)
        }
    }

    /// Says why nothing was read, after the vault has answered.
    private func sayNothingRead(in vault: StoreVault, because reason: String, _ output: Output) async throws {
        let standing = try await vault.writerStanding()
        let answer = standing == .unclaimed ? "answers and has no archive" : "answers"
        output.text("\(vault.place) \(answer); nothing was read: \(reason)")
    }
}
