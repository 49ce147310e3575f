import Crypto
import Foundation

/// A style that is in a page itself, and the policy that permits it and nothing else.
package struct InlineStyle: Sendable {
    /// All that is between the element's tags, to the byte.
    private let text: String

    /// - Parameter css: the style; no value is put into it.
    package init(_ css: String) {
        text = "\n\(css)\n"
    }

    /// The beginning of a page's template that has this style: everything to the end of its head.
    /// - Parameter title: of the page, with placeholders for values.
    package func head(_ title: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="\(policy)">
        <title>\(title)</title>
        <style>\(text)</style>
        </head>
        """
    }

    /// What the page may load, in a header or a `meta` element `Content-Security-Policy`: this style, by its hash.
    package var policy: String {
        let hash = Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString()
        return "default-src 'none'; style-src 'sha256-\(hash)'"
    }
}
