/// What an organization's quota of requests still permits.
package struct RequestAllowance: Sendable, Hashable {
    package var perMinute: Int
    /// How many of them did not start in the last minute.
    package var left: Int
    /// How long the provider wants no request; `nil` if it has not asked for a pause.
    package var pause: Duration?

    /// - Parameter left: `nil` for all of them.
    package init(perMinute: Int, left: Int? = nil, pause: Duration? = nil) {
        self.perMinute = perMinute
        self.left = left ?? perMinute
        self.pause = pause
    }
}
