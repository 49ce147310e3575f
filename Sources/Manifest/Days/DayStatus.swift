import Recordings

/// What a day comes to at a moment: a line of `status`.
package struct DayStatus: Hashable, Sendable {
    package var organization: OrganizationName
    package var day: ArchiveDay
    package var archived = 0
    package var stored = 0
    package var pending = 0
    package var failed = 0
    /// Recordings that were held, and whose bytes are known to be changed or gone.
    package var damaged = 0
    /// Tasks that should have a recording and have none, or fewer than the provider lists.
    package var gaps = 0
    /// The part of `gaps` that the provider may still fill, and that nobody has explained: pending, and not missing.
    package var awaited = 0
    /// The part of `failed`, `damaged` and `gaps` that an operator has explained.
    package var explained = 0
    /// The part of `failed`, `damaged` and `gaps` that nobody has explained.
    package var unexplained = 0
    /// The part of `damaged` that nobody has explained.
    package var unrepaired = 0
    /// The part of `archived` and `stored` whose bytes do not convince, and of which no better version has come.
    package var suspect = 0
    /// The part of `suspect` that a person has acknowledged.
    package var acknowledged = 0
    /// Tasks that are over, without a recording, and may still turn out to have one.
    package var undetermined = 0
    /// Tasks that are not over, without a recording.
    package var inProgress = 0
    /// Whether the day is closed: a record of it stands, nothing that it counts has changed since, and nothing of it is
    /// damaged.
    package var isClosed = false
    /// Whether something of it that was archived is damaged, and neither repaired nor explained.
    package var isDamaged = false

    package init(organization: OrganizationName, day: ArchiveDay) {
        self.organization = organization
        self.day = day
    }

    /// How many recordings are known.
    package var known: Int { archived + stored + pending + failed + damaged }

    /// How many recordings there should be, as far as anyone knows: the known ones, and one for each gap.
    package var expected: Int { known + gaps }

    /// Whether everything expected of the day is archived, or stored until it is over, or explained, as far as is known
    /// without listing: the rule of exit code 0.
    package func isComplete(today: ArchiveDay) -> Bool {
        pending == 0 && unexplained == 0 && undetermined == 0 && (stored == 0 || day >= today) && !isDamaged
    }

    /// Whether everything expected is held or explained, as far as is known without listing.
    package var isHeldOrExplained: Bool {
        pending == 0 && unexplained == 0 && undetermined == 0 && inProgress == 0 && !isDamaged
    }
}
