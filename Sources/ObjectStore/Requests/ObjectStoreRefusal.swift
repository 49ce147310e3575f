import Foundation
import Transfer

/// A store's refusal, as far as it can be read.
struct ObjectStoreRefusal: Sendable {
    let status: Int
    /// The store's word for it; `nil` if the answer has none.
    let code: String?
    private let said: String?
    private let requestID: String?
    private let region: String?

    init(_ response: HTTPResponse) {
        status = response.status
        let document = AnswerElement(parsing: response.body)
        // The token service puts it into an envelope.
        let element = document?.name == "ErrorResponse" ? document?["Error"] : document
        let isError = element?.name == "Error"
        code = isError ? element?.text("Code").map(Self.printable) : nil
        said = isError ? element?.text("Message").map(Self.printable) : nil
        let id = response.headers["x-amz-request-id"] ?? (isError ? element?.text("RequestId") : nil)
        requestID = id.map(Self.printable)
        region = response.headers["x-amz-bucket-region"] ?? (isError ? element?.text("Region") : nil)
    }

    /// What it means for `request`, and what may help.
    func judgement(of request: StoreRequest) -> (ObjectStoreError, StoreFailure.Remedy) {
        let (kind, advice, remedy) = meaning(for: request)
        var parts = ["\(request.subject): the store answered \(status)"]
        if let code { parts[0] += " \(code)" }
        if let said { parts[0] += " (\(said))" }
        if !advice.isEmpty { parts.append(advice) }
        if let requestID { parts.append("its request ID is \(requestID)") }
        let message = parts.joined(separator: "; ")
        return (ObjectStoreError(kind, message, status: status, storeCode: code, requestID: requestID), remedy)
    }

    private typealias Meaning = (ObjectStoreError.Code, advice: String, StoreFailure.Remedy)

    private func meaning(for request: StoreRequest) -> Meaning {
        if let code, let known = Self.meaning(ofCode: code) { return known }
        switch status {
        // The status was sent before the failure.
        case 200...299: return (.unreachable, "run again later", .later)
        case 401: return (.credentials, Self.credentialsAdvice, .newCredentials)
        case 403 where request.concernsLock: return (.locked, "", .none)
        case 403: return (.denied, "check what the policy allows these credentials", .none)
        case 404: return (.notFound, "", .none)
        case 412: return (.precondition, "", .none)
        case 409: return (.precondition, "", .later)
        case 507: return (.full, "make room in the store", .none)
        case 501, 505: return (.unsupported, "the store does not know this kind of request", .none)
        case 300...399:
            let place = region.map { ": the bucket is in \(Self.printable($0))" } ?? ""
            return (.misconfigured, "check vault.region and vault.endpoint\(place)", .none)
        case _ where RetryPolicy.isPassing(status: status): return (.unreachable, "run again later", .later)
        default: return (.unsupported, "", .none)
        }
    }

    private static let credentialsAdvice = "check vault.access_key_id and vault.secret_access_key_file"

    /// What the store's code means, whatever the status: stores use different statuses for the same code.
    private static func meaning(ofCode code: String) -> Meaning? {
        switch code {
        case "ExpiredToken", "ExpiredTokenException", "InvalidToken", "TokenRefreshRequired", "InvalidAccessKeyId",
            "InvalidClientTokenId", "SignatureDoesNotMatch":
            (.credentials, credentialsAdvice, .newCredentials)
        case "BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch",
            "IncompleteBody", "RequestTimeout":
            (.damaged, "bytes changed or were lost on the way", .later)
        case "NoSuchBucket": (.noBucket, "create it, or check vault.bucket", .none)
        case "QuotaExceeded", "InsufficientStorage", "StorageFull", "XMinioStorageFull":
            (.full, "make room in the store", .none)
        case "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "PermanentRedirect":
            (.misconfigured, "check vault.region and vault.endpoint", .none)
        case "NotImplemented": (.unsupported, "the store does not know this kind of request", .none)
        case "SlowDown", "ServiceUnavailable": (.unreachable, "run again later", .later)
        // SeaweedFS says no more than that if it is full.
        case "InternalError": (.unreachable, "run again later, and check whether the store has room", .later)
        default: nil
        }
    }

    /// A text from outside for one line of a message.
    private static func printable(_ text: String) -> String {
        String(text.unicodeScalars.prefix(200).map { $0.isASCII && $0 >= " " && $0 != "\u{7F}" ? Character($0) : "?" })
    }
}
