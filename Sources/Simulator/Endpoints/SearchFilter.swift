import Foundation

/// A filter of Search, as in a variable: `{"or":[{"id":{"equals":"…"}},…]}`.
indirect enum SearchFilter: Sendable, Decodable {
    case all([SearchFilter])
    case any([SearchFilter])
    /// A field, and the value to compare it with; objects have their own fields.
    case equals([String], String)
    case differs([String], String)

    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    init(from decoder: any Decoder) throws {
        self = try Self(try decoder.singleValueContainer().decode([String: Node].self), below: [])
    }

    /// The number of values to compare records with.
    var argumentCount: Int {
        switch self {
        case .all(let parts), .any(let parts): parts.reduce(0) { $0 + $1.argumentCount }
        case .equals, .differs: 1
        }
    }

    func matches(_ record: JSON) -> Bool {
        switch self {
        case .all(let parts): parts.allSatisfy { $0.matches(record) }
        case .any(let parts): parts.contains { $0.matches(record) }
        case .equals(let path, let value): Self.text(record, path) == value
        case .differs(let path, let value): Self.text(record, path) != value
        }
    }

    private static func text(_ record: JSON, _ path: [String]) -> String? {
        switch path.reduce(Optional(record), { $0?.member($1) }) {
        case .string(let text): text
        case .integer(let number): String(number)
        case .boolean(let flag): String(flag)
        default: nil
        }
    }

    private init(_ members: [String: Node], below path: [String]) throws {
        let parts = try members.sorted { $0.key < $1.key }.map { name, node -> SearchFilter in
            switch (name, node) {
            case ("and", .list(let nodes)): .all(try nodes.map { try Self($0, below: path) })
            case ("or", .list(let nodes)): .any(try nodes.map { try Self($0, below: path) })
            case ("equals", .value(let value)): .equals(path, value)
            case ("notequals", .value(let value)): .differs(path, value)
            case (_, .members(let members)): try Self(members, below: path + [name])
            default: throw Fault(description: "the filter on '\(name)' is not understood")
            }
        }
        self = parts.count == 1 ? parts[0] : .all(parts)
    }

    private enum Node: Decodable {
        case members([String: Node])
        case list([[String: Node]])
        case value(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let members = try? container.decode([String: Node].self) {
                self = .members(members)
            } else if let list = try? container.decode([[String: Node]].self) {
                self = .list(list)
            } else if let flag = try? container.decode(Bool.self) {
                self = .value(String(flag))
            } else if let number = try? container.decode(Int64.self) {
                self = .value(String(number))
            } else {
                self = .value(try container.decode(String.self))
            }
        }
    }
}
