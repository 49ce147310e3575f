import Crypto
import Foundation
import Recordings

/// One answer of `POST captures/query`, decoded for each task (wxcc-api 6.2).
struct CaptureListAnswer: Sendable {
    /// The recordings of each task; a task without an entry has none.
    var recordings: [TaskID: [CapturedRecording]] = [:]
    var malformed: [MalformedRecording] = []
    /// Entries that do not say which task they are about: the query has to be asked for each task alone.
    var hasUnattributed = false
    /// The provider's name for this answer.
    var trackingID: String?

    /// - Parameter asked: the requested tasks. Entries about other tasks are ignored; if only one was requested, an
    ///   entry without a task belongs to it.
    /// - Throws: `malformed` if there is no list of entries; that is not an empty list.
    init(_ json: JSONValue, asked: [TaskID], trackingID: String? = nil) throws(ProviderError) {
        self.trackingID = trackingID
        guard let entries = json["data"]?.elements else { throw ProviderError(.malformed, "no list called data in it") }
        for entry in entries {
            guard let id = Self.task(of: entry, asked: asked) else {
                hasUnattributed = true
                continue
            }
            guard asked.contains(id) else { continue }
            var found: [CapturedRecording] = []
            for (name, kind) in Self.lists {
                for item in Self.items(of: entry[name]) {
                    take(item, kind: kind, of: id, into: &found)
                }
            }
            recordings[id, default: []] += found
        }
        for id in recordings.keys { settle(id) }
    }

    private static let lists: [(name: String, kind: CaptureKind)] = [
        ("recording", .recording), ("transcription", .transcription), ("screenRecordings", .screenRecording),
    ]

    private static func task(of entry: JSONValue, asked: [TaskID]) -> TaskID? {
        // In the spelling of the request: the provider may answer with a UUID in another case than in the list.
        if let id = entry["taskId"]?.text.flatMap({ TaskID($0) }) { return asked.first { $0 == id } ?? id }
        return asked.count == 1 ? asked.first : nil
    }

    /// The single files of a list: an array, the old object with `artifacts`, or one file alone. If `attributes` is an
    /// array, as in the old form, each element is a file.
    private static func items(of list: JSONValue?) -> [CaptureItem] {
        switch list {
        case .array(let elements)?: elements.flatMap(files)
        case .object(let members)?:
            if let artifacts = list?["artifacts"] {
                items(of: artifacts)
            } else {
                members.contains { ["attributes", "filepath"].contains($0.name.lowercased()) }
                    ? files(list ?? .null) : []
            }
        case nil, .null?: []
        case let other?: [CaptureItem(element: other, attributes: other)]
        }
    }

    private static func files(_ element: JSONValue) -> [CaptureItem] {
        guard let attributes = element["attributes"] else {
            return [CaptureItem(element: element, attributes: element)]
        }
        return (attributes.elements ?? [attributes]).map { CaptureItem(element: element, attributes: $0) }
    }

    private mutating func take(
        _ item: CaptureItem,
        kind: CaptureKind,
        of taskID: TaskID,
        into found: inout [CapturedRecording]
    ) {
        guard let url = item.url else {
            malformed.append(item.malformed(taskID, kind, "a \(kind.rawValue) has no usable filePath"))
            return
        }
        let recordingID = item.recordingID ?? Self.derivedID(of: url)
        guard let recordingID else { return }
        let key = RecordingKey(
            taskID: taskID,
            recordingID: recordingID,
            kind: kind,
            isSegment: item["segment"]?.flag ?? false,
            callType: item["callType"]?.text ?? "",
            startTime: Timestamp(plausible: item["startTime"]),
            providerFileName: item["fileName"]?.text ?? ""
        )
        let stopTime = Timestamp(plausible: item["stopTime"])
        found.append(CapturedRecording(key: key, stopTime: stopTime, url: url, json: item.element.kept))
    }

