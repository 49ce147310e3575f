import Recordings

extension RecordingEntry {
    /// The entry as a line of `metadata/recordings.jsonl`, without its line break: one JSON object with sorted keys.
    /// Times are in epoch milliseconds, and again in ISO 8601 for people. The provider's own JSON is embedded
    /// unchanged.
    package var jsonLine: [UInt8] { jsonObject.line }

    /// The line and the ``record``, made together.
    var written: (line: [UInt8], record: ContentDigest) {
        let object = jsonObject
        return (object.line, Digester.digest(of: object.unplacedLine))
    }

    /// Whether `line`, from which this entry was read, is intact. A line can lack a checksum because it is older, or
    /// because the checksum's own key was damaged. It must then contain nothing that readers ignore.
    func isWhole(_ line: [UInt8]) -> Bool {
        LineCheck.isPresent(in: line) || jsonObject.uncheckedLine == line
    }

    /// What the evidence log says about the entry: the SHA-256 of its line without the line's place and checksum, so
    /// that it is valid wherever the recording is packed.
    package var record: ContentDigest { Digester.digest(of: jsonObject.unplacedLine) }

    /// The same of a line as it is in an archive, whichever version wrote it.
    package static func record(ofLine line: [UInt8]) -> ContentDigest {
        var text = line
        for key in [LineCheck.key, "offset"] as [StaticString] {
            if let rest = JSONObject(text)?.text(without: key) { text = rest }
        }
        return Digester.digest(of: text)
    }

    private var jsonObject: JSONObjectWriter {
        var object = JSONObjectWriter()
        object.add("attempts", Int64(attempts))
        if let audio { object.add("audio", audio.jsonObject) }
        object.add("bytes", stored.byteCount)
        object.add("call_type", key.callType)
        object.add("capture", embedding: captureJSON.description)
        object.addCheck()
        object.add("day", day.description)
        object.add("file", file.description)
        object.add("kind", key.kind.rawValue)
        object.add("offset", place: offset)
        object.add("organization", organization.description)
        object.add("organization_id", organizationID.description)
        if original != stored {
            object.add("original_bytes", original.byteCount)
            object.add("original_sha256", original.digest.description)
        }
        object.add("path", payloadPath)
        object.add("provider_file_name", key.providerFileName)
        object.add("received_time", receivedTime.millisecondsSince1970)
        object.add("received_time_iso", receivedTime.description)
        object.add("recording_id", key.recordingID.description)
        object.add("replaces", replaces?.description)
        object.add("salt", salt?.description)
        object.add("search", embedding: searchJSON?.description)
        object.add("segment", key.isSegment)
        if let sent { object.add("sent", sent.jsonObject) }
        object.add("sha256", stored.digest.description)
        object.add("start_time", key.startTime?.millisecondsSince1970)
        object.add("start_time_iso", key.startTime?.description)
        object.add("stop_time", stopTime?.millisecondsSince1970)
        object.add("stop_time_iso", stopTime?.description)
        object.add("supersedes", supersedes)
        object.add("suspicion", suspicion)
        object.add("task", embedding: taskJSON?.description)
        object.add("task_id", key.taskID.description)
        return object
    }

