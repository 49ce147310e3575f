/// A sequence of values that may fail after the last.
struct Stream<Element: Sendable>: AsyncSequence, Sendable {
    var elements: [Element]
    var isCutOff: Bool

    init(_ elements: [Element], isCutOff: Bool = false) {
        self.elements = elements
        self.isCutOff = isCutOff
    }

    func makeAsyncIterator() -> Iterator { Iterator(elements: elements[...], isCutOff: isCutOff) }

    struct Iterator: AsyncIteratorProtocol {
        var elements: ArraySlice<Element>
        var isCutOff: Bool

        mutating func next() async throws -> Element? {
            if isCutOff, elements.isEmpty { throw CutOff() }
            return elements.popFirst()
        }
    }
}

struct CutOff: Error {}
