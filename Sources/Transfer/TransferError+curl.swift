import CCurl

extension TransferError {
    /// What libcurl reported about a transfer.
    /// - Parameters:
    ///   - place: host, port and path.
    ///   - detail: libcurl's own message (`CURLOPT_ERRORBUFFER`); used only if it names hosts and certificates.
    init(_ result: CURLcode, at place: String, detail: String) {
        let detail = (detail.isEmpty ? String(cString: curl_easy_strerror(result)) : detail).asDetail
        let code = Code(result, detail: detail)
        self.init(code, "\(place): \(Self.phrase(code, result, detail))")
    }

    private static func phrase(_ code: Code, _ result: CURLcode, _ detail: String) -> String {
        let plain = String(cString: curl_easy_strerror(result)).asDetail
        return switch code {
        case .unresolved: "the host's name cannot be resolved (\(detail))"
        case .unreachable: "no connection (\(detail))"
        case .untrusted: "the TLS connection is not acceptable (\(detail))"
        case .timedOut: "took longer than allowed"
        case .cutShort: "the connection ended before the answer did (\(plain))"
        case .refused: "the answer is not acceptable (\(plain))"
        default: plain
        }
    }
}

extension TransferError.Code {
    fileprivate init(_ result: CURLcode, detail: String) {
        switch result {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: self = .unresolved
        case CURLE_COULDNT_CONNECT, CURLE_PROXY: self = .unreachable
        case CURLE_SSL_CONNECT_ERROR: self = Self.isInterruption(detail) ? .unreachable : .untrusted
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT:
            self = .untrusted
        case CURLE_OPERATION_TIMEDOUT: self = .timedOut
        case CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING, CURLE_HTTP2,
            CURLE_HTTP2_STREAM, CURLE_SEND_FAIL_REWIND:
            self = .cutShort
        case CURLE_FILESIZE_EXCEEDED: self = .tooLong
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            self = .refused
        default: self = .other
        }
    }

    /// Whether a handshake failed because the connection broke. libcurl has the same code for this and for a peer with
    /// which no agreement is possible; only its message distinguishes them.
    private static func isInterruption(_ detail: String) -> Bool {
        ["syscall", "unexpected eof", "connection reset", "broken pipe", "timed out"].contains {
            detail.lowercased().contains($0)
        }
    }
}

extension String {
    /// A sentence from outside as a part of ours: on one line, without an initial capital or a full stop.
    var asDetail: String {
        let line = split(whereSeparator: \.isNewline).joined(separator: " ")
        let body = line.hasSuffix(".") ? String(line.dropLast()) : line
        // "OpenSSL …" and "SSL …" keep their capitals.
        guard let first = body.first, body.dropFirst().first?.isLowercase == true, !body.hasPrefix("OpenSSL") else {
            return body
        }
        return first.lowercased() + body.dropFirst()
    }
}
