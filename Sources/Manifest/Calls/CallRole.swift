/// The role of a person or a thing in a call.
package enum CallRole: String, Hashable, Sendable, CaseIterable {
    case agent, queue, site, team
}
