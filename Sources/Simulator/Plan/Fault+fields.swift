extension Fault {
    /// Reads a fault from its name and its parameters.
    /// - Throws: `badFault` for an unknown name and for parameters that are missing or invalid.
    init(_ name: String, _ fields: inout FaultFields) throws(SimulatorError) {
        func seconds() throws(SimulatorError) -> Duration {
            try fields.required(fields.seconds("seconds"), "seconds", name)
        }
        func bytes() throws(SimulatorError) -> Int { try fields.required(fields.count("bytes"), "bytes", name) }
        func required(_ parameter: String) throws(SimulatorError) -> String {
            try fields.required(fields.text(parameter), parameter, name)
        }
        switch name {
        case "html": self = Self.page(Self.htmlPage, fields.text("type"), usually: .html200)
        case "json": self = Self.page(Self.jsonPage, fields.text("type"), usually: .json200)
        case "slow-down": self = .xmlSlowDown
        case "expired": self = .xmlExpired
        case "expired-token": self = .xmlExpiredToken
        case "throttle": self = .throttle(try seconds(), tells: try fields.flag("tells") ?? true)
        case "refuse":
            self = .refusedGrant(try fields.value("shape", "oauth or webex", TokenRules.ErrorShape.init) ?? .oauth)
        case "empty": self = .emptyBody
        case "truncate": self = .truncate(afterBytes: try bytes())
        case "truncate-chunked": self = .truncateChunked(afterBytes: try bytes())
        case "shorten": self = .shortened(toBytes: try bytes())
        case "cut":
            self = .cut(
                share: try fields.required(fields.share("keeps"), "keeps", name),
                tag: try fields.value("etag", "own, whole, date or none", Fault.CutTag.init) ?? .own
            )
        case "reset": self = .reset(afterBytes: try bytes())
        case "stall": self = .stall(afterBytes: try fields.count("bytes") ?? 0, try seconds())
        case "slow": self = .slow(bytesPerSecond: max(1, try bytes()))
        case "delay": self = .delay(try seconds())
        case "chunked": self = .chunked
        case "ignore-range": self = .ignoreRange
        case "change": self = .changingETag
        case "change-under-range": self = .changingUnderRange
        case "poison": self = .poisonedTask(status: try fields.count("status") ?? 500)
        case "vanish": self = .vanish
        case "late": self = .late(try seconds())
        case "partial":
            self = .partial(share: try fields.required(fields.share("keeps"), "keeps", name), try seconds())
        case "name": self = .named(try required("name"))
        case "origin": self = .mediaOrigin(try required("origin"))
        case "row": self = .extraRow(try required("text"))
        case "replace": self = .replaced(try required("text"), with: try required("with"))
        default:
            guard let status = Int(name), (100...599).contains(status) else {
                let names = Self.names.joined(separator: ", ")
                throw SimulatorError(.badFault, "'\(name)' is no fault; there are \(names), and a status such as 503")
            }
            var headers: [String: String] = [:]
            headers["Content-Type"] = fields.text("type")
            headers["Retry-After"] = fields.text("retry-after")
            self = .status(status, body: fields.text("body") ?? "", headers: headers)
        }
    }

    /// Every name except the statuses.
    static let names = [
        "html", "json", "slow-down", "expired", "expired-token", "throttle", "refuse", "empty", "truncate",
        "truncate-chunked", "shorten", "cut", "reset", "stall", "slow", "delay", "chunked", "ignore-range", "change",
        "change-under-range", "poison", "vanish", "late", "partial", "name", "origin",
        "row", "replace",
    ]

    /// The parameters by name, as they were read.
    var parameters: [(String, String)] {
        func seconds(_ duration: Duration) -> (String, String) {
            ("seconds", String(Double(duration.milliseconds) / 1000))
        }
        return switch self {
        case .status(200, Self.htmlPage, let headers), .status(200, Self.jsonPage, let headers):
            [("type", headers["Content-Type"] ?? "")]
        case .status(_, let body, let headers):
            [
                ("type", headers["Content-Type"]), ("retry-after", headers["Retry-After"]),
                ("body", body.isEmpty ? nil : body),
            ].compactMap { name, value in value.map { (name, $0) } }
        case .throttle(let duration, let tells): [seconds(duration), ("tells", tells ? "yes" : "no")]
        case .refusedGrant(let shape): [("shape", shape.rawValue)]
        case .truncate(let bytes), .truncateChunked(let bytes), .shortened(let bytes), .reset(let bytes),
            .slow(let bytes):
            [("bytes", String(bytes))]
        case .cut(let share, let tag): [("keeps", String(share)), ("etag", tag.rawValue)]
        case .stall(let bytes, let duration): [("bytes", String(bytes)), seconds(duration)]
        case .delay(let duration), .late(let duration): [seconds(duration)]
        case .poisonedTask(let status): [("status", String(status))]
        case .partial(let share, let duration): [("keeps", String(share)), seconds(duration)]
        case .named(let name): [("name", name)]
        case .mediaOrigin(let origin): [("origin", origin)]
        case .extraRow(let row): [("text", row)]
        case .replaced(let text, let other): [("text", text), ("with", other)]
        case .html200, .json200, .xmlSlowDown, .xmlExpired, .xmlExpiredToken, .emptyBody, .chunked, .ignoreRange,
            .changingETag, .changingUnderRange, .vanish:
            []
        }
    }

    private static func page(_ text: String, _ type: String?, usually fault: Fault) -> Fault {
        type.map { .status(200, body: text, headers: ["Content-Type": $0]) } ?? fault
    }
}
