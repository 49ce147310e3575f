import Foundation

/// A bucket, or the part of one below a prefix, and where to reach it.
package struct ObjectStoreLocation: Hashable, Sendable, CustomStringConvertible {
    /// Scheme, host and port.
    package let endpoint: URL
    package let region: String
    package let bucket: String
    /// Comes before every key: empty, or ends with a slash.
    package let prefix: String
    /// Whether the bucket is in the path, and not in the host's name.
    package let pathStyle: Bool

    /// - Parameters:
    ///   - endpoint: plain http only for loopback addresses.
    ///   - prefix: with or without a slash at the end.
    /// - Throws: ``ObjectStoreError`` with code `misconfigured`, which names the part that cannot be used.
    package init(
        endpoint: String,
        region: String,
        bucket: String,
        prefix: String = "",
        pathStyle: Bool = false
    ) throws(ObjectStoreError) {
        guard let url = URL(string: endpoint), let scheme = url.scheme, ["http", "https"].contains(scheme),
            let host = url.host(), !host.isEmpty, url.user() == nil, url.query() == nil, url.fragment() == nil,
            ["", "/"].contains(url.path())
        else {
            throw ObjectStoreError(.misconfigured, "the endpoint is not like https://HOST or https://HOST:PORT")
        }
        guard scheme == "https" || url.isLoopback else {
            throw ObjectStoreError(.misconfigured, "the endpoint: plain http is only used for loopback addresses")
        }
        guard bucket.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]{1,62}/) != nil else {
            throw ObjectStoreError(.misconfigured, "\(bucket) is no name of a bucket")
        }
        guard region.wholeMatch(of: /[A-Za-z0-9._-]{1,64}/) != nil else {
            throw ObjectStoreError(.misconfigured, "\(region) is no region")
        }
        let prefix = prefix.isEmpty || prefix.hasSuffix("/") ? prefix : prefix + "/"
        guard prefix.isEmpty || ObjectKey(prefix + "k") != nil, !prefix.hasPrefix("/") else {
            throw ObjectStoreError(.misconfigured, "\(prefix) is no prefix of keys")
        }
        self.endpoint = url
        self.region = region
        self.bucket = bucket
        self.prefix = prefix
        self.pathStyle = pathStyle
    }

    /// For people: endpoint, bucket and prefix.
    package var description: String {
        "\(authority)/\(bucket)\(prefix.isEmpty ? "" : "/\(prefix)")"
    }
}

extension ObjectStoreLocation {
    /// Host, and port unless it is the scheme's own.
    private var authority: String {
        let host = endpoint.host() ?? ""
        let shown = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        guard let port = endpoint.port, port != (endpoint.scheme == "http" ? 80 : 443) else { return shown }
        return "\(shown):\(port)"
    }

    /// The value of the field `Host`, which is signed.
    var host: String { pathStyle ? authority : "\(bucket).\(authority)" }

    /// The path of an object, or of the bucket with `nil`, encoded.
    func path(_ key: ObjectKey?) -> String {
        let object = key.map { "/" + PercentEncoding.encode(prefix + $0.description, keepsSlashes: true) } ?? ""
        guard pathStyle else { return object.isEmpty ? "/" : object }
        return "/\(bucket)\(object)"
    }

    /// The whole URL of an encoded path and query.
    func url(path: String, query: String) -> URL? {
        URL(string: "\(endpoint.scheme ?? "https")://\(host)\(path)\(query.isEmpty ? "" : "?\(query)")")
    }
}

extension URL {
    /// Whether its host is this machine, by name or number.
    var isLoopback: Bool {
        guard let host = host()?.lowercased() else { return false }
        return ["localhost", "::1", "[::1]"].contains(host)
            || host.wholeMatch(of: /127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}/) != nil
    }
}
