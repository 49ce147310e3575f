/// Texts that may contain a signed URL: its query is a secret while it is valid and useless afterwards.
enum SignedText {
    /// Names of query parameters that sign or carry a token: plain ones, AWS version 2, Google, Azure.
    private static let names: Set<Substring> = [
        "access_token", "awsaccesskeyid", "credential", "googleaccessid", "key-pair-id", "sig", "signature", "token",
    ]

    /// Names of further parameters of signed URLs in which two signatures of one file differ: times, policies and
    /// permissions, including those of Azure's signatures (`se`, `sp`, …), and requests for headers of the answer.
    /// Names that may also identify a file or its version, such as `hash` and `timestamp`, are not included: if two
    /// files were taken for one, one would be silently lost.
    private static let companions: Set<String> = [
        "expires", "expiry", "exp", "policy", "ttl", "nonce", "hmac", "jwt", "auth", "requestid",
        "se", "sp", "spr", "sr", "st", "sv", "ske", "skoid", "sks", "skt", "sktid", "skv", "sip", "si",
    ]

    /// Whether a query parameter with this name, in lower case, belongs to a signature.
    static func signs(_ name: String) -> Bool {
        names.contains(Substring(name)) || companions.contains(name)
            || ["x-amz-", "x-goog-", "x-ms-", "x-oss-", "response-"].contains(where: name.hasPrefix)
    }

    /// `text` up to its first `?`.
    static func withoutQuery(_ text: String) -> String {
        guard let mark = text.utf8.firstIndex(of: UInt8(ascii: "?")) else { return text }
        return String(text[..<mark])
    }

    /// `text` without the query of a URL in it, and everything after that, if it looks signed; otherwise `text`.
    static func redact(_ text: String) -> String {
        // Nearly every text has none, and checking its bytes in place shows that fastest.
        if text.utf8.withContiguousStorageIfAvailable({ $0.contains(UInt8(ascii: "?")) }) == false { return text }
        guard let mark = text.utf8.firstIndex(of: UInt8(ascii: "?")), text[..<mark].contains("://") else { return text }
        let parameters = text[mark...].lowercased().split { $0 == "?" || $0 == "&" }
        let isSigned = parameters.contains { parameter in
            let name = parameter.prefix { $0 != "=" }
            return names.contains(name) || name.hasPrefix("x-amz-") || name.hasPrefix("x-goog-")
        }
        return isSigned ? String(text[..<mark]) : text
    }
}
