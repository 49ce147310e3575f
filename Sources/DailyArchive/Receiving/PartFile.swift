import Files
import Glibc

/// A recording that is too large for memory, while it arrives: its bytes, and next to them a small side file that says
/// what they are, so that a later process can resume.
///
/// What was written to the kernel survives the end of the process, but not the end of the machine. The side file
/// therefore has the kernel's boot ID: after a reboot only the bytes that a checkpoint flushed count.
final class PartFile {
    private let file: OpenFile
    private(set) var byteCount: Int64

    private static let writeBackStep: Int64 = 8 << 20

    /// Starts an empty part, and replaces an existing one.
    init(creating path: String) throws(ArchiveError) {
        try Self.remove(path)
        let file = try OpenFile(path, O_RDWR | O_CREAT | O_EXCL)
        byteCount = 0
        self.file = file
    }

    /// Continues with the first `byteCount` bytes of a part.
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

    /// Removes a part and its side file; the side file first, because it says that the bytes are valid.
    static func remove(_ path: String) throws(ArchiveError) {
        try FileSystem.remove(PartDescription.path(besides: path))
        try FileSystem.remove(path)
    }
}

/// What is known about a part: the content of its side file.
struct PartDescription: Hashable, Sendable {
    /// The entity tag of the object to which the bytes belong; without one, a download can never resume.
    var entityTag: String
    /// The object's `Content-Encoding`, if it has one.
    var contentEncoding: String?
    var expectedByteCount: Int64?
    /// How many bytes were flushed to the disk.
    var durableByteCount: Int64

    static func path(besides part: String) -> String {
        (part.hasSuffix(".part") ? String(part.dropLast(5)) : part) + ".json"
    }

    /// Writes it for a later process or, if `durably`, also for a later boot.
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

    /// The side file of `part`, and how many of the part's bytes are reliable; `nil` if there is nothing usable.
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
