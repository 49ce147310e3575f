import Archiver
import Files
import Manifest
import Payloads
import Recordings
import Reports
import Wiring

extension VerifyCommand {
    /// Reads the copies in the vault.
    /// - Throws: ``CommandError`` with exit code 78 if none is configured.
    func verifyVault(_ output: Output) async throws -> VerificationRun.Summary {
        let installation = try Installation(common)
        if let org { _ = try installation.organizations(named: [org]) }
        guard let vault = installation.vault else {
            throw CommandError(.configuration, "no vault: the configuration has no section vault")
        }
        return try await installation.closing {
            guard try await installation.manifestForWriting() != nil else { return VerificationRun.Summary() }
            let manifest = try await installation.manifest.forWriting()
            let verification = VaultVerification(vault, manifest: manifest) { installation.now }
            let rows = try await verification.archives(in: scope(in: installation))
            let cost = verification.cost(of: rows)
            try output.json(VaultReadingCostLine(cost))
            output.text(
                "reading \(Readable.count(cost.archives, "archive")) from \(vault.place): "
                    + "\(Readable.count(cost.requests, "request")), \(Readable.bytes(cost.bytes))"
            )
            output.flush()
            var summary = try await verification.run(rows) { report in
                try VerificationLines.write(report, to: output, verbose: verbose)
            }
            // A manifest that does not know an archive does not know its copy either.
            let keyFile = installation.evidence.setup.keyFile
            let local = VerificationRun(root: installation.root, manifest: manifest, keyFile: keyFile)
            for report in try await local.gone(scope(in: installation)) {
                try VerificationLines.write(report, to: output, verbose: verbose)
                summary.add(report)
            }
            return summary
        }
    }
}
