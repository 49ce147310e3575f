import Recordings

/// `{"type":"case", …}`: a case, with or without its calls.
struct CaseLine: Encodable {
    private let record: CaseRecord
    /// How many calls and exports it has, if they are counted instead of being listed.
    private let counts: (calls: Int, exports: Int)?

    /// A case with its calls and exports.
    init(_ record: CaseRecord) {
        self.record = record
        counts = nil
    }

    init(_ summary: CaseSummary) {
        record = summary.record
        counts = (summary.calls, summary.exports)
    }

    private enum CodingKeys: String, CodingKey {
        case type, name, note, calls, exports
        case createdTime = "created_time"
        case createdBy = "created_by"
    }

    private struct Call: Encodable {
        var call: CaseRecord.Call

        enum CodingKeys: String, CodingKey {
            case organization
            case task = "task_id"
            case addedTime = "added_time"
            case addedBy = "added_by"
        }

        func encode(to encoder: any Encoder) throws {
            var line = encoder.container(keyedBy: CodingKeys.self)
            try line.encode(call.organization, forKey: .organization)
            try line.encode(call.task, forKey: .task)
            try line.encode(call.addedTime.description, forKey: .addedTime)
            try line.encode(call.addedBy, forKey: .addedBy)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode("case", forKey: .type)
        try line.encode(record.name.description, forKey: .name)
        try line.encode(record.note, forKey: .note)
        try line.encode(record.createdTime.description, forKey: .createdTime)
        try line.encode(record.createdBy, forKey: .createdBy)
        if let counts {
            try line.encode(counts.calls, forKey: .calls)
            return try line.encode(counts.exports, forKey: .exports)
        }
        try line.encode(record.calls.map(Call.init), forKey: .calls)
        try line.encode(record.exports.map { CaseExportLine(record: $0) }, forKey: .exports)
    }
}

/// `{"type":"export", …}`.
struct CaseExportLine: Encodable {
    let record: CaseExportRecord
    /// Whether its file can still be had.
    var hasFile = false

    private enum CodingKeys: String, CodingKey {
        case type, id, state, reason, vcons, result, error, file
        case matter = "case"
        case requestedBy = "requested_by"
        case requestedTime = "requested_time"
        case endedTime = "ended_time"
    }

    func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode("export", forKey: .type)
        try line.encode(record.id, forKey: .id)
        try line.encode(record.matter.description, forKey: .matter)
        try line.encode(record.state, forKey: .state)
        try line.encode(record.reason, forKey: .reason)
        try line.encode(record.includesVCons, forKey: .vcons)
        try line.encode(record.requestedBy, forKey: .requestedBy)
        try line.encode(record.requestedTime.description, forKey: .requestedTime)
        try line.encode(record.endedTime?.description, forKey: .endedTime)
        try line.encode(record.result, forKey: .result)
        try line.encode(record.error, forKey: .error)
        try line.encode(hasFile, forKey: .file)
    }
}
