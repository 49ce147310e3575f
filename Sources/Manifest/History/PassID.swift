/// A reference to a pass in this manifest.
package struct PassID: Hashable, Sendable {
    let row: Int64
}
