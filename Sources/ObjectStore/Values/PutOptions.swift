import Transfer

/// How an object is put.
package struct PutOptions: Sendable {
    /// The object's own facts: names of `[a-z0-9-]`, values of visible ASCII characters. The name `put-id` is taken.
    package var metadata: [String: String]
    /// Left out if empty: not every store has tags.
    package var tags: [String: String]
    package var contentType: String
    /// The version is locked from its first moment on. A store may lose that, so ask it afterwards.
    package var retention: ObjectRetention?
    /// Refuses to put a second version (``ObjectStoreError/Code-swift.enum/precondition``). Not every store obeys, so
    /// never rely on it alone.
    package var onlyIfAbsent: Bool
    /// A larger body is sent in parts of this size, at least 5 MiB; they are grown if there were more than 10,000.
    package var partBytes: Int64
    /// How many parts are sent at the same time.
    package var parallelParts: Int
    /// The limit that all uploads share; `nil` for none.
    package var limiter: UploadLimiter?
    /// A small file that remembers an upload in parts, so that the next process resumes it; removed when it is complete.
    /// Without one, an upload that ends early is aborted.
    package var resumeFile: String?
    /// Whether bytes that did not arrive as their checksum says are sent again. Not if the checksum is wrong on purpose.
    package var repeatsDamaged = true

    package init(
        metadata: [String: String] = [:],
        tags: [String: String] = [:],
        contentType: String = "application/octet-stream",
        retention: ObjectRetention? = nil,
        onlyIfAbsent: Bool = false,
        partBytes: Int64 = 64 << 20,
        parallelParts: Int = 4,
        limiter: UploadLimiter? = nil,
        resumeFile: String? = nil
    ) {
        self.metadata = metadata
        self.tags = tags
        self.contentType = contentType
        self.retention = retention
        self.onlyIfAbsent = onlyIfAbsent
        self.partBytes = partBytes
        self.parallelParts = parallelParts
        self.limiter = limiter
        self.resumeFile = resumeFile
    }
}
