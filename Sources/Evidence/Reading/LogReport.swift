import Recordings

/// The result of verifying a log.
package struct LogReport: Sendable {
    /// Something that is wrong.
    package struct Fault: Hashable, Sendable, CustomStringConvertible {
        /// The file or folder concerned.
        package var path: String
        /// What is wrong with it.
        package var reason: String

        package init(path: String, reason: String) {
            self.path = path
            self.reason = reason
        }

        /// What an error says of its file.
        package init(_ error: EvidenceError) {
            let prefix = "\(error.path): "
            path = error.path
            reason =
                error.description.hasPrefix(prefix)
                ? String(error.description.dropFirst(prefix.count)) : error.description
        }

        /// Both on one line.
        package var description: String { "\(path): \(reason)" }
    }

    /// The state that was checked; `nil` if the checkpoint itself is invalid.
    package var position: LogPosition?
    /// An entry that says that a state was given to an anchor.
    package struct Anchored: Hashable, Sendable {
        /// Where the token is.
        package var place: AnchorToken.Place
        /// The file in `objects/` with the certificates that a time stamp was checked with.
        package var certificates: ContentDigest?
        /// The key that a cosignature was checked with.
        package var vkey: String?
    }

    /// The key that its signature was checked with.
    package var key: NoteKey?
    /// How many accepted entries are not in the checkpoint.
    package var acceptedEntries = 0
    /// Of an earlier epoch: how many entries it once had, according to the epoch after it, that are not here any more.
    package var lost: Int64 = 0
    /// How many earlier states were compared with the log: those given to anchors, and those passed in.
    package var comparedStates = 0
    /// How many objects were read.
    package var objects = 0
    /// The entries about anchors, in order. It is checked that the tokens are the files that the entries name, and
    /// nothing else about them.
    package var anchors: [Anchored] = []
    /// Everything that is wrong, apart from the previous epochs.
    package var faults: [Fault] = []
    /// The previous epochs, newest first.
    package var previous: [LogReport] = []

    /// Whether nothing is wrong, in any epoch.
    package var isSound: Bool { faults.isEmpty && previous.allSatisfy(\.isSound) }

    mutating func add(_ path: String, _ reason: String) { faults.append(Fault(path: path, reason: reason)) }

    mutating func add(_ error: EvidenceError) { faults.append(Fault(error)) }
}
