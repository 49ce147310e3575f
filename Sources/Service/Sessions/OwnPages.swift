import Foundation
import HTTPTypes

/// Tells requests of the service's own page from those that a page of another site makes a browser send (CSRF).
struct OwnPages: Sendable {
    /// The origin of `service.public_url`; `nil` if it is not configured.
    private let publicOrigin: String?
    private let isSecure: Bool

    /// - Parameter isSecure: whether browsers reach the service by TLS.
    init(publicURL: URL?, isSecure: Bool) {
        publicOrigin = publicURL.flatMap { url in
            guard let scheme = url.scheme, let host = url.host(percentEncoded: true) else { return nil }
            return Self.origin(scheme, url.port.map { "\(host):\($0)" } ?? host)
        }
        self.isSecure = isSecure
    }

    /// Refuses a request that another site caused. A program other than a browser sends neither header, and passes.
    /// - Throws: a ``Problem`` with status 403.
    func require(_ visitor: Authenticator.Visitor) throws(Problem) {
        if let site = visitor.headers[.secFetchSite] {
            // `none` is what the user typed or chose, which no form is.
            guard site == "same-origin" || visitor.isSafe && site == "none" else { throw Self.refusal }
        }
        if let origin = visitor.headers[.origin] {
            let own = [publicOrigin, visitor.authority.map { Self.origin(isSecure ? "https" : "http", $0) }]
            guard own.contains(origin.lowercased()) else { throw Self.refusal }
        }
    }

    private static func origin(_ scheme: String, _ authority: String) -> String {
        let text = "\(scheme)://\(authority)".lowercased()
        for (scheme, port) in [("https://", ":443"), ("http://", ":80")]
        where text.hasPrefix(scheme) && text.hasSuffix(port) {
            return String(text.dropLast(port.count))
        }
        return text
    }

    private static var refusal: Problem {
        Problem(.forbidden, "cross_site", "a page of another site made this request")
    }
}
