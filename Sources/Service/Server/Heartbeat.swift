import ServiceLifecycle

/// Tells systemd at regular intervals that the service is alive, until the service stops.
struct Heartbeat: Service {
    let manager: ServiceManager

    func run() async throws {
        guard let interval = manager.watchdog else { return try await gracefulShutdown() }
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                manager.send(.alive)
                // Ends early when the service stops. An error would cancel everything else that is stopping in good order.
                try? await Task.sleep(for: interval)
            }
        }
    }
}
