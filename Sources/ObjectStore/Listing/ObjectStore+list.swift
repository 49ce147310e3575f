import Foundation
import Transfer

extension ObjectStore {
    package func list(
        below prefix: String,
        after position: ListingPosition?
    ) async throws(ObjectStoreError) -> ListingPage<ListedObject> {
        var request = listing(of: prefix, [("list-type", "2")])
        switch position {
        case nil: break
        case .key(let key): request.query.append(("start-after", location.prefix + key.description))
        case .token(let token): request.query.append(("continuation-token", token))
        case .version: throw Self.wrongPosition
        }
        let answer = try await answer(to: request, named: "ListBucketResult")
        let isEncoded = answer.text("EncodingType") == "url"
        let items = answer.children.filter { $0.name == "Contents" }.compactMap { element -> ListedObject? in
            guard let key = key(element, isEncoded), let size = element.text("Size").flatMap({ Int64($0) }) else {
                return nil
            }
            return ListedObject(
                key: key,
                byteCount: size,
                etag: Self.etag(element),
                lastModified: element.text("LastModified").flatMap(StoreTime.date),
                storageClass: element.text("StorageClass").flatMap { $0 == "STANDARD" ? nil : $0 }
            )
        }
        guard answer.flag("IsTruncated") else { return ListingPage(items) }
        guard let token = answer.text("NextContinuationToken"), position != .token(token) else {
            throw misunderstood(request)
        }
        return ListingPage(items, next: .token(token))
    }

    package func versions(
        below prefix: String,
        after position: ListingPosition?
    ) async throws(ObjectStoreError) -> ListingPage<ListedVersion> {
        var request = listing(of: prefix, [("versions", "")])
        switch position {
        case nil: break
        case .key(let key): request.query.append(("key-marker", location.prefix + key.description))
        case .version(let key, let version):
            request.query.append(("key-marker", key))
            if let version { request.query.append(("version-id-marker", version)) }
        case .token: throw Self.wrongPosition
        }
        let answer = try await answer(to: request, named: "ListVersionsResult")
        let isEncoded = answer.text("EncodingType") == "url"
        let items = answer.children.compactMap { element -> ListedVersion? in
            guard ["Version", "DeleteMarker"].contains(element.name), let key = key(element, isEncoded) else {
                return nil
            }
            return ListedVersion(
                key: key,
                version: element.text("VersionId").flatMap { ObjectVersion($0) },
                isDeleteMarker: element.name == "DeleteMarker",
                isLatest: element.flag("IsLatest"),
                byteCount: element.text("Size").flatMap { Int64($0) } ?? 0,
                etag: Self.etag(element),
                lastModified: element.text("LastModified").flatMap(StoreTime.date)
            )
        }
        guard answer.flag("IsTruncated") else { return ListingPage(items) }
        guard let marker = answer.text("NextKeyMarker").flatMap({ isEncoded ? PercentEncoding.decode($0) : $0 }) else {
            throw misunderstood(request)
        }
        let next = ListingPosition.version(key: marker, version: answer.text("NextVersionIdMarker"))
        // Otherwise a listing could go in circles for ever.
        guard next != position else { throw misunderstood(request) }
        return ListingPage(items, next: next)
    }

    /// Keys come encoded, because XML cannot hold every character that a key may have.
    private func listing(of prefix: String, _ query: [(name: String, value: String)]) -> StoreRequest {
        var request = StoreRequest(.get, nil, "list")
        request.query = query + [("prefix", location.prefix + prefix), ("encoding-type", "url"), ("max-keys", "1000")]
        return request
    }

    /// The root of an answer.
    func answer(to request: StoreRequest, named name: String) async throws(ObjectStoreError) -> AnswerElement {
        let response = try await exchange.send(request)
        guard let root = AnswerElement(parsing: response.body), root.name == name else { throw misunderstood(request) }
        return root
    }

    /// The key of a listed element, below the prefix; `nil` for one that Callark cannot have put.
    private func key(_ element: AnswerElement, _ isEncoded: Bool) -> ObjectKey? {
        guard let text = element.text("Key"), let key = isEncoded ? PercentEncoding.decode(text) : text,
            key.hasPrefix(location.prefix)
        else { return nil }
        return ObjectKey(key.dropFirst(location.prefix.count))
    }

    private static func etag(_ element: AnswerElement) -> String {
        (element.text("ETag") ?? "").trimmingCharacters(in: ["\""])
    }

    private static let wrongPosition = ObjectStoreError(.unsupported, "this listing cannot go on from there")
}
