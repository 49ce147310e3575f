import ObjectStore

extension ObjectKey {
    /// A key that is made of names which were checked already: of organizations, days, files of a log.
    init(checked text: String) {
        guard let key = ObjectKey(text) else { preconditionFailure("\(text) is the name of no object") }
        self = key
    }
}
