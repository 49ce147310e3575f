/// Lets a paused download continue. Can be resumed from any thread, more than once, also after the download has ended.
package struct Resumption: Sendable {
    private let action: @Sendable () -> Void

    package init(_ action: @escaping @Sendable () -> Void) {
        self.action = action
    }

    package func resume() { action() }
}
