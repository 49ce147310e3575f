import Foundation
import Testing

/// What a test needs of the machine, and a developer's may lack: the right to mount, an independent validator.
///
/// Without it a test is skipped. Where `CI` is set nothing may be lacking, and the test fails instead: a skipped test
/// would go unnoticed there.
package struct Requirement: Error, CustomStringConvertible {
    /// Such as "the right to mount".
    package let what: String

    package var description: String { "this test needs \(what), and with CI set it is not skipped" }

    private static let isContinuousIntegration: Bool = {
        let value = ProcessInfo.processInfo.environment["CI"]?.lowercased() ?? ""
        return !["", "0", "false", "no"].contains(value)
    }()

    /// - Returns: whether the test can go on.
    /// - Throws: a ``Requirement`` if it cannot, and may not be skipped either.
    package static func isMet(_ what: String, _ isAvailable: Bool) throws(Requirement) -> Bool {
        if !isAvailable && isContinuousIntegration { throw Requirement(what: what) }
        return isAvailable
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips the test if `isAvailable` says no, or fails it if `CI` is set.
    package static func needs(_ what: String, _ isAvailable: @escaping @Sendable @autoclosure () -> Bool) -> Self {
        .enabled("needs \(what)") { try Requirement.isMet(what, isAvailable()) }
    }
}
