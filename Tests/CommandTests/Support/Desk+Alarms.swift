import Testing

/// What `status --check` complains of, and the command that it names.
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

    /// Runs the command of an alarm that only a person's word ends, and then the command with that word. The first one has to
    /// name each task that the word is about.
    func decide(
        _ code: String,
        _ environment: [String: String] = roomy,
        about task: String,
        _ word: String...
    ) async throws -> Program.Ending {
        let listed = try await end(code, environment)
        #expect(listed.status == 0, "\(listed.errors)")
        #expect(listed.output.contains(task), "\(listed.output)")
        return try await start(word, environment: environment).end()
    }

    /// Runs the command that an alarm names, which its message ends with.
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
