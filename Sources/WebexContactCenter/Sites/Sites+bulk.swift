import Recordings
import Transfer

extension Sites {
    /// The most sites in one bulk call. No limit is documented; a failure affects at most these.
    package static let largestBulk = 50

    /// Creates many sites with one call (wxcc-api 10.4), and checks the outcome of each.
    /// - Returns: one outcome for each of `all`, in their order.
    /// - Throws: if the call as a whole failed, so that nothing was created: with status 404 or 405 if the provider has
    ///   no such call.
    package func create(_ all: [SiteFields]) async throws(ProviderError) -> [SiteOutcome] {
        var call = call(.post, suffix: "/bulk")
        call.body = .object([
            JSONMember("items", .array(all.enumerated().map { item($0.element, number: $0.offset + 1) }))
        ])
        let answers = try await exchange.carryOut(
            call,
            decode: { json, trackingID throws(ProviderError) in try BulkAnswer(json, trackingID) },
            done: { () async throws(ProviderError) in try await foundAll(all) }
        )
        let names = Set(zip(1..., all).filter { answers.isDoubtful($0.0) }.map(\.1.name))
        let existing = names.isEmpty ? [] : try await list()
        var outcomes: [SiteOutcome] = []
        for (number, fields) in zip(1..., all) {
            if answers.isDoubtful(number), let site = existing.first(where: { $0.fields == fields }) {
                outcomes.append(.created(site.id))
            } else {
                outcomes.append(answers.outcome(number, naming: fields.name))
            }
        }
        return outcomes
    }

    private func item(_ fields: SiteFields, number: Int) -> JSONValue {
        .object([
            JSONMember("itemIdentifier", .number(String(number))),
            JSONMember("item", fields.json(of: settings.organizationID)),
            JSONMember("requestAction", .string("SAVE")),
        ])
    }

    /// Whether a bulk call whose answer was lost has created all of its sites. If it has created some of them,
    /// repeating it creates the rest, and gives 409 for those.
    private func foundAll(_ all: [SiteFields]) async throws(ProviderError) -> BulkAnswer? {
        let existing = Dictionary(try await list().map { ($0.fields, $0.id) }) { first, _ in first }
        let ids = all.map { existing[$0] }
        guard !ids.contains(nil) else { return nil }
        return BulkAnswer(ids: ids)
    }
}

/// What a bulk call said about each item, found by its number, because the order means nothing (wxcc-api 10.4).
private struct BulkAnswer {
    private struct Item {
        var status: Int
        var id: SiteID?
        var error: ErrorBody
    }

    private var items: [Int: Item] = [:]
    private var trackingID: String?

    init(ids: [SiteID?]) {
        for (number, id) in zip(1..., ids) {
            items[number] = Item(status: 201, id: id, error: ErrorBody(.object([])))
        }
    }

    init(_ json: JSONValue, _ trackingID: String?) throws(ProviderError) {
        guard let rows = json["items"]?.elements else { throw ProviderError(.malformed, "no list called items in it") }
        self.trackingID = trackingID
        for row in rows {
            guard let number = row["itemIdentifier"]?.integer, let status = row["status"]?.integer else { continue }
            let id = row["href"]?.text?.split(separator: "/").last.flatMap { SiteID($0) }
            items[Int(number)] = Item(status: Int(status), id: id, error: ErrorBody(row["apiError"] ?? .object([])))
        }
    }

    /// Whether the existing sites must be read to know: the answer says nothing about the item, or that the provider
    /// failed on it, or that such a site exists, which may be this one.
    func isDoubtful(_ number: Int) -> Bool {
        guard let item = items[number] else { return true }
        return item.status == 409 || item.status >= 500
    }

    func outcome(_ number: Int, naming name: String) -> SiteOutcome {
        guard let item = items[number] else {
            let error = ProviderError(
                .unavailable,
                "the provider's answer says nothing of it, and it is not there",
                advice: "run the import again",
                trackingID: trackingID
            )
            return .refused(error)
        }
        if (200..<300).contains(item.status) { return .created(item.id) }
        let words = item.error.text.map { ": " + $0 } ?? ""
        let error = ProviderError(
            item.status >= 500 || item.status == 429 ? .unavailable : .rejected,
            "status \(item.status)\(words)",
            advice: Self.advice(on: item.status, name),
            status: item.status,
            trackingID: item.error.trackingID ?? trackingID
        )
        return .refused(error)
    }

    private static func advice(on status: Int, _ name: String) -> String {
        switch status {
        case 400: "check the name and the multimedia profile's ID"
        case 409: "there is a site named \"\(name)\" already: choose another name"
        case 429, 500...: "run the import again"
        default: ""
        }
    }
}
