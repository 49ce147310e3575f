import Evidence
import Files
import Foundation
import HTTPTypes
import Recordings
import Wiring

/// Serves the files of the evidence logs unchanged (c2sp.org/tlog-tiles).
struct LogRoutes: Sendable {
    let installation: Installation

    /// The largest file that is read. Every tile is smaller.
    private static let maxBytes = 32 << 20

    var routes: [Route] {
        [
            Route(.get, "/api/v1/log/{organization}/checkpoint", .permission(.audit)) {
                try await file($0, "checkpoint", "text/plain; charset=utf-8")
            },
            Route(.get, "/api/v1/log/{organization}/vkey", .permission(.audit)) {
                try await file($0, "vkey", "text/plain; charset=utf-8")
            },
            Route(.get, "/api/v1/log/{organization}/tile/{place...}", .permission(.audit)) { inquiry in
                let place = try inquiry.value("place")
                guard Self.isTile(place) else { throw Self.unknown }
                return try await file(inquiry, "tile/\(place)", "application/octet-stream")
            },
        ]
    }

    private static let unknown = Problem.notFound("the log has no such file")

    /// Whether a path is that of a tile: `0/x001/067`, `entries/067.p/12`. This keeps other files of the log's folder from
    /// being served.
    static func isTile(_ place: String) -> Bool {
        place.wholeMatch(
            of: #/(?:entries|[0-9]|[1-5][0-9]|6[0-3])(?:\/x[0-9]{3}){0,6}\/[0-9]{3}(?:\.p\/[1-9][0-9]{0,2})?/#
        )
            != nil
    }

    private func file(_ inquiry: Inquiry, _ name: String, _ mediaType: String) async throws -> Answer {
        let view = try ArchiveView(installation, inquiry)
        let organization = try view.organization(inquiry.value("organization"))
        let path = "\(LogFolder(organization, in: installation.root.logsPath).path)/\(name)"
        do {
            let bytes = try await BlockingWork.run { _ throws(FileContents.Failure) in
                try FileContents(path: path, limit: Self.maxBytes).bytes
            }
            return Answer(headers: [.contentType: mediaType], body: .bytes(bytes))
        } catch  where error.isAbsent {
            throw Self.unknown
        } catch {
            throw Problem(.serviceUnavailable, "log_unreadable", "the log cannot be read; the service's log says why")
        }
    }
}
