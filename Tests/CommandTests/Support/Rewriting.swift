import Foundation
import Simulator

/// Changes to the provider's answers, whatever their members are called.
enum Rewriting {
    /// Members that lead from one answer to another, and those without which a row would not be recognized.
    private static let leading: Set<String> = ["id", "taskId", "filePath", "orgId", "orgid", "__typename", "href"]

    private static let places: [Endpoint] = [
        .tasks, .captures, .search, .activities, .statistics, .sites, .organization,
    ]

    /// Puts a prefix before every text, except identifiers of tasks, paths and times. `text` is JSON, so it may have
    /// escapes; `{ff}` in it becomes a byte that is not UTF-8.
    static func prefixing(with text: String) -> @Sendable (Endpoint, Data) -> Data {
        { endpoint, body in
            guard places.contains(endpoint) else { return body }
            let answer = String(decoding: body, as: UTF8.self)
            let changed = answer.replacing(/"([A-Za-z0-9_]+)":\[?"/) { match in
                let name = String(match.output.1)
                // Identifiers of captures lead nowhere. Search is asked for channels, and answers with others.
                let leads =
                    leading.contains(name) && !(name == "id" && endpoint == .captures)
                    || name == "channelType" && endpoint == .search
                return leads || name.hasSuffix("Time") ? "\(match.output.0)" : "\(match.output.0)\(text)"
            }
            var bytes = Data(changed.utf8)
            while let mark = bytes.range(of: Data("{ff}".utf8)) { bytes.replaceSubrange(mark, with: [0xFF]) }
            return bytes
        }
    }

    /// Replaces every number that `isMeant` selects by its place and its name.
    static func replacingNumbers(
        with number: String,
        where isMeant: @escaping @Sendable (Endpoint, String) -> Bool
    ) -> @Sendable (Endpoint, Data) -> Data {
        { endpoint, body in
            guard places.contains(endpoint) else { return body }
            let answer = String(decoding: body, as: UTF8.self)
            let changed = answer.replacing(/"([A-Za-z0-9_]+)":-?[0-9][0-9.eE+-]*/) { match in
                let name = String(match.output.1)
                return isMeant(endpoint, name) ? "\"\(name)\":\(number)" : "\(match.output.0)"
            }
            return Data(changed.utf8)
        }
    }
}
