import Foundation
import Recordings

extension TaskID {
    /// The tasks that a command line names, each once; `-` stands for those on standard input, one per line.
    /// - Throws: ``CommandError`` with exit code 64 if there are none.
    static func requested(_ arguments: [String]) throws -> [TaskID] {
        var texts: [String] = []
        for text in arguments {
            if text == "-" {
                while let line = readLine() { texts.append(line.trimmingCharacters(in: .whitespaces)) }
            } else {
                texts.append(text)
            }
        }
        var seen: Set<TaskID> = []
        let tasks = texts.compactMap { TaskID($0) }.filter { seen.insert($0).inserted }
        guard !tasks.isEmpty else { throw CommandError(.usage, "no task ID was given") }
        return tasks
    }
}
