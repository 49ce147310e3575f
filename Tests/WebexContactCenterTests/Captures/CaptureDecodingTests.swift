import Foundation
import Recordings
import Testing

@testable import WebexContactCenter

@Suite struct CaptureDecodingTests {
    private func decoded(_ name: String, _ ids: String...) throws -> CaptureListAnswer {
        let json = try JSONReader.value(of: try fixture("captures/" + name))
        return try CaptureListAnswer(json, asked: ids.compactMap { TaskID($0) })
    }

    private func recordings(_ answer: CaptureListAnswer, _ id: String) throws -> [CapturedRecording] {
        answer.recordings[try #require(TaskID(id))] ?? []
    }

    @Test func `a capture as documented is read in full`() throws {
        let id = "aaaaaaaa-0000-4000-8000-000000000001"
        let answer = try decoded("documented.json", id)
        let found = try recordings(answer, id)
        #expect(found.map(\.key.kind) == [.recording, .screenRecording, .transcription])
        let audio = found[0]
        #expect(audio.key.recordingID.description == "dddddddd-0000-4000-8000-000000000001")
        #expect(audio.key.callType == "main")
        #expect(audio.key.startTime?.millisecondsSince1970 == 1_760_000_010_000)
        #expect(audio.stopTime?.millisecondsSince1970 == 1_760_000_190_000)
        #expect(audio.key.providerFileName == "combinedRecordings.wav")
        #expect(!audio.key.isSegment)
        #expect(
            audio.url.absoluteString
                == "https://example-recording.s3.amazonaws.com/t/r/combinedRecordings.wav?X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=k%2F20251122%2Fus-east-1&X-Amz-Signature=0f0f"
        )
        #expect(found[2].key.startTime?.millisecondsSince1970 == 1_760_000_010_000)
        #expect(answer.malformed.isEmpty)
    }

