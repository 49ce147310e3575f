import HTTPTypes

/// The description of the API (OpenAPI 3.1): the file docs/openapi.yaml.
struct DescriptionRoutes: Sendable {
    var routes: [Route] {
        [
            Route(.get, "/api/v1/openapi.yaml") { _ in
                .init(
                    headers: [.contentType: "application/yaml"],
                    body: .bytes(PackageResources.openapi_yaml)
                )
            }
        ]
    }
}
