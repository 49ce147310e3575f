import Foundation

/// The provider's own description of its API, as structure only (`Fixtures/NOTICE` names the source).
package enum ProviderDescription {
    /// The file is not among the resources.
    package struct Missing: Error {}

    /// The path of the OpenAPI file.
    package static func path() throws(Missing) -> String {
        guard let url = Bundle.module.url(forResource: "Fixtures/provider-openapi", withExtension: "json") else {
            throw Missing()
        }
        return url.path()
    }
}