    @Test(arguments: ["documented.json", "old_object_form.json", "hostile.json"])
    func `what is kept has every field and no signature`(name: String) throws {
        let answer = try decoded(
            name,
            "aaaaaaaa-0000-4000-8000-000000000001",
            "completed",
            "a",
            "b",
            "odd"
        )
        let kept = answer.recordings.values.joined().map(\.json.description) + answer.malformed.map(\.json.description)
        #expect(!kept.isEmpty)
        for text in kept {
            #expect(!text.contains("?"))
            #expect(!text.contains("Signature"))
            #expect(!text.contains("\n"))
        }
        if name == "documented.json" { #expect(kept.contains { $0.contains(#""channel2":"Agent""#) }) }
    }

    @Test func `the old object form is read like the array`() throws {
        let answer = try decoded("old_object_form.json", "completed", "pending", "missing", "nulls")
        let found = try recordings(answer, "completed")
        #expect(found.map(\.key.providerFileName) == ["one.wav", "two.wav"])
        #expect(found.map(\.key.recordingID.description) == ["r1", "r1"])
        #expect(found[0].stopTime?.millisecondsSince1970 == 1_622_536_616_312)
        for id in ["pending", "missing", "nulls"] { #expect(try recordings(answer, id).isEmpty) }
        #expect(answer.malformed.isEmpty)
    }

    @Test func `a file without a usable address is reported and not dropped`() throws {
        let answer = try decoded("hostile.json", "a", "b", "odd")
        let ofB = answer.malformed.filter { $0.taskID.description == "b" }
        #expect(
            ofB.compactMap { $0.recordingID?.description }
                == ["no-path", "null-path", "empty-path", "number-path", "local-file", "no-host", "relative"]
        )
        #expect(ofB.count == 9)
        #expect(answer.malformed.filter { $0.taskID.description == "odd" }.map(\.kind) == [.recording, .transcription])
        let fine = try recordings(answer, "b")
        #expect(fine.map(\.key.recordingID.description) == ["fine"])
        #expect(fine[0].key.isSegment)
        #expect(fine[0].key.startTime == nil)
        #expect(fine[0].key.callType == "brand-new")
    }

    @Test func `two files with one identity stay two and one file listed twice is one`() throws {
        let found = try recordings(try decoded("hostile.json", "a", "b"), "a").filter { $0.key.kind == .recording }
        #expect(found.count == 5)
        #expect(Set(found.map(\.key)).count == 5)
        #expect(found.filter { $0.key.recordingID.description.hasPrefix("derived-") }.count == 2)
        #expect(found.filter { $0.key.recordingID.description.hasPrefix("same.") }.count == 2)
        #expect(found.filter { $0.key.recordingID.description == "twice" }.count == 1)
    }

    @Test func `derived identities survive new signatures`() throws {
        let text = String(decoding: try fixture("captures/hostile.json"), as: UTF8.self)
        let again = text.replacingOccurrences(of: "X-Amz-Signature=", with: "X-Amz-Signature=f00d")
        let ids = taskIDs("a", "b")
        let first = try CaptureListAnswer(try JSONReader.value(of: Data(text.utf8)), asked: ids)
        let second = try CaptureListAnswer(try JSONReader.value(of: Data(again.utf8)), asked: ids)
        for id in ids { #expect(first.recordings[id]?.map(\.key) == second.recordings[id]?.map(\.key)) }
    }

    private func files(_ queries: [String], id: String = #""id":"same","#) throws -> CaptureListAnswer {
        let files = queries.map {
            #"{\#(id)"attributes":{"fileName":"a.wav","startTime":1,"filePath":"https://h.example/a.wav?\#($0)"}}"#
        }
        let text = #"{"data":[{"taskId":"a","recording":[\#(files.joined(separator: ","))]}]}"#
        return try CaptureListAnswer(try JSONReader.value(of: text), asked: taskIDs("a"))
    }

    @Test(arguments: [#""id":"same","#, ""])
    func `two versions of an object stay two, by identities that survive new signatures`(id: String) throws {
        let first = try files(["versionId=1&X-Amz-Signature=1", "versionId=2&X-Amz-Signature=2"], id: id)
        let again = try files(["X-Amz-Signature=3&versionId=2", "X-Amz-Signature=4&versionId=1"], id: id)
        let found = try recordings(first, "a")
        #expect(found.count == 2)
        #expect(Set(found.map(\.key)).count == 2)
        #expect(found.map(\.key) == (try recordings(again, "a")).map(\.key))
        #expect(first.malformed.isEmpty)
    }

    @Test(arguments: [
        ["X-Amz-Signature=1&X-Amz-Date=1", "X-Amz-Signature=2&X-Amz-Date=2"], ["sv=1&sig=a&se=1", "sv=1&sig=b&se=2"],
        ["Expires=1&Signature=a&Key-Pair-Id=K", "Expires=2&Signature=b&Key-Pair-Id=K"],
        ["versionId=1&X-Amz-Signature=1", "X-Amz-Signature=2&versionId=1"],
    ])
    func `one object that is signed twice is one`(queries: [String]) throws {
        let answer = try files(queries)
        #expect(try recordings(answer, "a").map(\.key.recordingID.description) == ["same"])
        #expect(answer.malformed.isEmpty)
    }

    @Test(arguments: ["colour", "hash", "timestamp"])
    func `files that cannot be told apart are reported, and none is dropped silently`(name: String) throws {
        let answer = try files(["\(name)=red&X-Amz-Signature=1", "\(name)=blue&X-Amz-Signature=2"])
        #expect(try recordings(answer, "a").count == 1)
        #expect(
            answer.malformed.map(\.problem)
                == ["two files of one identity, told apart only by \(name) in their addresses"]
        )
    }

    @Test func `a task that is answered in another case is the one that was asked about`() throws {
        let id = "93912F11-6017-404B-BF14-5331890B1797"
        let text =
            #"{"data":[{"taskId":"\#(id.lowercased())","recording":[{"id":"r","attributes":"#
            + #"{"filePath":"https://h.example/a.wav"}}]}]}"#
        let asked = taskIDs("93912f11-0000-404b-bf14-5331890b1797", id)
        let answer = try CaptureListAnswer(try JSONReader.value(of: text), asked: asked)
        #expect(answer.recordings[asked[1]]?.map(\.key.taskID.description) == [id])
    }

    @Test func `entries are matched by task and never by place`() throws {
        let answer = try decoded("hostile.json", "odd", "a")
        #expect(Set(answer.recordings.keys.map(\.description)) == ["a", "odd"])
        #expect(try recordings(answer, "odd").map(\.key.kind) == [.screenRecording])
        #expect(
            try recordings(answer, "a").filter { $0.key.kind == .transcription }.map(\.key.recordingID.description) == [
                "conv"
            ]
        )
    }

    @Test func `the order does not depend on the answer's`() throws {
        let text = String(decoding: try fixture("captures/hostile.json"), as: UTF8.self)
        guard case .object(let members) = try JSONReader.value(of: Data(text.utf8)),
            let entries = members.first?.value.elements
        else {
            Issue.record("no list")
            return
        }
        let ids = taskIDs("a", "b")
        let reversed = JSONValue.object([JSONMember("data", .array(entries.reversed()))])
        let first = try CaptureListAnswer(.object(members), asked: ids)
        #expect(first.recordings == (try CaptureListAnswer(reversed, asked: ids)).recordings)
    }

    @Test(arguments: [#"{}"#, #"{"data":{}}"#, "[]", #"{"data":null}"#])
    func `an answer without a list is no empty list`(text: String) throws {
        let json = try JSONReader.value(of: Data(text.utf8))
        let error = #expect(throws: ProviderError.self) { try CaptureListAnswer(json, asked: taskIDs("a")) }
        #expect(error?.code == .malformed)
    }

    @Test(arguments: [
        (
            "https://h.example/a?n=two words&X-Amz-Signature=ab%2Fcd%3D",
            "https://h.example/a?n=two%20words&X-Amz-Signature=ab%2Fcd%3D"
        ),
        (
            "https://h.example/Grüße|x?f=\\\"<{}>&s=%2f%3d+y",
            "https://h.example/Gr%C3%BC%C3%9Fe%7Cx?f=%22%3C%7B%7D%3E&s=%2f%3d+y"
        ),
        ("https://h.example/a?s=ab%2Fcd%3D", "https://h.example/a?s=ab%2Fcd%3D"),
        (" https://h.example/a?s=100%\\n", "https://h.example/a?s=100%25"),
        ("https://müller.example/a b?s=ab%2Fcd", "https://xn--mller-kva.example/a%20b?s=ab%2Fcd"),
    ])
    func `a URL has only those characters encoded that it may not contain`(listed: String, wire: String) throws {
        let text = #"{"data":[{"taskId":"t","recording":[{"id":"r","attributes":{"filePath":"\#(listed)"}}]}]}"#
        let answer = try CaptureListAnswer(try JSONReader.value(of: Data(text.utf8)), asked: taskIDs("t"))
        #expect(try recordings(answer, "t").map(\.url.absoluteString) == [wire])
    }
}
