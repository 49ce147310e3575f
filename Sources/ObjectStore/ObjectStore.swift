import Foundation
import Transfer

/// A bucket of an S3-compatible store.
///
/// Each request is signed here (AWS Signature Version 4), and carries the SHA-256 of its body twice:
/// `x-amz-content-sha256`, which is part of the signature, and `x-amz-checksum-sha256`, because there are stores that
/// check only the one and stores that check only the other.
package struct ObjectStore: ObjectStoring {
    package let location: ObjectStoreLocation
    let exchange: StoreExchange

    /// - Parameters:
    ///   - engine: trusts the store's certificate.
    ///   - retry: for whatever may pass.
    ///   - onRetry: called before each repetition.
    ///   - now: the time of this machine.
    package init(
        at location: ObjectStoreLocation,
        credentials: any CredentialSource,
        engine: TransferEngine,
        retry: RetryPolicy = RetryPolicy(attempts: 6),
        patience: StorePatience = StorePatience(),
        onRetry: @escaping @Sendable (StoreRetry) -> Void = { _ in },
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.location = location
        exchange = StoreExchange(
            location: location,
            credentials: CredentialCache(credentials, now: now),
            engine: engine,
            retry: retry,
            patience: patience,
            onRetry: onRetry,
            clock: StoreClock(now)
        )
    }
}
