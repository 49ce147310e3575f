import Recordings

extension TaskEntry {
    /// The entry as a line of `metadata/tasks.jsonl`, without its line break, in the form of
    /// ``Recordings/RecordingEntry``'s.
    package var jsonLine: [UInt8] {
        var object = JSONObjectWriter()
        object.add("capture_request", captureRequest.rawValue)
        object.add("channel_type", channelType)
        object.addCheck()
        object.add("claimed_by", sightedBy)
        object.add("created_time", createdTime.millisecondsSince1970)
        object.add("created_time_iso", createdTime.description)
        object.add("day", day.description)
        object.add("search", embedding: searchJSON?.description)
        object.add("status", status.description)
        object.add("task", embedding: json?.description)
        object.add("task_id", id.description)
        return object.line
    }

    /// Reads a line of `metadata/tasks.jsonl`, and ignores unknown fields.
    /// - Throws: if the line is not a JSON object, a field that a task needs is missing or wrong, or the line does not
    ///   match its own checksum.
    package init(jsonLine: [UInt8]) throws(EntryLineError) {
        let object = try EntryFields(jsonLine)
        self.init(
            id: try object.required("task_id") { TaskID($0) },
            day: try object.required("day") { ArchiveDay($0) },
            createdTime: Timestamp(millisecondsSince1970: try object.required("created_time")),
            channelType: object.json.string("channel_type") ?? "",
            status: TaskStatus(object.json.string("status") ?? ""),
            captureRequest: try object.required("capture_request") { CaptureRequest(rawValue: $0) },
            json: object.json.embedded("task").map { ProviderJSON(redacted: $0) },
            searchJSON: object.json.embedded("search").map { ProviderJSON(redacted: $0) },
            sightedBy: object.json.string("claimed_by")
        )
        try object.requireWhole()
    }
}
