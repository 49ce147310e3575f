import Foundation

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
            let part = SectionPart(section, label: "evidence.anchors[\(place)]", variable: variable)
            guard let anchor = anchor(part) else { continue }
            if anchors.contains(where: { $0.name == anchor.name }) {
                report(.duplicate, anchor.origin, "a second anchor is called \"\(anchor.name)\"; give it another name")
            }
            if case .timestamp(_, let file) = anchor.kind {
                checkCertificates(file, "\(part.label).ca_file", anchor.origin)
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

    /// - Returns: `nil` if something is wrong.
    private mutating func anchor(_ part: SectionPart) -> AnchorSettings? {
        guard let word = read("kind", ValueFormat<AnchorWord>.choice(), part) else {
            // Perhaps the kind is there, with its key misspelt.
            _ = requireKnown(part, ["kind", "name"] + AnchorWord.allCases.flatMap(\.keys))
            return nil
        }
        let isKnown = requireKnown(part, ["kind", "name"] + word.keys)
        let name = read("name", .anchorName, part)
        var kind: AnchorSettings.Kind?
        switch word {
        case .timestamp:
            let (url, file) = (read("url", .timeStampAddress, part), read("ca_file", .path, part))
            if let url, let file { kind = .timestamp(url: url, certificatesFile: absolute(file)) }
        case .witness:
            let isByHand = part.member("url") == nil
            let (url, key) = (isByHand ? nil : read("url", .baseURL, part), read("vkey", .verifierKey, part))
            if let key, isByHand || url != nil { kind = .witness(url: url, verifierKey: key) }
        case .command:
            kind = read("command", .command, part).map { .command($0) }
        }
        guard let name, let kind, isKnown else { return nil }
        return AnchorSettings(name: name, kind: kind, origin: part.origin)
    }
}

/// The kinds of anchors, and the keys that each has in addition to `kind` and `name`.
private enum AnchorWord: String, CaseIterable {
    case timestamp, witness, command

    var keys: [String] {
        switch self {
        case .timestamp: ["url", "ca_file"]
        case .witness: ["url", "vkey"]
        case .command: ["command"]
        }
    }
}
