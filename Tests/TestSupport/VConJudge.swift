import Foundation

/// Holds vCons to a schema that was written from the working group's draft, by a validator that knows nothing of Callark.
package enum VConJudge {
    /// - Returns: the arguments of Python: the judge, its schema and the vCons.
    package static func arguments(_ paths: [String]) throws -> [String] {
        let names = [("vcon_judge", "py"), ("vcon.schema", "json")]
        let files = try names.map { name, suffix in
            guard let file = Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: suffix) else {
                throw CocoaError(.fileNoSuchFile)
            }
            return file.path
        }
        return ["-B"] + files + paths
    }
}
