import Foundation
import Recordings
import Transfer

/// A request to the bucket before it is signed.
struct StoreRequest: Sendable {
    var method: HTTPRequest.Method
    /// `nil` for the bucket itself.
    var key: ObjectKey?
    /// Not encoded.
    var query: [(name: String, value: String)] = []
    /// Apart from those that every request has.
    var fields: [(name: String, value: String)] = []
    var body: Body?
    /// For messages: a verb, such as `put`.
    var verb: String
    /// Whether a refusal may come from a lock.
    var concernsLock = false
    /// The limit for the answer's body.
    var maximumResponseBytes = Self.usualResponseBytes
    /// The limit of the body's speed; `nil` for none.
    var limiter: UploadLimiter?
    /// Whether it is sent again if its body did not arrive as the checksum says.
    var repeatsDamaged = true

    /// Enough for a thousand keys of the greatest length, encoded.
    static let usualResponseBytes = 8 << 20

    /// A body with its SHA-256.
    struct Body: Sendable {
        var content: UploadRequest.Body
        var digest: ContentDigest
        /// Whether `x-amz-checksum-sha256` is that of the body. When parts are put together, it would be the object's.
        var hasChecksum = true

        init(_ content: UploadRequest.Body, _ digest: ContentDigest) {
            self.content = content
            self.digest = digest
        }

        init(_ bytes: [UInt8]) {
            self.init(.bytes(Data(bytes)), ContentDigest(of: bytes))
        }
    }

    init(_ method: HTTPRequest.Method, _ key: ObjectKey?, _ verb: String) {
        self.method = method
        self.key = key
        self.verb = verb
    }

    /// Asks about one version.
    mutating func select(_ version: ObjectVersion?) {
        if let version { query.append(("versionId", version.description)) }
    }

    /// What the request is about, for messages.
    var subject: String { "\(verb) \(key?.description ?? "the bucket")" }

    private static let emptyDigest = ContentDigest(of: [])

    /// Its URL and all its fields.
    func signed(
        for location: ObjectStoreLocation,
        by credentials: ObjectCredentials,
        at date: Date
    ) throws(ObjectStoreError) -> (url: URL, headers: HTTPHeaders) {
        let path = location.path(key)
        let pairs = query.map { (name: PercentEncoding.encode($0.name), value: PercentEncoding.encode($0.value)) }
        var fields = fields
        fields.append(("Host", location.host))
        if let body, body.hasChecksum { fields.append(("x-amz-checksum-sha256", body.digest.base64)) }
        let subject = RequestSigner.Subject(
            method: method.rawValue,
            path: path,
            query: pairs,
            fields: fields,
            payload: body?.digest ?? Self.emptyDigest
        )
        let signer = RequestSigner(credentials: credentials, region: location.region)
        guard let url = location.url(path: path, query: RequestSigner.canonicalQuery(pairs)) else {
            throw ObjectStoreError(.misconfigured, "\(self.subject): the URL cannot be made")
        }
        var headers = HTTPHeaders(signer.signed(subject, at: date))
        if let body, body.content.byteCount >= Self.consentBytes { headers["Expect"] = "100-continue" }
        return (url, headers)
    }

    /// From this size on, the store is asked whether it wants the body before it is sent.
    private static let consentBytes: Int64 = 1 << 20
}
