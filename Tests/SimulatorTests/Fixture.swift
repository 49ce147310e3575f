import Foundation
import Testing

/// The files of this test target.
enum Fixture {
    /// The path of the one with this name.
    static func path(_ name: String) throws -> String {
        try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil)).appending(path: name).path()
    }
}
