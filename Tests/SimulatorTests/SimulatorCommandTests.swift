import Foundation
import TestSupport
import Testing

/// The command `callark-simulator`, run as its users run it.
@Suite struct SimulatorCommandTests {
    /// Next to the program that runs these tests.
    private static let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "callark-simulator")

    private func run(_ arguments: [String]) async throws -> Tool.Ending {
        let line = ([Self.program.path()] + arguments).map { "'\($0)'" }.joined(separator: " ")
        return try await Tool.finish("bash", ["-c", "\(line) 2>&1"])
    }

    /// Starts it, runs a shell script with `$PORT` and `$FOLDER` while it listens, and sends `signal` to it.
    private func session(_ arguments: String, script: String, signal: String) async throws -> Tool.Ending {
        try await withTemporaryFolder { folder in
            let shell = """
                FOLDER='\(folder.path())'
                '\(Self.program.path())' \(arguments) > "$FOLDER/out" &
                PID=$!
                trap 'kill -KILL $PID 2>/dev/null' EXIT
                for _ in $(seq 300); do [ -s "$FOLDER/out" ] && break; sleep 0.05; done
                PORT=$(grep -oE '127.0.0.1:[0-9]+' "$FOLDER/out" | head -1 | cut -d: -f2)
                \(script)
                kill -\(signal) $PID
                wait $PID
                echo "exit $?"
                """
            return try await Tool.finish("bash", ["-c", shell])
        }
    }

    @Test(arguments: ["INT", "TERM"])
    func `it says where it listens, tells the truth of its world and stops cleanly`(signal: String) async throws {
        let result = try await session(
            "--seed 7 --day 2025-11-20 --days 2 --calls 20 --scale 0.02",
            script: """
                head -1 "$FOLDER/out"
                curl -s "http://127.0.0.1:$PORT/simulator/tasks" | grep -c '"channel_type":"telephony"'
                curl -s "http://127.0.0.1:$PORT/simulator/recordings" > "$FOLDER/truth"
                grep -c '"sha256":"[0-9a-f]\\{64\\}"' "$FOLDER/truth"
                wc -l < "$FOLDER/truth"
                curl -s "http://127.0.0.1:$PORT/simulator/counters"; echo
                """,
            signal: signal
        )
        let lines = result.text.split(separator: "\n").map(String.init)
        #expect(lines.count == 6)
        let first = try #require(try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
        #expect(first["type"] as? String == "listening" && first["now"] as? String == "2025-11-23T06:00:00Z")
        #expect(first["days"] as? [String] == ["2025-11-20", "2025-11-21"])
        #expect(lines[1] == "40")
        #expect(lines[2] == lines[3] && Int(lines[2]) ?? 0 > 40)
        #expect(lines[4].contains("\"counters\""))
        #expect(lines[5] == "exit 0")
    }

    @Test func `it writes a configuration whose secrets only their owner can read`() async throws {
        let result = try await session(
            "--calls 5 --scale 0.02 --time-zone Europe/Berlin --write-config \"$FOLDER/try me\"",
            script: """
                cd "$FOLDER/try me"
                stat -c %a secret refresh
                grep -c ":$PORT/v1" callark.yaml
                SECRET=$(cat secret) REFRESH=$(cat refresh)
                curl -s "http://127.0.0.1:$PORT/v1/access_token" -d grant_type=refresh_token -d client_id=Cacme-integration \
                    --data-urlencode "client_secret=$SECRET" --data-urlencode "refresh_token=$REFRESH" | grep -c access_token
                grep -o 'time_zone: .*' callark.yaml
                grep -c "try me/archive" callark.yaml
                """,
            signal: "TERM"
        )
        #expect(
            result.text.split(separator: "\n") == ["600", "600", "2", "1", "time_zone: Europe/Berlin", "1", "exit 0"]
        )
    }

    @Test func `time passes and late recordings come when asked for over HTTP`() async throws {
        let result = try await session(
            "--day 2025-11-20 --now 2025-11-20T10:00:00Z --calls 40 --scale 0.02",
            script: """
                U=http://127.0.0.1:$PORT/simulator
                BEFORE=$(curl -s $U/tasks | wc -l)
                curl -s -X POST "$U/advance?seconds=172800" | grep -c 2025-11-22T10:00
                AFTER=$(curl -s $U/tasks | wc -l)
                [ $BEFORE -lt $AFTER ] && echo more
                TASK=$(curl -s "$U/recordings?sha256=false" | head -1 | grep -oE '"task_id":"[^"]+"' | cut -d'"' -f4)
                COUNT=$(curl -s "$U/recordings?sha256=false" | wc -l)
                curl -s -X POST "$U/recordings?task=$TASK" | grep -c recording_id
                echo $(($(curl -s "$U/recordings?sha256=false" | wc -l) - COUNT))
                curl -s -o "$FOLDER/none" -w '%{http_code}\\n' -X POST "$U/recordings?task=nobody"
                """,
            signal: "INT"
        )
        #expect(result.text.split(separator: "\n") == ["1", "more", "1", "1", "404", "exit 0"])
    }

    @Test(arguments: [
        ["--day", "2025-02-30"], ["--days", "0"], ["--scale", "0"], ["--calls", "-1"], ["--time-zone", "Mars/Base"],
        ["--now", "noon"], ["--frobnicate"], ["--access-token-seconds", "0"], ["--tasks-in-one-millisecond", "0"],
        ["--now", "2025-11-20T12:00:00Z", "--clock-offset-seconds", "3600"], ["--token-errors", "odd"],
    ])
    func `bad usage is refused`(arguments: [String]) async throws {
        let result = try await run(arguments)
        #expect(result.status == (arguments[1...].first == "2025-02-30" ? 1 : 64))
        #expect(result.text.contains("Error: "))
    }

    @Test func `a fault plan and single faults are carried out, a bad one is one line and exit 64`() async throws {
        let result = try await session(
            """
            --seed 7 --day 2025-11-20 --calls 5 --scale 0.02 --fault 'organization 418' \
                --fault-plan <(printf 'faults:\\n  - at: token\\n    fault: refuse\\n    shape: webex\\n') \
                --access-token-seconds 60 --rotate-refresh-tokens --token-errors webex --tasks-in-one-millisecond 3
            """,
            script: """
                U=http://127.0.0.1:$PORT
                curl -s -o "$FOLDER/none" -w '%{http_code}\n' $U/organization/x
                curl -s -X POST $U/v1/access_token | grep -c '"message":"the refresh token or code is invalid'
                curl -s $U/simulator/faults | grep -c '"strikes":1'
                """,
            signal: "TERM"
        )
        #expect(result.text.split(separator: "\n") == ["418", "1", "2", "exit 0"])
        for arguments in [["--fault", "media oops"], ["--fault-plan", "/nowhere/plan.yaml"]] {
            let refusal = try await run(arguments)
            #expect(refusal.status == 64)
            #expect(refusal.text.hasPrefix("Error: ") && refusal.text.split(separator: "\n").count == 1)
        }
    }

    @Test func `its clock can be wrong, and its answers say so`() async throws {
        let result = try await session(
            "--calls 1 --clock-offset-seconds -7200",
            script: """
                DATE=$(curl -s -D - -o /dev/null http://127.0.0.1:$PORT/simulator/counters | grep -i '^date: ' | cut -c7-)
                echo $((($(date +%s) - $(date -d "$DATE" +%s)) / 600))
                """,
            signal: "TERM"
        )
        #expect(result.text.split(separator: "\n") == ["12", "exit 0"])
    }

    @Test(arguments: ["--day 2025-11-20", "--now 2025-11-22T06:00:00Z"])
    func `a time of its own is nothing that its answers tell`(_ time: String) async throws {
        let result = try await session(
            "--calls 1 \(time)",
            script: "curl -s -D - -o /dev/null http://127.0.0.1:$PORT/simulator/counters | grep -ci '^date: ' || true",
            signal: "TERM"
        )
        #expect(result.text.split(separator: "\n") == ["0", "exit 0"])
    }

    @Test func `help has examples`() async throws {
        let text = try await run(["--help"]).text
        #expect(text.contains("callark-simulator --port 8080 --seed 7 --day 2025-11-20 --days 3"))
        #expect(text.contains("/simulator/recordings"))
        #expect(text.contains("media truncate bytes=20000 first=1 recordings=0.2"))
    }
}
