import Recordings
import WebexContactCenter
import Wiring

/// A whole number on the command line.
enum WholeNumber {
    /// Reads numbers in `range`, and nothing else.
    static func within(_ range: ClosedRange<Int>) -> @Sendable (String) throws -> Int {
        { text in
            guard let number = Int(text), range.contains(number) else {
                let limits =
                    range.upperBound == .max
                    ? "\(range.lowerBound) or more" : "\(range.lowerBound) to \(range.upperBound)"
                throw ArgumentFault("give a whole number, \(limits)")
            }
            return number
        }
    }
}

extension OrganizationName {
    /// Reads the name that the configuration gives an organization.
    init(argument: String) throws {
        guard let name = Self(argument) else {
            throw ArgumentFault("not an organization's name in the configuration, which has up to 40 of a-z, 0-9 and -")
        }
        self = name
    }
}

extension TaskID {
    /// Takes the provider's identifier as it is.
    init(argument: String) throws {
        guard let id = Self(argument) else { throw ArgumentFault("give a task ID, as `callark list` prints it") }
        self = id
    }
}

extension SiteID {
    /// Takes the provider's identifier as it is.
    init(argument: String) throws {
        guard let id = Self(argument) else {
            throw ArgumentFault("give a site's ID, as `callark sites list` prints it")
        }
        self = id
    }
}

extension LegacyRecordID {
    /// Takes the provider's identifier as it is.
    init(argument: String) throws {
        guard let id = Self(argument) else {
            throw ArgumentFault(
                "give an ID; that of a contact session is the call's task ID, as `callark list` prints it"
            )
        }
        self = id
    }
}
