/// The program that checks the evidence without Callark: one file of Python 3.8 that needs only the standard library.
package enum StandAloneVerifier {
    /// The name of its file.
    package static let fileName = "callark-verify.py"

    /// Its text, as in the sources.
    package static var text: [UInt8] { PackageResources.callark_verify_py }
}
