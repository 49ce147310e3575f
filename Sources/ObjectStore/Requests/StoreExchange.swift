import Foundation
import Transfer

/// Signs requests to one bucket, sends them, and retries if that may help. Copies of an `ObjectStore` share it.
final class StoreExchange: Sendable {
    let location: ObjectStoreLocation
    let engine: TransferEngine
    let patience: StorePatience
    private let credentials: CredentialCache
    private let retry: RetryPolicy
    private let onRetry: @Sendable (StoreRetry) -> Void
    private let clock: StoreClock

    init(
        location: ObjectStoreLocation,
        credentials: CredentialCache,
        engine: TransferEngine,
        retry: RetryPolicy,
        patience: StorePatience,
        onRetry: @escaping @Sendable (StoreRetry) -> Void,
        clock: StoreClock
    ) {
        self.location = location
        self.credentials = credentials
        self.engine = engine
        self.retry = retry
        self.patience = patience
        self.onRetry = onRetry
        self.clock = clock
    }

    /// Sends `request` until it succeeds, or until a retry would not help.
    /// - Parameter alreadyDone: called before a retry if the store may have done the request although its answer was
    ///   lost.
    /// - Returns: an answer of status 2xx, or what `alreadyDone` found.
    func send(
        _ request: StoreRequest,
        unless alreadyDone: (() async throws(ObjectStoreError) -> HTTPResponse?)? = nil
    ) async throws(ObjectStoreError) -> HTTPResponse {
        var course = Course()
        while true {
            let failure: StoreFailure
            switch try await attempt(request) {
            case .success(let response): return response
            case .failure(let failed): failure = failed
            }
            if failure.mayBeDone || course.mayBeDone, failure.error.code != .cancelled, let alreadyDone {
                course.mayBeDone = true
                do throws(ObjectStoreError) {
                    if let found = try await alreadyDone() { return found }
                } catch {
                    // It is unknown whether the store has done it, so a retry could do it twice. The caller's next run
                    // checks first.
                    if error.isTransient || error.code == .cancelled { throw failure.error }
                }
            }
            try await recover(from: failure, &course)
        }
    }

    /// What has been tried so far for one request.
    struct Course {
        var attempts = 0
        var mayBeDone = false
        fileprivate var hasNewTime = false
        fileprivate var hasNewCredentials = false
    }

    /// Waits, or changes what has to change, before the same request is sent again.
    /// - Throws: the failure's error if a retry would not help.
    func recover(from failure: StoreFailure, _ course: inout Course) async throws(ObjectStoreError) {
        switch failure.remedy {
        case .none: throw failure.error
        case .newTime(let date):
            guard !course.hasNewTime else { throw failure.error }
            course.hasNewTime = true
            clock.set(date)
        case .newCredentials:
            guard !course.hasNewCredentials, let refused = failure.signature?.credentials,
                try await credentials.renew(insteadOf: refused)
            else { throw failure.error }
            course.hasNewCredentials = true
        case .later:
            course.attempts += 1
            let delay = retry.delay(afterAttempt: course.attempts, retryAfter: failure.retryAfter)
            guard let delay else { throw failure.error }
            onRetry(StoreRetry(cause: failure.error, attempt: course.attempts + 1, attempts: retry.attempts))
            do {
                try await Task.sleep(for: delay)
            } catch {
                throw ObjectStoreError(.cancelled, "cancelled while waiting: \(failure.error.message)")
            }
        }
    }

    /// Signs a request with the present credentials and the present time.
    func sign(
        _ request: StoreRequest
    ) async throws(ObjectStoreError) -> (url: URL, headers: HTTPHeaders, signature: StoreFailure.Signature) {
        let current = try await credentials.current()
        let date = clock.now
        let (url, headers) = try request.signed(for: location, by: current, at: date)
        return (url, headers, StoreFailure.Signature(date: date, credentials: current))
    }

    /// Sends `request` once.
    func attempt(_ request: StoreRequest) async throws(ObjectStoreError) -> Result<HTTPResponse, StoreFailure> {
        let (url, headers, signature) = try await sign(request)
        let response: HTTPResponse
        do throws(TransferError) {
            response = try await transmit(request, url, headers)
        } catch {
            return .failure(StoreFailure(error, to: request))
        }
        guard (200...299).contains(response.status), request.method != .post || !Self.isRefusal(response) else {
            return .failure(StoreFailure(response, to: request, signedWith: signature))
        }
        return .success(response)
    }

    private func transmit(
        _ request: StoreRequest,
        _ url: URL,
        _ headers: HTTPHeaders
    ) async throws(TransferError) -> HTTPResponse {
        guard let body = request.body else {
            // A slow connection needs more time for a large answer.
            let transit = Duration.seconds(request.maximumResponseBytes / Self.slowestBytesPerSecond)
            return try await engine.perform(
                HTTPRequest(
                    request.method,
                    url,
                    headers: headers,
                    totalTimeout: patience.request + transit,
                    maximumResponseBytes: request.maximumResponseBytes
                )
            )
        }
        return try await engine.upload(
            UploadRequest(
                request.method,
                url,
                headers: headers,
                body: body.content,
                stallTimeout: patience.stall,
                answerTimeout: patience.answer,
                limiter: request.limiter
            )
        )
    }

    private static let slowestBytesPerSecond = 64 << 10

    /// Whether an answer with status 200 is an error: a store that puts parts together sends the status before it has
    /// done so.
    private static func isRefusal(_ response: HTTPResponse) -> Bool {
        response.status == 200 && response.body.count < 64 << 10
            && AnswerElement(parsing: response.body)?.name == "Error"
    }
}
