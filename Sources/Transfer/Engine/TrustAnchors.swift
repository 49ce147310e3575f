import CCurl
import Foundation

/// The trusted certificates: the system's, and those of a file.
///
/// If the system's folder has them named by their hashes, as on Debian, they are looked up one by one. libcurl prefers
/// the bundle, from which all of them are parsed for each connection: measured with 64 connections, that took 1.5 s
/// instead of 0.1 s, and 2 MB for each connection.
struct TrustAnchors: Sendable {
    /// The system's folder; `nil` if only libcurl knows the system's certificates.
    private let folder: String?
    /// PEM to trust in addition to `folder`, or instead of libcurl's bundle, which it then contains.
    private let pem: Data?

    /// - Parameters:
    ///   - file: the path of a PEM file with additional certificates.
    ///   - systemFolder: the folder of the system's certificates, if they are named by their hashes there.
    /// - Throws: ``TransferError/Code-swift.enum/untrusted`` if `file` cannot be read or contains no certificate.
    init(
        additionalCertificatesFile file: String?,
        systemFolder: String? = Self.builtInFolder
    ) throws(TransferError) {
        folder = systemFolder.flatMap { Self.holdsHashedNames($0) ? $0 : nil }
        guard let file else {
            pem = nil
            return
        }
        let additional: Data
        do {
            additional = try Data(contentsOf: URL(filePath: file))
        } catch {
            throw TransferError(.untrusted, "\(file): the additional certificates cannot be read")
        }
        guard Self.holdsCertificates(additional) else {
            throw TransferError(.untrusted, "\(file): holds no PEM certificate, or a damaged one")
        }
        pem = folder == nil ? Self.builtInBundle + Data("\n".utf8) + additional : additional
    }

    /// Makes `handle` trust them, for servers and proxies.
    func apply(to handle: EasyHandle) throws(TransferError) {
        if let folder {
            try handle.clear(CURLOPT_CAINFO)
            try handle.clear(CURLOPT_PROXY_CAINFO)
            try handle.set(CURLOPT_CAPATH, folder)
            try handle.set(CURLOPT_PROXY_CAPATH, folder)
        }
        if let pem {
            try handle.set(CURLOPT_CAINFO_BLOB, blob: pem)
            try handle.set(CURLOPT_PROXY_CAINFO_BLOB, blob: pem)
        }
    }

    /// The places where libcurl was built to look; these fields exist since 7.70.
    private static var builtInFolder: String? {
        curl_version_info(CURLVERSION_SEVENTH)?.pointee.capath.map { String(cString: $0) }
    }

    private static var builtInBundle: Data {
        guard let path = curl_version_info(CURLVERSION_SEVENTH)?.pointee.cainfo else { return Data() }
        return (try? Data(contentsOf: URL(filePath: String(cString: path)))) ?? Data()
    }

    /// Whether OpenSSL can find certificates in a folder: by names like `5ed36f99.0` (openssl-rehash(1)).
    private static func holdsHashedNames(_ folder: String) -> Bool {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.contains { $0.wholeMatch(of: /[0-9a-f]{8}\.[0-9]+/) != nil }
    }

    /// Whether each PEM block is at least well-formed: a malformed one would make the others useless too, for every
    /// connection.
    private static func holdsCertificates(_ pem: Data) -> Bool {
        let blocks = String(decoding: pem, as: UTF8.self).components(separatedBy: "-----BEGIN CERTIFICATE-----")
        guard blocks.count > 1 else { return false }
        return blocks.dropFirst().allSatisfy { block in
            guard let end = block.range(of: "-----END CERTIFICATE-----") else { return false }
            let text = String(block[..<end.lowerBound].filter { !$0.isWhitespace })
            // 0x30: an ASN.1 sequence.
            return Data(base64Encoded: text)?.first == 0x30
        }
    }
}
