import Foundation
import ObjectStore

/// What else a version has besides its bytes: its lock and its tags.
extension MemoryStore {
    package func setRetention(
        _ retention: ObjectRetention,
        of key: ObjectKey,
        version: ObjectVersion?,
        bypassingGovernance: Bool
    ) async throws(ObjectStoreError) {
        let time = now()
        try call("retain", key.description) { state throws(ObjectStoreError) in
            if lies.contains(.keepsNoVersions) { throw ObjectStoreError(.unsupported, "\(key): no object lock") }
            let found = try Self.require(key, version, in: state)
            if let known = found.retention, !retention.isStricter(than: known),
                isLocked(found, at: time, bypassing: bypassingGovernance), !lies.contains(.shortensLocks)
            {
                throw ObjectStoreError(.locked, "\(key): it is locked")
            }
            guard !lies.contains(.dropsLocks) else { return }
            guard var versions = state.objects[key.description],
                let place = versions.firstIndex(where: { $0.id == found.id })
            else { return }
            versions[place].retention = retention
            state.objects[key.description] = versions
        }
    }

    package func retention(
        of key: ObjectKey,
        version: ObjectVersion?
    ) async throws(ObjectStoreError) -> ObjectRetention? {
        try call("retention", key.description) { state throws(ObjectStoreError) in
            try Self.require(key, version, in: state).retention
        }
    }

    package func setLegalHold(
        _ isHeld: Bool,
        of key: ObjectKey,
        version: ObjectVersion?
    ) async throws(ObjectStoreError) {
        try call("hold", key.description) { state throws(ObjectStoreError) in
            let found = try Self.require(key, version, in: state)
            guard let place = state.objects[key.description]?.firstIndex(where: { $0.id == found.id }) else { return }
            state.objects[key.description]?[place].isHeld = isHeld
        }
    }

    package func bucketStatus() async throws(ObjectStoreError) -> BucketStatus {
        try call("status", "") { _ throws(ObjectStoreError) in
            let keeps = !lies.contains(.keepsNoVersions)
            return BucketStatus(versioning: keeps ? .enabled : .never, hasObjectLock: keeps)
        }
    }

    func isLocked(_ version: Version, at time: Date, bypassing: Bool) -> Bool {
        if version.isHeld { return true }
        guard let retention = version.retention, retention.until > time else { return false }
        return !(retention.mode == .governance && bypassing && lies.contains(.bypassesGovernance))
    }

    package func tags(of key: ObjectKey, version: ObjectVersion?) async throws(ObjectStoreError) -> [String: String] {
        try call("tags", key.description) { state throws(ObjectStoreError) in
            if lies.contains(.knowsNoTags) { throw ObjectStoreError(.unsupported, "\(key): no tags") }
            return try Self.require(key, version, in: state).tags
        }
    }

    package func setTags(
        _ tags: [String: String],
        of key: ObjectKey,
        version: ObjectVersion?
    ) async throws(ObjectStoreError) {
        try call("tag", key.description) { state throws(ObjectStoreError) in
            if lies.contains(.knowsNoTags) { throw ObjectStoreError(.unsupported, "\(key): no tags") }
            let found = try Self.require(key, version, in: state)
            guard let place = state.objects[key.description]?.firstIndex(where: { $0.id == found.id }) else { return }
            state.objects[key.description]?[place].tags = tags
        }
    }
}

extension ObjectRetention {
    /// Whether it forbids everything that `other` forbids.
    fileprivate func isStricter(than other: ObjectRetention) -> Bool {
        until >= other.until && (mode == .compliance || other.mode == .governance)
    }
}
