import Foundation

/// XML that a store is sent.
enum RequestDocument {
    private static let namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

    /// The document `name` with these contents, which are XML already.
    static func document(_ name: String, _ contents: String) -> [UInt8] {
        Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<\(name) xmlns=\"\(namespace)\">\(contents)</\(name)>".utf8)
    }

    /// An element with a text.
    static func element(_ name: String, _ text: String) -> String { "<\(name)>\(escaped(text))</\(name)>" }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}
