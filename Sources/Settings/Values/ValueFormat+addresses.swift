import Foundation

#if canImport(Glibc)

    import Glibc

#elseif canImport(Musl)

    import Musl

#endif

extension ValueFormat<URL> {
    /// The address that the provider's paths are appended to; slashes at its end are removed.
    static var baseURL: Self {
        Self(expectation: "an https URL, or an http URL of a loopback address") { (content) throws(BadValue) in
            var word = try content.word()
            while word.hasSuffix("/") { word.removeLast() }
            guard word.utf8.allSatisfy({ (UInt8(ascii: "!")...UInt8(ascii: "~")).contains($0) }),
                let parts = URLComponents(string: word), let url = URL(string: word),
                let host = parts.host, !host.isEmpty, (1...65535).contains(parts.port ?? 443)
            else { throw BadValue() }
            guard parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil else {
                throw BadValue(advice: "it cannot hold a user, a password, a query or a fragment")
            }
            switch parts.scheme?.lowercased() {
            case "https": return url
            case "http" where Address.isLoopback(host): return url
            default: throw BadValue()
            }
        }
    }
}

extension ValueFormat<URL> {
    /// The address of a time-stamping authority, kept byte for byte. Many have none but http: their answers are signed.
    static var timeStampAddress: Self {
        Self(expectation: "an https or http URL") { (content) throws(BadValue) in
            let word = try content.word()
            guard word.utf8.allSatisfy({ (UInt8(ascii: "!")...UInt8(ascii: "~")).contains($0) }),
                let parts = URLComponents(string: word), let url = URL(string: word),
                ["https", "http"].contains(parts.scheme?.lowercased()), let host = parts.host, !host.isEmpty,
                (1...65535).contains(parts.port ?? 443), parts.user == nil, parts.password == nil, parts.fragment == nil
            else { throw BadValue() }
            return url
        }
    }
}

extension ValueFormat<String> {
    /// The address to which the provider sends a browser back, kept byte for byte, because it is compared like that
    /// (wxcc-api 3.1).
    static var redirectURI: Self {
        Self(expectation: "an https URL, or an http URL of a loopback address, as registered with the app") {
            (content) throws(BadValue) in
            let word = try content.word()
            guard word.utf8.allSatisfy({ (UInt8(ascii: "!")...UInt8(ascii: "~")).contains($0) }),
                let parts = URLComponents(string: word), let host = parts.host, !host.isEmpty, parts.fragment == nil,
                parts.user == nil, (1...65535).contains(parts.port ?? 443)
            else { throw BadValue() }
            switch parts.scheme?.lowercased() {
            case "https": return word
            case "http" where Address.isLoopback(host): return word
            default: throw BadValue()
            }
        }
    }
}

extension ValueFormat<[String]> {
    /// Host names as downloads compare them: without scheme, port or path, with `*.` in front for all below.
    static var hosts: Self {
        Self(expectation: "a list of host names such as media.example.com or *.example.com") {
            (content) throws(BadValue) in
            let hosts = content.words().map { $0.lowercased() }
            guard hosts.allSatisfy(Address.isHostPattern) else {
                throw BadValue(advice: "give neither scheme, port nor path")
            }
            return hosts
        }
    }
}
