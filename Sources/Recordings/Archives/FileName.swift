/// One component of a path that is safe on every file system and in every tar: `[A-Za-z0-9._-]`, 1 to 200 bytes, never
/// `.` or `..`, never starting with a dot or a dash.
package struct FileName: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// Takes `text` as it is.
    /// - Returns: `nil` if it is not already safe.
    package init?(exactly text: some StringProtocol) {
        guard Self.isSafe(text) else { return nil }
        description = String(text)
    }

    /// Makes `text` safe. A safe and short text stays as it is; any other keeps its allowed characters and gets a
    /// checksum of the whole, so that two different texts do not accidentally get the same name.
    package init(sanitizing text: some StringProtocol) {
        if Self.isSafe(text), text.utf8.count <= 100 {
            description = String(text)
        } else {
            let kept = text.utf8.lazy.filter(Self.isAllowed).prefix(60)
            let body = String(decoding: Array(kept), as: UTF8.self).drop { $0 == "." || $0 == "-" }
            description = (body.isEmpty ? "x" : String(body)) + "-" + Self.checksum(text)
        }
    }

    private init(unchecked text: String) {
        description = text
    }

    /// The name that a recording gets in its task's folder: call type, start time and recording ID, as the interface
    /// promises. `distinguisher` makes it unique if two recordings of a task would have the same name.
    package static func of(_ key: RecordingKey, distinguisher: Int = 0) -> FileName {
        let callType = key.callType.isEmpty ? "unknown" : FileName(sanitizing: key.callType).description
        let start = key.startTime.map(compact) ?? "undated"
        var name = "\(callType)-\(start)-\(FileName(sanitizing: key.recordingID.description))"
        if key.kind != .recording { name = "\(key.kind.rawValue.split(separator: "_").joined(separator: "-"))-\(name)" }
        if distinguisher > 0 { name += "-\(distinguisher + 1)" }
        return FileName(sanitizing: name).appending(fileExtension: fileExtension(of: key))
    }

    private func appending(fileExtension: String) -> FileName {
        FileName(unchecked: "\(description).\(fileExtension)")
    }

    /// `20251120T080000123Z`: sorts by time, and has no characters that are special in a shell or a tar.
    private static func compact(_ time: Timestamp) -> String {
        let kept = time.description.utf8.filter {
            $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: ".")
        }
        return String(decoding: kept, as: UTF8.self)
    }

    private static func fileExtension(of key: RecordingKey) -> String {
        if let dot = key.providerFileName.lastIndex(of: ".") {
            let given = key.providerFileName[key.providerFileName.index(after: dot)...]
            if (1...5).contains(given.utf8.count), given.utf8.allSatisfy(isAlphanumeric) { return given.lowercased() }
        }
        return switch key.kind {
        case .recording: "wav"
        case .transcription: "json"
        case .screenRecording: "bin"
        }
    }

    private static func isSafe(_ text: some StringProtocol) -> Bool {
        var text = String(text)
        return text.withUTF8 { bytes in
            guard let first = bytes.first, bytes.count <= 200 else { return false }
            return first != UInt8(ascii: ".") && first != UInt8(ascii: "-") && bytes.allSatisfy(isAllowed)
        }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: isAlphanumeric(byte)
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    /// FNV-1a, 64 bits: a name must be stable and distinct, not secret, and this module has no cryptography.
    private static func checksum(_ text: some StringProtocol) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        return Hexadecimal.text((0..<8).reversed().map { UInt8(truncatingIfNeeded: hash >> (8 * $0)) })
    }
}

extension FileName {
    /// The name of a recording that no other of its task has, not even on a file system that ignores case: someone may
    /// unpack the archive there.
    package static func unused(for key: RecordingKey, among taken: [FileName]) -> (FileName, distinguisher: Int) {
        if taken.isEmpty { return (FileName.of(key, distinguisher: 0), 0) }
        let taken = Set(taken.map { $0.description.lowercased() })
        var distinguisher = 0
        while true {
            let name = FileName.of(key, distinguisher: distinguisher)
            if !taken.contains(name.description.lowercased()) { return (name, distinguisher) }
            distinguisher += 1
        }
    }
}
