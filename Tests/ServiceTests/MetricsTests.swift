import Files
import Foundation
import Recordings
import Simulator
import TestSupport
import Testing

@testable import Service
@testable import Wiring

@Suite struct `Metrics` {
    private static let python = ProcessInfo.processInfo.environment["CALLARK_TEST_PYTHON"] ?? "python3"

    private static func hasParser() -> Bool { (try? Tool.run(python, "-c", "import prometheus_client").status) == 0 }

    @Test func `are of what exists for the key, and of the requests so far`() async throws {
        try await Office.with { office in
            let text = try await office.ask("/metrics", key: office.key()).text
            #expect(text.contains("callark_recordings{organization=\"acme\",state=\"archived\"} "))
            #expect(text.contains("\ncallark_disk_free_bytes "))
            #expect(text.contains("\ncallark_alarms{severity=\"critical\"} "))
            let again = try await office.ask("/metrics", key: office.key())
            #expect(again.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            let line = #"callark_http_requests_total{route="/metrics",method="GET",status="200"} 1"#
            #expect(again.text.contains(line))
            let other = try await office.ask("/metrics", key: office.key(organizations: ["beta"])).text
            #expect(!other.contains("acme"))
        }
    }

    @Test func `count gaps as the status of days does`() async throws {
        try await Office.with(isArchived: false) { office in
            let key = try await office.key(.operator)
            // The provider says that a recording was requested, and has none.
            let task = try office.firstTask.id
            office.simulator.inject(FaultRule(.vanish, only: task))
            let body = #"{"organizations":["acme"],"day":"\#(office.day)"}"#
            let pass = try await office.ask("POST", "/api/v1/passes", key: key, body: body)
            let location = try #require(pass.headers["location"])
            try await eventually {
                let state = try await office.ask(location, key: key).json["state"]?.text
                return ["complete", "incomplete"].contains(state)
            }
            let days = try await office.ask("/api/v1/days?organization=acme", key: key).json["days"]?.list ?? []
            let text = try await office.ask("/metrics", key: key).text
            #expect(days.contains { ($0["missing"]?.number ?? 0) + ($0["awaited"]?.number ?? 0) > 0 })
            for kind in ["missing", "awaited"] {
                let wanted = days.compactMap { $0[kind]?.number }.reduce(0, +)
                #expect(try value("callark_gaps{organization=\"acme\",kind=\"\(kind)\"}", text) == wanted, "\(kind)")
            }
        }
    }

    @Test func `do not grow with what requests make up`() async throws {
        try await Office.with(isArchived: false) { office in
            for number in 0..<20 { _ = try await office.ask("/nothing/\(number)") }
            let text = try await office.ask("/metrics", key: office.key()).text
            #expect(text.components(separatedBy: "callark_http_requests_total{").count == 2)
        }
    }

    @Test(.needs("prometheus-client", hasParser())) func `are read by Prometheus's own parser`() async throws {
        try await Office.with { office in
            _ = try await office.ask("/healthz")
            let text = try await office.ask("/metrics", key: office.key()).text
            let folder = try TemporaryFolder()
            let file = try folder.put("metrics", Array(text.utf8))
            let read = """
                import sys
                from prometheus_client.parser import text_string_to_metric_families
                for family in text_string_to_metric_families(open(sys.argv[1]).read()):
                    assert family.documentation and family.type in ("gauge", "counter", "histogram"), family
                    assert len({(s.name, *sorted(s.labels.items())) for s in family.samples}) == len(family.samples), family
                    print(family.name, len(family.samples))
                """
            let judged = try Tool.run(Self.python, "-c", read, file)
            #expect(judged.status == 0, "\(judged.output)")
            #expect(judged.output.contains("callark_recordings 14\n"), "\(judged.output)")
        }
    }

