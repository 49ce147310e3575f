import Files
import Recordings

/// Reads a source forwards, in large reads.
final class SequentialReader {
    struct Options: OptionSet {
        let rawValue: Int
        /// Computes the digest of the whole range; skipped bytes are then read too.
        static let digesting = Options(rawValue: 1)
        /// Drops what the page cache has of the file first, so that the disk is read, and keeps it out of the cache
        /// afterwards.
        static let fromDisk = Options(rawValue: 2)
    }

    static let largeWindow = 2 << 20
    /// For a recording, which is read once: touching new memory takes longer than reading into it.
    static let recordingWindow = 256 << 10
    /// For readers of headers that skip the rest.
    static let smallWindow = 16 << 10

    let end: Int64
    let windowSize: Int
    private let source: any ByteSource
    private let options: Options
    private let progress: ReadingProgress?
    private var window: UnsafeMutableRawBufferPointer
    private let digester: WindowDigester?
    /// The bytes of the window that are loaded and not yet consumed.
    private var loaded: Range<Int> = 0..<0
    /// Where `loaded` begins in the source.
    private(set) var position: Int64

    /// Reads `range` of `source`, or all of it.
    init(
        _ source: any ByteSource,
        range: Range<Int64>? = nil,
        options: Options = [],
        windowSize: Int = SequentialReader.largeWindow,
        progress: ReadingProgress? = nil
    ) {
        let size = source.byteCount
        if options.contains(.fromDisk) { source.expect(.uncached(0..<size)) }
        source.expect(windowSize < Self.recordingWindow ? .scattered : .forwards)
        self.source = source
        self.options = options
        self.progress = progress
        position = min(range?.lowerBound ?? 0, size)
        end = min(range?.upperBound ?? size, size)
        let windowSize = Int(min(Int64(windowSize), max(end - position, 1)))
        self.windowSize = windowSize
        digester = options.contains(.digesting) ? WindowDigester(windowSize: windowSize) : nil
        window = digester?.nextWindow() ?? .allocate(byteCount: windowSize, alignment: 16)
    }

    /// Reads `range` of the file at `path`, or all of it.
    convenience init(
        _ path: String,
        range: Range<Int64>? = nil,
        options: Options = [],
        windowSize: Int = SequentialReader.largeWindow,
        progress: ReadingProgress? = nil
    ) throws(ArchiveError) {
        self.init(
            try FileSource(path),
            range: range,
            options: options,
            windowSize: windowSize,
            progress: progress
        )
    }

    deinit { if digester == nil { window.deallocate() } }

    /// What messages call the source.
    var path: String { source.name }

    /// The next bytes, at most `limit`; empty at the end. They are valid until the next call. A block of 512 comes in
    /// one piece if everything before was read in such blocks.
    func next(_ limit: Int) throws(ArchiveError) -> UnsafeRawBufferPointer {
        if loaded.isEmpty { try load() }
        let taken = loaded.prefix(limit)
        loaded = taken.upperBound..<loaded.upperBound
        position += Int64(taken.count)
        return UnsafeRawBufferPointer(rebasing: window[taken])
    }

    /// The next bytes up to a line break, which is skipped, or up to the window's end. They are valid until the next
    /// call.
    func nextLinePiece() throws(ArchiveError) -> (bytes: UnsafeRawBufferPointer, endsLine: Bool) {
        if loaded.isEmpty { try load() }
        let rest = UnsafeRawBufferPointer(rebasing: window[loaded])
        let lineBreak = rest.firstIndex(of: UInt8(ascii: "\n"))
        let bytes = UnsafeRawBufferPointer(rebasing: rest[..<(lineBreak ?? rest.count)])
        let taken = bytes.count + (lineBreak == nil ? 0 : 1)
        loaded = (loaded.lowerBound + taken)..<loaded.upperBound
        position += Int64(taken)
        return (bytes, lineBreak != nil)
    }

    /// Moves `count` bytes forward.
    /// - Returns: how many there were.
    func skip(_ count: Int64) throws(ArchiveError) -> Int64 {
        var rest = min(count, end - position)
        let possible = rest
        if !options.contains(.digesting), rest > Int64(loaded.count) {
            position += rest
            loaded = 0..<0
            return possible
        }
        while rest > 0 {
            let piece = try next(Int(clamping: rest))
            if piece.isEmpty { break }
            rest -= Int64(piece.count)
        }
        return possible - rest
    }

    /// The digest of everything read so far; the digest of no bytes unless `.digesting` was given.
    var digest: ContentDigest { digester?.digest ?? Digester().digest }

    private func load() throws(ArchiveError) {
        try progress?.checkCancellation(path)
        let count = Int(min(Int64(windowSize), end - position))
        guard count > 0 else { return }
        if let digester { window = digester.nextWindow() }
        let target = UnsafeMutableRawBufferPointer(rebasing: window[..<count])
        let read = try source.read(into: target, at: position)
        if options.contains(.fromDisk) {
            // The disk reads the next window while the caller processes this one.
            let next = position + Int64(read)
            source.expect(.soon(next..<(next + Int64(windowSize))))
            source.expect(.uncached(0..<position))
        }
        loaded = 0..<read
        digester?.update(byteCount: read)
        progress?.add(read)
    }
}
