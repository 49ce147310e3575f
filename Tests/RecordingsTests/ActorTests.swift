import Recordings
import Testing

/// On whose account something was done, in an event's detail.
@Suite struct `An actor` {
    @Test func `is read back as it was noted, and taken out of the detail`() throws {
        let ann = Actor(name: "ann", uid: 1000, claims: ["SUDO_USER": "bob", "USER": "root"])
        let detail = ann.eventDetail.merging(["outcome": "complete"]) { $1 }
        #expect(Actor(eventDetail: detail) == ann)
        #expect(Actor.removed(from: detail) == ["outcome": "complete"])
    }

    @Test func `is none where another source claims something of a call, and its claim stays`() {
        let detail = ["claimed_by": "search"]
        #expect(Actor(eventDetail: detail) == nil)
        #expect(Actor.removed(from: detail) == detail)
    }
}
