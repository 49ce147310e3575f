import Recordings

extension JSONValue {
    /// The part of this value that may be kept: everything, in canonical form, except the queries of signed URLs.
    var kept: ProviderJSON { ProviderJSON(redacted: JSONWriter.text(redacted)) }

    /// The same, made only when it is needed.
    var keptOnDemand: ProviderJSON { ProviderJSON { JSONWriter.text(redacted) } }

    /// This value without the query of every `filePath` and of anything else that looks like a signed URL.
    var redacted: JSONValue {
        switch self {
        case .string(let text): .string(SignedText.redact(text))
        case .array(let elements): .array(elements.map(\.redacted))
        case .object(let members):
            .object(
                members.map { member in
                    guard case .string(let text) = member.value, member.name.utf8.count == 8,
                        member.name.lowercased() == "filepath"
                    else { return JSONMember(member.name, member.value.redacted) }
                    return JSONMember(member.name, .string(SignedText.withoutQuery(text)))
                }
            )
        case .null, .bool, .number: self
        }
    }
}

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
