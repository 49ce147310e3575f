/// What somebody or something is to a call.
package enum CallRole: String, Hashable, Sendable, CaseIterable {
    case agent, queue, site, team
}
