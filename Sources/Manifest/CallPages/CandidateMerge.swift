import GRDB

/// Merges feeds of candidates into one, the newest first. It reads a few at a time from each feed, so the length of a feed makes no
/// difference.
struct CandidateMerge {
    private enum Source {
        case index(String, StatementArguments, CandidateScope)
        case run(RunReading)
        /// Everything is read already.
        case none
    }

    private struct Stream {
        var source: Source
        var read: ArraySlice<Candidate> = []
        /// The last one that was read.
        var last: Candidate
        var batch = 4
    }

    private let scope: CandidateScope
    private var streams: [Stream] = []
    /// A binary heap of the streams, by the newest candidate of each.
    private var heap: [(newest: Candidate, stream: Int)] = []
    /// About how many tasks could have been read in the order of time meanwhile.
    private(set) var effort = 0

    private static let largestBatch = 256
    /// What a candidate costs, in tasks that are read in the order of time.
    static let cost = 5

    init(_ feeds: [CandidateFeed], _ scope: CandidateScope, in db: Database) throws {
        self.scope = scope
        let first = Candidate(time: scope.through, row: .max)
        for feed in feeds {
            switch feed {
            case .keys(let source, let keys):
                effort += keys.count
                for (key, time) in try scope.newest(of: source, keys, in: db) {
                    let first = Candidate(time: time, row: .max)
                    streams.append(Stream(source: .index(source, ["key": key], scope), last: first))
                    push(first, streams.count - 1)
                }
            case .tasks(let source, let arguments):
                try add(Stream(source: .index(source, arguments, scope), last: first), in: db)
            case .time(let time):
                let narrow = scope.during(time)
                let first = Candidate(time: narrow.through, row: .max)
                try add(Stream(source: .index(CandidateFeed.allTasks, [:], narrow), last: first), in: db)
            case .rows(let select, let arguments):
                let read = try scope.candidates(of: select, arguments, in: db)
                effort += read.count
                try add(Stream(source: .none, read: read[...], last: first), in: db)
            case .run(let digits):
                try add(Stream(source: .run(RunReading(digits, scope)), last: first), in: db)
            }
        }
    }

    private mutating func add(_ stream: Stream, in db: Database) throws {
        streams.append(stream)
        try settle(streams.count - 1, in: db)
    }

    /// The next candidates: about `count` of them, and never only some of those that were created at the same time. A candidate of
    /// two feeds may come twice.
    mutating func next(_ count: Int, in db: Database) throws -> [Candidate] {
        var found: [Candidate] = []
        while let (newest, place) = heap.first {
            if found.count >= count, let last = found.last, last.time != newest.time { break }
            _ = pop()
            if streams[place].read.isEmpty { try read(place, in: db) }
            if let candidate = streams[place].read.popFirst() { found.append(candidate) }
            try settle(place, in: db)
        }
        effort += Self.cost * found.count
        return found
    }

    /// Puts a stream into the heap, if there is more of it.
    private mutating func settle(_ place: Int, in db: Database) throws {
        if streams[place].read.isEmpty { try read(place, in: db) }
        if let newest = streams[place].read.first { push(newest, place) }
    }

    private mutating func read(_ place: Int, in db: Database) throws {
        var stream = streams[place]
        switch stream.source {
        case .none: return
        case .index(let source, let arguments, let scope):
            let read = try scope.candidates(of: source, arguments, after: stream.last, limit: stream.batch, in: db)
            stream.read = read[...]
            if read.count < stream.batch { stream.source = .none }
            stream.batch = min(2 * stream.batch, Self.largestBatch)
        case .run(var reading):
            stream.read = try reading.next(scope, effort: &effort, in: db)[...]
            stream.source = stream.read.isEmpty ? .none : .run(reading)
        }
        if let last = stream.read.last { stream.last = last }
        streams[place] = stream
    }

    // MARK: - The heap

    private mutating func push(_ newest: Candidate, _ stream: Int) {
        heap.append((newest, stream))
        var place = heap.count - 1
        while place > 0, heap[place].newest.isNewer(than: heap[(place - 1) / 2].newest) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func pop() -> (newest: Candidate, stream: Int)? {
        guard !heap.isEmpty else { return nil }
        heap.swapAt(0, heap.count - 1)
        let top = heap.removeLast()
        var place = 0
        while true {
            var best = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count {
                if heap[child].newest.isNewer(than: heap[best].newest) { best = child }
            }
            guard best != place else { return top }
            heap.swapAt(place, best)
            place = best
        }
    }
}
