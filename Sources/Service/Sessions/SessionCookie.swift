import HTTPTypes

/// The cookie that holds a session's token.
struct SessionCookie: Sendable, Hashable {
    /// Whether browsers reach the service by TLS. Then the cookie is never sent without TLS, and no other host can set it
    /// (`__Host-`).
    let isSecure: Bool

    var name: String { isSecure ? "__Host-callark" : "callark" }

    /// The value of `Set-Cookie` that hands a token to the browser. It has no `Max-Age`, so it ends with the browser.
    func setting(_ token: SessionToken) -> String { "\(name)=\(token.text)\(attributes)" }

    /// The value of `Set-Cookie` that makes the browser forget its token.
    var removal: String { "\(name)=; Max-Age=0\(attributes)" }

    /// Strict: a request that another site causes never carries the cookie.
    private var attributes: String { "; Path=/; HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "") }

    /// The texts of all cookies with this name. There is more than one only if another program on this host set one too.
    func values(in headers: HTTPFields) -> [Substring] { Self.values(of: name, in: headers) }

    /// The texts of all cookies with a name.
    static func values(of name: String, in headers: HTTPFields) -> [Substring] {
        headers[values: .cookie].flatMap { header in
            header.split(separator: ";").compactMap { pair -> Substring? in
                let pair = pair.drop { $0 == " " }
                guard pair.hasPrefix("\(name)=") else { return nil }
                return Substring(pair.dropFirst(name.count + 1))
            }
        }
    }
}
