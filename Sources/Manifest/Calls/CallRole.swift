/// What a person or a thing is for a call.
package enum CallRole: String, Hashable, Sendable, CaseIterable {
    case agent, queue, site, team
}
