import Recordings

/// The folder of one organization's log. Every path within the log is defined here.
///
/// ```
/// {root}/log/acme/checkpoint                  the newest state, signed
/// {root}/log/acme/tile/0/x001/067             256 hashes; tile/0/x001/067.p/12 while there are only 12
/// {root}/log/acme/tile/entries/x001/067       the entries below them
/// {root}/log/acme/tail                        entries that are accepted and not in a checkpoint yet
/// {root}/log/acme/objects/<sha256>            lists and texts that entries name
/// {root}/log/acme/anchors/<size>/checkpoint   the state that was made known outside, to the byte
/// {root}/log/acme/vkey                        what signatures are checked with
/// {root}/log/acme/anchors/<size>/tsa.tsr      what an anchor gave for it: AnchorToken
/// {root}/log/acme/lock                        one writer at a time
/// {root}/log/acme/anchors.lock                one process at a time gives states away
/// {root}/log/acme/previous/                   the whole log of the epoch before, if there was one
/// {root}/log/acme/replaced/                   what was in its place before a copy was put there
/// {root}/log/.acme.next/                      a log, or an epoch of one, that is being begun
/// {root}/log/.lock                            one process at a time begins a log
/// ```
package struct LogFolder: Hashable, Sendable {
    /// The folder itself.
    package let path: String

    /// The log of an organization.
    /// - Parameter logs: `{root}/log`.
    package init(_ organization: OrganizationName, in logs: String) {
        path = "\(logs)/\(organization)"
    }

    /// A log in any folder, such as a copy.
    package init(path: String) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    package var checkpointPath: String { "\(path)/checkpoint" }
    package var tailPath: String { "\(path)/tail" }
    package var keyPath: String { "\(path)/vkey" }
    var lockPath: String { "\(path)/lock" }
    var anchoringLockPath: String { "\(path)/anchors.lock" }
    var objectsPath: String { "\(path)/objects" }
    var anchorsPath: String { "\(path)/anchors" }

    /// The log of the previous epoch.
    package var previous: LogFolder { LogFolder(path: "\(path)/previous") }

    /// This log and those of the epochs before it, the newest first.
    package var epochs: [LogFolder] {
        var epochs = [self]
        while let previous = epochs.last?.previous, previous.exists { epochs.append(previous) }
        return epochs
    }

    /// What was in the log's place before a copy replaced it. It is never used.
    package var replaced: LogFolder { LogFolder(path: "\(path)/replaced") }

    /// The folder in which a log is created before it gets its name.
    var next: LogFolder { LogFolder(path: "\(LogFiles.folder(of: path))/.\(name).next") }

    /// The lock file for creating a log.
    var beginningLockPath: String { "\(LogFiles.folder(of: path))/.lock" }

    var name: String { path.split(separator: "/").last.map(String.init) ?? "" }

    func tilePath(_ tile: TilePlace) -> String { "\(path)/\(tile.path)" }

    /// A list or a text that entries name by its digest.
    package func objectPath(_ digest: ContentDigest) -> String { "\(objectsPath)/\(digest)" }

    /// The checkpoint of the state of `size` entries that was given to anchors.
    func anchoredCheckpointPath(_ size: Int64) -> String { "\(anchorsPath)/\(size)/checkpoint" }

    /// Whether the log exists.
    package var exists: Bool { LogFiles.isFolder(path) }

    /// The sizes of the states that were given to anchors, ascending.
    package func anchoredSizes() throws(EvidenceError) -> [Int64] {
        try LogFiles.names(in: anchorsPath).compactMap(LogPosition.number).sorted()
    }
}
