/// One step of a contact, as in the legacy records (wxcc-api 13.1): it ends when the next one begins.
struct ContactActivity: Sendable, Hashable {
    /// `new`, `ivr-connected`, `parked`, `connect`, `connected`, `on-hold`, `consulting`, `ended`
    let event: String
    let start: Moment
    /// The start of the next one; for the last one, its own start.
    let end: Moment
    /// The event of the next one; `nil` for the last one.
    let next: String?

    /// The state of a session that is in this step (wxcc-api 13.4).
    var state: String {
        switch event {
        case "new", "ivr-connected": "new"
        case "parked", "connect": "parked"
        case "consulting", "ended": event
        default: "connected"
        }
    }

    /// Whether an agent is part of it.
    var hasAgent: Bool { !["new", "ivr-connected", "parked"].contains(event) }
}

extension TaskFacts {
    /// The steps of the task from its beginning to its end, in order.
    func activities(of task: SimulatedTask) -> [ContactActivity] {
        var marks: [(event: String, time: Moment)] = [("new", task.created)]
        if task.kind != .outdial {
            let menuEnd = queued ?? rang ?? task.ended
            marks.append(("ivr-connected", task.created.advanced(by: min(400, task.created.distance(to: menuEnd) / 2))))
        }
        marks += queueMarks(task)
        if let rang { marks.append(("connect", rang)) }
        if let connected { marks.append(("connected", connected)) }
        marks += consultMarks(task)
        marks.append(("ended", task.ended))
        return marks.enumerated().map { index, mark in
            let next = index + 1 < marks.count ? marks[index + 1] : nil
            return ContactActivity(event: mark.event, start: mark.time, end: next?.time ?? mark.time, next: next?.event)
        }
    }

    /// In the queue, and again after each agent who did not answer.
    private func queueMarks(_ task: SimulatedTask) -> [(String, Moment)] {
        guard let queued else { return [] }
        var marks = [("parked", queued)]
        let span = queued.distance(to: rang ?? task.ended)
        guard rejections > 0, span >= 3 else { return marks }
        marks += [("connect", queued.advanced(by: span / 3)), ("parked", queued.advanced(by: 2 * span / 3))]
        return marks
    }

    /// Recorded consultations, one after another; if there are none, the holds.
    private func consultMarks(_ task: SimulatedTask) -> [(String, Moment)] {
        guard let connected else { return [] }
        var free = connected
        var marks: [(String, Moment)] = []
        func add(_ event: String, _ start: Moment, _ stop: Moment) {
            guard start > free, stop > start, stop < task.ended else { return }
            marks += [(event, start), ("connected", stop)]
            free = stop
        }
        for consult in task.recordings.filter({ $0.callType == "consult" }).sorted(by: { $0.start < $1.start }) {
            add("consulting", consult.start, consult.stop)
        }
        guard marks.isEmpty, holdCount > 0 else { return marks }
        let (talk, hold) = (connectedDuration / Int64(holdCount + 1), holdDuration / Int64(holdCount))
        for _ in 0..<holdCount {
            let start = free.advanced(by: talk)
            add("on-hold", start, start.advanced(by: hold))
        }
        return marks
    }
}
