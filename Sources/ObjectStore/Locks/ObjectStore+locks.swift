import Foundation
import Transfer

extension ObjectStore {
    package func delete(
        _ key: ObjectKey,
        version: ObjectVersion?,
        bypassingGovernance: Bool
    ) async throws(ObjectStoreError) {
        var request = StoreRequest(.delete, key, version == nil ? "delete" : "delete a version of")
        request.select(version)
        request.concernsLock = true
        if bypassingGovernance { request.fields = [Self.bypass] }
        do throws(ObjectStoreError) {
            _ = try await exchange.send(request)
        } catch  where error.code == .notFound {
            // The answer to an earlier attempt may have been lost.
        }
    }

    package func setRetention(
        _ retention: ObjectRetention,
        of key: ObjectKey,
        version: ObjectVersion?,
        bypassingGovernance: Bool
    ) async throws(ObjectStoreError) {
        let contents =
            RequestDocument.element("Mode", retention.mode.rawValue)
            + RequestDocument.element("RetainUntilDate", StoreTime.roundedUp(retention.until))
        let document = RequestDocument.document("Retention", contents)
        var request = change("retention", "lock", document, of: key, version)
        request.concernsLock = true
        if bypassingGovernance { request.fields.append(Self.bypass) }
        _ = try await exchange.send(request)
    }

    package func retention(
        of key: ObjectKey,
        version: ObjectVersion?
    ) async throws(ObjectStoreError) -> ObjectRetention? {
        var request = StoreRequest(.get, key, "read the lock of")
        request.query = [("retention", "")]
        request.select(version)
        let answer: AnswerElement
        do throws(ObjectStoreError) {
            answer = try await self.answer(to: request, named: "Retention")
        } catch  where Self.saysUnlocked(error) {
            return nil
        }
        guard let mode = answer.text("Mode").flatMap({ ObjectRetention.Mode(rawValue: $0.uppercased()) }),
            let until = answer.text("RetainUntilDate").flatMap(StoreTime.date)
        else { return nil }
        return ObjectRetention(mode: mode, until: until)
    }

    package func setLegalHold(
        _ isHeld: Bool,
        of key: ObjectKey,
        version: ObjectVersion?
    ) async throws(ObjectStoreError) {
        let document = RequestDocument.document("LegalHold", RequestDocument.element("Status", isHeld ? "ON" : "OFF"))
        var request = change("legal-hold", "hold", document, of: key, version)
        request.concernsLock = true
        _ = try await exchange.send(request)
    }

    package func bucketStatus() async throws(ObjectStoreError) -> BucketStatus {
        var request = StoreRequest(.get, nil, "read the versioning of")
        request.query = [("versioning", "")]
        var status = BucketStatus(versioning: .never, hasObjectLock: false)
        do throws(ObjectStoreError) {
            let answer = try await answer(to: request, named: "VersioningConfiguration")
            status.versioning = answer.text("Status").flatMap { BucketStatus.Versioning(rawValue: $0) } ?? .never
        } catch  where error.status == 501 {
            // It knows no versions.
        }
        request = StoreRequest(.get, nil, "read the locks of")
        request.query = [("object-lock", "")]
        do throws(ObjectStoreError) {
            let answer = try await answer(to: request, named: "ObjectLockConfiguration")
            status.hasObjectLock = answer.text("ObjectLockEnabled") == "Enabled"
            status.defaultRetention = answer["Rule"]?["DefaultRetention"].flatMap(Self.defaultRetention)
        } catch  where Self.saysUnlocked(error) || error.status == 501 {
            // It has no locks.
        }
        return status
    }

    private static let bypass = (name: "x-amz-bypass-governance-retention", value: "true")

    /// Stores have several ways to say that there is no lock.
    private static func saysUnlocked(_ error: ObjectStoreError) -> Bool {
        switch error.storeCode {
        case "NoSuchObjectLockConfiguration", "ObjectLockConfigurationNotFoundError", "ObjectLockConfigurationNotFound":
            true
        case "InvalidRequest": error.status == 400
        default: false
        }
    }

    private static func defaultRetention(_ element: AnswerElement) -> BucketStatus.DefaultRetention? {
        guard let mode = element.text("Mode").flatMap({ ObjectRetention.Mode(rawValue: $0.uppercased()) }) else {
            return nil
        }
        if let days = element.text("Days").flatMap({ Int($0) }), days > 0 {
            return BucketStatus.DefaultRetention(mode: mode, span: .days(days))
        }
        if let years = element.text("Years").flatMap({ Int($0) }), years > 0 {
            return BucketStatus.DefaultRetention(mode: mode, span: .years(years))
        }
        return nil
    }
}
