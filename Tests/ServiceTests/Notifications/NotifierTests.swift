import Archiver
import Crypto
import Foundation
import Logging
import Recordings
import Synchronization
import TestSupport
import Testing
import Transfer

@testable import Service
@testable import Settings

/// Notifications on their way: a command, a webhook, a real mail server.
@Suite struct `A channel` {
    private static let alarm = Alarm(.critical, .daysOpen, organization: "acme", "Tag offen: ü")

    /// Answers every request with a status, and keeps the requests.
    final class Receiver: HTTPExchange {
        private let state: Mutex<(status: Int, requests: [HTTPRequest])>

        init(_ status: Int) {
            state = Mutex((status, []))
        }

        func perform(_ request: HTTPRequest) async throws(TransferError) -> HTTPResponse {
            HTTPResponse(
                status: state.withLock { state in
                    state.requests.append(request)
                    return state.status
                }
            )
        }

        var requests: [HTTPRequest] { state.withLock { $0.requests } }

        func answer(_ status: Int) { state.withLock { $0.status = status } }
    }

    private func notification(_ begun: [Alarm] = [Self.alarm], ended: [Alarm] = []) -> AlarmNotice {
        .init(id: "n-1", time: Timestamp(millisecondsSince1970: 1_763_625_600_000), begun: begun, ended: ended)
    }

    func channel(
        _ kind: NotificationSettings.Channel,
        _ severities: [String] = ["critical", "warning"],
        _ exchange: (any HTTPExchange)? = nil,
        tellsReports: Bool = true
    ) -> NotificationChannel {
        NotificationChannel(
            NotificationSettings(severities: severities, tellsReports: tellsReports, channel: kind)
        ) {
            try #require(exchange)
        }
    }

    /// Looks for alarms with a database of its own.
    private func with(
        _ channels: [NotificationChannel],
        _ body: (_ look: ([Alarm]?) async -> Void) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let database = try ServiceDatabase(path: "\(folder.path)/service.sqlite")
        let present = Mutex<[Alarm]?>(nil)
        let notifier = Notifier(
            channels: channels,
            database: database,
            stop: StopRequest(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            now: { Timestamp(millisecondsSince1970: 1_763_625_600_000) },
            alarms: {
                let alarms = present.withLock { $0 }
                guard let alarms else { throw CocoaError(.fileReadUnknown) }
                return alarms
            }
        )
        try await body { alarms in
            present.withLock { $0 = alarms }
            await notifier.look()
        }
        try database.close()
    }

    @Test func `is told once when an alarm begins and once when it ends, also after failures`() async throws {
        let receiver = Receiver(503)
        let url = try #require(URL(string: "https://alarms.example/hook"))
        try await with([channel(.webhook(url: url, secret: nil), ["critical"], receiver)]) { look in
            await look([Self.alarm])
            receiver.answer(204)
            await look([Self.alarm])
            await look([Self.alarm])
            // It cannot be seen whether there are alarms.
            await look(nil)
            #expect(receiver.requests.count == 2)
            receiver.answer(500)
            await look([])
            receiver.answer(200)
            await look([])
            await look([])
            #expect(receiver.requests.count == 4)
            let lines = try receiver.requests.map { try JSONDecoder().decode(JSON.self, from: $0.body ?? Data()) }
            #expect(lines.map { $0["begun"]?.list.count } == [1, 1, 0, 0])
            #expect(lines.map { $0["ended"]?.list.count } == [0, 0, 1, 1])
            #expect(lines[0]["begun"]?.list.first?["code"] == .text("days_open"))
        }
    }

    @Test func `by webhook has a signature over the time and the bytes`() async throws {
        let receiver = Receiver(200)
        let url = try #require(URL(string: "https://alarms.example/hook"))
        let secret = SecretSource("shared-secret", origin: .default)
        try await channel(.webhook(url: url, secret: secret), [], receiver).deliver(notification())
        let request = try #require(receiver.requests.first)
        let parts = try #require(request.headers["Callark-Signature"]).split(separator: ",")
        #expect(parts.first == "t=1763625600")
        let content = Data("1763625600.".utf8) + (request.body ?? Data())
        let key = SymmetricKey(data: Data("shared-secret".utf8))
        let code = Hexadecimal.text(HMAC<SHA256>.authenticationCode(for: content, using: key))
        #expect(parts.last == "v1=\(code)")
    }

    @Test func `by command gets JSON on standard input`() async throws {
        let folder = try TemporaryFolder()
        let words = ["/bin/sh", "-c", "cat > '\(folder.path)/told'"]
        try await channel(.command(words)).deliver(notification([], ended: [Self.alarm]))
        let told = try JSONDecoder().decode(JSON.self, from: Data(contentsOf: URL(filePath: "\(folder.path)/told")))
        #expect(told["type"] == .text("notification") && told["id"] == .text("n-1"))
        #expect(told["ended"]?.list.first?["organization"] == .text("acme"))
        await #expect(throws: (any Error).self) { try await channel(.command(["/bin/false"])).deliver(notification()) }
        await #expect(throws: (any Error).self) { try await channel(.command(["/no/such"])).deliver(notification()) }
    }

    // MARK: - E-mail

    /// A mail server that keeps what it gets. Arguments: the folder, and `starttls` for one that requires TLS and a login.
    static let mailServer = """
        import json, socket, ssl, sys, time
        from aiosmtpd.controller import Controller
        from aiosmtpd.smtp import SMTP, AuthResult
        folder, mode = sys.argv[1], sys.argv[2]
        class Handler:
            async def handle_DATA(self, server, session, envelope):
                with open(folder + "/mail", "w") as file:
                    json.dump({"from": envelope.mail_from, "to": envelope.rcpt_tos, "tls": session.ssl is not None,
                        "login": session.auth_data is not None, "content": envelope.content.decode()}, file)
                return "250 kept"
        def check(server, session, envelope, mechanism, data):
            right = (data.login, data.password) == (b"callark", b"secret")
            return AuthResult(success=right, auth_data=data.login)
        class Server(Controller):
            def factory(self):
                if mode == "plain": return SMTP(self.handler)
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(folder + "/cert.pem", folder + "/cert.key")
                return SMTP(self.handler, tls_context=context, require_starttls=True, auth_required=True,
                    authenticator=check)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        Server(Handler(), hostname="127.0.0.1", port=port).start()
        print(port, flush=True)
        while True: time.sleep(3600)
        """

    static func isInstalled() -> Bool {
        (try? Tool.run(PythonServer.python, "-c", "import aiosmtpd").status) == 0
    }

    func email(
        _ server: PythonServer,
        _ protection: String,
        password: String? = nil,
        certificates: String? = nil
    ) -> NotificationSettings.Channel {
        .email(
            NotificationSettings.Email(
                host: "127.0.0.1",
                port: server.port,
                protection: protection,
                user: password.map { _ in "callark" },
                password: password.map { SecretSource($0, origin: .default) },
                sender: "callark@archive.example",
                recipients: ["a@example.com", "b@example.com"],
                certificatesFile: certificates
            )
        )
    }

    func received(_ folder: TemporaryFolder) -> JSON? {
        (try? Data(contentsOf: URL(filePath: "\(folder.path)/mail"))).flatMap {
            try? JSONDecoder().decode(JSON.self, from: $0)
        }
    }

    /// How another mail reader, Python's, understands a message: its subject and text.
    func read(_ mail: JSON?) throws -> String {
        let reader = """
            import email, email.policy, sys
            message = email.message_from_string(sys.argv[1], policy=email.policy.default)
            assert not message.defects, message.defects
            print(message["subject"], message["message-id"], message["date"].datetime.isoformat(), sep="|")
            print(message.get_body(("plain",)).get_content())
            for part in message.iter_attachments():
                print(part.get_filename(), part.get_content_type(), len(part.get_content()))
            """
        let outcome = try Tool.run(PythonServer.python, "-c", reader, mail?["content"]?.text ?? "")
        try #require(outcome.status == 0, "\(outcome.output)")
        return outcome.output
    }

    @Test(.needs("aiosmtpd", isInstalled())) func `by e-mail reaches a mail server, and is read there`() async throws {
        let folder = try TemporaryFolder()
        let server = try await PythonServer(Self.mailServer, folder.path, "plain")
        try await channel(email(server, "none")).deliver(notification())
        let mail = received(folder)
        #expect(mail?["from"] == .text("callark@archive.example"))
        #expect(mail?["to"]?.list.map(\.text) == ["a@example.com", "b@example.com"])
        let text = try read(mail)
        let first = "Callark: CRITICAL: acme days_open|<n-1@archive.example>|2025-11-20T08:00:00+00:00\n"
        #expect(text.hasPrefix(first))
        #expect(text.contains("acme days_open: Tag offen: ü"))
        // The server offers no TLS, so nothing is sent to it if TLS is wanted.
        try FileManager.default.removeItem(atPath: "\(folder.path)/mail")
        await #expect(throws: TransferError.self) {
            try await channel(email(server, "starttls")).deliver(notification())
        }
        await #expect(throws: TransferError.self) { try await channel(email(server, "tls")).deliver(notification()) }
        #expect(received(folder) == nil)
    }

