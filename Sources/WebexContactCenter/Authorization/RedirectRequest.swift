import Foundation

/// The place on this machine to which the provider sends the browser back.
package struct RedirectPlace: Sendable, Hashable {
    /// `localhost`, an address of 127.0.0.0/8 or `::1`.
    let host: String
    let port: UInt16
    /// Percent-encoded, beginning with a slash.
    let path: String

    /// - Returns: `nil` unless it is an http URL with a loopback address: this machine cannot wait anywhere else.
    package init?(redirectURI: String) {
        guard let parts = URLComponents(string: redirectURI), parts.scheme?.lowercased() == "http",
            let host = parts.host?.trimmingCharacters(in: CharacterSet(charactersIn: "[]")).lowercased(),
            let port = UInt16(exactly: parts.port ?? 80), port > 0,
            host == "localhost" || host == "::1" || host.hasPrefix("127.")
        else { return nil }
        self.host = host
        self.port = port
        path = parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath
    }
}

/// What one connection to the redirect's place asks, and the answer to it: the little HTTP that a redirect needs.
enum RedirectRequest: Sendable, Hashable {
    /// The redirect, with its query.
    case redirect(query: String)
    /// Anything else: a status, such as 404 for a browser's icon.
    case other(Int)

    /// No browser's head is longer.
    static let longestHead = 16 << 10

    /// - Parameters:
    ///   - head: the bytes up to the empty line after the header fields, or as much as arrived before the end or
    ///     ``longestHead``.
    ///   - path: the path of the redirect.
    init(head: [UInt8], path: String) {
        guard Self.isWhole(head) else {
            self = .other(head.count >= Self.longestHead ? 431 : 400)
            return
        }
        let line = head.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        let words = String(decoding: line, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[2].hasPrefix("HTTP/1."), words[1].hasPrefix("/") else {
            self = .other(400)
            return
        }
        guard words[0] == "GET" else {
            self = .other(405)
            return
        }
        let target = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard target[0] == path else {
            self = .other(404)
            return
        }
        self = .redirect(query: target.count > 1 ? String(target[1]) : "")
    }

    /// Whether the empty line has arrived; a body may have arrived with it.
    static func isWhole(_ head: [UInt8]) -> Bool {
        head.firstRange(of: Array("\r\n\r\n".utf8)) != nil || head.firstRange(of: Array("\n\n".utf8)) != nil
    }
}

/// A plain page for the browser, without anything from outside.
struct RedirectPage: Sendable, Hashable {
    let status: Int
    let text: String

    init(_ status: Int, _ text: String) {
        self.status = status
        self.text = text
    }

    init(_ answer: RedirectAnswer) {
        switch answer {
        case .code: self.init(200, "Callark has the provider's answer. Close this window and look at the terminal.")
        case .refused: self.init(200, "Access was not granted. Close this window and look at the terminal.")
        case .foreign: self.init(400, "This is not the answer that Callark waits for. Callark is still waiting.")
        }
    }

    init(refusing status: Int) {
        self.init(status, "Callark waits for the provider's redirect here, and for nothing else.")
    }

    /// The complete answer.
    var bytes: [UInt8] {
        let body = "<!DOCTYPE html><meta charset=\"utf-8\"><title>Callark</title><p>\(text)</p>\n"
        let head = """
            HTTP/1.1 \(status) \(Self.reasons[status] ?? "Refused")
            Content-Type: text/html; charset=utf-8
            Content-Length: \(body.utf8.count)
            Content-Security-Policy: default-src 'none'
            Referrer-Policy: no-referrer
            Cache-Control: no-store
            Connection: close


            """
        return Array((head.replacing("\n", with: "\r\n") + body).utf8)
    }

    private static let reasons = [
        200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed",
        431: "Request Header Fields Too Large",
    ]
}
