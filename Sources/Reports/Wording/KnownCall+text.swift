import Manifest
import Recordings

extension KnownCall {
    /// For people: whose call it was; `nil` if that is unknown.
    package var text: String? {
        var parts: [String] = []
        if let agent = facts.agent { parts.append("agent \(agent.name ?? agent.id ?? "")") }
        if let queue = facts.queue { parts.append("queue \(queue.name ?? queue.id ?? "")") }
        if let direction = facts.direction { parts.append(direction) }
        if let origin = facts.origin { parts.append("from \(origin)") }
        if let destination = facts.destination { parts.append("to \(destination)") }
        if let length = facts.durationMilliseconds {
            parts.append("\(isSearched ? "" : "at most ")\(Readable.duration(.milliseconds(length)))")
        }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}
