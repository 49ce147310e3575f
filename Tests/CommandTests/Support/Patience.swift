import Testing

/// Waits until `condition` holds, looking again every few milliseconds, and no longer than two minutes.
func eventually(
    _ what: Comment,
    location: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + .seconds(120)
    while try await !condition() {
        try #require(ContinuousClock.now < end, what, sourceLocation: location)
        try await Task.sleep(for: .milliseconds(5))
    }
}
