import Foundation
import Simulator

/// Changes of the provider's answers, whatever their members are called.
enum Rewriting {
    /// Members that lead from one answer to another, and those without which a row would not be taken for one.
    private static let leading: Set<String> = ["id", "taskId", "filePath", "orgId", "orgid", "__typename", "href"]

    private static let places: [Endpoint] = [
        .tasks, .captures, .search, .activities, .statistics, .sites, .organization,
    ]

    /// Puts something in front of every text, but for those of identifiers of tasks, paths and times. It is JSON, so with
    /// escapes; `{ff}` in it is a byte that is no UTF-8.
    static func prefixing(with text: String) -> @Sendable (Endpoint, Data) -> Data {
        { endpoint, body in
            guard places.contains(endpoint) else { return body }
            let answer = String(decoding: body, as: UTF8.self)
            let changed = answer.replacing(/"([A-Za-z0-9_]+)":\[?"/) { match in
                let name = String(match.output.1)
                // Of what is captured the identifier leads nowhere; Search is asked for channels, and answers with others.
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

    /// Puts a number in the place of every other that `isMeant` by its place and its name.
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
