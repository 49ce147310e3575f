import Dispatch
import Recordings

/// Two windows of memory that a reader fills in turn. Each is hashed on another thread while the reader processes it
/// and fills the other. Reading and hashing an archive therefore takes as long as the slower of disk and hash, not as
/// long as both together.
///
/// `@unchecked Sendable`: only the queue touches the hash, and a window is filled only when it is not being hashed.
final class WindowDigester: @unchecked Sendable {
    private let queue = DispatchQueue(label: "callark.digest")
    private let windows: [UnsafeMutableRawBufferPointer]
    /// How many windows are not being hashed.
    private let free = DispatchSemaphore(value: 2)
    private var current = 0
    private var digester = Digester()
    private var isCurrentTaken = false

    init(windowSize: Int) {
        windows = (0..<2).map { _ in .allocate(byteCount: windowSize, alignment: 16) }
    }

    deinit {
        if isCurrentTaken { free.signal() }
        for window in windows { window.deallocate() }
    }

    /// A window to fill. The previous one stays valid until this is called.
    func nextWindow() -> UnsafeMutableRawBufferPointer {
        if !isCurrentTaken {
            free.wait()
            isCurrentTaken = true
            current = 1 - current
        }
        return windows[current]
    }

    /// Hashes the first bytes of the current window, which the reader must not change any more.
    func update(byteCount: Int) {
        let number = current
        isCurrentTaken = false
        queue.async {
            self.digester.update(UnsafeRawBufferPointer(rebasing: self.windows[number][..<byteCount]))
            self.free.signal()
        }
    }

    /// The digest of everything so far.
    var digest: ContentDigest { queue.sync { digester.digest } }
}
