import Recordings

/// What another source counted, in words.
struct ComparisonRow {
    let values: [String: Any]

    init(_ line: JSONValue, _ words: Words) {
        var figures: [String] = []
        if case .object(let members)? = line.member("figures") {
            figures = members.compactMap { member in
                member.value.text.map { "\(words.code("witness", member.name)) \($0)" }
            }
        }
        let differences = line.list("differences").map { difference in
            difference.text ?? words.code("difference", difference.text("kind") ?? difference.text("figure") ?? "other")
        }
        let verdict: (String, String) =
            switch line.member("fits")?.flag {
            case true?: ("good", words("witness_fits"))
            case false?: ("bad", words("witness_differs"))
            case nil: ("none", line.text("absence") ?? words("witness_absent"))
            }
        values = [
            "source": words.code("source", line.text("source") ?? ""), "mark": verdict.0, "verdict": verdict.1,
            "figures": figures.joined(separator: ", "), "differences": differences.joined(separator: ", "),
        ]
    }
}
