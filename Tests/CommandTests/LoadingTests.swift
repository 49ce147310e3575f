import Foundation
import Simulator
import Testing

@Suite struct LoadingTests {
    @Test func `only what asks the provider or writes archives loads the libraries for it`() async throws {
        try await Desk.with(calls: 2) { desk in
            let pass = try await libraries(desk, ["archive", "--day", desk.day])
            #expect(pass.contains { $0.hasPrefix("libcurl.so") })
            #expect(pass.contains { $0.hasPrefix("libarchive.so") })
            let task = try #require(desk.simulator.servedRecordings().first?.taskID)
            for arguments in [["list"], ["status"], ["verify"], ["fetch", task, "-o", "x"]] {
                let loaded = try await libraries(desk, arguments)
                #expect(loaded.contains { $0.hasPrefix("libsqlite3.so") })
                #expect(!loaded.contains { $0.hasPrefix("libcurl.so") || $0.hasPrefix("libarchive.so") })
            }
        }
    }

    /// What the loader opens for a command, by its own word (ld.so(8)).
    private func libraries(_ desk: Desk, _ arguments: [String]) async throws -> Set<String> {
        let ending = try await desk.start(arguments, environment: ["LD_DEBUG": "files"]).end()
        #expect(ending.status == 0)
        let names = ending.errors.split(separator: "\n").compactMap { line -> String? in
            guard let mark = line.range(of: "calling init: ") else { return nil }
            return line[mark.upperBound...].split(separator: "/").last.map(String.init)
        }
        return Set(names)
    }
}
