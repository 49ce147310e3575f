import Archiver
import Recordings

/// `{"type":"running", …}`: the pass that runs now.
package struct RunningLine: Encodable {
    let type = "running"
    private let running: PassNotice.Running

    package init(_ running: PassNotice.Running) {
        self.running = running
    }

    private enum CodingKeys: String, CodingKey {
        case type, process, command
        case startedTime = "started_time"
        case updatedTime = "updated_time"
    }

    /// Leaves out what is not known in the first second of a pass.
    package func encode(to encoder: any Encoder) throws {
        var line = encoder.container(keyedBy: CodingKeys.self)
        try line.encode(type, forKey: .type)
        try line.encode(running.process, forKey: .process)
        guard let content = running.content else { return }
        try line.encode(content.command, forKey: .command)
        try line.encode(content.startedTime.description, forKey: .startedTime)
        try line.encode(content.updatedTime.description, forKey: .updatedTime)
        try content.activity.encode(to: encoder)
    }
}
