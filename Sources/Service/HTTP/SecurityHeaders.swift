import HTTPTypes

/// Headers that keep browsers from rendering an answer as a page, caching it, or letting another site use it.
enum SecurityHeaders {
    /// Adds the headers that are not set yet.
    /// - Parameter isSecure: whether clients reach the service by TLS.
    static func add(to headers: inout HTTPFields, isSecure: Bool) {
        var all: [(HTTPField.Name, String)] = [
            (.xContentTypeOptions, "nosniff"), (.contentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'"),
            (.referrerPolicy, "no-referrer"), (.crossOriginResourcePolicy, "same-origin"),
            (.cacheControl, "no-store"),
        ]
        if isSecure { all.append((.strictTransportSecurity, "max-age=31536000")) }
        for (name, value) in all where headers[name] == nil { headers[name] = value }
    }
}
