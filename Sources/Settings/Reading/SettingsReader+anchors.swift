import Foundation
import Text

/// The evidence logs, and the list of their anchors.
extension SettingsReader {
    mutating func evidence(_ owner: Owner) -> EvidenceSettings? {
        let origin = value(.evidenceOrigin, of: owner)
        let keyFile = path(.evidenceKeyFile, of: owner)
        let checkpointSeconds = value(.checkpointSeconds, of: owner)
        guard let checkpointSeconds, let sections = value(.anchors, of: owner, shown: { $0.isEmpty ? "[]" : nil })
        else { return nil }
        let variable: ValueOrigin? = owner.raw(SettingKey.anchors.row).flatMap { raw in
            if case .environment = raw.origin { raw.origin } else { nil }
        }
        var anchors: [AnchorSettings] = []
        for (place, section) in sections.enumerated() {
            var reader = AnchorReader(section, label: "evidence.anchors[\(place)]", variable: variable)
            let anchor = reader.anchor(folder: absolute)
            for problem in reader.problems { report(problem.code, problem.origin, problem.message) }
            guard let anchor else { continue }
            if anchors.contains(where: { $0.name == anchor.name }) {
                report(.duplicate, anchor.origin, "a second anchor is called \"\(anchor.name)\"; give it another name")
            }
            if case .timestamp(_, let file) = anchor.kind {
                checkCertificates(file, "\(reader.label).ca_file", anchor.origin)
            }
            anchors.append(anchor)
        }
        return EvidenceSettings(
            anchors: anchors,
            origin: origin,
            keyFile: keyFile,
            checkpointSeconds: checkpointSeconds
        )
    }
}

/// Reads one anchor, and collects its problems.
private struct AnchorReader {
    /// The beginning of its keys' paths.
    let label: String
    private(set) var problems: [(code: SettingsProblem.Code, origin: ValueOrigin, message: String)] = []
    private let section: RawSection
    private let variable: ValueOrigin?

    /// - Parameter variable: where it is, if it is not in the file.
    init(_ section: RawSection, label: String, variable: ValueOrigin?) {
        self.section = section
        self.label = label
        self.variable = variable
    }

    /// The kinds of anchors, and the keys that each has in addition to `kind` and `name`.
    private enum Word: String, CaseIterable {
        case timestamp, witness, command

        var keys: [String] {
            switch self {
            case .timestamp: ["url", "ca_file"]
            case .witness: ["url", "vkey"]
            case .command: ["command"]
            }
        }
    }

    /// - Parameter folder: makes a path absolute.
    /// - Returns: `nil` if something is wrong.
    mutating func anchor(folder absolute: (String) -> String) -> AnchorSettings? {
        guard let word = required("kind", ValueFormat<Word>.choice()) else {
            // Perhaps the kind is there, with its key misspelt.
            requireKnown(Word.allCases.flatMap(\.keys))
            return nil
        }
        requireKnown(word.keys)
        let name = required("name", .anchorName)
        var kind: AnchorSettings.Kind?
        switch word {
        case .timestamp:
            let (url, file) = (required("url", .timeStampAddress), required("ca_file", .path))
            if let url, let file { kind = .timestamp(url: url, certificatesFile: absolute(file)) }
        case .witness:
            let isByHand = member("url") == nil
            let (url, key) = (isByHand ? nil : required("url", .baseURL), required("vkey", .verifierKey))
            if let key, isByHand || url != nil { kind = .witness(url: url, verifierKey: key) }
        case .command:
            kind = required("command", .command).map { .command($0) }
        }
        guard let name, let kind, problems.isEmpty else { return nil }
        return AnchorSettings(name: name, kind: kind, origin: origin(section.line))
    }

    private mutating func requireKnown(_ keys: [String]) {
        let known = ["kind", "name"] + keys
        for member in section.members where !known.contains(member.key) {
            let nearest = NearestName.nearest(member.key, among: known).map { "did you mean \"\($0)\"?" }
            let advice = nearest ?? "known here: \(known.joined(separator: ", "))"
            report(.unknownKey, member.line, "unknown key \(VisibleText.quoted("\(label).\(member.key)")); \(advice)")
        }
    }

    private func member(_ key: String) -> RawSection.Member? { section.members.first { $0.key == key } }

    private mutating func required<Value>(_ key: String, _ format: ValueFormat<Value>) -> Value? {
        guard let member = member(key) else {
            report(.missingKey, section.line, "\(label).\(key) is missing; give \(format.expectation)")
            return nil
        }
        do throws(BadValue) {
            return try format.parse(member.content)
        } catch {
            let rule = "it must be \(format.expectation)" + (error.advice.map { "; \($0)" } ?? "")
            let value = VisibleText.quoted(member.content.shown)
            report(.invalidValue, member.line, "\(label).\(key) is \(value); \(rule)")
            return nil
        }
    }

    private mutating func report(_ code: SettingsProblem.Code, _ line: Int, _ message: String) {
        problems.append((code, origin(line), message))
    }

    private func origin(_ line: Int) -> ValueOrigin { variable ?? .file(line: line) }
}
