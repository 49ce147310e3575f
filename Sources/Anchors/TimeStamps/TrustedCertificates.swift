import CLibcrypto

/// The certificates of authorities, in PEM, to one of which a time stamp has to lead.
package struct TrustedCertificates: Hashable, Sendable {
    /// The text, as it is kept with the log.
    package let pem: [UInt8]

    /// - Throws: ``AnchorError`` with code `unsound` if it contains no certificate, or one that cannot be read.
    package init(pem: [UInt8]) throws(AnchorError) {
        self.pem = pem
        _ = try store()
    }

    /// A store that trusts them and nothing else.
    func store() throws(AnchorError) -> CertificateStore {
        let store = try CertificateStore()
        try pem.withUnsafeBufferPointer { bytes throws(AnchorError) in
            let source = try Libcrypto.require(BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)))
            defer { BIO_free(source) }
            var count = 0
            while let certificate = PEM_read_bio_X509(source, nil, nil, nil) {
                defer { X509_free(certificate) }
                guard X509_STORE_add_cert(store.pointer, certificate) == 1 else { throw Libcrypto.failure() }
                count += 1
            }
            // After the last one, no further line begins a certificate; any other error means a broken certificate.
            let reason = ERR_reason_error_string(ERR_peek_last_error()).map { String(cString: $0) } ?? ""
            ERR_clear_error()
            guard count > 0 else { throw AnchorError(.unsound, "no PEM certificate") }
            guard reason == "no start line" else { throw AnchorError(.unsound, "a certificate is broken: \(reason)") }
        }
        return store
    }
}

/// A certificate store of libcrypto's.
struct CertificateStore: ~Copyable {
    let pointer: OpaquePointer

    init() throws(AnchorError) { pointer = try Libcrypto.require(X509_STORE_new()) }

    deinit { X509_STORE_free(pointer) }

    /// Makes certificates be judged as they were at a time, not as they are now.
    func judge(at time: Int) {
        X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(pointer), time_t(time))
    }
}
