import Files

/// Reads a tar strictly, from its first to its last byte, and continues after damage at the next intact header. It
/// shares no code with what writes archives, so that a mistake there does not pass unnoticed here.
struct TarReader: ~Copyable {
    enum Item {
        case member(TarMember)
        case damage(TarDamage)
        /// Two blocks of zeros; nothing may follow.
        case end(offset: Int64)
    }

    private let source: SequentialReader
    /// Whether padding is checked too. That costs one read per member if the rest is skipped.
    private let checksPadding: Bool
    private var current: TarMember?
    private var pending: [Item] = []
    private var isFinished = false

    /// The folder that all members are in, taken from the first one. After damage only headers with this folder count,
    /// because a recording's bytes could look like a header.
    private(set) var folder: String?

    private static let extendedLimit: Int64 = 1 << 20

    init(_ source: SequentialReader, folder: String? = nil, checksPadding: Bool = true) {
        self.source = source
        self.folder = folder
        self.checksPadding = checksPadding
    }

    /// The next member, damage or end; `nil` after the last.
    mutating func next() throws(ArchiveError) -> Item? {
        if pending.isEmpty { try leaveCurrent() }
        if !pending.isEmpty { return pending.removeFirst() }
        if isFinished { return nil }
        return try readHeaders()
    }

    /// The bytes of the member that ``next()`` has just returned, in order.
    /// - Returns: whether all of them were there.
    mutating func readContent(_ body: (UnsafeRawBufferPointer) -> Void) throws(ArchiveError) -> Bool {
        guard let current else { return false }
        while source.position < current.offset + current.byteCount {
            let piece = try source.next(Int(clamping: current.offset + current.byteCount - source.position))
            if piece.isEmpty { return false }
            body(piece)
        }
        return true
    }

    private mutating func leaveCurrent() throws(ArchiveError) {
        guard let member = current else { return }
        current = nil
        guard source.end >= member.end else {
            isFinished = true
            _ = try source.skip(source.end - source.position)
            pending.append(.damage(TarDamage(kind: .truncated, offset: source.end)))
            return
        }
        guard checksPadding else {
            _ = try source.skip(member.end - source.position)
            return
        }
        // Skip whole blocks first: after a jump, reading must continue at the start of a block.
        let contentEnd = member.offset + member.byteCount
        let lastBlock = contentEnd / Int64(ParsedTarHeader.blockSize) * Int64(ParsedTarHeader.blockSize)
        if source.position < lastBlock { _ = try source.skip(lastBlock - source.position) }
        while source.position < member.end {
            let start = source.position
            let bytes = try source.next(Int(member.end - start))
            if bytes.isEmpty { return }
            let padding = bytes.dropFirst(Int(max(0, contentEnd - start)))
            if let index = padding.firstIndex(where: { $0 != 0 }) {
                pending.append(.damage(TarDamage(kind: .padding, offset: start + Int64(index))))
            }
        }
    }

    private mutating func readHeaders() throws(ArchiveError) -> Item? {
        let start = source.position
        var records: PaxRecords?
        var isPlain = true
        while true {
            let offset = source.position
            let block = try source.next(ParsedTarHeader.blockSize)
            guard block.count == ParsedTarHeader.blockSize else { return finish(.truncated, at: offset) }
            switch ParsedTarHeader.read(block) {
            case .zeros where offset == start: return try readEnd(offset)
            case .zeros, .other: return try resynchronize(after: offset)
            case .header(let header):
                switch header.kind {
                case .file, .folder:
                    return .member(begin(header, records, from: start, isPlain: isPlain))
                case .global, .extended:
                    guard header.byteCount <= Self.extendedLimit,
                        let found = PaxRecords(try take(header.byteCount))
                    else { return try resynchronize(after: offset) }
                    isPlain = isPlain && header.isPlain && records == nil
                    if header.kind == .extended { records = found }
                }
            }
        }
    }

