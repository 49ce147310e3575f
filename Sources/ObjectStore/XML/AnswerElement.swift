import Foundation
import FoundationXML

/// An element of a store's answer: its name without a prefix, its text, and what is in it.
struct AnswerElement: Sendable {
    var name: String
    var text = ""
    var children: [AnswerElement] = []

    /// Reads a whole document.
    /// - Returns: `nil` if it is no well-formed XML, is deeper or larger than any answer, or declares entities, which no
    ///   store needs and which can make a short text long.
    init?(parsing document: Data) {
        guard !document.contains(0), document.range(of: Data("<!DOCTYPE".utf8)) == nil,
            document.range(of: Data("<!ENTITY".utf8)) == nil
        else { return nil }
        let builder = AnswerBuilder()
        let parser = XMLParser(data: document)
        parser.shouldProcessNamespaces = true
        parser.shouldResolveExternalEntities = false
        parser.delegate = builder
        guard parser.parse(), let root = builder.root else { return nil }
        self = root
    }

    fileprivate init(name: String) {
        self.name = name
    }

    /// The first child of that name.
    subscript(name: String) -> AnswerElement? { children.first { $0.name == name } }

    /// The text of the first child of that name; `nil` if it is empty.
    func text(_ name: String) -> String? {
        guard let text = self[name]?.text, !text.isEmpty else { return nil }
        return text
    }

    /// Whether the first child of that name says `true`.
    func flag(_ name: String) -> Bool { text(name)?.lowercased() == "true" }
}

/// Builds the tree while the parser reads.
private final class AnswerBuilder: NSObject, XMLParserDelegate {
    private(set) var root: AnswerElement?
    /// The elements that are open, from the outermost on.
    private var open: [AnswerElement] = []
    private var count = 0

    private static let maximumDepth = 16
    private static let maximumCount = 200_000

    func parser(
        _ parser: XMLParser,
        didStartElement name: String,
        namespaceURI: String?,
        qualifiedName: String?,
        attributes: [String: String]
    ) {
        count += 1
        guard open.count < Self.maximumDepth, count <= Self.maximumCount else { return parser.abortParsing() }
        open.append(AnswerElement(name: name))
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        guard let last = open.indices.last else { return }
        open[last].text += text
    }

    func parser(_ parser: XMLParser, foundCDATA data: Data) {
        guard let last = open.indices.last else { return }
        open[last].text += String(decoding: data, as: UTF8.self)
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        guard let element = open.popLast() else { return }
        if let last = open.indices.last {
            // The blanks between elements are not text.
            if open[last].children.isEmpty { open[last].text = "" }
            open[last].children.append(element)
        } else {
            root = element
        }
    }
}
