import Archiver

/// `{"type":"cost", …}`: what a reading of the vault is going to take.
package struct VaultReadingCostLine: Encodable {
    let type = "cost"
    var archives: Int
    var requests: Int
    var bytes: Int64

    package init(_ cost: VaultVerification.Cost) {
        archives = cost.archives
        requests = cost.requests
        bytes = cost.bytes
    }
}
