import CLibcrypto
import Crypto

/// A request to a time-stamping authority (RFC 3161 section 2.4.1) to stamp the SHA-256 of a checkpoint, with a nonce,
/// and to send its certificate along.
package struct TimeStampRequest: Hashable, Sendable {
    /// In DER: some seventy bytes.
    package let bytes: [UInt8]

    /// Makes a request for `checkpoint`.
    /// - Parameter nonce: a random number.
    /// - Throws: ``AnchorError`` if libcrypto fails.
    package init(for checkpoint: [UInt8], nonce: UInt64 = .random(in: 1 << 62 ... .max)) throws(AnchorError) {
        let request = try Libcrypto.require(TS_REQ_new())
        defer { TS_REQ_free(request) }
        let imprint = try Libcrypto.require(TS_MSG_IMPRINT_new())
        defer { TS_MSG_IMPRINT_free(imprint) }
        guard let algorithm = X509_ALGOR_new() else { throw Libcrypto.failure() }
        defer { X509_ALGOR_free(algorithm) }
        try Libcrypto.require(X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nil))
        try Libcrypto.require(TS_MSG_IMPRINT_set_algo(imprint, algorithm))
        var digest = Array(SHA256.hash(data: checkpoint))
        try Libcrypto.require(TS_MSG_IMPRINT_set_msg(imprint, &digest, Int32(digest.count)))
        guard let number = ASN1_INTEGER_new() else { throw Libcrypto.failure() }
        defer { ASN1_INTEGER_free(number) }
        try Libcrypto.require(ASN1_INTEGER_set_uint64(number, nonce))
        try Libcrypto.require(TS_REQ_set_version(request, 1))
        try Libcrypto.require(TS_REQ_set_msg_imprint(request, imprint))
        try Libcrypto.require(TS_REQ_set_nonce(request, number))
        try Libcrypto.require(TS_REQ_set_cert_req(request, 1))
        bytes = try Libcrypto.encoded { i2d_TS_REQ(request, $0) }
    }

    /// Reads a stored request.
    /// - Throws: ``AnchorError`` with code `unsound` if it is not exactly the request for `checkpoint`.
    package init(_ bytes: [UInt8], of checkpoint: [UInt8]) throws(AnchorError) {
        let decoded = Libcrypto.decoded(bytes, { d2i_TS_REQ(nil, $0, $1) }, freeing: { TS_REQ_free($0) })
        guard let decoded else { throw AnchorError(.unsound, "not a request to a time-stamping authority") }
        defer { TS_REQ_free(decoded) }
        var nonce = UInt64(0)
        guard let number = TS_REQ_get_nonce(decoded), ASN1_INTEGER_get_uint64(&nonce, number) == 1,
            try Self(for: checkpoint, nonce: nonce).bytes == bytes
        else {
            ERR_clear_error()
            throw AnchorError(.unsound, "not the request for this checkpoint")
        }
        self.bytes = bytes
    }
}
