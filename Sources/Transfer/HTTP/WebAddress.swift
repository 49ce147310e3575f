import CCurl
import Foundation

/// An http or https URL, kept exactly, with its parts as libcurl reads them. So the address that is checked is the one
/// that is used, however oddly the URL is written.
struct WebAddress: Sendable {
    /// The URL as it was given.
    let text: String
    let scheme: String
    /// In lower case; an IPv6 address without its brackets.
    let host: String
    let port: Int
    private let path: String

    /// - Throws: ``TransferError/Code-swift.enum/refused`` if `text` is not an http or https URL, or has a user name or
    ///   a password.
    init(_ text: String) throws(TransferError) {
        let parser = try URLParser()
        try parser.set(text, flags: UInt32(CURLU_PATH_AS_IS))
        try self.init(text: text, parser: parser)
    }

    /// The target of a `Location` field, relative to this address (RFC 9110 section 10.2.2).
    /// - Parameter location: as ``HeadReader`` returns it, with everything encoded that a URL may not contain.
    /// - Throws: ``TransferError/Code-swift.enum/refused`` as the other initialiser does.
    func following(_ location: String) throws(TransferError) -> WebAddress {
        let parser = try URLParser()
        try parser.set(text, flags: UInt32(CURLU_PATH_AS_IS))
        try parser.set(location, flags: UInt32(CURLU_PATH_AS_IS))
        return try WebAddress(text: try parser.part(CURLUPART_URL), parser: parser)
    }

    private init(text: String, parser: borrowing URLParser) throws(TransferError) {
        self.text = text
        scheme = try parser.part(CURLUPART_SCHEME).lowercased()
        var host = try parser.part(CURLUPART_HOST).lowercased()
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        self.host = host
        port = Int(try parser.part(CURLUPART_PORT, flags: UInt32(CURLU_DEFAULT_PORT))) ?? 0
        path = try parser.part(CURLUPART_PATH)
        guard scheme == "https" || scheme == "http" else {
            throw TransferError(.refused, "\(place): neither https nor http")
        }
        guard parser.lacks(CURLUPART_USER), parser.lacks(CURLUPART_PASSWORD) else {
            throw TransferError(.refused, "\(place): a URL with a user name or a password is not used")
        }
    }

    /// Host, port and path, for messages: never the query, which may be a signature.
    var place: String {
        let printable = String(path.prefix(200).map { $0.isASCII && $0 >= " " && $0 != "\u{7F}" ? $0 : "?" })
        return authority + printable
    }

    /// Scheme, host and port: what a connection belongs to (RFC 6454).
    var origin: String { "\(scheme)://\(authority)" }

    private var authority: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Whether the host is this machine: 127.0.0.0/8, ::1 or `localhost`.
    var isLoopback: Bool {
        if host == "localhost" { return true }
        var address = in_addr()
        if inet_pton(AF_INET, host, &address) == 1 {
            return UInt32(bigEndian: address.s_addr) >> 24 == 127
        }
        var address6 = in6_addr()
        guard inet_pton(AF_INET6, host, &address6) == 1 else { return false }
        return withUnsafeBytes(of: &address6) { $0.dropLast().allSatisfy { $0 == 0 } && $0.last == 1 }
    }
}

/// libcurl's own URL parser.
private struct URLParser: ~Copyable {
    private let handle: OpaquePointer

    init() throws(TransferError) {
        guard let handle = curl_url() else { throw TransferError(.other, "out of memory for a URL") }
        self.handle = handle
    }

    deinit {
        curl_url_cleanup(handle)
    }

    /// Sets the whole URL, relative to the current one if there is one.
    func set(_ url: String, flags: UInt32) throws(TransferError) {
        // libcurl would read only up to the zero byte, and connect to something other than what was checked.
        guard !url.utf8.contains(0) else { throw TransferError(.refused, "the URL holds a zero byte") }
        let code = curl_url_set(handle, CURLUPART_URL, url, flags | UInt32(CURLU_NON_SUPPORT_SCHEME))
        guard code == CURLUE_OK else { throw Self.error(code) }
    }

    func part(_ part: CURLUPart, flags: UInt32 = 0) throws(TransferError) -> String {
        var text: UnsafeMutablePointer<CChar>?
        let code = curl_url_get(handle, part, &text, flags)
        guard code == CURLUE_OK, let text else { throw Self.error(code) }
        defer { curl_free(text) }
        return String(cString: text)
    }

    func lacks(_ part: CURLUPart) -> Bool {
        var text: UnsafeMutablePointer<CChar>?
        defer { curl_free(text) }
        return curl_url_get(handle, part, &text, 0) != CURLUE_OK
    }

    private static func error(_ code: CURLUcode) -> TransferError {
        TransferError(.refused, "the URL cannot be used: \(String(cString: curl_url_strerror(code)).asDetail)")
    }
}
