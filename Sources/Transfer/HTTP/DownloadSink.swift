/// Where a download's bytes go. Every call comes from a thread of the engine, one at a time for one download: a sink
/// must not wait for anything slower than a write to the page cache.
package protocol DownloadSink: AnyObject, Sendable {
    /// The final answer begins. If the verdict is `.pause`, no byte is delivered until `resumption` is resumed.
    func begin(_ head: ResponseHead, resumption: Resumption) -> SinkVerdict
    /// The next bytes of the body, valid during the call only. A verdict of `.pause` means that they were not taken:
    /// they are delivered again after `resumption` is resumed.
    func receive(_ bytes: UnsafeRawBufferPointer) -> SinkVerdict
}
