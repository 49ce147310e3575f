import Recordings

/// The state of a day: a line of `status`.
package struct DayStatus: Hashable, Sendable {
    package var organization: OrganizationName
    package var day: ArchiveDay
    package var archived = 0
    package var stored = 0
    /// The part of `stored` that is sealed, and waits until the vault has it.
    package var unvaulted = 0
    /// Sealed archives that wait until the vault has them.
    package var archivesUnvaulted = 0
    package var pending = 0
    package var failed = 0
    /// Recordings that were held, and whose bytes are known to be changed or gone.
    package var damaged = 0
    /// Tasks that should have a recording and have none, or fewer than the provider lists.
    package var gaps = 0
    /// The part of `gaps` that the provider may still fill, and that is not explained: pending, and not missing.
    package var awaited = 0
    /// The part of `failed`, `damaged` and `gaps` that is explained.
    package var explained = 0
    /// The part of `failed`, `damaged` and `gaps` that is not explained.
    package var unexplained = 0
    /// The part of `damaged` that is not explained.
    package var unrepaired = 0
    /// The part of `archived` and `stored` that looks incomplete or unusual, and has no better version.
    package var suspect = 0
    /// The part of `suspect` that a person has acknowledged.
    package var acknowledged = 0
    /// Tasks that are over, without a recording, and may still turn out to have one.
    package var undetermined = 0
    /// Tasks that are not over, without a recording.
    package var inProgress = 0
    /// Whether the day is closed: it has a record, nothing that the record counts has changed since, nothing of the day is
    /// damaged, and nothing waits for the vault.
    package var isClosed = false
    /// Whether something of the day that was archived is damaged, and neither repaired nor explained.
    package var isDamaged = false

    package init(organization: OrganizationName, day: ArchiveDay) {
        self.organization = organization
        self.day = day
    }

    /// How many recordings are known.
    package var known: Int { archived + stored + pending + failed + damaged }

    /// How many recordings there should be, as far as is known: the known ones, and one for each gap.
    package var expected: Int { known + gaps }

    /// Whether everything expected of the day is archived, stored until the day is over, or explained, as far as is
    /// known without listing: the rule of exit code 0. What is sealed has to be in the vault, if there is one.
    package func isComplete(today: ArchiveDay) -> Bool {
        pending == 0 && unexplained == 0 && undetermined == 0 && archivesUnvaulted == 0
            && (stored == 0 || day >= today) && !isDamaged
    }

    /// Whether everything expected is held or explained, as far as is known without listing.
    package var isHeldOrExplained: Bool {
        pending == 0 && unexplained == 0 && undetermined == 0 && inProgress == 0 && !isDamaged
    }
}
