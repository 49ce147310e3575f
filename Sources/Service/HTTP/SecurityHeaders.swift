import HTTPTypes

/// What every answer tells a browser, so that none of them is taken for a page, kept, or used by another site.
enum SecurityHeaders {
    /// Adds what is not there yet.
    /// - Parameter isSecure: whether the service is reached by TLS.
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
