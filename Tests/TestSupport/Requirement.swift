import Foundation
import Testing

/// Something that a test needs and a developer's machine may lack: the right to mount, an independent validator.
///
/// Without it the test is skipped. If `CI` is set, nothing may be missing, and the test fails instead, because a
/// skipped test would go unnoticed there.
package struct Requirement: Error, CustomStringConvertible {
    /// For example "the right to mount".
    package let what: String

    package var description: String { "this test needs \(what), and with CI set it is not skipped" }

    private static let isContinuousIntegration: Bool = {
        let value = ProcessInfo.processInfo.environment["CI"]?.lowercased() ?? ""
        return !["", "0", "false", "no"].contains(value)
    }()

    /// - Returns: whether the test can continue.
    /// - Throws: a ``Requirement`` if it cannot, and may not be skipped either.
    package static func isMet(_ what: String, _ isAvailable: Bool) throws(Requirement) -> Bool {
        if !isAvailable && isContinuousIntegration { throw Requirement(what: what) }
        return isAvailable
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips the test if `isAvailable` is false, or fails it if `CI` is set.
    package static func needs(_ what: String, _ isAvailable: @escaping @Sendable @autoclosure () -> Bool) -> Self {
        .enabled("needs \(what)") { try Requirement.isMet(what, isAvailable()) }
    }
}
