import Manifest
import Recordings

/// What is exported as a case, and why.
package struct CaseRequest: Sendable {
    /// What the case is called: in the evidence log, on its page and in its bag. One line.
    package var name: String
    /// Why it is exported, in the words of who does it. One line.
    package var reason: String
    /// The calls, in their order on the page.
    package var calls: [CallRow]
    /// How the calls were chosen, in words; one line.
    package var selection: String
    /// What may be lacking from the calls themselves, such as days that were never listed: one line each.
    package var remarks: [String]
    /// Whether each call gets a vCon too.
    package var includesVCons: Bool

    /// Sets every property.
    package init(
        name: String,
        reason: String,
        calls: [CallRow],
        selection: String,
        remarks: [String] = [],
        includesVCons: Bool = false
    ) {
        self.name = name
        self.selection = selection
        self.remarks = remarks
        self.reason = reason
        self.calls = calls
        self.includesVCons = includesVCons
    }

    /// The most calls of one case, because everything about them is in memory, and in one table of a page.
    package static let mostCalls = 5000

    /// - Throws: ``CaseError`` with code `tooMany` if there are too many calls.
    package func requireFew() throws(CaseError) { try Self.requireFew(calls.count) }

    /// The same for calls that are still being found.
    package static func requireFew(_ count: Int) throws(CaseError) {
        guard count > mostCalls else { return }
        throw CaseError(
            .tooMany,
            "a case has at most \(mostCalls) calls, and these are more: make several cases of them, such as one for each day, "
                + "queue or agent, or for each \(mostCalls) task IDs"
        )
    }

    /// The organizations that the calls belong to, in the order of their names.
    var organizations: [OrganizationName] { Set(calls.map(\.organization)).sorted() }
}
