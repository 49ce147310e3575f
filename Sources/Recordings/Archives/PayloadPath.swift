/// Where a recording is in its archive's bag, as docs/archive-format.md describes it.
package enum PayloadPath {
    /// The folder of all recordings, with its slash.
    package static let folder = "data/"

    /// The path of a recording inside the bag: `data/<task id>/<file>`.
    package static func of(_ taskID: TaskID, _ file: FileName) -> String {
        "\(folder)\(FileName(sanitizing: taskID.description))/\(file)"
    }
}
