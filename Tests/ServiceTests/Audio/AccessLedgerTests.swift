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
            let silent = AccessLedger.Purpose()
            // Seconds from the first: one that began a moment earlier comes a moment later.
            for (seconds, isNew) in [
                (10, true), (9, false), (10, false), (11, false), (600, false), (1400, false), (1399, false),
                (2301, true), (0, true),
            ] {
                let before = noted.all.count
                try await ledger.admit(row, for: actor, because: silent, now: now + .seconds(seconds)) {
                    noted.add(seconds)
                }
                #expect((noted.all.count > before) == isNew, "\(seconds)")
            }
            let other = Actor(name: "ann", via: .oidc, address: "192.0.2.1")
            try await ledger.admit(row, for: other, because: silent, now: now) { noted.add(-1) }
            #expect(noted.all.last == -1)
            // What is not noted is not admitted, and is noted with the next request.
            let third = Actor(name: "bob", via: .key, address: nil)
            await #expect(throws: CocoaError.self) {
                try await ledger.admit(row, for: third, because: silent, now: now) {
                    throw CocoaError(.fileWriteUnknown)
                }
            }
            try await ledger.admit(row, for: third, because: silent, now: now) { noted.add(-2) }
            #expect(noted.all.last == -2)
        }
    }

    @Test func `is another one if another reason is given, and goes on if none is`() async throws {
        try await Office.with { office in
            let manifest = try await office.installation.manifest.forWriting()
            let acme = try #require(office.installation.settings.organizations.first?.name)
            let task = try #require(TaskID(try office.firstTask.id))
            let row = try #require(try await manifest.recordings(of: task, organization: acme).first)
            let (ledger, noted) = (AccessLedger(), Notes<AccessLedger.Purpose>())
            let actor = Actor(name: "ann", via: .key, address: "192.0.2.1")
            let now = office.installation.now
            let (training, complaint) = (
                AccessLedger.Purpose(reason: "training"), AccessLedger.Purpose(reason: "complaint")
            )
            let silent = AccessLedger.Purpose()
            let ofCase = AccessLedger.Purpose(reason: "complaint", matter: "2026-3")
            for (purpose, isNew) in [
                (silent, true), (training, true), (silent, false), (training, false), (complaint, true),
                (training, false), (ofCase, true), (silent, false),
            ] {
                let before = noted.all.count
                try await ledger.admit(row, for: actor, because: purpose, now: now) { noted.add(purpose) }
                #expect((noted.all.count > before) == isNew, "\(purpose)")
            }
            // However many reasons one gives, few are remembered.
            for number in 0..<100 {
                let purpose = AccessLedger.Purpose(reason: "\(number)")
                for _ in 0..<2 {
                    try await ledger.admit(row, for: actor, because: purpose, now: now) { noted.add(purpose) }
                }
            }
            #expect(noted.all.suffix(100).compactMap(\.reason) == (0..<100).map { "\($0)" })
            // Later, the same reason begins another access.
            try await ledger.admit(
                row,
                for: actor,
                because: AccessLedger.Purpose(reason: "99"),
                now: now + .minutes(15)
            ) {
                noted.add(silent)
            }
            #expect(noted.all.last == silent)
        }
    }
}
