import Foundation
import Recordings

/// The request with which an administrator's browser is sent to the provider, and with which the answer has to agree
/// (wxcc-api 3.1).
package struct AuthorizationRequest: Sendable {
    /// The address for the browser; it contains no secret.
    package let url: URL
    /// Exactly as registered with the app.
    package let redirectURI: String
    /// The value that has to come back: an answer without it belongs to another request.
    package let state: String
    /// `nil` if none is to be sent.
    let proofKey: ProofKey?

    /// - Parameters:
    ///   - usesProofKey: whether the code is tied to this process (PKCE); a provider that does not know it ignores it.
    ///   - generator: for values that no one may guess.
    /// - Throws: `rejected` if no URL can be made from the base URL.
    init(
        oauthBaseURL: URL,
        clientID: String,
        redirectURI: String,
        scopes: [String],
        usesProofKey: Bool,
        using generator: inout some RandomNumberGenerator
    ) throws(ProviderError) {
        state = Base64URL.random(using: &generator)
        proofKey = usesProofKey ? ProofKey(using: &generator) : nil
        self.redirectURI = redirectURI
        var query = [
            (name: "response_type", value: "code"), (name: "client_id", value: clientID),
            (name: "redirect_uri", value: redirectURI), (name: "scope", value: scopes.joined(separator: " ")),
            (name: "state", value: state),
        ]
        if let proofKey {
            query += [("code_challenge", proofKey.challenge), ("code_challenge_method", "S256")]
        }
        url = try APICall.url(oauthBaseURL, "authorize", query: query)
    }
}

/// The content of a redirect, or of what was pasted instead.
package enum RedirectAnswer: Sendable, Hashable {
    /// The code to redeem, once.
    case code(Secret)
    /// The provider or the administrator refused; their message, on one line.
    case refused(String)
    /// Not an answer to this request, and why; the right one may still arrive.
    case foreign(String)
}

extension AuthorizationRequest {
    /// Reads the query of a redirect.
    func answer(query: String) -> RedirectAnswer {
        let fields = FormEncoding.fields(of: query)
        func value(_ name: String) -> String? {
            let values = fields.filter { $0.name == name }
            return values.count == 1 ? values[0].value : nil
        }
        return answer(value)
    }

    /// Reads the parameters of a redirect.
    /// - Parameter value: the decoded value of a parameter that occurs once.
    package func answer(_ value: (_ name: String) -> String?) -> RedirectAnswer {
        guard let given = value("state"), given == state else {
            return .foreign("its state is not that of this login: it answers another one, or somebody has made it up")
        }
        if let error = value("error") {
            let words = [error, value("error_description")].compactMap(\.self).joined(separator: ": ")
            let text = ErrorBody(Data(words.utf8)).text ?? "no reason given"
            // Advice follows, after a semicolon.
            return .refused(text.hasSuffix(".") ? String(text.dropLast()) : text)
        }
        guard let code = value("code"), Self.isCode(code) else { return .foreign("there is no code in it") }
        return .code(Secret(code))
    }

    /// Reads what a person has copied: the whole address at which the browser ended, or only the code, which has no
    /// state to compare.
    package func answer(pasted text: String) -> RedirectAnswer {
        // Mail and chat put quotes or brackets around an address.
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines.union(CharacterSet(charactersIn: "\"'<>")))
        guard text.contains("?") || text.contains("://") || text.contains("&") else {
            return Self.isCode(text) ? .code(Secret(text)) : .foreign("it is neither an address nor a code")
        }
        let query = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).last ?? ""
        let answered = String(query.prefix { $0 != "#" })
        if FormEncoding.fields(of: answered).contains(where: { $0.name == "response_type" }) {
            return .foreign("it is the address to sign in at, and not the one that the browser ends at after that")
        }
        return answer(query: answered)
    }

    /// Visible ASCII, of a limited length.
    private static func isCode(_ text: String) -> Bool {
        (1...4096).contains(text.utf8.count)
            && text.utf8.allSatisfy { (UInt8(ascii: "!")...UInt8(ascii: "~")).contains($0) }
    }
}

extension FormEncoding {
    /// The decoded names and values of a query, in their order; what cannot be decoded stays as it is.
    static func fields(of query: String) -> [(name: String, value: String)] {
        query.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(decode)
            return (parts[0], parts.count > 1 ? parts[1] : "")
        }
    }

    private static func decode(_ text: Substring) -> String {
        let spaced = String(text.replacing("+", with: " "))
        return spaced.removingPercentEncoding ?? spaced
    }
}
