import Files
import Glibc
import Recordings

/// Reads a file forwards, in large reads.
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

    let path: String
    let end: Int64
    let windowSize: Int
    private let file: OpenFile
    private let options: Options
    private let progress: ReadingProgress?
    private var window: UnsafeMutableRawBufferPointer
    private let digester: WindowDigester?
    /// The bytes of the window that are loaded and not yet consumed.
    private var loaded: Range<Int> = 0..<0
    /// Where `loaded` begins in the file.
    private(set) var position: Int64

    /// Opens `path` to read `range` of it, or all of it.
    init(
        _ path: String,
        range: Range<Int64>? = nil,
        options: Options = [],
        windowSize: Int = SequentialReader.largeWindow,
        progress: ReadingProgress? = nil
    ) throws(ArchiveError) {
        let file = try OpenFile(path, O_RDONLY)
        let size = try file.size()
        if options.contains(.fromDisk) { file.advise(POSIX_FADV_DONTNEED) }
        file.advise(windowSize < Self.recordingWindow ? POSIX_FADV_RANDOM : POSIX_FADV_SEQUENTIAL)
        self.file = file
        self.path = path
        self.options = options
        self.windowSize = windowSize
        self.progress = progress
        position = min(range?.lowerBound ?? 0, size)
        end = min(range?.upperBound ?? size, size)
        digester = options.contains(.digesting) ? WindowDigester(windowSize: windowSize) : nil
        window = digester?.nextWindow() ?? .allocate(byteCount: windowSize, alignment: 16)
    }

    deinit { if digester == nil { window.deallocate() } }

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
        let read = try file.read(into: target, at: position)
        if options.contains(.fromDisk) {
            // The disk reads the next window while the caller processes this one.
            file.advise(POSIX_FADV_WILLNEED, offset: position + Int64(read), count: Int64(windowSize))
            file.advise(POSIX_FADV_DONTNEED, offset: 0, count: position)
        }
        loaded = 0..<read
        digester?.update(byteCount: read)
        progress?.add(read)
    }
}
