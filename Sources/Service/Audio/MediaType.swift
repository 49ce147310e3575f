import Recordings

/// The media type of a recording's file, by its extension. An unknown one becomes `application/octet-stream`, which
/// browsers do not render.
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
