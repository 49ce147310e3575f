import Files
import Recordings

/// A line of a text file and where it begins in that file.
struct Line {
    var bytes: [UInt8]
    var offset: Int64
}

/// Reads a range of a file line by line.
struct LineReader: ~Copyable {
    let source: SequentialReader
    private let limit: Int

    /// - Parameter limit: how many bytes a line may have. A longer one is damage, and must not fill the memory.
    init(_ source: SequentialReader, limit: Int = 8 << 20) {
        self.source = source
        self.limit = limit
    }

    /// The next line; `nil` at the end. A line that is too long is damage, and is returned without bytes; the lines
    /// after it are still read.
    func nextOfText() throws(ArchiveError) -> Line? { try next(passingOverLong: true) }

    /// The next line without its line break; `nil` at the end. The last line needs no line break.
    /// - Throws: `.damaged` if the line is too long.
    func next() throws(ArchiveError) -> Line? { try next(passingOverLong: false) }

    private func next(passingOverLong: Bool) throws(ArchiveError) -> Line? {
        let offset = source.position
        var bytes: [UInt8] = []
        var isTooLong = false
        while true {
            let (piece, isWhole) = try source.nextLinePiece()
            if piece.isEmpty && !isWhole { return source.position == offset ? nil : Line(bytes: bytes, offset: offset) }
            if !isTooLong { bytes.append(contentsOf: piece) }
            if isWhole { return Line(bytes: bytes, offset: offset) }
            guard bytes.count > limit else { continue }
            guard passingOverLong else {
                throw .damaged("\(source.path) has no line break after offset \(offset)", path: source.path)
            }
            isTooLong = true
            bytes = []
        }
    }
}
