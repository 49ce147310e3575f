import Foundation
import Text

/// The sites in a CSV file, checked as far as possible without asking the provider.
///
/// The first record names the columns, in any order: `id` (optional), `name`, `multimedia_profile_id`, `active` and
/// `description` (optional). The provider's own spelling is accepted. Any other column is a fault, because a misspelt
/// one must not be silently ignored.
package struct SiteSheet: Sendable {
    /// One line of the file, and what it asks for.
    package struct Row: Sendable, Hashable {
        /// The line of the file on which it begins.
        package var line: Int
        /// The site that it means; `nil` for the one with that name, or a new one.
        package var id: SiteID?
        /// What the site should be.
        package var name: String
        package var isActive: Bool
        package var multimediaProfileID: String
        /// `nil` if the file has no such column: the description stays as it is.
        package var description: String?

        /// The new fields of the site; `site` is its present state.
        package func fields(for site: Site?) -> SiteFields {
            SiteFields(
                name: name,
                isActive: isActive,
                multimediaProfileID: multimediaProfileID,
                description: description ?? site?.fields.description ?? ""
            )
        }
    }

    /// The columns, as ``header`` writes them.
    package enum Column: String, Sendable, CaseIterable {
        case id, name, active
        case multimediaProfileID = "multimedia_profile_id"
        case description
    }

    /// The first line of an exported file.
    package static var header: [String] { Column.allCases.map(\.rawValue) }

    /// A line of an exported file, which means `site` unchanged when it is read again.
    package static func line(of site: Site) -> [String] {
        Column.allCases.map { column in
            switch column {
            case .id: site.id.description
            case .name: site.fields.name
            case .active: site.fields.isActive ? "true" : "false"
            case .multimediaProfileID: site.fields.multimediaProfileID
            case .description: site.fields.description
            }
        }
    }

    /// The lines without a fault, in order.
    package private(set) var rows: [Row] = []
    /// All faults of the file, in order of lines; a file with faults must not be used.
    package private(set) var faults: [CSVDocument.Fault]

    /// Reads a whole file.
    package init(_ data: Data) {
        let document = CSVDocument(data)
        faults = document.faults
        guard let header = document.records.first else {
            if faults.isEmpty { complain(1, "the file is empty; its first line has to name the columns") }
            return
        }
        guard let columns = columns(header) else { return }
        // Spreadsheets leave behind lines that have only commas.
        for record in document.records.dropFirst() where record.fields.contains(where: { !$0.isEmpty }) {
            guard record.fields.count == header.fields.count else {
                let problem = "the line has \(record.fields.count) fields, and the header \(header.fields.count)"
                complain(record.line, problem)
                continue
            }
            if let row = row(record, columns) { rows.append(row) }
        }
        findRepetitions()
        faults.sort { $0.line < $1.line }
    }

    private mutating func complain(_ line: Int, _ problem: String) {
        faults.append(CSVDocument.Fault(line: line, problem: problem))
    }
}

// MARK: - The header

extension SiteSheet {
    private static let required: [Column] = [.name, .multimediaProfileID, .active]

    private mutating func columns(_ header: CSVDocument.Record) -> [Column: Int]? {
        let known = Column.allCases.map(\.rawValue).joined(separator: ", ")
        if header.fields.count == 1, header.fields[0].contains(where: { $0 == ";" || $0 == "\t" }) {
            complain(header.line, "the columns are not separated by commas")
            return nil
        }
        var columns: [Column: Int] = [:]
        var isGood = true
        for (index, name) in header.fields.enumerated() {
            guard let column = Self.column(named: name) else {
                complain(header.line, "unknown column \"\(name.prefix(60))\"; there are \(known)")
                isGood = false
                continue
            }
            if columns.updateValue(index, forKey: column) != nil {
                complain(header.line, "the column \(column.rawValue) is there twice")
                isGood = false
            }
        }
        for column in Self.required where columns[column] == nil {
            complain(header.line, "the column \(column.rawValue) is missing")
            isGood = false
        }
        return isGood ? columns : nil
    }

    /// `multimedia_profile_id`, `multimediaProfileId` and `Multimedia Profile ID` are the same column.
    private static func column(named name: String) -> Column? {
        func plain(_ text: String) -> String { text.lowercased().filter { !"_- ".contains($0) } }
        return Column.allCases.first { plain($0.rawValue) == plain(name) }
    }
}

// MARK: - The lines

extension SiteSheet {
    private static let truths = ["true": true, "yes": true, "1": true, "false": false, "no": false, "0": false]

    private mutating func row(_ record: CSVDocument.Record, _ columns: [Column: Int]) -> Row? {
        let before = faults.count
        func text(_ column: Column) -> String? { columns[column].map { CSVField.unguarded(record.fields[$0]) } }
        let identifier = text(.id) ?? ""
        let id = SiteID(identifier)
        if id == nil, !identifier.isEmpty { complain(record.line, "\"\(identifier)\" is no ID of a site") }
        let truth = text(.active) ?? ""
        let isActive = Self.truths[truth.lowercased().filter { $0 != " " }]
        if isActive == nil { complain(record.line, "active is \"\(truth.prefix(20))\"; write true or false") }
        let row = Row(
            line: record.line,
            id: id,
            name: text(.name) ?? "",
            isActive: isActive ?? false,
            multimediaProfileID: text(.multimediaProfileID) ?? "",
            description: text(.description)
        )
        // An existing site may be older than the rules: the plan checks only its changes.
        if id == nil {
            for fault in row.fields(for: nil).faults { complain(record.line, fault) }
        }
        return faults.count == before ? row : nil
    }

    private mutating func findRepetitions() {
        var names: [String: Row] = [:]
        var ids: [SiteID: Int] = [:]
        for row in rows {
            if let id = row.id, let line = ids.updateValue(row.line, forKey: id) {
                complain(row.line, "line \(line) has the ID \(id) already")
            }
            if let other = names.updateValue(row, forKey: row.name), row.id == nil || other.id == nil {
                complain(row.line, "line \(other.line) has the name \"\(row.name)\" already")
            }
        }
    }
}