    /// The value of a sample, by its name and labels as they are written.
    private func value(_ sample: String, _ text: String) throws -> Double {
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(sample) ") }
        return try #require(line.flatMap { Double($0.dropFirst(sample.count + 1)) }, "\(sample)")
    }

    @Test func `say what is held, asked and waiting`() async throws {
        try await Office.with { office in
            let key = try await office.key(.admin)
            let before = try await office.ask("/metrics", key: key).text
            let archived = try value(#"callark_archive_bytes{organization="acme",state="archived"}"#, before)
            let folder = URL(filePath: "\(office.installation.root.path)/archives")
            let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.fileSizeKey])
            let sizes = try (files?.allObjects ?? []).compactMap { $0 as? URL }.filter { $0.pathExtension == "tar" }
                .map { try $0.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0 }
            #expect(Int(archived) == sizes.reduce(0, +) && archived > 0)
            let now = Double(office.installation.now.millisecondsSince1970) / 1000
            let checked = try value(#"callark_checked_since_timestamp_seconds{organization="acme"}"#, before)
            #expect((now - 300...now).contains(checked))
            #expect(try value(#"callark_sessions{holder="key"}"#, before) == 0)
            let asked = #"callark_provider_requests_total{organization="acme",outcome="ok"}"#
            let refused = #"callark_provider_requests_total{organization="acme",outcome="unavailable"}"#
            #expect(try value(asked, before) == 0)
            office.simulator.inject(try FaultRule("tasks 503 first=1"))
            let pass = try await office.ask(
                "POST",
                "/api/v1/passes",
                key: key,
                body: #"{"organizations":["acme"],"day":"\#(office.day)"}"#
            )
            let id = try #require(try pass.json["id"]?.text)
            try await eventually {
                let state = try await office.ask("/api/v1/passes/\(id)", key: key).json["state"]?.text
                return ["complete", "incomplete"].contains(state)
            }
            _ = try await office.ask("POST", "/session", body: #"{"key":"\#(key)"}"#)
            let after = try await office.ask("/metrics", key: key).text
            #expect(try value(asked, after) > 0)
            #expect(try value(refused, after) == 1)
            #expect(try value(#"callark_provider_wait_seconds_total{organization="acme",reason="retry"}"#, after) > 0)
            #expect(try value(#"callark_sessions{holder="key"}"#, after) == 1)
            #expect(try value(#"callark_backlog{organization="acme",kind="recordings"}"#, after) == 0)
            #expect(try value(#"callark_backlog_age_seconds{organization="acme"}"#, after) >= 0)
        }
    }

    @Test func `count durations in classes`() {
        var histogram = Histogram()
        for seconds in [-3, 0, 5, 6, 86_400, 86_401] { histogram.note(.seconds(seconds)) }
        #expect(histogram.count == 6 && histogram.sum == 172_812)
        let cumulative = histogram.cumulative
        #expect(cumulative.map(\.bound) == Histogram.bounds)
        #expect(cumulative.first?.count == 3 && cumulative[1].count == 4 && cumulative.last?.count == 5)
        var text = MetricsText()
        text.add("a_seconds", "Durations.", [([("b", "c")], histogram)])
        #expect(text.text.contains("# TYPE a_seconds histogram\na_seconds_bucket{b=\"c\",le=\"5\"} 3\n"))
        #expect(text.text.hasSuffix("le=\"+Inf\"} 6\na_seconds_sum{b=\"c\"} 172812\na_seconds_count{b=\"c\"} 6\n"))
    }

    @Test func `are written as Prometheus reads them`() {
        var text = MetricsText()
        text.add("a_total", .counter, "Counts.", [([("b", "c\"d\\e\nf")], 1), ([], 2.5)])
        text.add("nothing", .gauge, "None.", [])
        #expect(
            text.text
                == "# HELP a_total Counts.\n# TYPE a_total counter\na_total{b=\"c\\\"d\\\\e\\nf\"} 1\na_total 2.5\n"
        )
    }
}
