import Foundation

/// Temporary credentials as containers' and instances' services give them: JSON.
struct GivenCredentials: Decodable {
    private var accessKeyID: String
    private var secretAccessKey: String
    private var token: String?
    private var expiration: String?
    /// Of instances: anything but `Success` is a failure.
    private var code: String?

    private enum CodingKeys: String, CodingKey {
        case accessKeyID = "AccessKeyId"
        case secretAccessKey = "SecretAccessKey"
        case token = "Token"
        case expiration = "Expiration"
        case code = "Code"
    }

    /// - Parameter name: who gave them, for messages.
    static func read(_ body: Data, from name: String) throws(ObjectStoreError) -> ObjectCredentials {
        let given = try? JSONDecoder().decode(GivenCredentials.self, from: body)
        guard let given, given.code.map({ $0 == "Success" }) ?? true, !given.accessKeyID.isEmpty,
            !given.secretAccessKey.isEmpty
        else { throw ObjectStoreError(.credentials, "\(name) gave something that is no credentials") }
        return ObjectCredentials(
            accessKeyID: given.accessKeyID,
            secretAccessKey: given.secretAccessKey,
            sessionToken: given.token,
            expiry: given.expiration.flatMap(StoreTime.date)
        )
    }
}
