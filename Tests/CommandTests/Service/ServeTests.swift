import Foundation
import TestSupport
import Testing

/// `callark serve` as a process: how it begins and how it ends.
@Suite struct `The service` {
    @Test(arguments: [(SIGTERM, 143), (SIGINT, 130)] as [(Int32, Int32)])
    func `says where it listens, and ends on a signal`(_ signal: Int32, _ status: Int32) async throws {
        try await Desk.with(calls: 0) { desk in
            let (program, address) = try await desk.serving()
            program.signal(signal)
            let ending = try await program.end()
            #expect(ending.status == status)
            #expect(ending.errors.contains("callark: listening at \(address)\n"))
            #expect(ending.errors.contains("callark: - GET /healthz 200 16 B "))
            #expect(ending.output == "")
            // What it had open is closed.
            #expect(!FileManager.default.fileExists(atPath: "\(desk.root)/manifest.sqlite-wal"))
        }
    }

    @Test func `ends in good order if systemd watches it`() async throws {
        try await Desk.with(calls: 0) { desk in
            // systemd's watchdog is on, even if nobody reads what it is told.
            let watched = ["NOTIFY_SOCKET": "/nowhere", "WATCHDOG_USEC": "60000000"]
            let (program, _) = try await desk.serving(environment: watched)
            program.signal(SIGTERM)
            let ending = try await program.end()
            #expect(ending.status == 143, "\(ending.errors)")
            #expect(!ending.errors.contains("CancellationError"), "\(ending.errors)")
        }
    }

    @Test func `says in lines of JSON where it listens and that it has stopped`() async throws {
        try await Desk.with(calls: 0) { desk in
            let port = try FreePort.number()
            let environment = ["CALLARK_SERVICE_LISTEN": "127.0.0.1:\(port)"]
            let program = try desk.start("serve", "--json", environment: environment)
            try await eventually("it does not listen") {
                try program.outputSoFar().hasSuffix("\n") || !program.isRunning
            }
            program.signal(SIGTERM)
            let ending = try await program.end()
            #expect(ending.status == 143)
            let objects = try ending.objects
            #expect(objects.map { $0["type"]?.text } == ["listening", "summary"])
            #expect(objects.first?["address"]?.text == "http://127.0.0.1:\(port)")
        }
    }

    @Test func `is not started if another one listens`() async throws {
        try await Desk.with(calls: 0) { desk in
            let (program, address) = try await desk.serving()
            let place = try #require(address.components(separatedBy: "//").last)
            let other = ["CALLARK_SERVICE_LISTEN": place, "CALLARK_ARCHIVE_ROOT": "\(desk.folder)/other"]
            try await desk.makeRoot(environment: other)
            let second = try await desk.run("serve", environment: other)
            #expect(second.status == 74)
            #expect(try second.complaint.contains("cannot listen at \(place): Address already in use; see what does"))
            program.signal(SIGTERM)
            #expect(try await program.end().status == 143)
        }
    }

    @Test(
        arguments: [
            (["CALLARK_SERVICE_LISTEN": "0.0.0.0:0"], 78), (["CALLARK_SERVICE_LISTEN": "203.0.113.1:1"], 78),
            (["CALLARK_SERVICE_LISTEN": "203.0.113.1:0", "CALLARK_SERVICE_TRUSTED_PROXIES": "203.0.113.2"], 74),
            (
                [
                    "CALLARK_SERVICE_LISTEN": "127.0.0.1:0", "CALLARK_SERVICE_TLS_CERTIFICATE_FILE": "/dev/null",
                    "CALLARK_SERVICE_TLS_KEY_FILE": "/dev/null",
                ], 78
            ),
        ] as [([String: String], Int32)]
    )
    func `refuses an address that is unsafe or none, and a bad certificate`(
        _ environment: [String: String],
        _ status: Int32
    ) async throws {
        try await Desk.with(calls: 0) { desk in
            let ending = try await desk.start("serve", environment: environment).end()
            #expect(ending.status == status, "\(ending.errors)")
            _ = try ending.complaint
        }
    }

    @Test func `speaks TLS with a certificate of its own`() async throws {
        try await Desk.with(calls: 0) { desk in
            let made = try SelfSignedCertificate("cert", in: desk.folder)
            let certificate = made.path
            let (program, address) = try await desk.serving(
                environment: [
                    "CALLARK_SERVICE_TLS_CERTIFICATE_FILE": certificate, "CALLARK_SERVICE_TLS_KEY_FILE": made.keyPath,
                ],
                scheme: "https"
            )
            let checked = try await Program.run("curl", ["-s", "-i", "--cacert", certificate, "\(address)/healthz"])
            #expect(
                checked.output.contains("strict-transport-security: max-age=")
                    || checked.output.contains("Strict-Transport-Security: max-age=")
            )
            let old = try await Program.run("curl", ["-sk", "--tls-max", "1.1", "\(address)/healthz"])
            #expect(old.status != 0 && old.output == "")
            program.signal(SIGTERM)
            #expect(try await program.end().status == 143)
        }
    }

    @Test func `writes lines of JSON if asked to`() async throws {
        try await Desk.with(calls: 0) { desk in
            let port = try FreePort.number()
            let program = try desk.start(
                "serve",
                "--log-format",
                "json",
                environment: ["CALLARK_SERVICE_LISTEN": "127.0.0.1:\(port)"]
            )
            try await eventually("it answers", every: Patience.look) {
                guard program.isRunning else { throw CancellationError() }
                return try await Program.run("curl", ["-s", "http://127.0.0.1:\(port)/nothing"]).output.contains("401")
            }
            program.signal(SIGTERM)
            let errors = try await program.end().errors
            let lines = try errors.split(separator: "\n").map {
                try JSONDecoder().decode([String: JSON].self, from: Data($0.utf8))
            }
            let request = try #require(lines.first { $0["message"]?.text == "request" })
            #expect(request["who"]?.text == "-" && request["status"]?.text == "401" && request["route"]?.text == "-")
        }
    }
}
