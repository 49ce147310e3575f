import Files
import Foundation
import Recordings
import Transfer

/// One put of a large object, in parts.
///
/// If the process dies while parts are sent, the store keeps the parts. The next put of this key resumes the upload if
/// a file remembers it, and otherwise aborts it. If the process dies while the store puts the parts together, the
/// object may exist or not, and the caller has to check.
struct MultipartUpload: Sendable {
    let store: ObjectStore
    let body: ObjectBody
    let key: ObjectKey
    let options: PutOptions
    let plan: PartPlan

    private var exchange: StoreExchange { store.exchange }

    /// - Returns: what the store says about the object, with the composite digest of the parts that were sent.
    func run() async throws(ObjectStoreError) -> PutOutcome {
        let (record, kept) = try await begin()
        do throws(ObjectStoreError) {
            let parts = try await sendParts(of: record, kept: kept)
            let outcome = try await complete(record, parts)
            await forget()
            return outcome
        } catch {
            if options.resumeFile == nil || !Self.isResumed(after: error) { await giveUp(record) }
            guard error.code == .notFound else { throw error }
            // Another process that puts this key has aborted the upload, or a rule of the store that removes old ones.
            var gone = error
            gone.code = .precondition
            gone.message += "; the upload was aborted: run it again"
            throw gone
        }
    }

    /// Whether the store's parts are kept, because the next run may succeed with the rest. With credentials that have
    /// expired, the upload could not even be aborted.
    private static func isResumed(after error: ObjectStoreError) -> Bool {
        error.isTransient || [.cancelled, .credentials, .denied].contains(error.code)
    }

    // MARK: Beginning

    /// Resumes the remembered upload, or begins one.
    private func begin() async throws(ObjectStoreError) -> (UploadRecord, [Int: KeptPart]) {
        let fingerprint = try UploadRecord.fingerprint(store.location, key, body, plan, options)
        if let path = options.resumeFile {
            let record = await BlockingWork.run { _ in UploadRecord.read(path) }
            if let record, record.fingerprint == fingerprint {
                do throws(ObjectStoreError) {
                    return (record, try await keptParts(of: record.upload))
                } catch  where [.notFound, .denied, .unsupported].contains(error.code) {
                    // The upload was aborted, or completed and perhaps deleted: the caller has checked whether the
                    // object exists. Or the store, or a policy, does not allow listing parts. In all cases, a new
                    // upload begins.
                }
            }
        }
        try await abortOthers()
        let record = try await create(fingerprint)
        if let path = options.resumeFile {
            try await BlockingWork.run { _ throws(ObjectStoreError) in try record.write(path) }
        }
        return (record, [:])
    }

    private func create(_ fingerprint: ContentDigest) async throws(ObjectStoreError) -> UploadRecord {
        let id = UUID().uuidString.lowercased()
        var request = StoreRequest(.post, key, "begin to put")
        request.query = [("uploads", "")]
        request.fields = try PutFields.fields(options, id: id)
        request.fields.append(("x-amz-checksum-algorithm", "SHA256"))
        let response = try await exchange.send(request)
        guard let upload = AnswerElement(parsing: response.body)?.text("UploadId") else {
            throw store.misunderstood(request)
        }
        return UploadRecord(upload: upload, putID: id, fingerprint: fingerprint)
    }

    /// Aborts other uploads of this key, whose parts take up space in the store. Does nothing if the store, or a
    /// policy, does not allow listing them.
    private func abortOthers() async throws(ObjectStoreError) {
        var request = StoreRequest(.get, nil, "list uploads of")
        request.query = [("uploads", ""), ("prefix", store.location.prefix + key.description)]
        do throws(ObjectStoreError) {
            let answer = AnswerElement(parsing: try await exchange.send(request).body)
            for upload in answer?.children ?? [] where upload.name == "Upload" {
                guard upload.text("Key") == store.location.prefix + key.description else { continue }
                if let id = upload.text("UploadId") { try await abort(id) }
            }
        } catch  where [.denied, .unsupported].contains(error.code) {}
    }

    // MARK: Parts

    /// The parts of an upload that the store has, by number.
    private func keptParts(of upload: String) async throws(ObjectStoreError) -> [Int: KeptPart] {
        var kept: [Int: KeptPart] = [:]
        var marker: String?
        repeat {
            var request = StoreRequest(.get, key, "list parts of")
            request.query = [("uploadId", upload)]
            if let marker { request.query.append(("part-number-marker", marker)) }
            guard let answer = AnswerElement(parsing: try await exchange.send(request).body) else {
                throw store.misunderstood(request)
            }
            for part in answer.children where part.name == "Part" {
                guard let number = part.text("PartNumber").flatMap({ Int($0) }) else { continue }
                kept[number] = KeptPart(
                    byteCount: part.text("Size").flatMap { Int64($0) } ?? -1,
                    etag: (part.text("ETag") ?? "").trimmingCharacters(in: ["\""]),
                    checksum: part.text("ChecksumSHA256")
                )
            }
            let next = answer.flag("IsTruncated") ? answer.text("NextPartNumberMarker") : nil
            guard next == nil || next != marker else { throw store.misunderstood(request) }
            marker = next
        } while marker != nil
        return kept
    }

