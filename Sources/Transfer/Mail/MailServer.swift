import CCurl
import Files
import Foundation
import Recordings

/// A server that takes e-mail (SMTP, RFC 5321).
package struct MailServer: Sendable {
    /// How the connection is protected.
    package enum Protection: String, Sendable, Hashable, CaseIterable {
        /// TLS from the first byte, usually on port 465.
        case tls
        /// TLS after `STARTTLS`, usually on port 587. Without it, nothing is sent.
        case startTLS = "starttls"
        /// None.
        case none
    }

    /// The name and the password for it.
    package struct Login: Sendable {
        package var user: String
        package var password: String

        package init(user: String, password: String) {
            self.user = user
            self.password = password
        }
    }

    package var host: String
    package var port: Int
    package var protection: Protection
    package var login: Login?
    /// The path of a PEM file with certificates to trust in addition to the system's.
    package var certificatesFile: String?
    /// The time for a whole delivery.
    package var timeout = Duration.seconds(60)

    package init(host: String, port: Int, protection: Protection, login: Login? = nil, certificatesFile: String? = nil)
    {
        self.host = host
        self.port = port
        self.protection = protection
        self.login = login
        self.certificatesFile = certificatesFile
    }

    /// Delivers a message. The server has it when this returns.
    /// - Parameters:
    ///   - from: the sender's address.
    ///   - recipients: their addresses.
    ///   - message: header and body, with lines that end with CR LF (RFC 5322).
    /// - Throws: ``TransferError`` if the server does not take it for all recipients.
    package func deliver(_ message: [UInt8], from: String, to recipients: [String]) async throws(TransferError) {
        try await BlockingWork.run { _ throws(TransferError) in try send(message, from, recipients) }
    }

    /// The bytes that libcurl has not read yet.
    private final class Source {
        var rest: ArraySlice<UInt8>

        init(_ bytes: [UInt8]) {
            rest = bytes[...]
        }
    }

    private func send(_ message: [UInt8], _ from: String, _ recipients: [String]) throws(TransferError) {
        let handle = try EasyHandle()
        var list: UnsafeMutablePointer<curl_slist>?
        defer { curl_slist_free_all(list) }
        for recipient in recipients {
            guard let longer = curl_slist_append(list, "<\(recipient)>") else {
                throw TransferError(.other, "out of memory for recipients")
            }
            list = longer
        }
        let source = Source(message)
        try handle.set(CURLOPT_URL, "\(protection == .tls ? "smtps" : "smtp")://\(host):\(port)")
        try handle.set(CURLOPT_NOSIGNAL, true)
        try handle.set(CURLOPT_USE_SSL, protection == .none ? 0 : 3)
        try handle.set(CURLOPT_TIMEOUT_MS, timeout)
        try handle.set(CURLOPT_PROXY, "")
        try TrustAnchors(additionalCertificatesFile: certificatesFile).apply(to: handle)
        if let login {
            try handle.set(CURLOPT_USERNAME, login.user)
            try handle.set(CURLOPT_PASSWORD, login.password)
        }
        try handle.set(CURLOPT_MAIL_FROM, "<\(from)>")
        try handle.set(CURLOPT_MAIL_RCPT, list: list)
        try handle.set(CURLOPT_UPLOAD, true)
        // To libcurl, a function that reads has the same type as one that writes.
        let read: curl_write_callback = { buffer, size, count, context in
            guard let buffer, let context else { return 0 }
            let source = Unmanaged<Source>.fromOpaque(context).takeUnretainedValue()
            let bytes = source.rest.prefix(size * count)
            bytes.withUnsafeBytes { bytes in
                if let base = bytes.baseAddress {
                    buffer.update(from: base.assumingMemoryBound(to: CChar.self), count: bytes.count)
                }
            }
            source.rest = source.rest.dropFirst(bytes.count)
            return bytes.count
        }
        try handle.set(CURLOPT_READFUNCTION, callback: read)
        try handle.set(CURLOPT_READDATA, context: Unmanaged.passUnretained(source).toOpaque())
        let result = withExtendedLifetime(source) { curl_easy_perform(handle.raw) }
        guard result == CURLE_OK else {
            throw TransferError(result, at: "\(host) port \(port)", detail: handle.detail)
        }
    }
}
