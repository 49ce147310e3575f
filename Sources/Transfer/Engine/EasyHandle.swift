import CCurl
import Foundation
import Recordings

/// libcurl's handle of one transfer at a time, with the memory that it refers to. Used on one thread of the engine
/// only.
final class EasyHandle {
    let raw: UnsafeMutableRawPointer
    private var fields: UnsafeMutablePointer<curl_slist>?
    private let errorText: UnsafeMutablePointer<CChar>

    init() throws(TransferError) {
        guard let raw = curl_easy_init() else { throw TransferError(.other, "out of memory for a transfer") }
        self.raw = raw
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        try Self.check(callark_easy_set_pointer(raw, CURLOPT_ERRORBUFFER, errorText))
    }

    deinit {
        curl_easy_cleanup(raw)
        curl_slist_free_all(fields)
        errorText.deallocate()
    }

    /// libcurl's message about the last failure; may be empty.
    var detail: String { String(cString: errorText) }

    func set(_ option: CURLoption, _ value: Int) throws(TransferError) {
        try Self.check(callark_easy_set_long(raw, option, value))
    }

    func set(_ option: CURLoption, _ value: Bool) throws(TransferError) {
        try set(option, value ? 1 : 0)
    }

    func set(_ option: CURLoption, _ value: String) throws(TransferError) {
        try Self.check(callark_easy_set_string(raw, option, value))
    }

    /// Restores libcurl's default.
    func clear(_ option: CURLoption) throws(TransferError) {
        try Self.check(callark_easy_set_string(raw, option, nil))
    }

    /// In milliseconds, and never 0, which would mean no limit.
    func set(_ option: CURLoption, _ value: Duration) throws(TransferError) {
        try set(option, Int(min(max(1, value.milliseconds), Int64(Int32.max))))
    }

    func set(_ option: CURLoption, size: Int64) throws(TransferError) {
        try Self.check(callark_easy_set_size(raw, option, curl_off_t(size)))
    }

    /// libcurl keeps a copy.
    func set(_ option: CURLoption, blob data: Data) throws(TransferError) {
        let code = data.withUnsafeBytes { bytes in
            var blob = curl_blob(
                data: UnsafeMutableRawPointer(mutating: bytes.baseAddress),
                len: bytes.count,
                flags: UInt32(CURL_BLOB_COPY)
            )
            return callark_easy_set_blob(raw, option, &blob)
        }
        try Self.check(code)
    }

    func set(_ option: CURLoption, callback: @escaping curl_write_callback) throws(TransferError) {
        try Self.check(callark_easy_set_write(raw, option, callback))
    }

    func set(_ option: CURLoption, callback: @escaping curl_prereq_callback) throws(TransferError) {
        try Self.check(callark_easy_set_prereq(raw, option, callback))
    }

    /// Not copied: its owner outlives the transfer.
    func set(_ option: CURLoption, list: UnsafeMutablePointer<curl_slist>?) throws(TransferError) {
        try Self.check(callark_easy_set_list(raw, option, list))
    }

    /// Not retained: its owner outlives the transfer.
    func set(_ option: CURLoption, context: UnsafeMutableRawPointer) throws(TransferError) {
        try Self.check(callark_easy_set_pointer(raw, option, context))
    }

    /// A body; libcurl keeps a copy.
    func setBody(_ body: Data) throws(TransferError) {
        try Self.check(callark_easy_set_size(raw, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
        guard !body.isEmpty else { return try set(CURLOPT_COPYPOSTFIELDS, "") }
        let code = body.withUnsafeBytes { bytes in
            callark_easy_set_pointer(raw, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
        }
        try Self.check(code)
    }

    /// Header fields in libcurl's form: `Name: value`, `Name;` for an empty value, `Name:` to omit a default.
    func setFields(_ lines: [String]) throws(TransferError) {
        // libcurl refers to those of the previous transfer until it gets others.
        let before = fields
        defer { curl_slist_free_all(before) }
        fields = nil
        for line in lines {
            guard let longer = curl_slist_append(fields, line) else {
                throw TransferError(.other, "out of memory for header fields")
            }
            fields = longer
        }
        try Self.check(callark_easy_set_list(raw, CURLOPT_HTTPHEADER, fields))
    }

    private static func check(_ code: CURLcode) throws(TransferError) {
        guard code == CURLE_OK else {
            throw TransferError(.other, "libcurl cannot do this: \(String(cString: curl_easy_strerror(code)).asDetail)")
        }
    }
}
