import Foundation
import Recordings
import Synchronization
import TestSupport
import Testing
import Transfer

@testable import ObjectStore

@Suite(.timeLimit(.minutes(20))) struct CredentialTests {
    private static let end = Date(timeIntervalSince1970: 1_900_000_000)
    private static let given = """
        {"Code": "Success", "AccessKeyId": "AK", "SecretAccessKey": "SK", "Token": "TK", "Expiration": "2030-03-17T17:46:40Z"}
        """
    private static let expected = ObjectCredentials(
        accessKeyID: "AK",
        secretAccessKey: "SK",
        sessionToken: "TK",
        expiry: end
    )

    /// Runs `body` with an engine.
    private func withEngine(_ body: (TransferEngine) async throws -> Void) async throws {
        let engine = try TransferEngine(.init(userAgent: "callark-tests", maximumConnectionsPerHost: 4))
        do {
            try await body(engine)
            await engine.shutDown()
        } catch {
            await engine.shutDown()
            throw error
        }
    }

    @Test func `an instance's credentials need a session, and are its role's`() async throws {
        let stub = try StoreStub { request, _ in
            let path = "/latest/meta-data/iam/security-credentials/"
            switch (request.method, request.target) {
            case ("PUT", "/latest/api/token"):
                let isAsked = request.fields["x-aws-ec2-metadata-token-ttl-seconds"] != nil
                return StoreStub.Answer(status: isAsked ? 200 : 400, body: "session")
            case ("GET", _) where request.fields["x-aws-ec2-metadata-token"] != "session":
                return StoreStub.Answer(status: 401)
            case ("GET", path): return StoreStub.Answer(status: 200, body: "a role\n")
            case ("GET", path + "a%20role"): return StoreStub.Answer(status: 200, body: Self.given)
            default: return StoreStub.Answer(status: 404)
            }
        }
        try await withEngine { engine async throws in
            let source = try EnvironmentCredentials.source(
                ["AWS_EC2_METADATA_SERVICE_ENDPOINT": stub.endpoint + "/"],
                region: "r-1",
                exchange: engine
            )
            #expect(source is InstanceCredentials)
            #expect(try await source.credentials() == Self.expected)
        }
    }

    @Test func `a container's credentials need its token, which is read anew`() async throws {
        let stub = try StoreStub { request, _ in
            request.fields["authorization"] == "second"
                ? StoreStub.Answer(status: 200, body: Self.given) : StoreStub.Answer(status: 400)
        }
        let folder = try TemporaryFolder()
        let token = try folder.put("token", Array("first\n".utf8))
        try await withEngine { engine async throws in
            let source = try EnvironmentCredentials.source(
                [
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI": stub.endpoint + "/role",
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": token,
                ],
                region: "r-1",
                exchange: engine
            )
            #expect(await failure { _ = try await source.credentials() }?.code == .credentials)
            try folder.put("token", Array("second\n".utf8))
            #expect(try await source.credentials() == Self.expected)
        }
        #expect(stub.requests.map(\.target) == ["/role", "/role"])
    }

    @Test(arguments: ["http://example.com/", "http://127.0.0.1.example.com/", "ftp://127.0.0.1/", "nonsense"])
    func `a container's service is nowhere else`(url: String) async throws {
        try await withEngine { engine async throws in
            let error = await failure { _ = try ContainerCredentials(url: url, token: nil, exchange: engine) }
            #expect(error?.code == .misconfigured)
        }
    }

    @Test func `a web identity's role is assumed with the token in the body`() async throws {
        let stub = try StoreStub { request, _ in
            let form =
                "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr"
                + "&RoleSessionName=callark&WebIdentityToken=a.b%2Bc"
            guard request.target == "/", String(decoding: request.body, as: UTF8.self) == form else {
                let error = "<ErrorResponse><Error><Code>InvalidIdentityToken</Code></Error></ErrorResponse>"
                return StoreStub.Answer(status: 400, body: error)
            }
            let body = """
                <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                <AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>AK</AccessKeyId>
                <SecretAccessKey>SK</SecretAccessKey><SessionToken>TK</SessionToken>
                <Expiration>2030-03-17T17:46:40Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>
                </AssumeRoleWithWebIdentityResponse>
                """
            return StoreStub.Answer(status: 200, body: body)
        }
        let folder = try TemporaryFolder()
        let token = try folder.put("token", Array("a.b+c\n".utf8))
        try await withEngine { engine async throws in
            let source = try EnvironmentCredentials.source(
                [
                    "AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_ROLE_ARN": "arn:aws:iam::1:role/r",
                    "AWS_ENDPOINT_URL_STS": stub.endpoint,
                ],
                region: "r-1",
                exchange: engine
            )
            #expect(try await source.credentials() == Self.expected)
            try folder.put("token", Array("other".utf8))
            let error = await failure { _ = try await source.credentials() }
            #expect(error?.code == .credentials && error?.message.contains("InvalidIdentityToken") == true)
            #expect(error?.message.contains("other") == false)
        }
    }

    @Test func `a profile of the shared file gives its own credentials`() async throws {
        let text = """
            # comment
            [default]
            aws_access_key_id = D
            aws_secret_access_key = DS
            [ other ]
            AWS_ACCESS_KEY_ID=O
            aws_secret_access_key = O=S
            aws_session_token = OT
            [role]
            role_arn = arn
            """
        let folder = try TemporaryFolder()
        let path = try folder.put("credentials", Array(text.utf8))
        try await withEngine { engine async throws in
            let source = { (profile: String?) in
                var environment = ["AWS_SHARED_CREDENTIALS_FILE": path]
                environment["AWS_PROFILE"] = profile
                return try EnvironmentCredentials.source(environment, region: "r-1", exchange: engine)
            }
            let plain = try await source(nil).credentials()
            #expect(plain == ObjectCredentials(accessKeyID: "D", secretAccessKey: "DS"))
            let other = try await source("other").credentials()
            #expect(other == ObjectCredentials(accessKeyID: "O", secretAccessKey: "O=S", sessionToken: "OT"))
            for profile in ["role", "unknown"] {
                #expect(await failure { _ = try await source(profile).credentials() }?.code == .credentials)
            }
        }
    }

    @Test func `the environment is read in the order of AWS's tools`() async throws {
        try await withEngine { engine async throws in
            let name = { (environment: [String: String], isFile: Bool) in
                try EnvironmentCredentials.source(environment, region: "r", exchange: engine) { _ in isFile }.name
            }
            let keys = ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "HOME": "/h"]
            let web = ["AWS_WEB_IDENTITY_TOKEN_FILE": "/f", "AWS_ROLE_ARN": "r", "HOME": "/h"]
            #expect(try name(keys.merging(web) { $1 }, true) == "the environment")
            #expect(try name(web, true) == "the security token service")
            let container = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x", "HOME": "/h"]
            #expect(try name(container, true) == "profile default of /h/.aws/credentials")
            #expect(try name(container, false) == "the container's credential service")
            #expect(try name(["HOME": "/h"], false) == "the instance's metadata service")
            let none = await failure { _ = try name(["AWS_EC2_METADATA_DISABLED": "true"], false) }
            #expect(none?.code == .credentials)
        }
    }

    @Test func `files are read anew, and an empty or missing one is named`() async throws {
        let folder = try TemporaryFolder()
        let secret = try folder.put("secret", Array("one\n".utf8))
        let source = FileCredentials(accessKeyID: .text("AK"), secretAccessKey: .file(path: secret))
        #expect(try await source.credentials().secretAccessKey == "one")
        try folder.put("secret", Array("two".utf8))
        #expect(try await source.credentials().secretAccessKey == "two")
        try folder.put("secret", [])
        let empty = await failure { _ = try await source.credentials() }
        #expect(empty?.code == .credentials && empty?.message.contains(secret) == true)
        let missing = FileCredentials(accessKeyID: .text("AK"), secretAccessKey: .file(path: secret + "x"))
        #expect(await failure { _ = try await missing.credentials() }?.code == .credentials)
    }

    /// Gives credentials whose number counts up, as long as it is available.
    private final class CountingSource: CredentialSource {
        let name = "a test"
        let state = Mutex((count: 0, isAway: false))
        let lifetime: TimeInterval
        let now: @Sendable () -> Date

        init(lifetime: TimeInterval, now: @escaping @Sendable () -> Date) {
            self.lifetime = lifetime
            self.now = now
        }

        func credentials() async throws(ObjectStoreError) -> ObjectCredentials {
            let (number, isAway) = state.withLock { state in
                state.count += 1
                return (state.count, state.isAway)
            }
            guard !isAway else { throw ObjectStoreError(.unreachable, "away") }
            return ObjectCredentials(
                accessKeyID: "K\(number)",
                secretAccessKey: "s",
                expiry: now().addingTimeInterval(lifetime)
            )
        }
    }

    private final class Time: Sendable {
        let value = Mutex(Date(timeIntervalSince1970: 1_800_000_000))

        func pass(_ seconds: TimeInterval) { value.withLock { $0 += seconds } }
    }

    @Test func `temporary credentials are replaced before they end, and used to their end if that fails`() async throws
    {
        let time = Time()
        let now: @Sendable () -> Date = { time.value.withLock { $0 } }
        let source = CountingSource(lifetime: 3600, now: now)
        let cache = CredentialCache(source, now: now)
        #expect(try await cache.current().accessKeyID == "K1")
        time.pass(3200)
        #expect(try await cache.current().accessKeyID == "K1")
        time.pass(150)
        #expect(try await cache.current().accessKeyID == "K2")
        time.pass(3400)
        source.state.withLock { $0.isAway = true }
        #expect(try await cache.current().accessKeyID == "K2")
        time.pass(250)
        #expect(await failure { _ = try await cache.current() }?.code == .unreachable)
    }

    @Test(arguments: ["ExpiredToken", "InvalidAccessKeyId"])
    func `credentials that the store refuses are replaced once`(code: String) async throws {
        let stub = try StoreStub { request, _ in
            request.fields["authorization"]?.contains("K2/") == true
                ? StoreStub.Answer(status: 200, body: "<ListBucketResult/>") : .refusal(400, code)
        }
        let source = CountingSource(lifetime: 3600) { Date() }
        try await stub.with(credentials: source) { store async throws in
            #expect(try await store.list(below: "").items.isEmpty)
        }
        #expect(stub.requests.count == 2)
        let forever = try StoreStub { _, _ in .refusal(400, code) }
        try await forever.with(credentials: source) { store async throws in
            #expect(await failure { _ = try await store.list(below: "") }?.code == .credentials)
        }
        #expect(forever.requests.count == 2)
    }

    @Test func `requests that were refused together go on with what one of them was given`() async throws {
        let source = CountingSource(lifetime: 3600) { Date() }
        let cache = CredentialCache(source) { Date() }
        let refused = try await cache.current()
        let isRenewed = try await cache.renew(insteadOf: refused)
        #expect(isRenewed)
        // Its answer came when the first one had asked already. Whoever gives credentials gives the same for a while.
        let isRenewedToo = try await cache.renew(insteadOf: refused)
        #expect(isRenewedToo)
        #expect(try await cache.current().accessKeyID == "K2")
        #expect(source.state.withLock { $0.count } == 2)
    }

    @Test func `credentials may end more than once in a long reading`() async throws {
        let bytes = Array("four".utf8)
        let used = Mutex<Set<String>>([])
        // A byte at a time, and each key is good for one of them.
        let stub = try StoreStub { request, _ in
            let key = request.fields["authorization"]?.components(separatedBy: "/").first ?? ""
            guard used.withLock({ $0.insert(key).inserted }) else { return .refusal(400, "ExpiredToken") }
            let range = request.fields["range"]?.dropFirst("bytes=".count) ?? ""
            let start = Int(range.prefix { $0 != "-" }) ?? 0
            let fields = ["Content-Range": "bytes \(start)-\(start)/4", "ETag": "\"e\""]
            return StoreStub.Answer(status: 206, fields: fields, body: String(decoding: [bytes[start]], as: UTF8.self))
        }
        let arrived = Mutex<[UInt8]>([])
        try await stub.with(credentials: CountingSource(lifetime: 3600) { Date() }) { store async throws in
            try await store.stream(try key("a"), version: nil, range: 0..<4) { piece throws(ObjectStoreError) in
                arrived.withLock { $0 += piece }
            }
        }
        #expect(arrived.withLock(\.self) == bytes)
        #expect(used.withLock(\.count) == 4)
    }

    @Test func `credentials never show their secrets`() {
        #expect("\(Self.expected)" == "credentials AK")
    }
}
