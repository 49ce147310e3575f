/// An operator's explanation of a gap: why it is right, or cannot be changed.
package struct GapExplanation: Hashable, Sendable, Codable {
    package var reason: ExplanationReason
    /// In the operator's words; never empty.
    package var note: String
    /// Who said it: the name of an account, or its number.
    package var author: String
    /// The account's number; `nil` for explanations of earlier versions, whose author is what the environment said.
    package var authorUID: UInt32?
    /// What the environment added about the author, by the variable's name; `nil` if nothing.
    package var authorClaims: [String: String]?
    package var time: Timestamp

    package init(
        reason: ExplanationReason,
        note: String,
        author: String,
        authorUID: UInt32? = nil,
        authorClaims: [String: String]? = nil,
        time: Timestamp
    ) {
        self.reason = reason
        self.note = note
        self.author = author
        self.authorUID = authorUID
        self.authorClaims = authorClaims.flatMap { $0.isEmpty ? nil : $0 }
        self.time = time
    }

    package init(reason: ExplanationReason, note: String, by actor: Actor, time: Timestamp) {
        self.init(
            reason: reason,
            note: note,
            author: actor.name,
            authorUID: actor.uid,
            authorClaims: actor.claims,
            time: time
        )
    }

    enum CodingKeys: String, CodingKey {
        case reason, note, author, time
        case authorUID = "author_uid"
        case authorClaims = "author_claims"
    }

    /// Who said it.
    package var actor: Actor { Actor(name: author, uid: authorUID, claims: authorClaims ?? [:]) }
}
