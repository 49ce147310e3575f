import Files
import Foundation
import Recordings

/// The bytes of an upload, one after another. Used on one thread of the engine only.
final class UploadSource {
    private let body: UploadRequest.Body
    private let file: FileSource?
    private var sent: Int64 = 0

    /// - Throws: ``TransferError/Code-swift.enum/unreadable`` if the file cannot be opened, or is too short.
    init(_ body: UploadRequest.Body) throws(TransferError) {
        self.body = body
        guard case .file(let path, let range) = body else {
            file = nil
            return
        }
        do throws(ArchiveError) {
            let file = try FileSource(path)
            file.expect(.forwards)
            self.file = file
        } catch {
            throw TransferError(.unreadable, error.message)
        }
        if let file, file.byteCount < range.upperBound { throw Self.tooShort(path) }
    }

    /// How many bytes are left.
    var rest: Int64 { body.byteCount - sent }

    /// Fills `buffer` with the next bytes.
    /// - Returns: how many there were; 0 only at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(TransferError) -> Int {
        let wanted = min(buffer.count, Int(clamping: rest))
        guard wanted > 0 else { return 0 }
        switch body {
        case .bytes(let bytes):
            let start = bytes.startIndex + Int(sent)
            bytes.copyBytes(to: buffer, from: start..<start + wanted)
        case .file(let path, let range):
            let place = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
            do throws(ArchiveError) {
                guard try file?.read(into: place, at: range.lowerBound + sent) == wanted else {
                    throw ArchiveError.damaged("\(path) has become shorter", path: path)
                }
            } catch {
                throw TransferError(.unreadable, error.message)
            }
        }
        sent += Int64(wanted)
        return wanted
    }

    private static func tooShort(_ path: String) -> TransferError {
        TransferError(.unreadable, "\(path) has fewer bytes than were to be sent")
    }
}
