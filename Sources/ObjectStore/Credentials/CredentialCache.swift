import Foundation

/// The credentials in use. They are fetched again before they expire, and when the store refuses them.
actor CredentialCache {
    private let source: any CredentialSource
    private let now: @Sendable () -> Date
    private var value: ObjectCredentials?
    /// One request for all tasks that wait for credentials.
    private var question: Task<Result<ObjectCredentials, ObjectStoreError>, Never>?

    /// How many seconds before they expire temporary credentials are replaced.
    static let margin: TimeInterval = 300

    /// - Parameter now: the time of this machine.
    init(_ source: any CredentialSource, now: @escaping @Sendable () -> Date) {
        self.source = source
        self.now = now
    }

    /// Credentials that do not expire soon, if the source has any.
    func current() async throws(ObjectStoreError) -> ObjectCredentials {
        if let value, !ends(value, within: Self.margin) { return value }
        do throws(ObjectStoreError) {
            return try await ask()
        } catch {
            // The source may be unreachable for a while, and the old credentials are still valid.
            if let value, !ends(value, within: 0) { return value }
            throw error
        }
    }

    /// Asks again, because the store has refused what a request was signed with.
    /// - Returns: whether there are others now.
    func renew(insteadOf refused: ObjectCredentials) async throws(ObjectStoreError) -> Bool {
        // Other requests that were on their way have been refused too, and one of them has asked already.
        if let value, value != refused { return true }
        return try await ask() != refused
    }

    private func ends(_ value: ObjectCredentials, within margin: TimeInterval) -> Bool {
        value.expiry.map { $0.timeIntervalSince(now()) <= margin } ?? false
    }

    private func ask() async throws(ObjectStoreError) -> ObjectCredentials {
        let task = question ?? Task { [source] in await Self.answer(of: source) }
        question = task
        let answer = await task.value
        // The first of those that waited for it takes it, so that no answer replaces a later one.
        if question == task {
            question = nil
            if case .success(let new) = answer { value = new }
        }
        return try answer.get()
    }

    private static func answer(of source: any CredentialSource) async -> Result<ObjectCredentials, ObjectStoreError> {
        do throws(ObjectStoreError) {
            return .success(try await source.credentials())
        } catch {
            return .failure(error)
        }
    }
}
