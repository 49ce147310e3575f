import Foundation
import TestSupport
import Testing

@testable import Transfer

@Suite(.timeLimit(.minutes(20))) struct TLSTests {
    @Test func `an untrusted certificate is not accepted`() async throws {
        try await SecureServer.with { server in
            try await withEngine { engine in
                let call = await failure { _ = try await engine.perform(HTTPRequest(.get, server.url("/p?q=secret"))) }
                #expect(call?.code == .untrusted && call?.isTransient == false)
                #expect(call?.message.contains("certificate") == true && call?.message.contains("secret") == false)
                let request = DownloadRequest(server.url("/p"))
                #expect(await failure { _ = try await engine.download(request, into: Basket()) }?.code == .untrusted)
            }
        }
    }

    @Test func `an additional certificate makes its server acceptable, under its own name only`() async throws {
        try await SecureServer.with { server in
            try await withEngine(certificates: server.certificate) { engine in
                let basket = Basket()
                let head = try await engine.download(DownloadRequest(server.url("/size/3000000")), into: basket)
                #expect(head.status == 200 && basket.bytes == Data(repeating: 0x78, count: 3_000_000))
                let misnamed = server.url("/p", host: "localhost")
                #expect(await failure { _ = try await engine.perform(HTTPRequest(.get, misnamed)) }?.code == .untrusted)
            }
        }
    }

    @Test func `the system's folder and the additional file are trusted side by side`() async throws {
        try await SecureServer.with { known in
            try await SecureServer.with { added in
                try await withTemporaryFolder { folder in
                    try FileManager.default.copyItem(
                        atPath: known.certificate,
                        toPath: folder.appending(path: "known.crt").path
                    )
                    let hashed = try await Tool.finish("openssl", ["rehash", folder.path])
                    #expect(hashed.status == 0, "\(hashed.said)")
                    let anchors = try TrustAnchors(
                        additionalCertificatesFile: added.certificate,
                        systemFolder: folder.path
                    )
                    let engine = try TransferEngine(
                        .init(userAgent: "callark-tests", maximumConnectionsPerHost: 1),
                        trusting: anchors
                    )
                    for server in [known, added] {
                        let answer = try await engine.perform(HTTPRequest(.get, server.url("/1")))
                        #expect(answer.status == 200)
                    }
                    await engine.shutDown()
                }
            }
        }
    }

    @Test func `the additional file is trusted beside libcurl's own bundle, too`() async throws {
        try await SecureServer.with { server in
            let anchors = try TrustAnchors(additionalCertificatesFile: server.certificate, systemFolder: nil)
            let engine = try TransferEngine(
                .init(userAgent: "callark-tests", maximumConnectionsPerHost: 1),
                trusting: anchors
            )
            let answer = try await engine.perform(HTTPRequest(.get, server.url("/1")))
            #expect(answer.status == 200)
            await engine.shutDown()
        }
    }

    @Test func `a paused download over TLS resumes where it was`() async throws {
        try await SecureServer.with { server in
            try await withEngine(certificates: server.certificate) { engine in
                let basket = Basket(receive: { $0.chunks.isMultiple(of: 3) ? .pause : .proceed })
                async let resuming: Void = basket.keepResuming()
                _ = try await engine.download(DownloadRequest(server.url("/size/3000000")), into: basket)
                basket.close()
                await resuming
                #expect(basket.bytes == Data(repeating: 0x78, count: 3_000_000))
            }
        }
    }

    @Test func `calls take HTTP/2 if it is offered, and downloads keep to HTTP/1.1`() async throws {
        try await SecureServer.with(offeringHTTP2: true) { server in
            try await withEngine(certificates: server.certificate) { engine in
                for _ in 0..<3 {
                    let answer = try await engine.perform(
                        HTTPRequest(.post, server.url("/p"), body: Data("{}".utf8))
                    )
                    #expect(answer.status == 200 && String(decoding: answer.body, as: UTF8.self) == "in frames")
                }
                let basket = Basket()
                _ = try await engine.download(DownloadRequest(server.url("/size/5")), into: basket)
                #expect(basket.text == "xxxxx")
            }
        }
    }

    @Test func `a server that breaks the handshake off may be tried again`() async throws {
        try await withServer { _ in
        } _: { engine, server in
            let url = try #require(URL(string: "https://127.0.0.1:\(server.port)/p"))
            let error = await failure { _ = try await engine.perform(HTTPRequest(.get, url)) }
            #expect(error?.code == .unreachable, "\(error?.message ?? "no error")")
        }
    }

    @Test func `a server that speaks no TLS is not trusted`() async throws {
        try await withServer { peer in
            peer.write("HTTP/1.1 400 Bad Request\r\n\r\n")
            peer.waitForEnd()
        } _: { engine, server in
            let url = try #require(URL(string: "https://127.0.0.1:\(server.port)/p"))
            let error = await failure { _ = try await engine.perform(HTTPRequest(.get, url)) }
            #expect(error?.code == .untrusted, "\(error?.message ?? "no error")")
        }
    }

    @Test(arguments: [
        nil, "", "no certificate", "-----BEGIN CERTIFICATE-----\nMII",
        "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
        "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n",
    ])
    func `additional certificates that cannot be used are an error at once`(content: String?) async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "ca.pem")
            try content.map { try Data($0.utf8).write(to: file) }
            let error = await failure { try await withEngine(certificates: file.path) { _ in } }
            #expect(error?.code == .untrusted && error?.message.hasPrefix(file.path) == true)
        }
    }
}
