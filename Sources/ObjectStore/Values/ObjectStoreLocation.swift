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
