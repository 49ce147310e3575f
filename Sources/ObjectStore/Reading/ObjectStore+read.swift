import Foundation
import Transfer

extension ObjectStore {
    package func read(
        _ key: ObjectKey,
        version: ObjectVersion?,
        range: Range<Int64>
    ) async throws(ObjectStoreError) -> [UInt8] {
        guard !range.isEmpty else { return [] }
        var request = StoreRequest(.get, key, "read")
        request.select(version)
        request.fields = [("Range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")]
        // An error's text needs room too.
        request.maximumResponseBytes = max(Int(range.count), 64 << 10)
        let response: HTTPResponse
        do throws(ObjectStoreError) {
            response = try await exchange.send(request)
        } catch  where error.status == 416 {
            return []
        }
        try check(response.headers, for: request, version)
        let bytes = Array(response.body)
        guard let given = ContentRange(response.headers["Content-Range"]) else {
            // A store may answer with the whole object if that is what was asked for.
            if response.status == 200, range.lowerBound == 0, bytes.count <= range.count { return bytes }
            throw ObjectStoreError(.unsupported, "read \(key): the store does not give ranges")
        }
        let end = given.total.map { min($0, range.upperBound) } ?? range.upperBound
        guard given.range == range.lowerBound..<end, bytes.count == given.range.count else {
            throw ObjectStoreError(.damaged, "read \(key): the store gave other bytes than were asked for")
        }
        return bytes
    }

    /// A store that gives another version than was asked for gives wrong bytes.
    func check(
        _ headers: HTTPHeaders,
        for request: StoreRequest,
        _ version: ObjectVersion?
    ) throws(ObjectStoreError) {
        guard let version, let given = headers.version, given != version else { return }
        throw ObjectStoreError(.damaged, "\(request.subject): the store gave another version than was asked for")
    }
}
