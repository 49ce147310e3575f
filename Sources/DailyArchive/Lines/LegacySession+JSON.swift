import Recordings

extension LegacySession: EntryLine {
    /// The session as a line of its day's file, without its line break, in the form of ``Recordings/RecordingEntry``'s.
    package var jsonLine: [UInt8] {
        var object = JSONObjectWriter()
        object.add("answered_time", answeredTime.millisecondsSince1970)
        object.add("answered_time_iso", answeredTime.description)
        object.addCheck()
        object.add("csr", embedding: json.description)
        object.add("day", day.description)
        object.add("organization", organization.description)
        object.add("task_id", taskID.description)
        return object.line
    }

    /// Reads a line of a day's file, and ignores unknown fields.
    /// - Throws: if the line is not a JSON object, a field is missing or wrong, or the line does not match its own
    ///   checksum.
    package init(jsonLine: [UInt8]) throws(EntryLineError) {
        let object = try EntryFields(jsonLine)
        guard let csr = object.json.embedded("csr") else {
            throw EntryLineError(description: "csr is missing or wrong")
        }
        self.init(
            organization: try object.required("organization") { OrganizationName($0) },
            day: try object.required("day") { ArchiveDay($0) },
            taskID: try object.required("task_id") { TaskID($0) },
            answeredTime: Timestamp(millisecondsSince1970: try object.required("answered_time")),
            json: ProviderJSON(redacted: csr)
        )
        // These lines have had a checksum from the first version on.
        guard LineCheck.isPresent(in: jsonLine) else { throw EntryLineError(description: "check is missing") }
        try object.requireWhole()
    }
}
