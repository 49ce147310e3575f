import Foundation
import Transfer

extension ObjectStore {
    package func describe(
        _ key: ObjectKey,
        version: ObjectVersion?
    ) async throws(ObjectStoreError) -> ObjectDescription? {
        guard let response = try await head(key, version: version) else { return nil }
        let headers = response.headers
        guard let length = headers["Content-Length"].flatMap({ Int64($0) }) else {
            throw ObjectStoreError(.unsupported, "describe \(key): the store does not say how long it is")
        }
        return ObjectDescription(
            key: key,
            version: headers.version ?? version,
            byteCount: length,
            etag: headers.etag,
            lastModified: headers["Last-Modified"].flatMap { HTTPHeaders([("Date", $0)]).date },
            metadata: Self.metadata(headers),
            retention: Self.retention(headers),
            hasLegalHold: headers["x-amz-object-lock-legal-hold"]?.uppercased() == "ON",
            checksumSHA256: headers["x-amz-checksum-sha256"],
            storageClass: headers["x-amz-storage-class"].flatMap { $0 == "STANDARD" ? nil : $0 }
        )
    }

    /// The answer to HEAD; `nil` if there is no such object or version.
    func head(_ key: ObjectKey, version: ObjectVersion?) async throws(ObjectStoreError) -> HTTPResponse? {
        var request = StoreRequest(.head, key, "describe")
        request.select(version)
        request.fields = [("x-amz-checksum-mode", "ENABLED")]
        do throws(ObjectStoreError) {
            return try await exchange.send(request)
        } catch {
            switch error.status {
            case 404, 405: return nil
            case 400, 401, 403: return try await headAfterRefusal(request)
            default: throw error
            }
        }
    }

    /// A refused HEAD does not say why, because its answer has no body: so one byte is asked for, which does, or lets
    /// the credentials be renewed.
    private func headAfterRefusal(_ head: StoreRequest) async throws(ObjectStoreError) -> HTTPResponse? {
        var probe = head
        probe.method = .get
        probe.fields = [("Range", "bytes=0-0")]
        do throws(ObjectStoreError) {
            _ = try await exchange.send(probe)
        } catch {
            switch error.status {
            case 404, 405: return nil
            // An empty object has no first byte.
            case 416: break
            default: throw error
            }
        }
        return try await exchange.send(head)
    }

    private static func metadata(_ headers: HTTPHeaders) -> [String: String] {
        let prefix = "x-amz-meta-"
        var metadata: [String: String] = [:]
        for field in headers.fields where field.name.lowercased().hasPrefix(prefix) {
            metadata[String(field.name.dropFirst(prefix.count)).lowercased()] = field.value
        }
        return metadata
    }

    private static func retention(_ headers: HTTPHeaders) -> ObjectRetention? {
        guard let mode = headers["x-amz-object-lock-mode"].flatMap({ ObjectRetention.Mode(rawValue: $0.uppercased()) }),
            let until = headers["x-amz-object-lock-retain-until-date"].flatMap(StoreTime.date)
        else { return nil }
        return ObjectRetention(mode: mode, until: until)
    }

    /// The error for an answer that means nothing known.
    func misunderstood(_ request: StoreRequest) -> ObjectStoreError {
        ObjectStoreError(.unsupported, "\(request.subject): the store's answer cannot be read; check vault.endpoint")
    }
}
