/// Why an argument was refused, and which values are accepted.
package struct ArgumentFault: Error, CustomStringConvertible {
    package var description: String

    package init(_ description: String) {
        self.description = description
    }
}
