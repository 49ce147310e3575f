import ServiceLifecycle

/// Tells systemd again and again that the service lives, until it is to stop.
struct Heartbeat: Service {
    let manager: ServiceManager

    func run() async throws {
        guard let interval = manager.watchdog else { return try await gracefulShutdown() }
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                manager.tell(.alive)
                try await Task.sleep(for: interval)
            }
        }
    }
}
