import Foundation

/// The hosts and schemes from which a download is allowed, including redirects: https from any host, or from the listed
/// ones; plain http only from loopback addresses (interface.md, `downloads.allowed_hosts`).
package struct HostPolicy: Sendable, Hashable {
    /// Host names, compared without case; `*.example.com` stands for every host below `example.com`. Empty: any. A list
    /// that is not empty applies to loopback addresses too.
    package var allowedHosts: [String]

    package init(allowedHosts: [String] = []) {
        self.allowedHosts = allowedHosts
    }

    /// Refuses an address that this policy does not allow.
    /// - Throws: ``TransferError/Code-swift.enum/refused``.
    package func check(_ url: URL) throws(TransferError) {
        try check(WebAddress(url.absoluteString))
    }

    func check(_ address: WebAddress) throws(TransferError) {
        guard address.scheme == "https" || address.isLoopback else {
            throw TransferError(.refused, "\(address.place): plain http is only used for loopback addresses")
        }
        guard allowedHosts.isEmpty || allowedHosts.contains(where: { Self.matches(address.host, $0) }) else {
            throw TransferError(.refused, "\(address.place): the host is not in downloads.allowed_hosts")
        }
    }

    /// Refuses a redirect that this policy does not allow, or that gives up the protection of TLS.
    func check(_ target: WebAddress, comingFrom source: WebAddress) throws(TransferError) {
        guard target.scheme == "https" || source.scheme == "http" else {
            throw TransferError(.refused, "\(source.place): redirects from https to plain http at \(target.place)")
        }
        try check(target)
    }

    private static func matches(_ host: String, _ pattern: String) -> Bool {
        let pattern = pattern.lowercased()
        guard pattern.hasPrefix("*.") else { return host == pattern }
        return host.hasSuffix(pattern.dropFirst()) && host.utf8.count > pattern.utf8.count - 1
    }
}
