import Foundation

/// A media host's answer instead of bytes (wxcc-api 6.5): the status, and the object store's own code.
struct StoreRefusal: Hashable, Sendable, CustomStringConvertible {
    var status: Int
    /// `AccessDenied` from `<Error><Code>AccessDenied</Code>…`; `nil` if the body has none.
    var code: String?
    /// Whether the host says that the URL has expired, in which case a new one helps.
    var saysExpired: Bool

    /// - Parameter body: the first bytes of the answer.
    init(status: Int, body: [UInt8] = []) {
        let text = String(decoding: body, as: UTF8.self)
        self.status = status
        code = Self.code(in: text)
        saysExpired = code?.contains("Expired") == true || text.lowercased().contains("has expired")
    }

    var description: String { "the media host answered \(status)" + (code.map { " (\($0))" } ?? "") }

    /// What a person can do if the host gives this answer to one recording after another.
    var advice: String {
        switch (code, status) {
        case ("RequestTimeTooSkewed", _):
            "check this machine's clock with `callark config check`; if it is right, the provider signs URLs with a wrong "
                + "one: report it to its support"
        case ("SlowDown", _), (_, 429), (_, 500...599):
            "the host is overloaded or down: run it again later; lower downloads.concurrency if this persists"
        case _ where saysExpired:
            "new URLs are refused as expired: check this machine's clock with `callark config check`, and "
                + "captures.url_expiration_minutes"
        case ("SignatureDoesNotMatch", _): "something on the way changes the URLs: look for a proxy"
        case ("NoSuchKey", _), ("NoSuchBucket", _), (_, 404), (_, 410):
            "the provider lists recordings that its store does not have: report it to its support"
        default: "look for a proxy or firewall that refuses it, or report it to the provider's support"
        }
    }

    /// Only letters and digits, so that nothing secret or strange gets into a message.
    private static func code(in text: String) -> String? {
        guard let begin = text.firstRange(of: "<Code>"), let end = text.firstRange(of: "</Code>"),
            begin.upperBound < end.lowerBound
        else { return nil }
        let code = text[begin.upperBound..<end.lowerBound]
        return code.utf8.count <= 60 && code.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
            ? String(code) : nil
    }
}
