/// Names a pass within this manifest.
package struct PassID: Hashable, Sendable {
    let row: Int64
}
