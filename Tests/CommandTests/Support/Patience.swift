import Testing

/// How long tests wait.
enum Patience {
    /// For anything that has to happen: long enough for a machine that is several times slower than any developer's and has
    /// much else to do. Only a test that would never end reaches it.
    static let limit = Duration.seconds(300)
    /// Between two looks that start a process each.
    static let look = Duration.milliseconds(50)
}

/// Waits until `condition` holds, for ``Patience/limit`` at most.
/// - Parameter pause: the time between two looks.
func eventually(
    _ what: Comment,
    every pause: Duration = .milliseconds(5),
    location: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + Patience.limit
    while try await !condition() {
        try #require(ContinuousClock.now < end, what, sourceLocation: location)
        try await Task.sleep(for: pause)
    }
}
