import Archiver
import Foundation
import GRDB
import Recordings
import TestSupport
import Testing

@testable import Service

@Suite struct `The service's database` {
    private static let time = Timestamp(millisecondsSince1970: 1_763_625_600_000)

    private func key(_ name: String, organizations: Set<OrganizationName>? = nil) throws -> AccessKey {
        AccessKey(
            name: try #require(KeyName(name)),
            role: .reviewer,
            organizations: organizations,
            createdTime: Self.time,
            createdBy: "root",
            expiresTime: Self.time + .hours(1)
        )
    }

    private func with(_ body: (String, ServiceDatabase) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let database = try ServiceDatabase(path: "\(folder.path)/service.sqlite")
        try await body("\(folder.path)/service.sqlite", database)
        try database.close()
    }

    @Test func `is only its owner's to read`() async throws {
        try await with { path, database in
            try await database.add(try key("a"), KeySecret())
            for file in [path, "\(path)-wal", "\(path)-shm"] {
                let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
                #expect(mode == 0o600, "\(file)")
            }
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            try ServiceDatabase(path: path).close()
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func `finds a key by its text, and has the text nowhere`() async throws {
        try await with { path, database in
            let (secret, other) = (KeySecret(), KeySecret())
            let acme = try #require(OrganizationName("acme"))
            let kept = try key("a", organizations: [acme])
            try await database.add(kept, secret)
            #expect(try await database.key(secret) == kept)
            #expect(try await database.key(other) == nil)
            #expect(try await database.keys() == [kept])
            let bytes = try Data(contentsOf: URL(filePath: path)) + Data(contentsOf: URL(filePath: "\(path)-wal"))
            #expect(bytes.range(of: Data(secret.text.utf8)) == nil)
            #expect(bytes.range(of: Data(secret.digest.bytes)) != nil)
        }
    }

    @Test func `distinguishes keys whose checksums begin alike`() async throws {
        try await with { path, database in
            let (one, two) = (KeySecret(), KeySecret())
            try await database.add(try key("one"), one)
            try await database.add(try key("two"), two)
            let queue = try DatabaseQueue(path: path)
            try await queue.write {
                try $0.execute(sql: "UPDATE key SET selector = ?", arguments: [one.digest.selector])
            }
            #expect(try await database.key(one)?.name.description == "one")
            #expect(try await database.key(two) == nil)
        }
    }

    @Test func `gives a name once, and keeps what is revoked`() async throws {
        try await with { path, database in
            let secret = KeySecret()
            try await database.add(try key("a"), secret)
            let name = try #require(KeyName("a"))
            try await database.revoke(name, at: Self.time + .minutes(1))
            try await database.revoke(name, at: Self.time + .minutes(2))
            #expect(try await database.key(secret)?.revokedTime == Self.time + .minutes(1))
            await #expect(throws: ServiceError.self) { try await database.add(try key("a"), KeySecret()) }
            let queue = try DatabaseQueue(path: path)
            for sql in ["DELETE FROM key", "UPDATE key SET revoked_time = NULL"] {
                await #expect(throws: DatabaseError.self) { try await queue.write { try $0.execute(sql: sql) } }
            }
        }
    }

    @Test func `notes the use of a key once a minute`() async throws {
        try await with { _, database in
            let secret = KeySecret()
            try await database.add(try key("a"), secret)
            var noted: [Timestamp?] = []
            for seconds in [0, 1, 59, 60, 61] {
                let key = try #require(try await database.key(secret))
                try await database.noteUse(of: key, at: Self.time + .seconds(seconds))
                noted.append(try await database.key(secret)?.lastUsedTime)
            }
            let (first, second) = (Self.time, Self.time + .seconds(60))
            #expect(noted == [first, first, first, second, second])
        }
    }

    @Test func `keeps requested passes until they have ended, as they were requested`() async throws {
        try await with { _, database in
            let (acme, beta) = (try #require(OrganizationName("acme")), try #require(OrganizationName("beta")))
            let day = try #require(ArchiveDay("2025-11-20"))
            let requests: [PassWindow.Request] = [
                .sinceLastPass, .day(day), .between(from: Self.time, to: nil), .between(from: nil, to: Self.time),
                .between(from: Self.time, to: Self.time + .hours(1)),
            ]
            let actor = Actor(name: "olga", via: .oidc, address: "192.0.2.1", claims: ["name": "Olga"])
            for (number, request) in requests.enumerated() {
                let pass = RequestedPass(
                    id: "\(number)",
                    organizations: [acme, beta],
                    request: request,
                    retriesFailed: number == 1,
                    actor: actor,
                    requestedTime: Self.time
                )
                try await database.keep(pass)
            }
            let kept = try await database.unfinishedPasses(of: [acme, beta]).again
            #expect(kept.map(\.id) == ["0", "1", "2", "3", "4"] && kept.map(\.request) == requests)
            #expect(kept.map(\.retriesFailed) == [false, true, false, false, false])
            #expect(kept.allSatisfy { $0.actor == actor && $0.requestedTime == Self.time && $0.state == .waiting })
            #expect(kept[0].organizations == [acme, beta])
            // An organization that is no longer configured.
            let left = try await database.unfinishedPasses(of: [beta]).again
            #expect(left.count == 5 && left.allSatisfy { $0.organizations == [beta] })
            // One that the process does not survive is not begun for ever; one that was stopped with the service is.
            for _ in 0..<3 { try await database.noteBegin(ofPass: "0") }
            for _ in 0..<9 {
                try await database.noteBegin(ofPass: "1")
                try await database.notePause(ofPass: "1")
            }
            try await database.forget(pass: "2")
            // What is given up stays until that is noted.
            for _ in 0..<2 {
                let unfinished = try await database.unfinishedPasses(of: [beta])
                #expect(unfinished.again.map(\.id) == ["1", "3", "4"] && unfinished.givenUp.map(\.id) == ["0"])
            }
            for _ in 0..<2 {
                let unfinished = try await database.unfinishedPasses(of: [])
                #expect(unfinished.again.isEmpty && unfinished.givenUp.isEmpty)
            }
            #expect(try await database.unfinishedPasses(of: [acme, beta]).givenUp.isEmpty)
        }
    }

    @Test func `refuses what is not its own`() async throws {
        let folder = try TemporaryFolder()
        let other = "\(folder.path)/other.sqlite"
        let queue = try DatabaseQueue(path: other)
        try await queue.write { try $0.execute(sql: "CREATE TABLE a (b)") }
        try queue.close()
        #expect(throws: ServiceError.self) { try ServiceDatabase(path: other) }
        try folder.put("text.sqlite", Array("no database at all, but some text that is long enough".utf8))
        let error = #expect(throws: ServiceError.self) { try ServiceDatabase(path: "\(folder.path)/text.sqlite") }
        #expect(error?.code == .damaged)
        let missing = #expect(throws: ServiceError.self) { try ServiceDatabase(path: "\(folder.path)/no/db.sqlite") }
        #expect(missing?.code == .inputOutput)
    }
}
