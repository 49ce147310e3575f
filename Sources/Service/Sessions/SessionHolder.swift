/// Who a session belongs to.
enum SessionHolder: Sendable, Hashable {
    case key(AccessKey)
    /// Someone whom the organization's identity provider knows.
    case person(Person)

    /// The name of the key, or the person's subject.
    var name: String {
        switch self {
        case .key(let key): key.name.description
        case .person(let person): person.subject
        }
    }
}
