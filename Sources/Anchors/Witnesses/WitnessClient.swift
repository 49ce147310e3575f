import Evidence
import Foundation
import Recordings
import Transfer

/// Gets cosignatures from a witness over HTTP (c2sp.org/tlog-witness).
struct WitnessClient: Sendable {
    var name: String
    var url: URL
    var key: WitnessKey
    var exchange: AnchorExchange

    /// How many requests are made if the witness says that it knows another state than the one that the request
    /// continues from: once because no one here remembers which it was, and once more because another process asks at
    /// the same time.
    private static let maxRequests = 3

    /// The witness's cosignature of a state.
    /// - Parameter oldSize: the size that it last signed, as far as is known here.
    /// - Throws: ``AnchorError``.
    func cosignature(of state: AnchoredState, from oldSize: Int64) async throws(AnchorError) -> Cosignature {
        var oldSize = oldSize
        for _ in 0..<Self.maxRequests {
            let request: AddCheckpoint
            do throws(EvidenceError) {
                request = try AddCheckpoint(state, from: oldSize)
            } catch {
                throw AnchorError(error)
            }
            let response = try await exchange.post(
                request.bytes,
                to: url.appending(path: "add-checkpoint"),
                type: "text/plain; charset=utf-8"
            )
            let body = Array(response.body)
            switch response.status {
            case 200:
                do throws(NoteFault) {
                    return try Cosignature(body, of: state.checkpoint, by: key)
                } catch {
                    throw AnchorError(.unsound, "the answer of the witness \(name): \(error)")
                }
            case 409:
                oldSize = try known(body, state, request)
            default:
                throw refusal(response.status, state)
            }
        }
        throw AnchorError(.unavailable, "the witness \(name) names another state each time that it is asked")
    }

    /// The size of the state that the witness last signed.
    private func known(
        _ body: [UInt8],
        _ state: AnchoredState,
        _ request: AddCheckpoint
    ) throws(AnchorError) -> Int64 {
        let line = String(decoding: body.last == 0x0A ? body.dropLast() : body[...], as: UTF8.self)
        guard let size = LogPosition.number(line) else {
            throw AnchorError(.unsound, "the witness \(name) does not say which state it knows")
        }
        let (origin, own) = (state.position.origin, state.position.size)
        guard size <= own else {
            throw AnchorError(
                .unsound,
                "the witness \(name) has signed \(size) entries of \(origin), and the log has \(own): an older state was "
                    + "put back; restore the newest copy, or run `callark log recover`, which begins a new epoch"
            )
        }
        guard size != request.oldSize else {
            throw AnchorError(
                .unsound,
                "the witness \(name) has signed another state of \(origin) with \(size) entries: one of the two was forged"
            )
        }
        return size
    }

    private func refusal(_ status: Int, _ state: AnchoredState) -> AnchorError {
        let origin = state.position.origin
        return switch status {
        case 404:
            AnchorError(
                .refused,
                "the witness \(name) does not know \(origin) (status 404); give its operator the file `vkey` of the log"
            )
        case 403:
            AnchorError(.refused, "the witness \(name) knows another key of \(origin) (status 403)")
        case 422:
            AnchorError(
                .unsound,
                "the witness \(name) says that \(origin) does not extend what it has signed (status 422): "
                    + "the log's past was changed"
            )
        default:
            AnchorError(.refused, "the witness \(name) answered with status \(status)")
        }
    }
}
