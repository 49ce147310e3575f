import Files
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Service

/// Login and bearer tokens with a real identity provider: Canaille (PyPI), driven as a browser would.
@Suite struct `A login with an identity provider` {
    private static let canaille = ProcessInfo.processInfo.environment["CALLARK_TEST_CANAILLE"] ?? "canaille"

    private static func isInstalled() -> Bool {
        (try? Tool.run(canaille, "--help").status) == 0
            && (try? Tool.run(PythonServer.python, "-c", "import requests").status) == 0
    }

    /// Sets Canaille up with two people, and runs it. Arguments: the program, the folder, the service's address.
    private static let provider = """
        import json, os, signal, socket, subprocess, sys, time, urllib.request
        program, folder, service = sys.argv[1:4]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        # Canaille takes a variable with its own name for settings.
        environment = {k: v for k, v in os.environ.items() if not k.startswith("CANAILLE")}
        environment["CONFIG"] = folder + "/canaille.toml"
        def run(*words):
            done = subprocess.run([program, *words], cwd=folder, env=environment, capture_output=True, text=True)
            if done.returncode: sys.exit(" ".join(words) + ": " + done.stderr)
            return done.stdout
        open(environment["CONFIG"], "w").close()
        key = json.loads(run("jwk", "create", "rsa").strip().splitlines()[-1])
        words = ", ".join(k + " = " + json.dumps(v) for k, v in key.items())
        with open(environment["CONFIG"], "w") as file:
            file.write(f'''SECRET_KEY = "test-only"
        SERVER_NAME = "127.0.0.1:{port}"
        PREFERRED_URL_SCHEME = "http"
        [CANAILLE]
        DATABASE = "sql"
        [CANAILLE.SMTP]
        HOST = "127.0.0.1"
        PORT = 1
        [CANAILLE.ACL.DEFAULT]
        PERMISSIONS = ["edit_self", "use_oidc"]
        [CANAILLE_SQL]
        DATABASE_URI = "sqlite:///{folder}/idp.sqlite"
        AUTO_MIGRATE = true
        [CANAILLE_OIDC]
        ACTIVE_JWKS = [{{ {words} }}]
        ''')
        run("install")
        for name in ("rita", "sam"):
            run("create", "user", "--user-name", name, "--password", "test-password-1", "--family-name", name,
                "--formatted-name", name.title(), "--emails", name + "@example.test")
        run("create", "group", "--display-name", "compliance", "--members", "rita")
        run("create", "client", "--client-id", "callark", "--client-secret", "s3cret", "--client-name", "callark",
            "--redirect-uris", service + "/oidc/callback", "--grant-types", "authorization_code", "--response-types",
            "code", "--token-endpoint-auth-method", "client_secret_basic", "--scope", "openid", "--scope", "profile",
            "--scope", "email", "--scope", "groups")
        run("set", "client", "callark", "--audience", "callark")
        log = open(folder + "/run.out", "w")
        server = subprocess.Popen([program, "run", "--bind", f"127.0.0.1:{port}"], cwd=folder, env=environment,
            stdout=log, stderr=log)
        signal.signal(signal.SIGTERM, lambda *_: (server.terminate(), sys.exit(0)))
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/.well-known/openid-configuration", timeout=5)
                break
            except OSError:
                time.sleep(0.2)
        print(port, flush=True)
        server.wait()
        """

