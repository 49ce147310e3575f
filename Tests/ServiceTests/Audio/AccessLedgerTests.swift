import Archiver
import Foundation
import Manifest
import Recordings
import Settings
import Simulator
import Testing

@testable import Service
@testable import Wiring

/// Which requests are one act of listening.
@Suite struct `An act of listening` {
    @Test func `is noted once, also if its requests overtake one another`() async throws {
        try await Office.with { office in
            let manifest = try await office.installation.manifest.forWriting()
            let acme = try #require(office.installation.settings.organizations.first?.name)
            let task = try #require(TaskID(try office.firstTask.id))
            let row = try #require(try await manifest.recordings(of: task, organization: acme).first)
            let (ledger, noted) = (AccessLedger(), Notes<Int>())
            let actor = Actor(name: "ann", via: .key, address: "192.0.2.1")
            let now = office.installation.now
            // Seconds from the first: one that began a moment earlier comes a moment later.
            for (seconds, isNew) in [
                (10, true), (9, false), (10, false), (11, false), (600, false), (1400, false), (1399, false),
                (2301, true), (0, true),
            ] {
                let before = noted.all.count
                try await ledger.admit(row, for: actor, now: now + .seconds(seconds)) { noted.add(seconds) }
                #expect((noted.all.count > before) == isNew, "\(seconds)")
            }
            let other = Actor(name: "ann", via: .oidc, address: "192.0.2.1")
            try await ledger.admit(row, for: other, now: now) { noted.add(-1) }
            #expect(noted.all.last == -1)
            // What is not noted is not admitted, and is noted with the next request.
            let third = Actor(name: "bob", via: .key, address: nil)
            await #expect(throws: CocoaError.self) {
                try await ledger.admit(row, for: third, now: now) { throw CocoaError(.fileWriteUnknown) }
            }
            try await ledger.admit(row, for: third, now: now) { noted.add(-2) }
            #expect(noted.all.last == -2)
        }
    }
}
