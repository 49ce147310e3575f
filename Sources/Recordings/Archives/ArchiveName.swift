/// The name of one daily archive: `acme-2025-11-20-001`. Sequence 1 is the day's archive, higher ones are supplements.
package struct ArchiveName: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let organization: OrganizationName
    package let day: ArchiveDay
    package let sequence: Int

    package init(organization: OrganizationName, day: ArchiveDay, sequence: Int) {
        precondition(sequence >= 1, "an archive's sequence starts at 1")
        self.organization = organization
        self.day = day
        self.sequence = sequence
    }

    /// Reads `acme-2025-11-20-001`.
    /// - Returns: `nil` if `text` has another form.
    package init?(_ text: some StringProtocol) {
        guard let dash = text.lastIndex(of: "-"),
            let sequence = Int(text[text.index(after: dash)...]), sequence >= 1
        else { return nil }
        let head = text[..<dash]
        guard head.utf8.count > 11, let day = ArchiveDay(head.suffix(10)), head.dropLast(10).last == "-",
            let organization = OrganizationName(head.dropLast(11))
        else { return nil }
        self.init(organization: organization, day: day, sequence: sequence)
        guard description == text else { return nil }
    }

    package var description: String {
        "\(organization)-\(day)-\(Self.text(ofSequence: sequence))"
    }

    /// The number as it is in names: with at least three digits.
    package static func text(ofSequence number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    }

    /// Below the archive's root: `archives/acme/2025/11/acme-2025-11-20-001.tar`.
    package var relativePath: String {
        "archives/\(organization)/\(day.yearText)/\(day.monthText)/\(self).tar"
    }

    package static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.organization, lhs.day, lhs.sequence) < (rhs.organization, rhs.day, rhs.sequence)
    }
}

extension ArchiveName: CodedAsText {}