    private func sendParts(
        of record: UploadRecord,
        kept: [Int: KeptPart]
    ) async throws(ObjectStoreError) -> [SentPart] {
        let digests = PartDigests(body, plan, needsMD5: kept.values.contains { $0.checksum == nil })
        var parts: [SentPart] = []
        let outcome: ObjectStoreError? = await withTaskGroup(of: Result<SentPart, ObjectStoreError>.self) { group in
            var running = 0
            do throws(ObjectStoreError) {
                while let part = try await digests.following() {
                    if running >= max(1, options.parallelParts), let done = await group.next() {
                        running -= 1
                        parts.append(try done.get())
                    }
                    group.addTask { await result(ofSending: part, of: record.upload, kept: kept[part.number]) }
                    running += 1
                }
                while let done = await group.next() { parts.append(try done.get()) }
                return nil
            } catch {
                group.cancelAll()
                return error
            }
        }
        if let outcome { throw outcome }
        return parts.sorted { $0.number < $1.number }
    }

    private func result(
        ofSending part: PartDigests.Part,
        of upload: String,
        kept: KeptPart?
    ) async -> Result<SentPart, ObjectStoreError> {
        do throws(ObjectStoreError) {
            return .success(try await send(part, of: upload, kept: kept))
        } catch {
            return .failure(error)
        }
    }

    private func send(
        _ part: PartDigests.Part,
        of upload: String,
        kept: KeptPart?
    ) async throws(ObjectStoreError) -> SentPart {
        let range = plan.range(ofPart: part.number)
        let byteCount = range.upperBound - range.lowerBound
        if let kept, kept.isSame(byteCount: byteCount, digest: part.digest, md5: part.md5) {
            return SentPart(number: part.number, etag: kept.etag, digest: part.digest)
        }
        var request = StoreRequest(.put, key, "put part \(part.number) of")
        request.query = [("partNumber", "\(part.number)"), ("uploadId", upload)]
        request.body = StoreRequest.Body(body.part(range), part.digest)
        request.limiter = options.limiter
        // A part may be sent twice: the second one counts.
        let response = try await exchange.send(request)
        if let checksum = response.headers["x-amz-checksum-sha256"], checksum != part.digest.base64 {
            throw ObjectStoreError(.damaged, "\(request.subject): the store has other bytes than were sent")
        }
        return SentPart(number: part.number, etag: response.headers.etag, digest: part.digest)
    }

    // MARK: Ends

    private func complete(
        _ record: UploadRecord,
        _ parts: [SentPart]
    ) async throws(ObjectStoreError) -> PutOutcome {
        let composite = SentPart.compositeDigest(of: parts)
        var request = StoreRequest(.post, key, "put together")
        request.query = [("uploadId", record.upload)]
        if options.onlyIfAbsent { request.fields.append(("If-None-Match", "*")) }
        request.fields.append(("Content-Type", "application/xml"))
        var document = StoreRequest.Body(SentPart.document(parts))
        document.hasChecksum = false
        request.body = document
        let response: HTTPResponse
        do throws(ObjectStoreError) {
            response = try await exchange.send(request) { () throws(ObjectStoreError) in
                try await store.answer(toPut: record.putID, at: key)
            }
        } catch  where [.notFound, .precondition].contains(error.code) {
            // An earlier attempt, perhaps of another process, may have completed it.
            guard let done = try await store.answer(toPut: record.putID, at: key) else { throw error }
            response = done
        }
        return try outcome(response, composite, request)
    }

    private func outcome(
        _ response: HTTPResponse,
        _ composite: String,
        _ request: StoreRequest
    ) throws(ObjectStoreError) -> PutOutcome {
        let answer = AnswerElement(parsing: response.body)
        if let checksum = answer?.text("ChecksumSHA256"), checksum.prefix(44) != composite.prefix(44) {
            throw ObjectStoreError(.damaged, "\(request.subject): the store has other bytes than were sent")
        }
        let etag = (answer?.text("ETag") ?? response.headers.etag).trimmingCharacters(in: ["\""])
        return PutOutcome(
            version: response.headers.version,
            etag: etag,
            compositeDigest: composite,
            byteCount: body.byteCount
        )
    }

    private func abort(_ upload: String) async throws(ObjectStoreError) {
        var request = StoreRequest(.delete, key, "abort an upload of")
        request.query = [("uploadId", upload)]
        do throws(ObjectStoreError) {
            _ = try await exchange.send(request)
        } catch  where error.code == .notFound {}
    }

    /// Aborts the upload, even if this task has been cancelled. If that fails, the next put of this key aborts it.
    private func giveUp(_ record: UploadRecord) async {
        await Task { try? await abort(record.upload) }.value
        await forget()
    }

    private func forget() async {
        guard let path = options.resumeFile else { return }
        await BlockingWork.run { _ in try? FileSystem.remove(path) }
    }
}