    /// Sorts one task's files, each once. Two files with the same identity stay two: the address of their bytes
    /// distinguishes their IDs, and stays the same when their URLs are signed again.
    private mutating func settle(_ id: TaskID) {
        let groups = Dictionary(grouping: recordings[id] ?? [], by: \.key)
        var settled: [CapturedRecording] = []
        for group in groups.values {
            let files = group.count > 1 ? distinct(group) : []
            guard files.count > 1 else {
                settled += files.isEmpty ? group : files.map(\.file)
                continue
            }
            for (place, var file) in files {
                let mark = Self.mark(of: place)
                file.key.recordingID = RecordingID("\(file.key.recordingID).\(mark)") ?? file.key.recordingID
                settled.append(file)
            }
        }
        recordings[id] = settled.sorted { Self.rank($0.key).lexicographicallyPrecedes(Self.rank($1.key)) }
    }

    /// The files of one identity, each once, with what permanently distinguishes it from the others. A file that
    /// differs from another only in ways that may come from a signature cannot be distinguished, and is reported
    /// instead of dropped.
    private mutating func distinct(_ group: [CapturedRecording]) -> [(place: String, file: CapturedRecording)] {
        let addressed = Dictionary(group.map { (ObjectAddress($0.url), $0) }) { $1 }
        var files: [String: (address: ObjectAddress, file: CapturedRecording)] = [:]
        for (address, file) in addressed.sorted(by: { $0.key.parameters.lexicographicallyPrecedes($1.key.parameters) })
        {
            guard let other = files.updateValue((address, file), forKey: address.lasting) else { continue }
            let names = address.differences(from: other.address).sorted().joined(separator: ", ")
            malformed.append(
                MalformedRecording(
                    taskID: file.key.taskID,
                    kind: file.key.kind,
                    recordingID: file.key.recordingID,
                    problem: "two files of one identity, told apart only by \(names) in their addresses",
                    json: other.file.json
                )
            )
        }
        return files.map { ($0.key, $0.value.file) }
    }

    /// Kind, call type, start time, ID; then the rest, so that the order never depends on the answer's order.
    private static func rank(_ key: RecordingKey) -> [String] {
        let start = String(key.startTime?.millisecondsSince1970 ?? 0)
        return [
            key.kind.rawValue, key.callType, String(repeating: "0", count: max(0, 16 - start.count)) + start,
            key.recordingID.description, key.isSegment ? "1" : "0", key.providerFileName,
        ]
    }

    /// A file without an ID is identified by the address of its bytes: `derived-` and the digest of its URL without the
    /// query.
    private static func derivedID(of url: URL) -> RecordingID? {
        RecordingID("derived-" + mark(of: SignedText.withoutQuery(url.absoluteString)))
    }

    private static func mark(of place: String) -> String {
        Hexadecimal.text(SHA256.hash(data: Data(place.utf8)).prefix(8))
    }
}

/// One file of a captures answer: its fields are looked up in its attributes first, then next to them.
private struct CaptureItem {
    var element: JSONValue
    var attributes: JSONValue

    subscript(name: String) -> JSONValue? {
        guard let found = attributes[name], found != .null else { return element[name] }
        return found
    }

    var recordingID: RecordingID? { self["id"]?.text.flatMap { RecordingID($0) } }

    /// The signed URL, in which only characters that a URL may not contain are encoded.
    var url: URL? {
        guard case .string(let text)? = self["filePath"] else { return nil }
        let wire = URLText(text.utf8)
        // A host name in another alphabet is converted for resolvers, which changes nothing that is signed.
        let isPlain = wire.origin.utf8.allSatisfy { $0 < 0x80 }
        guard let origin = isPlain ? wire.origin : URL(string: wire.origin)?.absoluteString,
            let url = URL(string: origin + wire.rest, encodingInvalidCharacters: false),
            let scheme = url.scheme?.lowercased(), ["https", "http"].contains(scheme),
            let host = url.host(), !host.isEmpty
        else { return nil }
        return url
    }

    func malformed(_ taskID: TaskID, _ kind: CaptureKind, _ problem: String) -> MalformedRecording {
        MalformedRecording(
            taskID: taskID,
            kind: kind,
            recordingID: recordingID,
            problem: problem,
            json: element.kept
        )
    }
}
