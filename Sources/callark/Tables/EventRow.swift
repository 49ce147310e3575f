import Archiver
import Foundation
import Manifest
import Recordings

/// A row of `events`: an event, or both ends of a pass.
struct EventRow {
    let event: Event
    /// The beginning of the pass that this event ends, if one row shows both.
    var beginning: Event?
    /// Whether it is the beginning of a pass whose process died before its end.
    var isCutOff = false

    /// For people: what happened, in one sentence that begins with the task, if there is one.
    func sentence(in timeZone: TimeZone) -> String {
        let task = event.task.map { "\($0): " } ?? ""
        if isCutOff { return "\(task)\(event.sentence(in: timeZone)), and was cut off" }
        return task + event.sentence(in: timeZone, beginning: beginning)
    }
}

/// Makes rows of events, in their order. Only a later event, or the end of the log, shows that a pass that began was
/// cut off. In the digest, a pass is one row, and what it did by itself is left out.
struct EventRows {
    /// Whether rows show only what people did and the results of passes, instead of every event.
    private let isDigest: Bool
    /// Rows from the first pass on whose end is not known yet.
    private var held: [Held] = []

    private enum Held {
        case row(EventRow)
        /// A pass that has begun.
        case open(Event)
    }

    init(isDigest: Bool) {
        self.isDigest = isDigest
    }

    /// Takes the next event.
    /// - Returns: the rows that are certain now, oldest first.
    mutating func take(_ event: Event) -> [EventRow] {
        switch event.kind {
        case .passBegan:
            // Passes of an organization never overlap.
            if let place = openPlace(event.organization) { held[place] = cutOff(at: place) }
            held.append(.open(event))
        case .passEnded:
            var row = EventRow(event: event)
            if let place = openPlace(event.organization), case .open(let beginning) = held[place] {
                if isDigest {
                    held.remove(at: place)
                    row.beginning = beginning
                } else {
                    held[place] = .row(EventRow(event: beginning))
                }
            }
            held.append(.row(row))
        default:
            if !isDigest || event.isDoneByPeople { held.append(.row(EventRow(event: event))) }
        }
        return certain()
    }

    /// The rows that are left at the end.
    /// - Parameter isOver: whether nothing can end a pass that began: no later event, and no running pass.
    mutating func rest(isOver: Bool) -> [EventRow] {
        defer { held = [] }
        return held.map { item in
            switch item {
            case .row(let row): row
            case .open(let event): EventRow(event: event, isCutOff: isOver)
            }
        }
    }

    private func openPlace(_ organization: OrganizationName?) -> Int? {
        held.firstIndex { if case .open(let event) = $0 { event.organization == organization } else { false } }
    }

    private func cutOff(at place: Int) -> Held {
        guard case .open(let event) = held[place] else { return held[place] }
        return .row(EventRow(event: event, isCutOff: true))
    }

    private mutating func certain() -> [EventRow] {
        let rows = held.prefix { if case .row = $0 { true } else { false } }.compactMap { item -> EventRow? in
            if case .row(let row) = item { row } else { nil }
        }
        held.removeFirst(rows.count)
        return rows
    }
}

extension Event {
    /// Whether a person caused it or has to know of it. Excludes what a pass does by itself, and beginnings whose end
    /// reports the outcome.
    fileprivate var isDoneByPeople: Bool {
        switch kind {
        case .passBegan, .repairBegan: false
        case .passEnded, .manifestRebuilt, .repairEnded, .audioAccessed, .fetchEnded, .gapExplained,
            .explanationWithdrawn, .damageFound:
            true
        default: actor != nil
        }
    }
}
