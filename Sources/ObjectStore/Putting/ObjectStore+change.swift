import Transfer

extension ObjectStore {
    /// A request that changes something about an object: its tags, or its lock. S3 wants a checksum of the body, which
    /// every body has.
    func change(
        _ aspect: String,
        _ verb: String,
        _ document: [UInt8],
        of key: ObjectKey,
        _ version: ObjectVersion?
    ) -> StoreRequest {
        var request = StoreRequest(.put, key, verb)
        request.query = [(aspect, "")]
        request.select(version)
        request.fields = [("Content-Type", "application/xml")]
        request.body = StoreRequest.Body(document)
        return request
    }
}
