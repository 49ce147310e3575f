import Foundation
import Manifest
import Recordings

/// Puts the parts of a vCon together: parties, dialogs, analyses and attachments, which refer to each other by their places.
struct VConBuilder {
    private let call: CaseCall
    private var dialogs: [[JSONMember]] = []
    private var analyses: [JSONValue] = []
    private var attachments: [JSONValue] = []
    private(set) var placeholders: [VCon.Placeholder] = []

    /// No text of the provider's has it.
    private let mark = "content-\(UUID())"

    init(_ call: CaseCall) {
        self.call = call
    }

    // MARK: - Parties

    /// The customer first, then the agents.
    private var parties: [JSONValue] {
        let facts = call.row.call?.facts
        var customer = [JSONMember("type", .string("customer"))]
        if let number = facts?.customerNumber { customer.append(JSONMember("tel", .string("tel:\(number)"))) }
        let agents = (facts?.agents ?? []).map { agent -> JSONValue in
            var members = [
                JSONMember("type", .string("agent")), JSONMember("org", .string(call.row.organization.description)),
            ]
            if let name = agent.name { members.append(JSONMember("name", .string(name))) }
            if let id = agent.id, UUID(uuidString: id) != nil { members.append(JSONMember("uuid", .string(id))) }
            return .object(members)
        }
        return [.object(customer)] + agents
    }

    private var everybody: JSONValue { .array(parties.indices.map { .number(String($0)) }) }

    // MARK: - Recordings

    /// Adds a recording as a dialog, or a transcript as an analysis.
    /// - Parameter isContained: whether its bytes are in it.
    mutating func add(_ file: CaseCall.File, isContained: Bool) {
        var content = [JSONMember("filename", .string(file.row.file.description))]
        if isContained {
            let mark = "\(mark)-\(placeholders.count)"
            placeholders.append(VCon.Placeholder(text: mark, file: file.name))
            content += [JSONMember("encoding", .string("base64url")), JSONMember("body", .string(mark))]
        }
        switch file.row.key.kind {
        case .transcription:
            content += [
                JSONMember("type", .string("transcript")), JSONMember("vendor", .string("Cisco")),
                JSONMember("product", .string("Webex Contact Center")),
                JSONMember("mediatype", .string("application/json")),
            ]
            if !dialogs.isEmpty { content.append(JSONMember("dialog", .number("0"))) }
            analyses.append(.object(content))
        case .recording, .screenRecording:
            let isAudio = file.row.key.kind == .recording
            content += [
                JSONMember("type", .string("recording")), JSONMember("parties", everybody),
                JSONMember("start", .string((file.row.key.startTime ?? call.row.createdTime).description)),
                JSONMember("mediatype", .string(isAudio ? "audio/x-wav" : "application/octet-stream")),
            ]
            if let audio = file.held.audio, audio.durationMilliseconds > 0 {
                content.append(JSONMember("duration", .number(Self.seconds(audio.durationMilliseconds))))
            }
            dialogs.append(content)
        }
        if !isContained {
            attach("callark-note", "\(file.name) is not in this vCon, because it is too large; the case has it")
        }
    }

    /// A number of seconds, with three places.
    private static func seconds(_ milliseconds: Int64) -> String {
        let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        return "\(seconds).\(String(1000 + rest).dropFirst())"
    }

    // MARK: - Attachments

    /// Attaches what proves the recording that was added last.
    mutating func attach(_ record: JSONValue?, _ proof: String?) {
        if let record { attach("callark-record", record, mediaType: "application/json", encoding: "json") }
        if let proof { attach("callark-proof", proof) }
    }

    /// Attaches what the call lacks.
    mutating func attach(gap: JSONValue) {
        attach("callark-gap", gap, mediaType: "application/json", encoding: "json")
    }

    private mutating func attach(_ purpose: String, _ text: String) {
        attach(purpose, .string(text), mediaType: "text/plain", encoding: "none")
    }

    private mutating func attach(_ purpose: String, _ body: JSONValue, mediaType: String, encoding: String) {
        let members = [
            JSONMember("purpose", .string(purpose)), JSONMember("start", .string(call.row.createdTime.description)),
            JSONMember("party", .number("0")), JSONMember("dialog", .number(String(max(0, dialogs.count - 1)))),
            JSONMember("mediatype", .string(mediaType)), JSONMember("encoding", .string(encoding)),
            JSONMember("body", body),
        ]
        attachments.append(.object(members))
    }

    // MARK: - The whole

    func json(uuid: String, now: Timestamp) -> JSONValue {
        var dialogs = dialogs
        // An attachment needs a dialog. One without content says that there was a call.
        if dialogs.isEmpty {
            dialogs.append([
                JSONMember("type", .string("recording")), JSONMember("parties", everybody),
                JSONMember("start", .string(call.row.createdTime.description)),
            ])
        }
        let count = dialogs.count
        if count > 1 {
            for place in 0..<count { dialogs[place].append(JSONMember("recording_set", .number(String(count)))) }
            dialogs.append([
                JSONMember("type", .string("recording-set")), JSONMember("parties", everybody),
                JSONMember("start", .string(call.row.createdTime.description)),
                JSONMember("recordings", .array((0..<count).map { .number(String($0)) })),
            ])
        }
        return .object([
            JSONMember("vcon", .string("0.4.0")), JSONMember("uuid", .string(uuid)),
            JSONMember("created_at", .string(now.description)),
            JSONMember("subject", .string("call \(call.row.taskID) of \(call.row.organization)")),
            JSONMember("parties", .array(parties)), JSONMember("dialog", .array(dialogs.map { .object($0) })),
            JSONMember("analysis", .array(analyses)), JSONMember("attachments", .array(attachments)),
        ])
    }
}
