import Recordings

/// What the verification of a log has found.
package struct LogReport: Sendable {
    /// Something that does not hold.
    package struct Fault: Hashable, Sendable, CustomStringConvertible {
        /// The file or folder concerned.
        package var path: String
        /// What is wrong with it.
        package var reason: String

        package init(path: String, reason: String) {
            self.path = path
            self.reason = reason
        }

        /// Both on one line.
        package var description: String { "\(path): \(reason)" }
    }

    /// The state that was checked; `nil` if the checkpoint itself does not hold.
    package var position: LogPosition?
    /// An entry that says that a state was made known outside.
    package struct Anchored: Hashable, Sendable {
        /// Where the token is.
        package var place: AnchorToken.Place
        /// In `objects/`: what a time stamp was checked with.
        package var certificates: ContentDigest?
        /// What a cosignature was checked with.
        package var vkey: String?
    }

    /// What its signature was checked with.
    package var key: NoteKey?
    /// How many entries are accepted and not in the checkpoint.
    package var acceptedEntries = 0
    /// How many earlier states of the log were compared with it: those that were made known outside, and those that
    /// were given.
    package var comparedStates = 0
    /// How many objects were read.
    package var objects = 0
    /// What the entries say of how states were made known outside, in their order. That the tokens are the files that the
    /// entries name is checked, and nothing else of them.
    package var anchors: [Anchored] = []
    /// Everything that does not hold, also of the epochs before.
    package var faults: [Fault] = []
    /// The epochs before, the newest first.
    package var previous: [LogReport] = []

    /// Whether nothing is wrong.
    package var isSound: Bool { faults.isEmpty && previous.allSatisfy(\.isSound) }

    mutating func add(_ path: String, _ reason: String) { faults.append(Fault(path: path, reason: reason)) }

    mutating func add(_ error: EvidenceError) {
        let prefix = "\(error.path): "
        let reason =
            error.description.hasPrefix(prefix)
            ? String(error.description.dropFirst(prefix.count)) : error.description
        add(error.path, reason)
    }
}
