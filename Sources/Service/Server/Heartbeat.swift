import ServiceLifecycle

/// Tells systemd at regular intervals that the service is alive, until the service stops.
struct Heartbeat: Service {
    let manager: ServiceManager

    func run() async throws {
        guard let interval = manager.watchdog else { return try await gracefulShutdown() }
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                manager.send(.alive)
                try await Task.sleep(for: interval)
            }
        }
    }
}
