/// The program that checks the evidence without Callark: one file of Python 3.8 that needs nothing but the standard library.
package enum StandAloneVerifier {
    /// What its file is called.
    package static let fileName = "callark-verify.py"

    /// Its text, as it is in the sources.
    package static var text: [UInt8] { PackageResources.callark_verify_py }
}
