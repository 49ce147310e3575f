/// Why a simulator could not be set up or started.
package struct SimulatorError: Error, Hashable, CustomStringConvertible {
    /// What went wrong, as a code to compare.
    package enum Code: Hashable, Sendable {
        /// A day is not a date in the form `2025-11-20`, or no day was given.
        case badDay
        /// A number is outside what a world can have.
        case badNumber
        /// The port is in use or not permitted.
        case cannotListen
        /// A task or recording is not one of this world.
        case unknown
        /// A fault plan or a fault cannot be read.
        case badFault
    }

    /// What went wrong, as a code to compare.
    package let code: Code
    /// One line that says what is wrong and what to give instead.
    package let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
