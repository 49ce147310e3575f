/// Why no case was exported.
package struct CaseError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of reason it is.
    package enum Code: Hashable, Sendable {
        /// Something else is where the case would be.
        case occupied
        /// The folder cannot be written.
        case inputOutput
        /// It could not be noted who gets the audio, and the configuration demands that.
        case notNoted
        /// A call that was asked for is not known.
        case unknownCall
        /// More calls than a case may have.
        case tooMany
    }

    package let code: Code
    /// For people: one line, with what to do.
    package let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
