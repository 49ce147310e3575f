import Foundation
import Simulator
import TestSupport
import Testing

/// What tools that know nothing of Callark say about an archive.
@Suite struct `Independent tools` {
    static let python = ProcessInfo.processInfo.environment["CALLARK_TEST_PYTHON"] ?? "python3"

    static let hasBagit: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [python, "-c", "import bagit"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    /// Unpacks the day's archive and its supplement.
    private func unpack(_ desk: Desk) async throws -> [String] {
        try await desk.archiveDay()
        let task = try #require(desk.simulator.servedRecordings().first?.taskID)
        try desk.simulator.addRecording(to: task)
        // Someone names the window: a partly settled task is asked about again.
        desk.simulator.clock.advance(by: .seconds(60))
        _ = try await desk.run("archive", "--day", desk.day)
        return try await desk.archives().asyncMap { archive in
            let tar = try await Program.run("tar", ["-xf", archive, "-C", desk.folder])
            try #require(tar.status == 0 && tar.errors == "")
            return URL(filePath: archive).deletingPathExtension().lastPathComponent
        }
    }

    @Test func `tar and sha256sum agree`() async throws {
        try await Desk.with { desk in
            let bags = try await unpack(desk)
            #expect(!bags.isEmpty)
            for (bag, archive) in zip(bags, try desk.archives()) {
                let side = try await Program.run(
                    "sha256sum",
                    ["-c", "\(bag).tar.sha256"],
                    directory: URL(filePath: archive).deletingLastPathComponent().path
                )
                #expect(side.status == 0)
                for manifest in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
                    let inside = try await Program.run(
                        "sha256sum",
                        ["--quiet", "-c", manifest],
                        directory: "\(desk.folder)/\(bag)"
                    )
                    #expect(inside.status == 0, "\(inside.output)")
                }
                let mode = try FileManager.default.attributesOfItem(atPath: archive)[.posixPermissions] as? Int
                #expect(mode == 0o440)
            }
        }
    }

    @Test(.needs("Python's bagit", hasBagit))
    func `the Library of Congress's bagit agrees`() async throws {
        try await Desk.with { desk in
            for bag in try await unpack(desk) {
                let ending = try await Program.run(Self.python, ["-m", "bagit", "--validate", "\(desk.folder)/\(bag)"])
                #expect(ending.status == 0, "\(ending.errors)")
            }
        }
    }

    @Test func `sqlite3 finds the manifest whole`() async throws {
        try await Desk.with { desk in
            try await desk.archiveDay()
            let ending = try await Program.run("sqlite3", ["\(desk.root)/manifest.sqlite", "pragma integrity_check"])
            #expect(ending.output == "ok\n")
        }
    }
}

@Suite struct `Secrets` {
    /// Every regular file below a folder, except in the one place where tokens are kept.
    private func files(below folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder).map { "\(folder)/\($0)" }.filter { path in
            let isFolder =
                (try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType)
                .flatMap { $0 } == .typeDirectory
            return !isFolder && !path.contains("/spool/credentials/")
        }
    }

    @Test func `are in no line and in no file, at any log level`() async throws {
        try await Desk.with { desk in
            desk.simulator.inject(FaultRule(.media, .first(3), .xmlExpired))
            desk.simulator.inject(FaultRule(.media, .first(3), .status(404)))
            desk.simulator.inject(FaultRule(.captures, .first(1), .status(503)))
            let endings = [
                try await desk.run("archive", "--day", desk.day, "--json", "--log-level", "trace"),
                try await desk.run("archive", "--day", desk.day, "--log-level", "trace", "--log-format", "json"),
                try await desk.run("status", "--json"), try await desk.run("list", "--json"),
                try await desk.run("config", "check"), try await desk.run("config", "show", "--json"),
            ]
            let secrets = [
                desk.simulator.clientSecret, desk.simulator.refreshToken, "_P0A1_", "X-Amz-Signature", "Bearer ",
            ]
            for ending in endings {
                for secret in secrets {
                    #expect(!ending.output.contains(secret))
                    #expect(!ending.errors.contains(secret))
                }
            }
            let files = try files(below: desk.root)
            #expect(files.contains { $0.hasSuffix("manifest.sqlite") })
            for file in files {
                let bytes = try Data(contentsOf: URL(filePath: file))
                for secret in secrets { #expect(bytes.firstRange(of: Data(secret.utf8)) == nil, "\(file): \(secret)") }
            }
        }
    }

    @Test func `that have to be kept are kept from others`() async throws {
        try await Desk.with(calls: 0) { desk in
            _ = try await desk.run("archive", "--day", desk.day)
            let attributes = FileManager.default
            let file = try attributes.attributesOfItem(atPath: "\(desk.root)/spool/credentials/acme.json")
            let folder = try attributes.attributesOfItem(atPath: "\(desk.root)/spool/credentials")
            #expect(file[.posixPermissions] as? Int == 0o600)
            #expect(folder[.posixPermissions] as? Int == 0o700)
        }
    }

    @Test func `that a killed process left half written are taken away`() async throws {
        try await Desk.with(calls: 0) { desk in
            _ = try await desk.run("config", "check")
            let folder = "\(desk.root)/spool/credentials"
            // No process has this number or can have it.
            try Data("tokens".utf8).write(to: URL(filePath: "\(folder)/acme.json.new-\(Int32.max)"))
            desk.simulator.revokeAccessTokens()
            #expect(try await desk.run("config", "check").status == 0)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            #expect(names == ["acme.json", "acme.json.lock"])
            #expect(try Data(contentsOf: URL(filePath: "\(folder)/acme.json.lock")).isEmpty)
        }
    }

    @Test func `log lines are JSON if that was asked for`() async throws {
        try await Desk.with(calls: 2) { desk in
            let ending = try await desk.run(
                "archive",
                "--day",
                desk.day,
                "--log-level",
                "trace",
                "--log-format",
                "json"
            )
            let lines = ending.errors.split(separator: "\n")
            #expect(!lines.isEmpty)
            for line in lines {
                #expect(throws: Never.self) { try JSONDecoder().decode([String: JSON].self, from: Data(line.utf8)) }
            }
        }
    }
}

extension Sequence {
    /// Sequentially.
    fileprivate func asyncMap<T>(_ transform: (Element) async throws -> T) async rethrows -> [T] {
        var mapped: [T] = []
        for element in self { mapped.append(try await transform(element)) }
        return mapped
    }
}
