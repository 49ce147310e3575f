import Crypto
import Foundation

/// Signs URLs as S3 presigns them, and checks them (wxcc-api 6.5). The signature is an HMAC over method, host, path and
/// query exactly as written, so that a client that re-encodes a URL breaks it, and so does `HEAD`.
struct URLSigner: Sendable {
    enum Verdict: Hashable, Sendable {
        case good
        case expired(at: Moment)
        case signatureDoesNotMatch
        /// No signature at all.
        case unsigned
    }

    private static let mark = "&X-Amz-Signature="

    let seed: UInt64
    let host: String
    let now: Moment

    /// - Parameters:
    ///   - origin: scheme, host and port other than the signed host's.
    ///   - seconds: how long the URL is valid.
    func url(path: String, at origin: String? = nil, expiresAfter seconds: Int) -> String {
        let time = now.text(.compact)
        let credential = "AKIASIMULATED\(seed % 1000)%2F\(time.prefix(8))%2Fus-east-1%2Fs3%2Faws4_request"
        let query =
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=\(time)&X-Amz-SignedHeaders=host"
            + "&X-Amz-Expires=\(seconds)&X-Amz-Credential=\(credential)"
        let signature = signature(method: "GET", path: path, query: query)
        return "\(origin ?? "http://\(host)")\(path)?\(query)\(Self.mark)\(signature)"
    }

    func check(_ request: Request) -> Verdict {
        guard let mark = request.query.range(of: Self.mark) else { return .unsigned }
        let query = String(request.query[..<mark.lowerBound])
        let form = Form(query)
        guard request.query[mark.upperBound...] == signature(method: request.method, path: request.path, query: query),
            let signed = form["X-Amz-Date"].flatMap(Moment.init(compact:)),
            let seconds = form["X-Amz-Expires"].flatMap({ Int64($0) })
        else { return .signatureDoesNotMatch }
        let end = signed + .seconds(seconds)
        return now < end ? .good : .expired(at: end)
    }

    private func signature(method: String, path: String, query: String) -> String {
        let text = "\(method)\n\(host)\n\(path)\n\(query)"
        let key = SymmetricKey(data: Data("simulated storage \(seed)".utf8))
        return HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key).hex
    }
}

extension Sequence<UInt8> {
    /// Lower-case hexadecimal digits.
    var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
