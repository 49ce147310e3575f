import Recordings

/// `{"type":"case", …}` in a list: a case, with the numbers of its calls and exports.
struct CaseSummaryLine: Encodable {
    let summary: CaseSummary

    private enum CodingKeys: String, CodingKey {
        case type, name, note, calls, exports
        case createdTime = "created_time"
        case createdBy = "created_by"
    }

    func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode("case", forKey: .type)
        try line.encode(summary.name, forKey: .name)
        try line.encode(summary.note, forKey: .note)
        try line.encode(summary.createdTime.description, forKey: .createdTime)
        try line.encode(summary.createdBy, forKey: .createdBy)
        try line.encode(summary.calls, forKey: .calls)
        try line.encode(summary.exports, forKey: .exports)
    }
}

/// `{"type":"case", …}`: a case, with its calls and exports.
struct CaseLine: Encodable {
    let record: CaseRecord

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
        case reason, vcons, result, file
        case matter = "case"
    }

    func encode(to encoder: any Encoder) throws {
        try WorkHead(type: "export", work: record).encode(to: encoder)
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode(record.matter.description, forKey: .matter)
        try line.encode(record.reason, forKey: .reason)
        try line.encode(record.includesVCons, forKey: .vcons)
        try line.encode(record.result, forKey: .result)
        try line.encode(hasFile, forKey: .file)
    }
}
