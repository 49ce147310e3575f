import Recordings

/// An archive as a row shows it.
struct ArchiveRow {
    let line: JSONValue

    func values(_ desk: Desk) -> [String: Any] {
        let name = (line.text("path") ?? "").split(separator: "/").last.map(String.init) ?? ""
        let state = line.text("state") ?? ""
        var values: [String: Any] = [
            "name": name, "bytes": Shown.bytes(line.number("bytes") ?? 0), "sha256": line.text("sha256") ?? "",
            "recordings": Shown.number(line.count("recordings")), "state": desk.words.code("archive", state),
            "mark": CallRow.mark(state),
        ]
        values["fault"] = line.text("fault")?.withoutCodeMarks
        let read = line.time("read_time").map { desk.words("archive_read", ["time": desk.shown.moment($0)]) }
        values["read"] = read ?? desk.words("archive_unread")
        values["copies"] = Copies.text(line.member("copies"), desk.words)
        return values
    }
}
