import Foundation
import Logging
import Recordings
import Transfer

/// The legacy 1.0 records of one organization (wxcc-api 13): sessions and activities of contacts and agents, by their
/// identifiers and by Analyzer's queries.
///
/// The interface is the oldest one that Callark uses, is described only by two lab guides, and may disappear.
package final class LegacyRecords: Sendable {
    private let exchange: LegacyExchange

    /// Makes no request yet.
    /// - Parameters:
    ///   - exchange: carries every request out, once.
    ///   - retry: how often and after which pauses a temporary failure is retried.
    ///   - clock: for pauses and pace.
    package convenience init(
        _ settings: LegacySettings,
        exchange: any HTTPExchange,
        retry: RetryPolicy,
        clock: some Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Timestamp = { Timestamp(Date()) },
        logger: Logger
    ) {
        self.init(
            settings,
            exchange: exchange,
            retry: retry,
            stopwatch: Stopwatch(clock),
            now: now,
            logger: logger
        )
    }

    init(
        _ settings: LegacySettings,
        exchange: any HTTPExchange,
        retry: RetryPolicy,
        stopwatch: Stopwatch,
        now: @escaping @Sendable () -> Timestamp,
        logger: Logger
    ) {
        self.exchange = LegacyExchange(
            settings,
            exchange: exchange,
            retry: retry,
            stopwatch: stopwatch,
            now: now,
            logger: logger
        )
    }

    /// One record.
    /// - Throws: ``ProviderError`` with the status 404 if the provider has no record with that identifier.
    package func record(_ type: LegacyRecordType, _ id: LegacyRecordID) async throws(ProviderError) -> LegacyRecord {
        let call = LegacyCall(path: "\(type.collection)/\(FormEncoding.encoded(id.description))")
        let response = try await exchange.answer(to: call) { status in
            switch status {
            case 400: "check the form of the ID"
            case 404: Self.absenceAdvice
            default: "check legacy.base_url"
            }
        }
        let json = try Self.json(response, calling: call)
        guard let record = LegacyRecord.only(type, in: json) else {
            guard (json.elements ?? json["data"]?.elements)?.isEmpty ?? false else {
                throw Self.unreadable("the answer is no record", response, calling: call)
            }
            throw ProviderError(
                .rejected,
                "\(call.name): the answer has no record",
                advice: Self.absenceAdvice,
                status: 404,
                trackingID: response.trackingID
            )
        }
        // Another contact's record must never be taken for the requested one.
        if type == .csr, let answered = record.text("sid"), answered.lowercased() != id.description.lowercased() {
            throw Self.unreadable("the answer is of session \(answered.prefix(64))", response, calling: call)
        }
        return record
    }

    /// The rows that answer a query.
    /// - Throws: ``ProviderError`` if no request succeeds. One that cannot be read is an answer, and says why.
    package func answer(
        to query: LegacyQuery,
        of type: LegacyRecordType,
        as format: LegacyAnswer.Format = .json
    ) async throws(ProviderError) -> LegacyAnswer {
        let call = LegacyCall(
            path: type.collection,
            query: [("q", query.text)],
            accept: format == .csv ? "text/csv" : "application/json"
        )
        let response = try await exchange.answer(to: call) { status in
            switch status {
            case 400, 413, 414, 422:
                "check the query, which is one JSON object as Analyzer makes it; a shorter time asks for less"
            default: "check legacy.base_url"
            }
        }
        return LegacyAnswer(response, to: query)
    }

    private static let absenceAdvice =
        "check the ID, and legacy.base_url; a record appears some time after its event, and does not stay permanently"

    private static func json(_ response: HTTPResponse, calling call: LegacyCall) throws(ProviderError) -> JSONValue {
        do throws(FailedExchange) {
            return try response.json(calling: call.name).value
        } catch {
            var failure = error.error
            failure.advice = "check legacy.base_url, and that no proxy answers in the provider's place"
            throw failure
        }
    }

    private static func unreadable(
        _ reason: String,
        _ response: HTTPResponse,
        calling call: LegacyCall
    ) -> ProviderError {
        FailedExchange(malformed: reason, in: response, calling: call.name).error
    }
}