    private mutating func begin(
        _ header: ParsedTarHeader,
        _ records: PaxRecords?,
        from start: Int64,
        isPlain: Bool
    ) -> TarMember {
        let path = records?.path ?? header.path
        let member = TarMember(
            path: path,
            isFolder: header.kind == .folder,
            byteCount: records?.byteCount ?? header.byteCount,
            headerOffset: start,
            offset: source.position,
            secondsSince1970: header.secondsSince1970,
            isPlain: isPlain && header.isPlain && Self.isPlain(header, records)
        )
        if folder == nil { folder = path.firstIndex(of: "/").map { String(path[..<$0]) } }
        current = member
        return member
    }

    /// Whether an extended header says only what the header itself cannot. If both said something, two tools could read
    /// two different things.
    private static func isPlain(_ header: ParsedTarHeader, _ records: PaxRecords?) -> Bool {
        guard let records else { return true }
        let isNeeded = (records.path?.utf8.count ?? .max) > 100 && (records.byteCount ?? .max) >= 8 << 30
        let isSameTime = records.modified.map { $0 == String(header.secondsSince1970) } ?? true
        return records.isPlain && isNeeded && isSameTime
    }

    /// An extended header's records without their padding.
    private func take(_ byteCount: Int64) throws(ArchiveError) -> [UInt8] {
        let end = source.position + byteCount
        let padded = TarMember.padded(end)
        var bytes: [UInt8] = []
        while source.position < padded {
            let piece = try source.next(ParsedTarHeader.blockSize)
            if piece.isEmpty { break }
            bytes.append(contentsOf: piece)
        }
        guard bytes.dropFirst(Int(byteCount)).allSatisfy({ $0 == 0 }) else { return [0] }
        return Array(bytes.prefix(Int(byteCount)))
    }

    private mutating func readEnd(_ offset: Int64) throws(ArchiveError) -> Item? {
        let block = try source.next(ParsedTarHeader.blockSize)
        guard case .zeros = ParsedTarHeader.read(block) else {
            if block.count == ParsedTarHeader.blockSize { return try resynchronize(after: offset) }
            return finish(.end, at: offset)
        }
        guard source.position < source.end else {
            isFinished = true
            return .end(offset: offset)
        }
        // A disk that lost a write returns zeros. If a member follows, this is not the end.
        let follows = source.position
        guard case .damage(let damage) = try resynchronize(after: offset) else { return nil }
        if case .member = pending.first { return .damage(damage) }
        pending = [.damage(TarDamage(kind: .end, offset: follows))]
        return .end(offset: offset)
    }

    /// Looks for the next intact header, block by block. The damage is returned first, what was found comes next.
    private mutating func resynchronize(after damage: Int64) throws(ArchiveError) -> Item? {
        var zeros = 0
        while true {
            let offset = source.position
            let block = try source.next(ParsedTarHeader.blockSize)
            guard block.count == ParsedTarHeader.blockSize else {
                // The search for a header may have passed the tar's own end.
                isFinished = true
                if zeros >= 2 { pending.append(.end(offset: offset - Int64(2 * ParsedTarHeader.blockSize))) }
                break
            }
            guard case .header(let header) = ParsedTarHeader.read(block), isInFolder(header.path) else {
                if case .zeros = ParsedTarHeader.read(block) { zeros += 1 } else { zeros = 0 }
                continue
            }
            if header.kind == .file || header.kind == .folder {
                pending.append(.member(begin(header, nil, from: offset, isPlain: true)))
                break
            }
            if header.kind == .extended, header.byteCount <= Self.extendedLimit,
                let records = PaxRecords(try take(header.byteCount)),
                case .header(let own) = ParsedTarHeader.read(try source.next(ParsedTarHeader.blockSize)),
                own.kind == .file || own.kind == .folder
            {
                pending.append(.member(begin(own, records, from: offset, isPlain: header.isPlain)))
                break
            }
        }
        return .damage(TarDamage(kind: .header, offset: damage))
    }

    private func isInFolder(_ path: String) -> Bool {
        folder.map { path.hasPrefix($0 + "/") } ?? true
    }

    private mutating func finish(_ kind: TarDamage.Kind, at offset: Int64) -> Item? {
        isFinished = true
        return .damage(TarDamage(kind: kind, offset: offset))
    }
}
