import Foundation

/// The text of a simulated conversation, as a JSON document like those of speech recognition.
enum Transcript {
    private static let lines: [(speaker: String, text: String)] = [
        ("Agent", "Thank you for calling, how can I help you?"), ("Caller", "I have a question about my last bill."),
        ("Agent", "Certainly. May I have your customer number, please?"),
        ("Caller", "One moment, I have to look for it."),
        ("Agent", "Take your time."), ("Caller", "It says there were two payments in October."),
        ("Agent", "I can see both of them here."), ("Caller", "Could you send me a copy of that?"),
        ("Agent", "I am going to send it to you today."), ("Caller", "Wonderful, thank you very much."),
    ]

    static func make(from start: Moment, until end: Moment, _ random: inout SeededRandom) -> [UInt8] {
        var time = start
        var entries = [JSON]()
        while time < end, entries.count < 400 {
            let line = lines.pick(&random)
            entries.append([
                "speaker": .string(line.speaker), "startTime": .integer(time.milliseconds), "text": .string(line.text),
                "confidence": .string(String(80 + random.below(20))),
            ])
            time = time + .milliseconds(Int64(random.uniform(1500...9000)))
        }
        return JSON.object([("version", "1"), ("utterances", .array(entries))]).bytes
    }
}
