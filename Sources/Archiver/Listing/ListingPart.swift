import Foundation
import Manifest
import Recordings
import WebexContactCenter

/// A part of a window that is listed from one source. The older part is listed with Search if the task list does not
/// reach that far back (wxcc-api 5 and 11).
struct ListingPart: Hashable, Sendable {
    var range: Range<Timestamp>
    var source: ListingSource

    /// The task list was observed to reach back 12 months; a day less is requested.
    static let listingReach = Duration.hours(364 * 24)
    /// Search reaches back 36 months; a day less is requested.
    static let searchReach = Duration.hours(1094 * 24)

    /// The parts of `window`, the older one first; none if it is empty.
    static func parts(of window: Range<Timestamp>, now: Timestamp) -> [ListingPart] {
        let boundary = min(max(now - listingReach, window.lowerBound), window.upperBound)
        return [
            ListingPart(range: window.lowerBound..<boundary, source: .search),
            ListingPart(range: boundary..<window.upperBound, source: .tasks),
        ].filter { !$0.range.isEmpty }
    }

    /// - Throws: ``ArchiverError`` with code `badWindow` for a window that begins before anything can be listed.
    static func requireReach(_ window: Range<Timestamp>, now: Timestamp, timeZone: TimeZone) throws(ArchiverError) {
        guard window.lowerBound < now - searchReach else { return }
        let first = ArchiveDay(now - searchReach, in: timeZone).next
        throw ArchiverError(
            .badWindow,
            "the time range begins at \(window.lowerBound.named(in: timeZone)), and the provider lists calls of the last 36 months only; "
                + "begin at \(first), and take older calls by their IDs: callark fetch TASK_ID"
        )
    }

    /// Lists it page by page.
    /// - Parameter now: a row that claims to be created more than a day later has a wrong time.
    func pages(of contactCenter: ContactCenter, now: Timestamp) -> ListingPages {
        switch source {
        case .tasks:
            .tasks(contactCenter.taskPages(from: range.lowerBound, to: range.upperBound))
        case .search:
            .search(contactCenter.searchTaskPages(from: range.lowerBound, to: range.upperBound), now: now)
        }
    }
}

/// The pages of one part, in the form of the task list whichever source lists them.
enum ListingPages: AsyncSequence, Sendable {
    case tasks(TaskPages)
    case search(SearchTaskPages, now: Timestamp)

    typealias Element = TaskPage
    typealias Failure = ProviderError

    func makeAsyncIterator() -> Iterator {
        switch self {
        case .tasks(let pages): .tasks(pages.makeAsyncIterator())
        case .search(let pages, let now): .search(pages.makeAsyncIterator(), now: now)
        }
    }

    enum Iterator: AsyncIteratorProtocol {
        case tasks(TaskPages.Iterator)
        case search(SearchTaskPages.Iterator, now: Timestamp)

        mutating func next() async throws(ProviderError) -> TaskPage? {
            switch self {
            case .tasks(var iterator):
                defer { self = .tasks(iterator) }
                return try await iterator.next()
            case .search(var iterator, let now):
                defer { self = .search(iterator, now: now) }
                do throws(ProviderError) {
                    return try await iterator.next().map { TaskPage(search: $0, now: now) }
                } catch {
                    throw Self.explained(error)
                }
            }
        }

        private static func explained(_ error: ProviderError) -> ProviderError {
            guard error.code != .cancelled else { return error }
            var error = error
            let advice = "calls of more than 12 months ago can be listed by Search only"
            error.advice = error.advice.isEmpty ? advice : "\(error.advice); \(advice)"
            return error
        }
    }
}

extension TaskPage {
    /// A page of Search. Whatever cannot be listed completely is an anomaly, as in the task list.
    fileprivate init(search page: SearchPage<SearchTask>, now: Timestamp) {
        var anomalies = page.crowded.map {
            ListingAnomaly(.crowdedMillisecond, at: $0, "more calls were created at \($0) than Search lists")
        }
        if page.unreadableRows > 0 {
            let message = "Search lists \(page.unreadableRows) calls without an ID, created from \(page.from) on"
            anomalies.append(ListingAnomaly(.unreadableTask, at: page.from, message))
        }
        func isMisdated(_ task: SearchTask) -> Bool { task.createdTime.map { $0 > now + .hours(24) } ?? true }
        let misdated = (page.records + page.strays).filter(isMisdated)
        if !misdated.isEmpty {
            let ids = misdated.map(\.id)
            let names = ListingAnomaly.names(ids)
            let message = "no possible createdTime: \(names), listed by Search, taken as created at \(page.from)"
            anomalies.append(ListingAnomaly(.missingCreatedTime, at: page.from, tasks: ids, message))
        }
        let strays = page.strays.filter { !isMisdated($0) }.compactMap(ListedTask.init(search:))
        if let first = strays.first {
            let names = ListingAnomaly.names(strays.map(\.id))
            let message =
                "\(names), created at \(first.createdTime), listed by Search outside the time that was asked for"
            anomalies.append(
                ListingAnomaly(.outsideWindow, at: first.createdTime, tasks: strays.map(\.id), message)
            )
        }
        let tasks = page.records.filter { !isMisdated($0) }.compactMap(ListedTask.init(search:))
        self.init(
            tasks: tasks + misdated.map { ListedTask(search: $0, createdTime: page.from) },
            strays: strays,
            coveredUntil: page.coveredUntil,
            anomalies: anomalies
        )
    }
}

extension ListedTask {
    /// A call from a row of Search, which is kept as `{"search":{…}}`.
    /// - Returns: `nil` if the row does not say when the call was created.
    init?(search task: SearchTask) {
        guard let created = task.createdTime else { return nil }
        self.init(search: task, createdTime: created)
    }

    /// - Parameter created: when the call was created, overriding the row.
    fileprivate init(search task: SearchTask, createdTime created: Timestamp) {
        let record = task.json
        self.init(
            id: task.id,
            createdTime: created,
            lastUpdatedTime: task.endedTime,
            channelType: task.channelType ?? "",
            status: task.taskStatus,
            captureRequest: task.captureRequest,
            json: ProviderJSON { .object([JSONMember("search", record.value)]) }
        )
    }
}

extension SearchTask {
    /// In the terms of the task list. Search has others, such as `ended`.
    fileprivate var taskStatus: TaskStatus {
        guard endedTime != nil || isActive == false else { return TaskStatus(status ?? "unknown") }
        return TaskStatus(terminationType == "abandoned" ? "abandoned" : "completed")
    }

    /// Whether there should be a recording. Search says "was recorded" and the task list "was requested"; any sign of a
    /// recording counts (wxcc-api 16).
    var captureRequest: CaptureRequest {
        if captureRequested == true || recordingCount ?? 0 > 0 || recordingErrorCount ?? 0 > 0 { return .requested }
        return captureRequested == false ? .notRequested : .undetermined
    }
}
