/// Counts each organization's API calls in windows of a minute, as the provider's gateway does (wxcc-api 4.4).
struct RequestQuota: Sendable {
    private struct Window { var start: Moment, count: Int }

    private var windows: [Int: Window] = [:]

    /// - Returns: `nil` if the call may proceed, otherwise the seconds until it may. Asking earlier gives the same
    ///   answer.
    mutating func admit(_ organization: Int, limit: Int, at now: Moment) -> Int? {
        guard limit > 0 else { return nil }
        var window = windows[organization] ?? Window(start: now, count: 0)
        let end = window.start + .seconds(60)
        if now >= end { window = Window(start: now, count: 0) }
        guard window.count < limit else { return Int((now.distance(to: end) + 999) / 1000) }
        window.count += 1
        windows[organization] = window
        return nil
    }
}
