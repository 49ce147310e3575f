import Files
import Glibc

/// A recording too large for memory while it arrives: its bytes, and beside them a small file that says what they are,
/// so that a later process can go on.
///
/// What the kernel was given survives the end of the process but not the end of the machine. The side file therefore
/// carries the kernel's boot ID: after a reboot only as many bytes count as were flushed at a checkpoint.
final class PartFile {
    private let file: OpenFile
    private(set) var byteCount: Int64

    private static let writeBackStep: Int64 = 8 << 20

    /// Starts an empty part, over what may be left of another.
    init(creating path: String) throws(ArchiveError) {
        try Self.remove(path)
        let file = try OpenFile(path, O_RDWR | O_CREAT | O_EXCL)
        byteCount = 0
        self.file = file
    }

    /// Goes on with the first `byteCount` bytes of a part.
    init(path: String, keeping byteCount: Int64) throws(ArchiveError) {
        let file = try OpenFile(path, O_RDWR)
        try file.truncate(to: byteCount)
        self.byteCount = byteCount
        self.file = file
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        try file.write(bytes, at: byteCount)
        let before = byteCount / Self.writeBackStep
        byteCount += Int64(bytes.count)
        if byteCount / Self.writeBackStep > before {
            file.startWriteBack(offset: before * Self.writeBackStep, count: Self.writeBackStep)
        }
    }

    func synchronize() throws(ArchiveError) {
        try file.synchronize()
    }

    /// Takes a part and its side file away; the side file first, because it speaks for the bytes.
    static func remove(_ path: String) throws(ArchiveError) {
        try FileSystem.remove(PartDescription.path(besides: path))
        try FileSystem.remove(path)
    }
}

/// What is known of a part: the small file beside it.
struct PartDescription: Hashable, Sendable {
    /// The entity tag of the object that the bytes are of; without one they can never be added to.
    var entityTag: String
    /// The object's `Content-Encoding`, where it has one.
    var contentEncoding: String?
    var expectedByteCount: Int64?
    /// How many bytes were flushed to the disk.
    var durableByteCount: Int64

    static func path(besides part: String) -> String {
        (part.hasSuffix(".part") ? String(part.dropLast(5)) : part) + ".json"
    }

    /// Writes it so that another process can read it, or, `durably`, so that a later boot can.
    func write(besides part: String, durably: Bool) throws(ArchiveError) {
        var object = JSONObjectWriter()
        object.add("boot", Self.boot)
        object.add("content_encoding", contentEncoding)
        object.add("durable_bytes", durableByteCount)
        object.add("entity_tag", entityTag)
        object.add("expected_bytes", expectedByteCount)
        let line = object.line + [UInt8(ascii: "\n")]
        let path = Self.path(besides: part)
        try (durably ? FileReplacement.durable(path) : FileReplacement(path, flushing: .nothing)).write(line)
    }

    /// What stands beside `part`, and how many of the part's bytes can be believed; `nil` where nothing usable does.
    static func read(besides part: String) throws(ArchiveError) -> (description: PartDescription, usable: Int64)? {
        guard let size = try FileSystem.size(of: part),
            let bytes = try FileSystem.read(path(besides: part), limit: 1 << 16),
            let object = JSONObject(bytes), let tag = object.string("entity_tag"),
            let durable = object.integer("durable_bytes"), durable >= 0
        else { return nil }
        let isSameBoot = boot != nil && object.string("boot") == boot
        let description = PartDescription(
            entityTag: tag,
            contentEncoding: object.string("content_encoding"),
            expectedByteCount: object.integer("expected_bytes"),
            durableByteCount: min(durable, size)
        )
        return (description, isSameBoot ? size : min(durable, size))
    }

    private static let boot: String? = {
        let text = try? FileSystem.read("/proc/sys/kernel/random/boot_id", limit: 4096)
        let boot = String(decoding: text ?? [], as: UTF8.self).filter { $0.isHexDigit || $0 == "-" }
        return boot.isEmpty ? nil : boot
    }()
}
