import Recordings

/// Asks about a batch of tasks, and about smaller and smaller parts of it if the provider fails on the whole, until the
/// tasks that it cannot answer are isolated.
struct CaptureBatches: Sendable {
    let exchange: ProviderExchange
    let settings: ProviderSettings
    let options: CaptureOptions

    /// Attempts for each part of a batch that failed with a server error; the whole batch was already retried
    /// patiently.
    private static let attemptsForParts = 2

    /// - Throws: what concerns all of `ids`: no token, no network, no quota; and also a refusal or a server error for
    ///   every one of several tasks if the provider answers no other question either, because then the question is wrong
    ///   and not a task.
    func answer(about ids: [TaskID]) async throws(ProviderError) -> CaptureAnswer {
        let parts = try await parts(of: ids, attempts: nil)
        guard let failure = parts.firstFailure, parts.answer.refused.count == ids.count,
            ids.count > 1 || failure.code == .unavailable, let nobody = TaskID(Self.nobody)
        else { return parts.answer }
        do throws(ProviderError) {
            _ = try await ask([nobody], attempts: Self.attemptsForParts)
        } catch {
            throw Self.mayConcernOneTask(error) ? failure : error
        }
        return parts.answer
    }

    /// A task that no one has: the provider answers the question about it, and has nothing (wxcc-api 6.2). Otherwise a few
    /// tasks that it cannot answer about would end every pass in which nothing else is due.
    private static let nobody = "00000000-0000-4000-8000-000000000000"

    private struct Parts {
        var answer = CaptureAnswer()
        var firstFailure: ProviderError?
    }

    private func parts(of ids: [TaskID], attempts: Int?) async throws(ProviderError) -> Parts {
        do throws(ProviderError) {
            let listed = try await ask(ids, attempts: attempts)
            if !listed.hasUnattributed || ids.count == 1 { return Parts(answer: Self.assembled(listed, ids)) }
            return try await halves(of: ids, attempts: attempts)
        } catch {
            guard Self.mayConcernOneTask(error) else { throw error }
            guard ids.count > 1 else {
                return Parts(answer: CaptureAnswer(refused: [ids[0]: error]), firstFailure: error)
            }
            return try await halves(of: ids, attempts: error.isTransient ? Self.attemptsForParts : attempts)
        }
    }

    private func halves(of ids: [TaskID], attempts: Int?) async throws(ProviderError) -> Parts {
        let middle = ids.count / 2
        let first = try await parts(of: Array(ids[..<middle]), attempts: attempts)
        let second = try await parts(of: Array(ids[middle...]), attempts: attempts)
        let answer = CaptureAnswer(
            captures: first.answer.captures + second.answer.captures,
            refused: first.answer.refused.merging(second.answer.refused) { $1 },
            malformed: first.answer.malformed + second.answer.malformed,
            trackingIDs: first.answer.trackingIDs.merging(second.answer.trackingIDs) { $1 }
        )
        return Parts(answer: answer, firstFailure: first.firstFailure ?? second.firstFailure)
    }

    private func ask(_ ids: [TaskID], attempts: Int?) async throws(ProviderError) -> CaptureListAnswer {
        let query = CaptureQuery(organizationID: settings.organizationID, taskIDs: ids, options: options)
        return try await exchange.answer(to: query.call(in: settings.dialect), attempts: attempts) {
            json,
            trackingID throws(ProviderError) in
            try CaptureListAnswer(json, asked: ids, trackingID: trackingID)
        }
    }

    private static func assembled(_ listed: CaptureListAnswer, _ ids: [TaskID]) -> CaptureAnswer {
        CaptureAnswer(
            captures: ids.map { Capture(taskID: $0, recordings: listed.recordings[$0] ?? []) },
            malformed: listed.malformed,
            trackingIDs: listed.trackingID.map { id in Dictionary(uniqueKeysWithValues: ids.map { ($0, id) }) } ?? [:]
        )
    }

    /// A refusal of the question, or a server that fails on it; not a missing network or a proxy's page.
    private static func mayConcernOneTask(_ error: ProviderError) -> Bool {
        switch error.code {
        case .tooLarge: true
        case .rejected: [400, 404, 413, 422].contains(error.status)
        case .unavailable: error.status != nil
        case .authorization, .wrongOrganization, .throttled, .untrusted, .malformed, .tokenStore, .notOffered,
            .redirectPort, .cancelled:
            false
        }
    }
}
