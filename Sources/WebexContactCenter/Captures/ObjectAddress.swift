import Foundation

/// The address of a file: its signed URL without the signature. Two URLs of one file have the same address, however
/// often they are signed. URLs with different addresses may be different files.
struct ObjectAddress: Hashable {
    /// The URL without its query.
    let place: String
    /// The parameters of the query that are not part of a signature, in order.
    let parameters: [String]

    init(_ url: URL) {
        let text = url.absoluteString
        place = SignedText.withoutQuery(text)
        let query = Substring(text.utf8.dropFirst(place.utf8.count + 1).prefix { $0 != UInt8(ascii: "#") })
        parameters = query.split(separator: "&").filter { !SignedText.signs(Self.name(of: $0)) }.map(String.init)
            .sorted()
    }

    /// The names of the parameters in which this differs from another address with the same path.
    func differences(from other: ObjectAddress) -> Set<String> {
        Set(Set(parameters).symmetricDifference(other.parameters).map { Self.name(of: Substring($0)) })
    }

    /// What distinguishes it from others with the same path, and stays the same when it is signed again: its path and
    /// the parameters that name a version or a part of an object.
    var lasting: String {
        let kept = parameters.filter { Self.naming.contains(Self.name(of: Substring($0))) }
        return kept.isEmpty ? place : place + "?" + kept.joined(separator: "&")
    }

    /// Parameters that name an object, its version or its part, in S3, Google's and Microsoft's stores, and file
    /// servers.
    static let naming: Set<String> = [
        "versionid", "version", "generation", "snapshot", "rev", "revision", "id", "file", "fileid", "filename", "name",
        "key", "object", "path", "part", "partnumber", "segment", "track", "channel", "index", "recording",
        "recordingid",
    ]

    private static func name(of parameter: Substring) -> String {
        parameter.prefix { $0 != "=" }.lowercased()
    }
}