    @Test(.needs("aiosmtpd", isInstalled())) func `by e-mail is sent over TLS with a login`() async throws {
        let folder = try TemporaryFolder()
        let certificate = try SelfSignedCertificate("cert", in: folder.path).path
        let server = try await PythonServer(Self.mailServer, folder.path, "starttls")
        await #expect(throws: TransferError.self) {
            // Nobody whom this machine trusts vouches for the server.
            try await channel(email(server, "starttls", password: "secret")).deliver(notification())
        }
        await #expect(throws: TransferError.self) {
            let wrong = email(server, "starttls", password: "wrong", certificates: certificate)
            try await channel(wrong).deliver(notification())
        }
        #expect(received(folder) == nil)
        try await channel(email(server, "starttls", password: "secret", certificates: certificate))
            .deliver(notification())
        let mail = received(folder)
        #expect(mail?["tls"] == .boolean(true) && mail?["login"] == .boolean(true))
    }

    @Test func `is tried by HTTP, by an administrator`() async throws {
        let folder = try TemporaryFolder()
        let settings = """
            service: { listen: "127.0.0.1:0" }
            notifications:
              - { when: [critical], command: [/bin/sh, -c, "cat > '\(folder.path)/told'"] }
              - { command: [/bin/false] }
            """
        try await Office.with(isArchived: false, settings: settings) { office in
            let path = "/api/v1/notifications/tests"
            #expect(try await office.ask("POST", path, key: office.key(.operator)).problem == "role_too_small")
            let reply = try await office.ask("POST", path, key: office.key(.admin)).json
            #expect(reply["channels"]?.list.map { $0["delivered"] } == [.boolean(true), .boolean(false)])
            let told = try Data(contentsOf: URL(filePath: "\(folder.path)/told"))
            #expect(try JSONDecoder().decode(JSON.self, from: told)["test"] == .boolean(true))
        }
    }
}
