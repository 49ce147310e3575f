import CCurl
import Foundation

extension HTTPHeaders {
    /// Every value of a field, in their order.
    package func values(_ name: String) -> [String] {
        fields.lazy.filter { Self.isSame($0.name, name) }.map(\.value)
    }

    /// How long the server asks to be left alone: `Retry-After` in seconds or as a date of any form that HTTP knows
    /// (RFC 9110 section 10.2.3). A date in the past means no wait. It is compared with the server's own `Date`, so the
    /// result is right even if this machine's clock is wrong.
    /// - Parameter now: used if the answer has no date.
    /// - Returns: `nil` if the field is missing or has neither form.
    package func retryAfter(now: Date) -> Duration? {
        guard let text = self["Retry-After"]?.trimmingCharacters(in: .whitespaces), let first = text.utf8.first else {
            return nil
        }
        guard !text.utf8.allSatisfy(Self.isDigit) else {
            // More seconds than an Int64 holds are still a wait, not nonsense.
            return .seconds(Int64(text).map { min($0, Self.longestWait) } ?? Self.longestWait)
        }
        // curl's parser is lenient; a value that begins like a number is a broken number, not a date.
        guard !Self.isDigit(first), first != UInt8(ascii: "-"), first != UInt8(ascii: "+") else { return nil }
        let instant = curl_getdate(text, nil)
        guard instant >= 0 else { return nil }
        let now = date ?? now
        // Years have up to ten digits for curl.
        let wait = min(max(0, Double(instant) - now.timeIntervalSince1970), Double(Self.longestWait))
        return .milliseconds(Int64(wait * 1000))
    }

    /// How a server identifies the bytes of an answer, so that it can be asked later whether they have changed: an
    /// `ETag`, otherwise a `Last-Modified`.
    package var validator: String? { self["ETag"] ?? self["Last-Modified"] }

    /// The header that asks for an answer only if the bytes no longer match a ``validator``. An entity tag has quotes
    /// (RFC 9110 section 8.8.3); a text without quotes counts as one too, unless it can be read as a date.
    package static func condition(on validator: String) -> String {
        !validator.contains("\"") && curl_getdate(validator, nil) >= 0 ? "If-Modified-Since" : "If-None-Match"
    }

    /// The content encoding of a body (RFC 9110 section 8.4), in lower case; `nil` if it has none.
    package var contentEncoding: String? {
        let codings = values("Content-Encoding").joined(separator: ",").lowercased().split(separator: ",")
        let named = codings.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty && $0 != "identity" }
        return named.isEmpty ? nil : named.joined(separator: ", ")
    }

    /// When the server says that it answered (RFC 9110 section 6.6.1), to the second.
    package var date: Date? {
        guard let text = self["Date"], text.utf8.first.map(Self.isDigit) == false else { return nil }
        let instant = curl_getdate(text, nil)
        return instant > 0 ? Date(timeIntervalSince1970: Double(instant)) : nil
    }

    /// A century, in seconds: longer than anyone waits, and safe to calculate with.
    private static let longestWait: Int64 = 3_155_760_000

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

extension HTTPHeaders {
    /// The value of `Content-Length`, in bytes, if it counts: not together with `Transfer-Encoding`, which overrides it
    /// (RFC 9112 section 6.3).
    /// - Throws: ``TransferError/Code-swift.enum/refused`` if it is not a number, or if there are several different
    ///   ones.
    func contentLength() throws(TransferError) -> Int64? {
        let values = values("Content-Length")
        guard let text = values.first, self["Transfer-Encoding"] == nil else { return nil }
        guard values.allSatisfy({ $0 == text }), text.utf8.allSatisfy(Self.isDigit), let length = Int64(text) else {
            throw TransferError(.refused, "its Content-Length is no length")
        }
        return length
    }
}