    /// Reads a line of `metadata/recordings.jsonl`, and ignores unknown fields.
    /// - Throws: if the line is not a JSON object, a field that a recording needs is missing or wrong, or the line does
    ///   not match its own checksum.
    package init(jsonLine: [UInt8]) throws(EntryLineError) {
        let object = try EntryFields(jsonLine)
        self.init(
            key: try RecordingKey(object),
            organization: try object.required("organization") { OrganizationName($0) },
            organizationID: try object.required("organization_id") { OrganizationID($0) },
            day: try object.required("day") { ArchiveDay($0) },
            stopTime: object.time("stop_time"),
            file: try object.required("file") { FileName(exactly: $0) },
            offset: try object.required("offset"),
            stored: ByteIdentity(
                byteCount: try object.required("bytes"),
                digest: try object.required("sha256") { ContentDigest(hexadecimal: $0) }
            ),
            original: try object.original(),
            audio: object.json.object("audio").flatMap(AudioFormat.init),
            suspicion: object.json.string("suspicion"),
            attempts: Int(min(max(object.json.integer("attempts") ?? 0, 0), 1 << 31)),
            receivedTime: Timestamp(millisecondsSince1970: try object.required("received_time")),
            taskJSON: object.json.embedded("task").map { ProviderJSON(redacted: $0) },
            captureJSON: ProviderJSON(redacted: object.json.embedded("capture") ?? "{}"),
            searchJSON: object.json.embedded("search").map { ProviderJSON(redacted: $0) },
            replaces: object.json.string("replaces").flatMap { ArchiveName($0) },
            supersedes: object.json.string("supersedes"),
            sent: object.json.object("sent").flatMap(SentForm.init),
            salt: try object.salt()
        )
        try object.requireWhole()
        // Lines say in two ways where the file is. If the two differ, the line is not one that Callark wrote.
        guard object.json.string("path").map({ $0 == payloadPath }) ?? true else {
            throw EntryLineError(description: "path is not made of task_id and file")
        }
        guard [offset, stored.byteCount, original.byteCount].allSatisfy({ (0...1 << 53).contains($0) }) else {
            throw EntryLineError(description: "offset or bytes cannot be")
        }
    }
}

extension EntryFields {
    /// The recording's own bytes, if the line states them apart from the stored ones.
    /// - Throws: if it states only their number or only their digest.
    fileprivate func original() throws(EntryLineError) -> ByteIdentity? {
        guard json.integer("original_bytes") != nil || json.string("original_sha256") != nil else { return nil }
        return ByteIdentity(
            byteCount: try required("original_bytes"),
            digest: try required("original_sha256") { ContentDigest(hexadecimal: $0) }
        )
    }

    /// - Returns: `nil` for a line of a version without salts.
    /// - Throws: if the text is not a salt.
    fileprivate func salt() throws(EntryLineError) -> Salt? {
        guard json.string("salt") != nil else { return nil }
        return try required("salt") { Salt($0) }
    }
}

extension RecordingKey {
    init(_ object: EntryFields) throws(EntryLineError) {
        self.init(
            taskID: try object.required("task_id") { TaskID($0) },
            recordingID: try object.required("recording_id") { RecordingID($0) },
            kind: try object.required("kind") { CaptureKind(rawValue: $0) },
            isSegment: object.json.boolean("segment") ?? false,
            callType: object.json.string("call_type") ?? "",
            startTime: object.time("start_time"),
            providerFileName: object.json.string("provider_file_name") ?? ""
        )
    }
}

extension RecordingEntry.SentForm {
    var jsonObject: JSONObjectWriter {
        var object = JSONObjectWriter()
        object.add("bytes", byteCount)
        object.add("content_encoding", contentEncoding)
        object.add("sha256", digest.description)
        return object
    }

    init?(_ object: JSONObject) {
        guard let encoding = object.string("content_encoding"), let byteCount = object.integer("bytes"), byteCount >= 0,
            let digest = object.string("sha256").flatMap({ ContentDigest(hexadecimal: $0) })
        else { return nil }
        self.init(contentEncoding: encoding, byteCount: byteCount, digest: digest)
    }
}

extension AudioFormat {
    var jsonObject: JSONObjectWriter {
        var object = JSONObjectWriter()
        object.add("bits_per_sample", Int64(bitsPerSample))
        object.add("channels", Int64(channels))
        object.add("codec", codec)
        object.add("duration_ms", durationMilliseconds)
        object.add("sample_rate_hz", Int64(sampleRateHertz))
        return object
    }

    init?(_ object: JSONObject) {
        guard let codec = object.string("codec"), let channels = object.integer("channels"),
            let rate = object.integer("sample_rate_hz"), let bits = object.integer("bits_per_sample"),
            let duration = object.integer("duration_ms")
        else { return nil }
        // Reject values that no header can hold.
        guard (0...1 << 53).contains(duration), [channels, rate, bits].allSatisfy({ (0...1 << 32).contains($0) }) else {
            return nil
        }
        self.init(
            codec: codec,
            channels: Int(clamping: channels),
            sampleRateHertz: Int(clamping: rate),
            bitsPerSample: Int(clamping: bits),
            durationMilliseconds: duration
        )
    }
}
