import Reports
import ArgumentParser
import Files
import Foundation
import Recordings
import Service
import Wiring

struct KeysListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the API keys: what each may do, until when, and when it was used last.",
        discussion: """
            Revoked keys are listed with --all, because the evidence log may name them. The keys themselves are kept \
            nowhere.

            EXAMPLES
              callark keys list
              callark keys list --all --csv > keys.csv
            """
    )

    @OptionGroup var common: CommonOptions

    @Flag(help: "Also keys that were revoked or have expired.")
    var all = false

    @Flag(help: "Print CSV (RFC 4180); the first line names the columns.")
    var csv = false

    func validate() throws {
        if csv && common.json { throw ValidationError("--csv and --json exclude each other: give only one of them") }
    }

    func run() async throws {
        let installation = try Installation(common, needsSecrets: false)
        let output = Output(json: common.json)
        defer { output.flush() }
        let now = installation.now
        var keys: [AccessKey] = []
        // A list makes no database.
        if FileManager.default.fileExists(atPath: installation.root.servicePath) {
            let database = try ServiceDatabase(reading: installation.root.servicePath)
            defer { try? database.close() }
            keys = try await database.keys()
        }
        let listed = keys.filter { all || $0.standing(at: now) == .valid }
        try Self.table(now: now, timeZone: installation.timeZone).write(listed, to: output, asCSV: csv)
        guard !csv else { return }
        let hidden = keys.count - listed.count
        let rest = hidden > 0 ? "; \(hidden) more, revoked or expired: --all lists them" : ""
        output.text("\(Readable.count(listed.count, "key"))\(rest); times in \(installation.timeZone.name)")
        try output.json(Summary(keys: listed.count, notListed: hidden))
    }

    private struct Summary: Encodable {
        let type = "summary"
        var keys: Int
        var notListed: Int

        enum CodingKeys: String, CodingKey {
            case type, keys
            case notListed = "not_listed"
        }
    }

    private static func table(now: Timestamp, timeZone: TimeZone) -> Table<AccessKey> {
        func organizations(_ key: AccessKey) -> String? {
            key.organizations.map { $0.sorted().map(\.description).joined(separator: ",") }
        }
        func text(_ time: Timestamp?) -> String { time?.text(in: timeZone) ?? "-" }
        return Table(
            type: "key",
            columns: [
                .init(name: "name", heading: "NAME") { .text($0.name.description) },
                .init(name: "role", heading: "ROLE") { .text($0.role.rawValue) },
                .init(
                    name: "organizations",
                    heading: "ORGANIZATIONS",
                    rank: 1,
                    value: { .init(organizations($0)) },
                    text: { organizations($0) ?? "all" }
                ),
                .init(name: "state", heading: "STATE") { .text($0.standing(at: now).rawValue) },
                .init(
                    name: "last_used_time",
                    heading: "LAST USED",
                    rank: 2,
                    value: { .init($0.lastUsedTime?.description) },
                    text: { text($0.lastUsedTime) }
                ),
                .init(
                    name: "expires_time",
                    heading: "EXPIRES",
                    rank: 3,
                    value: { .init($0.expiresTime?.description) },
                    text: { text($0.expiresTime) }
                ),
                .init(
                    name: "created_time",
                    heading: "CREATED",
                    rank: 4,
                    value: { .text($0.createdTime.description) },
                    text: { text($0.createdTime) }
                ),
                .init(name: "created_by", heading: "BY", rank: 5) { .text($0.createdBy) },
            ],
            line: { KeyLine($0, now: now) }
        )
    }
}
