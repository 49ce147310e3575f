import Crypto
import Evidence
import Files
import Foundation
import Recordings

/// The other side of an anchor: cosigns checkpoints of other people's logs, each of which has to continue from the one
/// that it signed before (c2sp.org/tlog-witness).
///
/// ```
/// DIR/key              the witness's secret key, made at its first use
/// DIR/vkey             what its cosignatures are checked with
/// DIR/logs/<SHA-256 of the origin>.json   of each log: its key, and the state that was signed last
/// DIR/lock
/// ```
package struct Witness: Sendable {
    /// Signs in the witness's name.
    package let cosigner: Cosigner
    /// Whether its key was created now.
    package let isKeyNew: Bool
    private let folder: String

    /// What it knows about a log.
    private struct Known {
        var position: LogPosition?
        var key: NoteKey
    }

    /// Opens a witness, or creates one if there is none in `folder`.
    /// - Parameter name: the name in its cosignatures; needed only for a new witness.
    /// - Throws: ``WitnessRefusal`` with code `local`.
    package init(in folder: String, name: String?) throws(WitnessRefusal) {
        self.folder = folder
        let file = LogKeyFile(path: "\(folder)/key")
        do {
            let text = try FileSystem.read("\(folder)/vkey", limit: Self.longestFile)
            if let text {
                guard let secret = try file.key() else {
                    throw WitnessRefusal(.local, "\(folder)/key is missing; restore it from its copy")
                }
                cosigner = try Cosigner(secret, name: WitnessKey(vkey: String(decoding: text, as: UTF8.self)).name)
                isKeyNew = false
            } else if FileSystem.isFolder("\(folder)/logs") {
                throw WitnessRefusal(.local, "\(folder)/vkey is missing; restore it from its copy")
            } else {
                guard let name else {
                    throw WitnessRefusal(
                        .local,
                        "\(folder) has no witness yet; give the new one a name with --name, such as witness.example/audit"
                    )
                }
                // The name is checked before anything is created.
                _ = try Cosigner(LogKey(), name: name)
                // A key is there already if a crash came between it and the file with the name.
                cosigner = try Cosigner(file.keyOrNew().key, name: name)
                isKeyNew = true
                try FileReplacement.durable("\(folder)/vkey").write(Array("\(cosigner.key)\n".utf8))
            }
        } catch let refusal as WitnessRefusal {
            throw refusal
        } catch {
            throw WitnessRefusal(.local, "\(error)")
        }
        if let name, name != cosigner.key.name {
            throw WitnessRefusal(.local, "\(folder) has the witness \(cosigner.key.name), and not \(name)")
        }
    }

    private static let longestFile = 1 << 16

    /// Checks a request and cosigns its checkpoint. The state is remembered before the cosignature is made, so that two
    /// histories are never signed.
    /// - Parameter logKey: the log's key, from the people who run the log; needed the first time.
    /// - Throws: ``WitnessRefusal``.
    package func cosign(
        _ request: AddCheckpoint,
        logKey: NoteKey? = nil,
        now: Timestamp
    ) throws(WitnessRefusal) -> (position: LogPosition, cosignature: Cosignature) {
        let lock: FileLock
        do {
            lock = try FileLock.awaited(.exclusive, of: OpenFile("\(folder)/lock", O_RDWR | O_CREAT, mode: 0o600))
        } catch {
            throw WitnessRefusal(.local, "\(error)")
        }
        defer { lock.release() }
        let known = try known(to: request, logKey)
        let position = try accepted(request, known)
        do {
            try remember(Known(position: position, key: known.key))
            return (position, try cosigner.cosignature(of: position, at: now))
        } catch {
            throw WitnessRefusal(.local, "\(error)")
        }
    }

    /// - Returns: the checkpoint's position, which continues from what is known.
    private func accepted(_ request: AddCheckpoint, _ known: Known) throws(WitnessRefusal) -> LogPosition {
        let position: LogPosition
        do throws(NoteFault) {
            position = try LogPosition(signed: request.checkpoint, by: known.key)
        } catch {
            throw WitnessRefusal(.notSigned, "the checkpoint: \(error)")
        }
        guard request.oldSize <= position.size else {
            throw WitnessRefusal(.malformed, "the request starts from more entries than its checkpoint has")
        }
        let (size, root) = (known.position?.size ?? 0, known.position?.root ?? .empty)
        guard size <= position.size else {
            throw WitnessRefusal(
                .inconsistent,
                "\(position.origin) had \(size) entries when it was signed last, and has \(position.size) now: "
                    + "an older state was restored",
                knownSize: size
            )
        }
        guard request.oldSize == size else {
            throw WitnessRefusal(
                .otherSize,
                "the request starts from \(request.oldSize) entries, and \(size) were signed last; "
                    + "ask for one with `callark log anchor --from \(size)`",
                knownSize: size
            )
        }
        guard TreeProof.isConsistent(size, root, position.size, position.root, request.proof) else {
            throw WitnessRefusal(
                .inconsistent,
                "\(position.origin) does not extend the \(size) entries that were signed last: its past was changed",
                // The protocol answers a proof that does not hold in another way than a state that needs none.
                knownSize: size == position.size ? size : nil
            )
        }
        return position
    }

    // MARK: - What is remembered

    private func path(_ origin: String) -> String {
        "\(folder)/logs/\(Hexadecimal.text(SHA256.hash(data: Array(origin.utf8)))).json"
    }

    private func known(to request: AddCheckpoint, _ logKey: NoteKey?) throws(WitnessRefusal) -> Known {
        let origin: String
        do throws(NoteFault) {
            origin = try LogPosition(unverified: request.checkpoint).origin
        } catch {
            throw WitnessRefusal(.malformed, "the request: \(error)")
        }
        let path = path(origin)
        let bytes: [UInt8]?
        do throws(ArchiveError) {
            bytes = try FileSystem.read(path, limit: Self.longestFile)
        } catch {
            throw WitnessRefusal(.local, "\(error)")
        }
        guard let bytes else {
            guard let logKey else {
                throw WitnessRefusal(
                    .unknownLog,
                    "\(origin) was never signed here; give its verifier key with --log-key, as the people who run it know it"
                )
            }
            return Known(position: nil, key: logKey)
        }
        guard let json = try? JSONReader.value(of: Data(bytes)), let position = LogPosition(json: json),
            position.origin == origin, case .string(let vkey)? = json.member("vkey"), let key = try? NoteKey(vkey: vkey)
        else { throw WitnessRefusal(.local, "\(path) is damaged; restore it from its copy") }
        guard logKey == nil || logKey == key else {
            throw WitnessRefusal(.notSigned, "\(origin) is known here with another key: \(key)")
        }
        return Known(position: position, key: key)
    }

    private func remember(_ known: Known) throws {
        guard let position = known.position, case .object(let members) = position.json else { return }
        let text = JSONWriter.text(.object(members + [JSONMember("vkey", .string(known.key.description))]))
        try FileSystem.createFolder("\(folder)/logs", mode: 0o700)
        try FileReplacement.durable(path(position.origin), mode: 0o600).write(Array("\(text)\n".utf8))
    }
}
