import Foundation
import Transfer

extension ObjectStore {
    package func tags(of key: ObjectKey, version: ObjectVersion?) async throws(ObjectStoreError) -> [String: String] {
        var request = StoreRequest(.get, key, "read the tags of")
        request.query = [("tagging", "")]
        request.select(version)
        let answer: AnswerElement
        do throws(ObjectStoreError) {
            answer = try await self.answer(to: request, named: "Tagging")
        } catch  where error.storeCode == "NoSuchTagSet" {
            return [:]
        }
        var tags: [String: String] = [:]
        for tag in answer["TagSet"]?.children ?? [] where tag.name == "Tag" {
            if let name = tag.text("Key") { tags[name] = tag.text("Value") ?? "" }
        }
        return tags
    }

    package func setTags(
        _ tags: [String: String],
        of key: ObjectKey,
        version: ObjectVersion?
    ) async throws(ObjectStoreError) {
        let elements = tags.sorted { $0.key < $1.key }.map { name, value in
            "<Tag>\(RequestDocument.element("Key", name))\(RequestDocument.element("Value", value))</Tag>"
        }
        let document = RequestDocument.document("Tagging", "<TagSet>\(elements.joined())</TagSet>")
        _ = try await exchange.send(change("tagging", "tag", document, of: key, version))
    }
}
