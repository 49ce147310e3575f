import Foundation
import TestSupport
import Testing

@testable import Simulator

@Suite struct MediaTests {
    /// Runs a simulator with one selected recording, its signed URL and its bytes.
    private func withRecording(
        options: SimulatorOptions = SimulatorOptions(),
        _ body: (Simulator, Client, _ url: String, ServedRecording) async throws -> Void
    ) async throws {
        try await withSimulator(calls: 10, options: options) { simulator, client async throws in
            var bare = client
            let served = try #require(simulator.servedRecordings().first { $0.recording.callType == "main" })
            let url = try #require(try await client.urls(of: served.taskID)[served.recording.id])
            bare.token = nil
            try await body(simulator, bare, url, served)
        }
    }

    @Test func `a signed URL gives the bytes of the truth listing`() async throws {
        try await withSimulator(calls: 12) { simulator, client async throws in
            for served in simulator.servedRecordings() {
                let url = try #require(try await client.urls(of: served.taskID)[served.recording.id])
                let answer = try await client.fetch(url, withToken: false)
                #expect(answer.status == 200 && answer.exit == 0)
                #expect(answer.headers["content-length"] == String(served.byteCount))
                #expect(answer.headers["accept-ranges"] == "bytes")
                let digest = try await Tool.finish("sha256sum", [], input: answer.body).text
                #expect(digest.hasPrefix(served.sha256()))
            }
            #expect(simulator.counters.mediaBytes == simulator.servedRecordings().reduce(0) { $0 + $1.byteCount })
        }
    }

    @Test func `transcripts are served, too`() async throws {
        var mix = CallMix.typical
        mix.transcriptShare = 1
        try await withSimulator(calls: 10, mix: mix) { simulator, client async throws in
            let task = try #require(simulator.servedRecordings().first?.taskID)
            let entry = try #require(try await client.captures(of: [task]).data().first)
            let transcript = try #require((entry["transcription"] as? [[String: Any]])?.first)
            let url = try #require(transcript["filePath"] as? String)
            let answer = try await client.fetch(url, withToken: false)
            #expect(answer.headers["content-type"] == "application/json")
            #expect(try answer.json()["utterances"] is [Any])
        }
    }

    @Test func `an expired URL is 403 in XML, and a new one works`() async throws {
        try await withRecording { simulator, client, url, served in
            simulator.clock.advance(by: .seconds(3601))
            let answer = try await client.fetch(url)
            #expect(answer.status == 403 && answer.headers["content-type"] == "application/xml")
            #expect(answer.text.contains("Request has expired") && answer.text.contains("<ServerTime>"))
            let fresh = try #require(try await Client(simulator).urls(of: served.taskID)[served.recording.id])
            #expect(try await client.fetch(fresh).status == 200)
        }
    }

    @Test func `a URL that was touched is refused`() async throws {
        try await withRecording { _, client, url, _ in
            let touched = [
                url.replacing("X-Amz-Expires=3600", with: "X-Amz-Expires=9999"), url.replacing("%2F", with: "/"),
                String(url.dropLast()), url + "0", url.replacing(".wav?", with: ".wa?"),
            ]
            for url in touched {
                let answer = try await client.fetch(url)
                #expect(answer.status == 403 && answer.text.contains("SignatureDoesNotMatch"), "\(url)")
            }
            let bare = try #require(url.split(separator: "?").first)
            #expect(try await client.fetch(String(bare)).text.contains("AccessDenied"))
        }
    }

    @Test func `HEAD is another method, and a bearer token is one mechanism too many`() async throws {
        try await withRecording { _, client, url, _ in
            let head = try await client.fetch(url, ["-I"])
            #expect(head.status == 403 && head.headers["content-length"] == "0")
            let both = try await client.fetch(url, ["-H", "Authorization: Bearer abc"])
            #expect(both.status == 400 && both.text.contains("InvalidArgument"))
        }
    }

    @Test func `what is missing is 404`() async throws {
        try await withRecording { simulator, client, url, served in
            simulator.removeRecording(served.recording.id)
            let answer = try await client.fetch(url)
            #expect(answer.status == 404 && answer.text.contains("NoSuchKey"))
        }
    }

    @Test func `ranges give exactly their part`() async throws {
        try await withRecording { _, client, url, served in
            let (content, size) = (served.content(), served.byteCount)
            let cases = [
                ("0-0", 0..<1), ("7-\(size - 2)", 7..<(size - 1)), ("100-", 100..<size), ("-10", (size - 10)..<size),
                ("5-99999999", 5..<size), ("-99999999", 0..<size),
            ]
            for (range, part) in cases {
                let answer = try await client.fetch(url, ["-H", "Range: bytes=\(range)"])
                #expect(answer.status == 206 && answer.body == content[part], "\(range)")
                #expect(answer.headers["content-range"] == "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(size)")
            }
            for range in ["bytes=\(size)-", "bytes=-0"] {
                let answer = try await client.fetch(url, ["-H", "Range: \(range)"])
                #expect(answer.status == 416 && answer.text.contains("InvalidRange"))
                #expect(answer.headers["content-range"] == "bytes */\(size)")
            }
            for range in [
                "bytes=9-3", "bytes=a-b", "lines=1-2", "bytes=0-1,4-5", "bytes=--1", "bytes=",
                "bytes=0-9223372036854775808",
            ] {
                let answer = try await client.fetch(url, ["-H", "Range: \(range)"])
                #expect(answer.status == 200 && answer.body.count == size, "\(range)")
            }
            #expect(try await client.fetch(url, ["-r", "0-9223372036854775807"]).status == 206)
        }
    }

    @Test func `an object that changed is not continued`() async throws {
        try await withRecording { simulator, client, url, served in
            let first = try await client.fetch(url, ["-r", "0-99"])
            let etag = try #require(first.headers["etag"])
            let same = try await client.fetch(url, ["-r", "100-199", "-H", "If-Match: \(etag)"])
            #expect(same.status == 206)
            #expect(try await client.fetch(url, ["-r", "100-199", "-H", "If-Range: \(etag)"]).status == 206)
            #expect(try await client.fetch(url, ["-H", "If-None-Match: \(etag)"]).status == 304)
            let date = try #require(first.headers["last-modified"])
            #expect(try await client.fetch(url, ["-H", "If-Modified-Since: \(date)"]).status == 304)
            let both = ["-H", "If-None-Match: \"other\"", "-H", "If-Modified-Since: \(date)"]
            #expect(try await client.fetch(url, both).status == 200, "the entity tag counts")
            simulator.replaceAudio(of: served.recording.id)
            #expect(try await client.fetch(url, ["-r", "100-199", "-H", "If-Match: \(etag)"]).status == 412)
            let whole = try await client.fetch(url, ["-r", "100-199", "-H", "If-Range: \(etag)"])
            #expect(whole.status == 200 && whole.body.count == served.byteCount)
            #expect(whole.headers["etag"] != etag && whole.body != served.content())
        }
    }

    @Test func `dates are written as HTTP wants them`() async throws {
        try await withRecording { _, client, url, served in
            let modified = try #require(try await client.fetch(url, ["-r", "0-0"]).headers["last-modified"])
            let text = try await Tool.finish("date", ["-u", "-d", modified, "+%s"]).text
            #expect(text == "\(served.recording.available.milliseconds / 1000)\n")
        }
    }
}
