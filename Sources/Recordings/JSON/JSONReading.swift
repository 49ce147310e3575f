/// The result of tolerant reading: a value, and what was not valid JSON.
package struct JSONReading: Sendable {
    /// The value, with everything that could be read.
    package var value: JSONValue
    /// The first oddities.
    package var oddities: [JSONOddity]
    /// The number of oddities.
    package var oddityCount: Int

    /// All values are given; nothing is odd by default.
    package init(value: JSONValue, oddities: [JSONOddity] = [], oddityCount: Int = 0) {
        self.value = value
        self.oddities = oddities
        self.oddityCount = oddityCount
    }

    /// The oddities in one line, each with the identifier of the record that it is in; `nil` if there are none.
    package var summary: String? {
        guard !oddities.isEmpty else { return nil }
        var told: [String] = []
        for oddity in oddities where told.count < 5 {
            let text = oddity.described(in: value)
            if !told.contains(text) { told.append(text) }
        }
        let rest = oddityCount - told.count
        return told.joined(separator: "; ") + (rest > 0 ? "; and \(rest) more" : "")
    }
}

extension JSONReading {
    /// The elements of the array called `name` in which something is odd.
    package func records(below name: String) -> [JSONValue] {
        guard case .object(let members) = value, let place = members.lastIndex(where: { $0.name == name }),
            let elements = members[place].value.elements
        else { return [] }
        let rows = oddities.compactMap { $0.path.count > 1 && $0.path[0] == place ? $0.path[1] : nil }
        return Set(rows).sorted().filter(elements.indices.contains).map { elements[$0] }
    }
}

/// Something in a text that is not valid JSON, and that was read anyway.
package struct JSONOddity: Sendable, Hashable {
    /// What it is: `a control character in a string`.
    package var reason: String
    /// Where it is: the place in each array or object, from the outermost on.
    package var path: [Int]

    /// `record 5a1f…: a control character in a string, in data[3].attributes.owner.name`.
    func described(in value: JSONValue) -> String {
        var (place, name, id) = (value, "", String?.none)
        for step in path {
            // The outermost identifier is the record's; deeper ones belong to an agent or a queue.
            id = id ?? place.ownIdentifier
            switch place {
            case .array(let elements):
                name += "[\(step)]"
                place = elements.indices.contains(step) ? elements[step] : .null
            case .object(let members):
                guard members.indices.contains(step) else { continue }
                name += (name.isEmpty ? "" : ".") + members[step].name
                place = members[step].value
            case .null, .bool, .number, .string: break
            }
        }
        return (id.map { "record \($0): " } ?? "") + reason + (name.isEmpty ? "" : ", in \(name)")
    }
}

extension JSONValue {
    /// The members in which a record of the provider has its identifier.
    fileprivate var ownIdentifier: String? {
        guard isObject else { return nil }
        return (self["taskId"] ?? self["id"])?.text
    }
}
