import Testing

/// What `status --check` reports, and the command that it names.
extension Desk {
    /// A machine whose disk is never too full.
    static let roomy = ["CALLARK_ALARMS_FREE_BYTES": "0"]

    struct Alarms {
        var lines: [[String: JSON]]
        var status: Int32

        var codes: [String] { lines.compactMap { $0["code"]?.text } }

        subscript(code: String) -> [String: JSON]? { lines.first { $0["code"]?.text == code } }
    }

    func alarms(_ environment: [String: String] = roomy) async throws -> Alarms {
        let ending = try await run("status", "--check", "--json", environment: environment)
        return Alarms(lines: try ending.objects.filter { $0["type"]?.text == "alarm" }, status: ending.status)
    }

    /// Explains a gap as its alarm suggests: with the alarm's own command, which has to name the task, and then with
    /// `gaps explain`.
    func explainGap(_ task: String, of code: String, _ environment: [String: String] = roomy) async throws {
        let listed = try await end(code, environment)
        #expect(listed.status == 0, "\(listed.errors)")
        #expect(listed.output.contains(task), "\(listed.output)")
        let words = ["gaps", "explain", task, "--reason", "provider_fault", "--note", "case 4711"]
        let explained = try await start(words, environment: environment).end()
        #expect(explained.status == 0, "\(explained.errors)")
    }

    /// Runs the command that an alarm names at the end of its message.
    func end(
        _ code: String,
        _ environment: [String: String] = roomy,
        adding arguments: [String] = [],
        input: String = ""
    ) async throws -> Program.Ending {
        let alarm = try #require(try await alarms(environment)[code])
        let command = try #require(alarm["command"]?.text).split(separator: " ").map(String.init)
        #expect(command.first == "callark")
        #expect(alarm["message"]?.text?.hasSuffix(": " + command.joined(separator: " ")) == true)
        return try await start(Array(command.dropFirst()) + arguments, environment: environment, input: input).end()
    }
}