    /// Logs in as a browser would, and prints what the service says. Arguments: the service's address, the name.
    private static let browser = """
        import html, json, re, sys, urllib.parse
        import requests
        service, name = sys.argv[1:3]
        browser = requests.Session()
        answer = browser.get(service + "/oidc/login?to=/%23calls", allow_redirects=False)
        visited = []
        for step in range(20):
            if answer.status_code in (301, 302, 303):
                place = urllib.parse.urljoin(answer.url, answer.headers["Location"])
                visited.append(place)
                if place.startswith(service) and "/oidc/" not in place: break
                answer = browser.get(place, allow_redirects=False)
                continue
            if answer.url.startswith(service): break
            fields = {}
            for field in re.finditer(r"<(?:input|button)[^>]*>", answer.text):
                key = re.search(r'name="([^"]+)"', field[0])
                value = re.search(r'value="([^"]*)"', field[0])
                if key: fields.setdefault(key[1], html.unescape(value[1]) if value else "")
            data = {"csrf_token": fields.get("csrf_token", "")}
            if "login" in fields: data["login"] = name
            if "password" in fields: data["password"] = "test-password-1"
            if "answer" in fields and "login" not in fields: data["answer"] = "accept"
            answer = browser.post(answer.url, data=data, allow_redirects=False)
        me = browser.get(service + "/api/v1/me")
        callback = next((p for p in visited if p.startswith(service + "/oidc/callback")), None)
        again = browser.get(callback, allow_redirects=False) if callback else None
        other = requests.get(callback, allow_redirects=False) if callback else None
        print(json.dumps({"place": place, "status": answer.status_code, "text": answer.text[:300],
            "me": me.json(), "again": None if again is None else again.json(), "other": None if other is None else other.json(),
            "cookies": sorted(c.name for c in browser.cookies)}))
        """

    @Test(.needs("canaille", isInstalled())) func `opens a session for those whose group has a role`() async throws {
        let folder = try TemporaryFolder()
        let port = Int(try FreePort.number())
        let service = "http://127.0.0.1:\(port)"
        let provider = try await PythonServer(Self.provider, Self.canaille, folder.path, service)
        let settings = """
            service:
              listen: 127.0.0.1:\(port)
              public_url: \(service)
              oidc:
                issuer: http://127.0.0.1:\(provider.port)
                client_id: callark
                client_secret: s3cret
                roles: { compliance: { role: reviewer, organizations: [acme] } }
            """
        try await Office.with(isArchived: false, settings: settings) { office in
            #expect(try await office.ask("/session").json["oidc"] == .boolean(true))
            func logIn(_ name: String) async throws -> JSON {
                let outcome = try await BlockingWork.run { _ throws(any Error) in
                    try Tool.run(PythonServer.python, "-c", Self.browser, service, name)
                }
                try #require(outcome.status == 0, "\(outcome.output)")
                return try JSONDecoder().decode(JSON.self, from: Data(outcome.output.utf8))
            }
            let rita = try await logIn("rita")
            #expect(rita["place"] == .text("\(service)/#calls"), "\(rita)")
            let me = rita["me"]
            #expect(me?["name"] == .text("rita") && me?["role"] == .text("reviewer"), "\(rita)")
            #expect(me?["organizations"] == .list([.text("acme")]))
            #expect(me?["session"]?["form_token"]?.text?.count == 43)
            // The answer of the provider is good once, and only in the browser that began.
            #expect(rita["again"]?["type"] == .text("login_expired"))
            #expect(rita["other"]?["type"] == .text("login_expired"))
            let sam = try await logIn("sam")
            #expect(sam["status"] == .number(403) && sam["text"]?.text?.contains("no_role") == true, "\(sam)")
            #expect(sam["me"]?["type"] == .text("key_required"))
        }
    }

    @Test func `is not offered without a configuration, and leads to no other site`() async throws {
        try await Office.with(isArchived: false) { (office: Office) async throws -> Void in
            #expect(try await office.ask("/session").json["oidc"] == .boolean(false))
            #expect(try await office.ask("/oidc/login").status == 404)
            #expect(try await office.ask("/oidc/callback?code=a&state=b").status == 404)
        }
        let settings = """
            service:
              listen: 127.0.0.1:0
              public_url: https://archive.example
              oidc: { issuer: "http://127.0.0.1:1", client_id: callark, roles: { staff: viewer } }
            """
        try await Office.with(isArchived: false, settings: settings) { (office: Office) async throws -> Void in
            for place in ["https://evil.example", "//evil.example", "/%5Cevil.example", "/a%20b", "a", ""] {
                #expect(try await office.ask("/oidc/login?to=\(place)").status == 400, "\(place)")
            }
            #expect(try await office.ask("/oidc/login").problem == "identity_provider")
            #expect(try await office.ask("/oidc/callback?code=a&state=b").problem == "login_expired")
            // Keys go on as before; what looks like a token is one.
            #expect(try await office.ask("/api/v1/me", key: office.key()).status == 200)
            #expect(try await office.ask("/api/v1/me", key: "a.b.c").problem == "token_refused")
        }
    }
}
