import Recordings

/// How much of an organization is held, and what is still to be done.
package struct HoldingFigures: Hashable, Sendable {
    /// The bytes of archives whose recordings are archived, and of those whose recordings are stored: that are open, or
    /// wait for the vault.
    package var archivedBytes: Int64 = 0
    package var storedBytes: Int64 = 0
    /// The time since which every byte of sealed archives has been read, or was sealed; `nil` if there are none.
    package var checkedSince: Timestamp?
    /// Known recordings whose bytes were neither received nor given up.
    package var waitingRecordings = 0
    /// Calls about which the provider has to be asked now.
    package var dueCalls = 0
    /// When the oldest of the calls that ``waitingRecordings`` and ``dueCalls`` count was created; `nil` if there is none.
    package var oldestWaiting: Timestamp?

    package init() {}
}
