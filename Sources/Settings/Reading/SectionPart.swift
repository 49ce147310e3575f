import Text

/// One section of a list in the configuration, such as an anchor, whose keys are read one by one.
struct SectionPart {
    let section: RawSection
    /// The beginning of its keys' paths.
    let label: String
    /// The environment variable that has the section; `nil` if the configuration file has it.
    let variable: ValueOrigin?

    init(_ section: RawSection, label: String, variable: ValueOrigin?) {
        self.section = section
        self.label = label
        self.variable = variable
    }

    var origin: ValueOrigin { variable ?? .file(line: section.line) }

    func member(_ key: String) -> RawSection.Member? { section.members.last { $0.key == key } }

    func origin(of member: RawSection.Member) -> ValueOrigin { variable ?? .file(line: member.line) }
}

extension SettingsReader {
    /// Reports keys of a section that are not among the known ones.
    /// - Returns: whether there are none.
    mutating func requireKnown(_ part: SectionPart, _ known: [String]) -> Bool {
        var isSound = true
        for member in part.section.members where !known.contains(member.key) {
            let nearest = NearestName.nearest(member.key, among: known).map { "did you mean \"\($0)\"?" }
            let advice = nearest ?? "known here: \(known.joined(separator: ", "))"
            let name = VisibleText.quoted("\(part.label).\(member.key)")
            report(.unknownKey, part.origin(of: member), "unknown key \(name); \(advice)")
            isSound = false
        }
        return isSound
    }

    /// Reads a key that a section must have.
    /// - Returns: `nil`, with a report, if it is missing or its value cannot be used.
    mutating func read<Value>(_ key: String, _ format: ValueFormat<Value>, _ part: SectionPart) -> Value? {
        guard let member = part.member(key) else {
            report(.missingKey, part.origin, "\(part.label).\(key) is missing; give \(format.expectation)")
            return nil
        }
        do throws(BadValue) {
            return try format.parse(member.content)
        } catch {
            let rule = "it must be \(format.expectation)" + (error.advice.map { "; \($0)" } ?? "")
            let value = VisibleText.quoted(member.content.shown)
            report(.invalidValue, part.origin(of: member), "\(part.label).\(key) is \(value); \(rule)")
            return nil
        }
    }
}
