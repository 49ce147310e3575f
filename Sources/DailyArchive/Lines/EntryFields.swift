import Recordings

/// A line's fields, with errors that name the field.
struct EntryFields {
    let json: JSONObject

    init(_ line: [UInt8]) throws(EntryLineError) {
        guard let json = JSONObject(line) else { throw EntryLineError(description: "no JSON object") }
        self.json = json
    }

    func required<Value>(_ key: StaticString, _ parse: (String) -> Value?) throws(EntryLineError) -> Value {
        guard let text = json.string(key), let value = parse(text) else {
            throw EntryLineError(description: "\(key) is missing or wrong")
        }
        return value
    }

    func required(_ key: StaticString) throws(EntryLineError) -> Int64 {
        guard let number = json.integer(key) else {
            throw EntryLineError(description: "\(key) is missing or wrong")
        }
        return number
    }

    /// - Throws: if the line does not match its own checksum.
    func requireWhole() throws(EntryLineError) {
        guard LineCheck.holds(json) else { throw EntryLineError(description: "not what its checksum says") }
    }

    func time(_ key: StaticString) -> Timestamp? {
        json.integer(key).map { Timestamp(millisecondsSince1970: $0) }
    }
}
