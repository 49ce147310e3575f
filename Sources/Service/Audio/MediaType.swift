import Recordings

/// What a recording's file is, by the end of its name. Whatever is not known is only bytes: a browser makes nothing of them.
enum MediaType {
    static func of(_ file: FileName) -> String {
        let name = file.description
        let ending = name.lastIndex(of: ".").map { name[name.index(after: $0)...] } ?? ""
        return known[String(ending)] ?? "application/octet-stream"
    }

    private static let known = [
        "wav": "audio/wav", "mp3": "audio/mpeg", "ogg": "audio/ogg", "opus": "audio/ogg", "flac": "audio/flac",
        "m4a": "audio/mp4", "aac": "audio/aac", "webm": "audio/webm", "mp4": "video/mp4", "json": "application/json",
        "txt": "text/plain; charset=utf-8",
    ]
}
