import CCurl
import Foundation

/// The certificates that servers are trusted by, besides libcurl's own default.
struct TrustAnchors: Sendable {
    /// The system's bundle and the additional certificates as PEM; `nil` where the system's alone are wanted.
    let bundle: Data?

    /// - Parameter file: the path of a PEM file with additional certificates.
    /// - Throws: ``TransferError/Code-swift.enum/untrusted`` where it cannot be read or holds no certificate.
    init(additionalCertificatesFile file: String?) throws(TransferError) {
        guard let file else {
            bundle = nil
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
        bundle = Self.systemBundle() + Data("\n".utf8) + additional
    }

    /// Giving libcurl certificates from memory replaces the bundle that it was built to use, not its folder.
    private static func systemBundle() -> Data {
        guard let path = curl_version_info(CURLVERSION_SEVENTH)?.pointee.cainfo else { return Data() }
        return (try? Data(contentsOf: URL(filePath: String(cString: path)))) ?? Data()
    }

    /// Whether each PEM block is at least well-formed: one that is not would spoil the system's certificates as well, at
    /// every connection.
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
