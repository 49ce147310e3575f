import Files
import Foundation
import ObjectStore
import Recordings

/// Which key, metadata and lock each object of a vault has. A key is the path below the archive root.
package struct VaultLayout: Sendable {
    /// The lock of objects that must not change.
    package var lock: VaultLock
    /// For how many years after the end of its day an archive is locked.
    package var retainYears: Int
    /// The time zone in which days begin and end.
    package var timeZone: TimeZone

    package init(lock: VaultLock, retainYears: Int, timeZone: TimeZone) {
        self.lock = lock
        self.retainYears = retainYears
        self.timeZone = timeZone
    }

    /// What the keys of sealed archives begin with.
    package static let archives = "archives/"
    /// What the keys of the evidence logs begin with.
    package static let logs = "log/"
    /// What the keys of the copies of the manifest begin with.
    package static let snapshots = "manifest/"
    /// What the keys of the objects that try the lock begin with.
    package static let canaries = "canary/"
    /// The object that names the root that may write.
    package static let writer = "writer.json"
    /// The copy of the root's identity.
    package static let identity = "callark.json"
    /// How many copies of the manifest are kept.
    package static let keptSnapshots = 7

    /// What the names of an object's metadata are.
    package enum Field {
        static let organization = "organization"
        static let day = "day"
        static let retentionClass = "class"
        package static let digest = "sha256"
        package static let metadataOffset = "metadata-offset"
        package static let epoch = "epoch"
    }

    /// The only class so far.
    package static let defaultClass = "default"

    /// The key of an archive.
    package static func key(of name: ArchiveName) -> ObjectKey { ObjectKey(checked: name.relativePath) }

    /// The key of an archive's side file.
    package static func sideKey(of name: ArchiveName) -> ObjectKey {
        ObjectKey(checked: SideFile.path(besides: name.relativePath))
    }

    /// What the keys of the archives of a day begin with, and those of other days of its month that begin likewise.
    package static func prefix(of organization: OrganizationName, on day: ArchiveDay) -> String {
        "archives/\(organization)/\(day.yearText)/\(day.monthText)/\(organization)-\(day)-"
    }

    /// The archive that a key belongs to.
    /// - Returns: `nil` if it is no archive's key, for example because the archive is not in its folder.
    package static func archive(at key: ObjectKey) -> ArchiveName? {
        let text = key.description
        guard text.hasSuffix(".tar"), let last = text.dropLast(4).split(separator: "/").last,
            let name = ArchiveName(last), name.relativePath == text
        else { return nil }
        return name
    }

    /// Until when an archive of a day is locked: so many years after the day ends in the archive's time zone, in whole
    /// seconds.
    package func retainUntil(_ day: ArchiveDay) -> Date {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let end = day.interval(in: timeZone).upperBound.date
        guard let until = calendar.date(byAdding: .year, value: retainYears, to: end) else { return end }
        // Where there is no 29 February, the calendar takes the beginning of the 28th: a day too early.
        guard calendar.component(.day, from: until) < calendar.component(.day, from: end) else { return until }
        return calendar.date(byAdding: .day, value: 1, to: until) ?? until
    }

    /// The lock of an archive of a day, or of a record that belongs to it.
    /// - Returns: `nil` without a lock, and if it would have ended already: a store takes no time that is past.
    package func retention(of day: ArchiveDay, now: Timestamp) -> ObjectRetention? {
        retention(until: retainUntil(day), now: now)
    }

    /// The lock of something that belongs to no day, such as a part of an evidence log.
    package func retention(now: Timestamp) -> ObjectRetention? {
        retention(of: ArchiveDay(now, in: timeZone), now: now)
    }

    private func retention(until end: Date, now: Timestamp) -> ObjectRetention? {
        // A store compares with its own clock, so the last minutes of a lock are not worth a refusal.
        guard let mode = lock.mode, end > now.date.addingTimeInterval(600) else { return nil }
        return ObjectRetention(mode: mode, until: end)
    }

    /// The metadata of an archive's objects.
    static func metadata(
        of name: ArchiveName,
        digest: ContentDigest,
        metadataOffset: Int64?,
        epoch: Int
    ) -> [String: String] {
        var fields = metadata(of: name.organization, day: name.day, digest: digest, epoch: epoch)
        fields[Field.metadataOffset] = metadataOffset.map(String.init)
        return fields
    }

    /// The metadata of any other object.
    static func metadata(
        of organization: OrganizationName? = nil,
        day: ArchiveDay? = nil,
        digest: ContentDigest,
        epoch: Int
    ) -> [String: String] {
        var fields = [
            Field.digest: digest.description, Field.epoch: String(epoch), Field.retentionClass: defaultClass,
        ]
        fields[Field.organization] = organization?.description
        fields[Field.day] = day?.description
        return fields
    }

    /// The tags of every object that is kept.
    static let tags = [Field.retentionClass: defaultClass]
}

extension VaultLock {
    /// The store's own name for it; `nil` if there is none.
    package var mode: ObjectRetention.Mode? {
        switch self {
        case .compliance: .compliance
        case .governance: .governance
        case .none: nil
        }
    }
}

extension ObjectRetention {
    /// Whether it forbids at least what `wanted` forbids, for at least as long.
    package func covers(_ wanted: ObjectRetention) -> Bool {
        // Stores keep whole seconds.
        let lasts = until.timeIntervalSince1970.rounded(.down) >= wanted.until.timeIntervalSince1970.rounded(.down)
        return lasts && (mode == .compliance || wanted.mode == .governance)
    }
}
