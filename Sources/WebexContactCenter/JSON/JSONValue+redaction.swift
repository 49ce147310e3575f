import Recordings

extension JSONValue {
    /// The part of this value that may be kept: everything, in canonical form, except the queries of signed URLs.
    var kept: ProviderJSON { ProviderJSON(redacted: redacted) }

    /// The same, made only when it is needed.
    var keptOnDemand: ProviderJSON { ProviderJSON { redacted } }

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
