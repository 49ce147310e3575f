import CLibcrypto
import Glibc
import Recordings

/// A valid time stamp: a trusted authority's statement that it has seen a checkpoint, and when.
package struct TimeStamp: Hashable, Sendable {
    /// The time, by the authority's clock, to the second.
    package let time: Timestamp

    /// Checks a reply: that it grants the request, that it is about `checkpoint`, that it answers `request`, and that
    /// it is signed with a certificate that leads to one of `trusted`. Certificates are judged as they were at the time
    /// of the stamp, so it stays valid after they expire.
    /// - Parameter request: `nil` if it is no longer known; then the reply may be to another request.
    /// - Throws: ``AnchorError`` with code `refused` if the authority did not grant it; `unsound` if it is invalid.
    package init(
        _ reply: [UInt8],
        to request: TimeStampRequest?,
        of checkpoint: [UInt8],
        trusting trusted: TrustedCertificates
    ) throws(AnchorError) {
        let response = try Self.response(reply)
        defer { TS_RESP_free(response) }
        try Self.requireGrant(response)
        let seconds = try Self.seconds(response)
        let context = try Self.context(request)
        defer { TS_VERIFY_CTX_free(context) }
        let store = try trusted.store()
        store.judge(at: seconds)
        // The context frees its store, and so does its creator.
        X509_STORE_up_ref(store.pointer)
        callark_ts_verify_set_store(context, store.pointer)
        TS_VERIFY_CTX_add_flags(context, Int32(TS_VFY_VERSION | TS_VFY_SIGNATURE | TS_VFY_DATA))
        try checkpoint.withUnsafeBufferPointer { bytes throws(AnchorError) in
            let data = try Libcrypto.require(BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)))
            callark_ts_verify_set_data(context, data)
            guard TS_RESP_verify_response(context, response) == 1 else {
                throw AnchorError(
                    .unsound,
                    "the time stamp does not hold: \(Libcrypto.reason() ?? "for no reason given")"
                )
            }
        }
        time = Timestamp(millisecondsSince1970: Int64(seconds) * 1000)
    }

    /// The time that a reply states, without checking anything else.
    /// - Throws: ``AnchorError`` with code `unsound` if it is not a granted time stamp.
    package static func claimedTime(of reply: [UInt8]) throws(AnchorError) -> Timestamp {
        let response = try response(reply)
        defer { TS_RESP_free(response) }
        return Timestamp(millisecondsSince1970: Int64(try seconds(response)) * 1000)
    }

    private static func response(_ reply: [UInt8]) throws(AnchorError) -> OpaquePointer {
        let response = Libcrypto.decoded(reply, { d2i_TS_RESP(nil, $0, $1) }, freeing: { TS_RESP_free($0) })
        guard let response else { throw AnchorError(.unsound, "not the reply of a time-stamping authority") }
        return response
    }

    private static func requireGrant(_ response: OpaquePointer) throws(AnchorError) {
        let information = TS_RESP_get_status_info(response)
        var status = Int64(-1)
        ASN1_INTEGER_get_int64(&status, TS_STATUS_INFO_get0_status(information))
        // The request has nothing that an authority could modify, so "granted with modifications" is an error.
        guard status == TS_STATUS_GRANTED else {
            throw AnchorError(.refused, "the authority did not grant a time stamp (status \(status) of RFC 3161)")
        }
    }

    private static func seconds(_ response: OpaquePointer) throws(AnchorError) -> Int {
        var parts = tm()
        guard let information = TS_RESP_get_tst_info(response), let time = TS_TST_INFO_get_time(information),
            ASN1_TIME_to_tm(time, &parts) == 1
        else {
            ERR_clear_error()
            throw AnchorError(.unsound, "a time stamp without a time")
        }
        return timegm(&parts)
    }

    /// What the reply is compared with: the request's hash, nonce and policy, as far as they are known.
    private static func context(_ request: TimeStampRequest?) throws(AnchorError) -> OpaquePointer {
        guard let request else { return try Libcrypto.require(TS_VERIFY_CTX_new()) }
        let decoded = Libcrypto.decoded(request.bytes, { d2i_TS_REQ(nil, $0, $1) }, freeing: { TS_REQ_free($0) })
        guard let decoded else { throw AnchorError(.unsound, "not a request to a time-stamping authority") }
        defer { TS_REQ_free(decoded) }
        return try Libcrypto.require(TS_REQ_to_TS_VERIFY_CTX(decoded, nil))
    }
}
