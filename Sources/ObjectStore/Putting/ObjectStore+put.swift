import Foundation
import Recordings
import Transfer

extension ObjectStore {
    package func put(
        _ body: ObjectBody,
        at key: ObjectKey,
        _ options: PutOptions
    ) async throws(ObjectStoreError) -> PutOutcome {
        let plan = PartPlan(byteCount: body.byteCount, wanted: options.partBytes)
        guard plan.count > 1 else { return try await putWhole(body, at: key, options) }
        return try await MultipartUpload(store: self, body: body, key: key, options: options, plan: plan).run()
    }

    private func putWhole(
        _ body: ObjectBody,
        at key: ObjectKey,
        _ options: PutOptions
    ) async throws(ObjectStoreError) -> PutOutcome {
        let id = UUID().uuidString.lowercased()
        var request = StoreRequest(.put, key, "put")
        request.fields = try PutFields.fields(options, id: id)
        if options.onlyIfAbsent { request.fields.append(("If-None-Match", "*")) }
        request.body = StoreRequest.Body(body.part(0..<body.byteCount), body.digest)
        request.limiter = options.limiter
        request.repeatsDamaged = options.repeatsDamaged
        do throws(ObjectStoreError) {
            let response = try await exchange.send(request) { () throws(ObjectStoreError) in
                try await self.answer(toPut: id, at: key)
            }
            return PutOutcome(
                version: response.headers.version,
                etag: response.headers.etag,
                byteCount: body.byteCount
            )
        } catch  where error.code == .precondition {
            // The first attempt's answer may have been lost, and the object is there because of it.
            guard let response = try await answer(toPut: id, at: key) else { throw error }
            return PutOutcome(version: response.headers.version, etag: response.headers.etag, byteCount: body.byteCount)
        }
    }

    /// The answer to HEAD, if what the key holds now was put by the put of this identifier.
    func answer(toPut id: String, at key: ObjectKey) async throws(ObjectStoreError) -> HTTPResponse? {
        guard let response = try await head(key, version: nil) else { return nil }
        return response.headers["x-amz-meta-\(PutFields.identifier)"] == id ? response : nil
    }
}

extension ObjectBody {
    /// A range of the bytes, to be sent.
    func part(_ range: Range<Int64>) -> UploadRequest.Body {
        switch source {
        case .file(let path): .file(path: path, range: range)
        case .bytes(let bytes): .bytes(Data(bytes[Int(range.lowerBound)..<Int(range.upperBound)]))
        }
    }
}

extension HTTPHeaders {
    /// The version that an answer is about; `nil` if the bucket keeps none.
    var version: ObjectVersion? { self["x-amz-version-id"].flatMap { ObjectVersion($0) } }

    /// Without the quotes.
    var etag: String { (self["ETag"] ?? "").trimmingCharacters(in: ["\""]) }
}
