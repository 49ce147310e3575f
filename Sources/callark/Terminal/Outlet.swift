import Service

/// Where words go that are not for this process's own streams: a service does the work of a command that has handed it over,
/// and what it writes is for that command.
enum Outlet {
    /// `nil` in a command that does its own work.
    @TaskLocal static var current: HandoverOutlet?
}
