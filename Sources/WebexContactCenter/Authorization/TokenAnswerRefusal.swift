import Foundation
import Recordings
import Transfer

/// An error of the token endpoint with a success status, as some endpoints send it: in JSON, or as a form, as others
/// answer (wxcc-api 3.6 does not settle the form).
struct TokenAnswerRefusal: Sendable, Hashable {
    /// The endpoint's message, on one line.
    var text: String
    /// Whether the same request may succeed later.
    var isPassing: Bool

    /// - Returns: `nil` for an answer that has a token, or no error.
    init?(of response: HTTPResponse) {
        let json = (try? JSONReader.reading(of: response.body))?.value
        let fields = json?.isObject == true ? json ?? .null : Self.form(response.body)
        guard fields["access_token"]?.text == nil, fields.isObject else { return nil }
        let body = ErrorBody(fields)
        guard let text = body.text else { return nil }
        let words = text.lowercased()
        isPassing = Self.passing.contains { words.contains($0) }
        // A named error is an error. A mere description has to be about what was sent.
        let namesError = fields["error"]?.text != nil || fields["error_code"]?.text != nil
        guard namesError || Self.refusing.contains(where: { words.contains($0) }) else { return nil }
        self.text = text
    }

    /// RFC 6749 section 4.1.2.1 and RFC 8628 section 3.5 have the first three.
    private static let passing = [
        "temporarily_unavailable", "server_error", "slow_down", "unavailable", "internal error", "internal_error",
        "internal server", "rate limit", "rate_limit", "too many", "timeout", "timed out", "try again", "try later",
        "maintenance",
    ]
    private static let refusing = [
        "token", "grant", "client", "credential", "authoriz", "authoris", "authentic", "expired", "revoked", "consent",
        "log in", "login", "forbidden", "denied",
    ]

    /// `error=bad_refresh_token&error_description=…` as members; null if it is not a form.
    private static func form(_ body: Data) -> JSONValue {
        guard body.count < 1 << 16, let text = String(data: body, encoding: .utf8), text.contains("error=") else {
            return .null
        }
        let pairs = text.trimmingCharacters(in: .whitespacesAndNewlines).split(separator: "&")
        return .object(
            pairs.map { pair in
                let parts = pair.split(separator: "=", maxSplits: 1).map { part in
                    let spaced = part.replacing("+", with: " ")
                    return spaced.removingPercentEncoding ?? String(spaced)
                }
                return JSONMember(parts.first ?? "", .string(parts.count > 1 ? parts[1] : ""))
            }
        )
    }
}
