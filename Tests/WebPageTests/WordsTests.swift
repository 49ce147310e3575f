import Foundation
import Recordings
import Testing

@testable import WebPage

/// The words of the page, which are in one file.
@Suite struct `The words of the page` {
    @Test func `exist for every key of a template`() throws {
        for (name, bytes) in PageFiles.templates {
            let text = String(decoding: bytes, as: UTF8.self)
            for match in text.matches(of: /\{\{t\.([a-z0-9_]+)\}\}/) {
                #expect(Words.english.all[String(match.output.1)] != nil, "\(name): \(match.output.1)")
            }
        }
    }

    @Test func `exist for every key of a script`() throws {
        for (name, asset) in PageFiles.assets where name.hasSuffix(".js") {
            let text = String(decoding: asset, as: UTF8.self)
            for match in text.matches(of: /\bt\("([a-z0-9_.]+)"/) {
                #expect(Words.english.all[String(match.output.1)] != nil, "\(name): \(match.output.1)")
            }
            for match in text.matches(of: /\btn\("([a-z0-9_.]+)"/) {
                for number in ["one", "other"] {
                    #expect(Words.english.all["\(match.output.1)_\(number)"] != nil, "\(name): \(match.output.1)")
                }
            }
        }
    }

    @Test func `go to browsers only if a script uses them`() throws {
        let words = try Words(json: #require(PageAsset.all["words.json"]).bytes).all
        for (name, bytes) in PageFiles.assets where name.hasSuffix(".js") {
            let text = String(decoding: bytes, as: UTF8.self)
            for match in text.matches(of: /\bt\("([a-z0-9_.]+)"/) { #expect(words[String(match.output.1)] != nil) }
            for match in text.matches(of: /\btn\("([a-z0-9_.]+)"/) { #expect(words["\(match.output.1)_other"] != nil) }
        }
        for key in ["login_failed_unknown_key", "step_stored", "pass_complete", "kept_entry", "calls_of_more"] {
            #expect(words[key] == Words.english.all[key] && words[key] != nil, "\(key)")
        }
        #expect(words["verdict_open"] == nil && words.count < Words.english.all.count / 2)
    }

    @Test func `exist for every key of a view`() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources/WebPage")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        let texts = try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
            .map { try String(contentsOf: $0, encoding: .utf8) }
        #expect(texts.count > 20)
        for text in texts {
            for match in text.matches(of: /\bwords\(\s*"([a-z0-9_]+)"/) {
                #expect(Words.english.all[String(match.output.1)] != nil, "\(match.output.1)")
            }
            for match in text.matches(of: /words\.count\(\s*"([a-z0-9_]+)"/) {
                for number in ["one", "other"] {
                    #expect(Words.english.all["\(match.output.1)_\(number)"] != nil, "\(match.output.1)")
                }
            }
        }
    }

    @Test func `exist for every code that has words elsewhere`() {
        for reason in GapReason.allCases where reason != .captureNotRequested {
            #expect(Words.english.all["gap_\(reason.rawValue)"] != nil, "\(reason)")
        }
        for reason in ExplanationReason.allCases {
            #expect(Words.english.all["explanation_\(reason.rawValue)"] != nil, "\(reason)")
        }
        #expect(Set(GapsView.explanations) == Set(ExplanationReason.allCases.map(\.rawValue)))
    }

    @Test func `are not repeated, and have no empty text`() throws {
        guard case .object(let members) = try JSONReader.value(of: Data(PageFiles.words)) else {
            Issue.record("the file has no object")
            return
        }
        #expect(Set(members.map(\.name)).count == members.count)
        #expect(members.allSatisfy { $0.value.text != nil })
    }

    @Test func `have no marks of code, and neither have the messages of the API on the page`() {
        for (key, text) in Words.english.all { #expect(!text.contains("`"), "\(key)") }
        let problem = PageProblem(status: 400, code: "x", detail: "run `callark archive`, then again")
        #expect(problem.detail == "run callark archive, then again")
        #expect("see `callark gaps`".asSentence == "See callark gaps")
    }
}
