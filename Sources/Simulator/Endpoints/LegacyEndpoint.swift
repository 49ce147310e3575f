import Crypto
import Foundation

extension Provider {
    private static let collections: Set<String> = ["csrs", "cars", "asrs", "aars"]

    /// `GET /aws/api/{csrs,cars,asrs,aars}[/{id}|?q=…]` (wxcc-api 13). The form of refusals is unknown; they are plain
    /// text here.
    func legacy(_ request: Request) throws(Refusal) -> Response {
        let rules = options.legacy
        let segments = request.segments.dropFirst(2)
        guard let collection = segments.first, Self.collections.contains(collection), segments.count <= 2 else {
            return .framework(404, "Not Found", path: request.path, at: clock.now)
        }
        let organization = try legacyOrganization(request, rules)
        let archive = LegacyArchive(world: world, organization: organization, rules: rules, now: clock.now)
        if segments.count == 2, let id = segments.last {
            guard let row = archive.row(collection, id) else { throw Refusal(.text(404, "no such record")) }
            return .json(200, row.json)
        }
        guard let text = request.parameter("q") else { throw Refusal(.text(400, "q is required")) }
        do throws(LegacyQuestion.Fault) {
            return try answer(LegacyQuestion(text, now: clock.now), collection, archive, request)
        } catch {
            throw Refusal(.text(400, error.text))
        }
    }

    /// The organization whose signature this is (wxcc-api 13.2).
    /// - Throws: 401 if no organization has it, 403 if the tenant is missing or wrong.
    private func legacyOrganization(_ request: Request, _ rules: LegacyRules) throws(Refusal) -> Int {
        let parts = (request.header("authorization") ?? "").split(separator: ";", maxSplits: 1)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        guard let signature = parts.first, let user = request.header("from"),
            let organization = world.organizations.firstIndex(where: { $0.legacyUser == user }),
            signature == Self.legacySignature(of: user, key: world.organizations[organization].legacyKey)
        else { throw Refusal(.text(401, "the signature is not valid for this user")) }
        let pair = parts.dropFirst().first?.split(separator: "=", maxSplits: 1)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        guard let pair, pair.count == 2, pair[0] == "tenantId" else {
            guard rules.requiresTenant else { return organization }
            throw Refusal(.text(403, "tenantId is required"))
        }
        guard pair[1] == world.organizations[organization].tenantID else {
            throw Refusal(.text(403, "the user has no access to tenant \(pair[1])"))
        }
        return organization
    }

    private static func legacySignature(of user: String, key: String) -> String {
        let code = HMAC<Insecure.SHA1>.authenticationCode(
            for: Data(user.utf8),
            using: SymmetricKey(data: Data(key.utf8))
        )
        return Data(code).base64EncodedString()
    }

    private func answer(
        _ question: LegacyQuestion,
        _ collection: String,
        _ archive: LegacyArchive,
        _ request: Request
    ) throws(LegacyQuestion.Fault) -> Response {
        let all = try question.answer(from: archive.rows(collection, in: question.time))
        let most = min(question.limit, archive.rules.maxRecords)
        let rows = Array(question.takesLast ? all.rows.suffix(most) : all.rows.prefix(most))
        if request.header("accept")?.lowercased().contains("text/csv") ?? false {
            return csv(all.columns, rows, archive.rules)
        }
        let metadata: JSON = [
            "lastAccessTimestamp": .integer(archive.now.milliseconds),
            "numberOfRecordsFound": .integer(Int64(all.rows.count)),
            "numberOfRecordsInDataset": .integer(Int64(rows.count)),
            "isComplete": .boolean(rows.count == all.rows.count),
        ]
        let data = rows.map { row in JSON.object(Array(zip(all.columns, row))) }
        return .json(
            200,
            ["datasetMetadata": metadata, "columns": .array(all.columns.map(JSON.string)), "data": .array(data)]
        )
    }

    /// As spreadsheets write it: a byte order mark, CR LF, quotes where necessary.
    private func csv(_ columns: [String], _ rows: [[JSON]], _ rules: LegacyRules) -> Response {
        func field(_ text: String) -> String {
            // An empty line would not be a row.
            let special = text.isEmpty && columns.count == 1 || text.utf8.contains { ",\"\r\n".utf8.contains($0) }
            return special ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
        }
        let lines = ([columns] + rows.map { $0.map(\.legacyText) }).map {
            $0.map(field).joined(separator: ",") + "\r\n"
        }
        let text = (rules.csvHasMark ? "\u{FEFF}" : "") + lines.joined()
        return Response(200, headers: [("Content-Type", "text/csv")], body: .bytes(Data(text.utf8)))
    }
}
