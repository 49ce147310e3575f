import Foundation
import Synchronization

extension Provider {
    /// `GET /media/…`: the storage host, which accepts only signed URLs (wxcc-api 6.5).
    func media(_ request: Request, fault: Fault?) -> Response {
        let now = clock.now
        var response = refusal(of: request, at: now) ?? object(request, fault: fault, at: now)
        if request.method == "HEAD" { response.body = .bytes(Data()) }
        response.headers += [("Server", "AmazonS3"), ("x-amz-request-id", "4442587FB7D0A2F9")]
        return response
    }

    private func refusal(of request: Request, at now: Moment) -> Response? {
        if request.header("authorization") != nil {
            let text =
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string "
            return .storage(400, "InvalidArgument", text + "parameter or the Authorization header should be specified")
        }
        let signer = URLSigner(seed: world.seed, host: request.header("host") ?? "", now: now)
        switch signer.check(request) {
        case .good: return nil
        case .unsigned: return .storage(403, "AccessDenied", "Access Denied")
        case .signatureDoesNotMatch:
            let text = "The request signature we calculated does not match the signature you provided."
            return .storage(403, "SignatureDoesNotMatch", text)
        case .expired(let end):
            let times = "<Expires>\(end.text(.iso8601))</Expires><ServerTime>\(now.text(.iso8601))</ServerTime>"
            return .storage(403, "AccessDenied", "Request has expired", extra: times)
        }
    }

    private func object(_ request: Request, fault: Fault?, at now: Moment) -> Response {
        let parts = request.segments
        guard parts.count == 5, let organization = world.organizations.firstIndex(where: { $0.id == parts[1] }),
            let task = world.task(id: parts[2], organization: organization)
        else { return Self.noSuchKey }
        if fault == .changingETag || fault == .changingUnderRange {
            state.withLock { $0.changes.versions[parts[3], default: 0] += 1 }
        }
        let changes = changes
        if let held = recordings(of: task, changes, at: now).first(where: {
            $0.recording.id == parts[3] && $0.recording.fileName == parts[4]
        }) {
            let reader = SoundReader(held.sound)
            return serve(
                request,
                fault,
                etag: held.etag,
                modified: held.recording.available,
                type: held.recording.sound.seed.isMultiple(of: 2) ? "audio/wav" : "binary/octet-stream",
                size: reader.byteCount
            ) { .sound(reader, $0) }
        }
        let transcripts = transcripts(of: task, changes, at: now)
        guard let transcript = transcripts.first(where: { $0.id == parts[3] && $0.fileName == parts[4] }) else {
            return Self.noSuchKey
        }
        let data = Data(transcript.content)
        return serve(
            request,
            fault,
            etag: "\"\(String(task.id.hashed, radix: 16))\"",
            modified: transcript.available,
            type: "application/json",
            size: data.count
        ) { .bytes(data[$0]) }
    }

    /// The preconditions and ranges of RFC 9110 that S3 knows.
    private func serve(
        _ request: Request,
        _ fault: Fault?,
        etag: String,
        modified: Moment?,
        type: String,
        size: Int,
        _ body: (Range<Int>) -> Response.Body
    ) -> Response {
        if case .cut(let share, let tag)? = fault {
            let tags = [Fault.CutTag.own: "\"cut-\(etag.dropFirst())", .whole: etag]
            let part = Int(Double(size) * share)
            let date = tag == .none ? nil : modified
            return serve(request, nil, etag: tags[tag] ?? "", modified: date, type: type, size: part, body)
        }
        if let wanted = request.header("if-match"), wanted != etag, wanted != "*",
            fault != .changingUnderRange
        {
            return .storage(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
        }
        let date = modified?.text(.http) ?? ""
        var headers = [("Accept-Ranges", "bytes"), ("Content-Type", type)]
        headers += [("ETag", etag), ("Last-Modified", date)].filter { !$0.1.isEmpty }
        let (tag, time) = (request.header("if-none-match"), request.header("if-modified-since"))
        let isSame = tag.map { $0 == etag } ?? time.map { $0 == date } ?? false
        if isSame { return Response(304, headers: headers) }
        let valid = request.header("if-range").map { $0 == etag || $0 == date } ?? true
        guard fault != .ignoreRange, valid, let range = ByteRange(request.header("range")) else {
            return Response(200, headers: headers, body: body(0..<size))
        }
        guard let part = range.resolved(in: size) else {
            var response = Response.storage(416, "InvalidRange", "The requested range is not satisfiable")
            response.headers.append(("Content-Range", "bytes */\(size)"))
            return response
        }
        headers.append(("Content-Range", "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)"))
        return Response(206, headers: headers, body: body(part))
    }

    private static let noSuchKey = Response.storage(404, "NoSuchKey", "The specified key does not exist.")
}

/// One range of a `Range` header; several at once are ignored, as S3 does.
enum ByteRange: Hashable, Sendable {
    case from(Int, through: Int?)
    case last(Int)

    /// - Returns: `nil` if there is no header, or if it is not one range of bytes and is therefore ignored.
    init?(_ header: String?) {
        guard let header, header.hasPrefix("bytes=") else { return nil }
        let parts = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        switch (Int(parts[0]), Int(parts[1])) {
        case (let from?, nil) where parts[1].isEmpty: self = .from(from, through: nil)
        case (let from?, let through?) where from <= through: self = .from(from, through: through)
        case (nil, let count?) where parts[0].isEmpty: self = .last(count)
        default: return nil
        }
    }

    /// - Returns: `nil` if no part of it is within `size` bytes.
    func resolved(in size: Int) -> Range<Int>? {
        switch self {
        case .from(let from, let through):
            guard from < size else { return nil }
            return from..<min(through ?? size, size - 1) + 1
        case .last(let count):
            guard count > 0, size > 0 else { return nil }
            return max(0, size - count)..<size
        }
    }
}
