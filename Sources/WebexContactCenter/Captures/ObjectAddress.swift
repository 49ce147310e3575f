import Foundation

/// Where a file is, as far as its signed URL says it: the URL without what signs it. Two URLs of one file have the same
/// address, however often they are signed; two with different ones may be two files.
struct ObjectAddress: Hashable {
    /// The URL without its query.
    let place: String
    /// The query's parameters that do not sign, in order.
    let parameters: [String]

    init(_ url: URL) {
        let text = url.absoluteString
        place = SignedText.withoutQuery(text)
        let query = text.dropFirst(place.count + 1).prefix { $0 != "#" }
        parameters = query.split(separator: "&").filter { !SignedText.signs(Self.name(of: $0)) }.map(String.init)
            .sorted()
    }

    /// The names of the parameters in which this differs from another address of the same place.
    func differences(from other: ObjectAddress) -> Set<String> {
        Set(Set(parameters).symmetricDifference(other.parameters).map { Self.name(of: Substring($0)) })
    }

    /// What tells it apart from others of the same place, and stays the same when it is signed anew: its place and those
    /// parameters that name a version or a part of an object.
    var lasting: String {
        let kept = parameters.filter { Self.naming.contains(Self.name(of: Substring($0))) }
        return kept.isEmpty ? place : place + "?" + kept.joined(separator: "&")
    }

    /// Parameters that name an object, its version or its part: of S3, of Google's and Microsoft's stores, and what
    /// servers of files use.
    static let naming: Set<String> = [
        "versionid", "version", "generation", "snapshot", "rev", "revision", "id", "file", "fileid", "filename", "name",
        "key", "object", "path", "part", "partnumber", "segment", "track", "channel", "index", "recording",
        "recordingid",
    ]

    private static func name(of parameter: Substring) -> String {
        parameter.prefix { $0 != "=" }.lowercased()
    }
}
