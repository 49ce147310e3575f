import Files
import Foundation
import TestSupport
import Testing

@testable import Service

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
                    assert family.documentation and family.type in ("gauge", "counter"), family
                    assert len({tuple(sorted(s.labels.items())) for s in family.samples}) == len(family.samples), family
                    print(family.name, len(family.samples))
                """
            let judged = try Tool.run(Self.python, "-c", read, file)
            #expect(judged.status == 0, "\(judged.output)")
            #expect(judged.output.contains("callark_recordings 14\n"), "\(judged.output)")
        }
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
