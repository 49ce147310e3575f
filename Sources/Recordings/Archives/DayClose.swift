import Foundation

/// The record of a day that is closed: everything expected of it is archived, or explained. It goes into the archive as
/// `metadata/day-close.json`, so that it can be read without Callark, and into the manifest.
///
/// It does not say when the day was closed, so the same input gives the same bytes.
package struct DayClose: Hashable, Sendable, Codable {
    package var organization: OrganizationName
    package var organizationID: OrganizationID
    package var day: ArchiveDay
    package var tasks: Tasks
    package var recordings: Recordings
    /// The length of the archived audio, by its own headers; containers other than WAVE do not count.
    package var audioMilliseconds: Int64
    /// The total size of the archived recordings, in bytes.
    package var bytes: Int64
    /// What is missing, each with its explanation, in the order in which the tasks were created.
    package var gaps: [Gap]
    /// What is archived and suspect, each with its acknowledgement, in the order in which the tasks were created.
    package var suspects: [Suspect]

    /// The day's tasks as the provider listed them.
    package struct Tasks: Hashable, Sendable, Codable {
        package var listed: Int
        /// Those for which the provider says that a capture was requested, or has one.
        package var captureRequested: Int
        package var notRequested: Int
        /// Those that are over and for which the provider never said whether a capture was requested.
        package var undetermined: Int

        package init(listed: Int = 0, captureRequested: Int = 0, notRequested: Int = 0, undetermined: Int = 0) {
            self.listed = listed
            self.captureRequested = captureRequested
            self.notRequested = notRequested
            self.undetermined = undetermined
        }

        enum CodingKeys: String, CodingKey {
            case listed, undetermined
            case captureRequested = "capture_requested"
            case notRequested = "not_requested"
        }
    }

    /// The recordings of the day's tasks.
    package struct Recordings: Hashable, Sendable, Codable {
        /// Those archived, and one for each gap.
        package var expected: Int
        package var archived: Int
        /// Explained gaps, which are all the gaps of a closed day.
        package var explained: Int
        /// The part of `archived` that is suspect.
        package var suspect: Int

        package init(expected: Int = 0, archived: Int = 0, explained: Int = 0, suspect: Int = 0) {
            self.expected = expected
            self.archived = archived
            self.explained = explained
            self.suspect = suspect
        }

        enum CodingKeys: String, CodingKey {
            case expected, archived, explained, suspect
        }

        /// Also reads records of earlier versions, which did not count suspects.
        package init(from decoder: any Decoder) throws {
            let figures = try decoder.container(keyedBy: CodingKeys.self)
            expected = try figures.decode(Int.self, forKey: .expected)
            archived = try figures.decode(Int.self, forKey: .archived)
            explained = try figures.decode(Int.self, forKey: .explained)
            suspect = try figures.decodeIfPresent(Int.self, forKey: .suspect) ?? 0
        }
    }

    package init(
        organization: OrganizationName,
        organizationID: OrganizationID,
        day: ArchiveDay,
        tasks: Tasks = Tasks(),
        recordings: Recordings = Recordings(),
        audioMilliseconds: Int64 = 0,
        bytes: Int64 = 0,
        gaps: [Gap] = [],
        suspects: [Suspect] = []
    ) {
        self.organization = organization
        self.organizationID = organizationID
        self.day = day
        self.tasks = tasks
        self.recordings = recordings
        self.audioMilliseconds = audioMilliseconds
        self.bytes = bytes
        self.gaps = gaps
        self.suspects = suspects
    }

    enum CodingKeys: String, CodingKey {
        case organization, day, tasks, recordings, bytes, gaps, suspects
        case organizationID = "organization_id"
        case audioMilliseconds = "audio_ms"
    }

    /// Also reads records of earlier versions, which did not name suspects.
    package init(from decoder: any Decoder) throws {
        let record = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            organization: try record.decode(OrganizationName.self, forKey: .organization),
            organizationID: try record.decode(OrganizationID.self, forKey: .organizationID),
            day: try record.decode(ArchiveDay.self, forKey: .day),
            tasks: try record.decode(Tasks.self, forKey: .tasks),
            recordings: try record.decode(Recordings.self, forKey: .recordings),
            audioMilliseconds: try record.decode(Int64.self, forKey: .audioMilliseconds),
            bytes: try record.decode(Int64.self, forKey: .bytes),
            gaps: try record.decode([Gap].self, forKey: .gaps),
            suspects: try record.decodeIfPresent([Suspect].self, forKey: .suspects) ?? []
        )
    }

    /// Whether nothing at all happened on the day.
    package var isSilent: Bool { tasks == Tasks() && recordings == Recordings() }

    /// Whether at least as many tasks are listed, and recordings known, as this record counts. Neither number falls,
    /// unless an archive was lost and the manifest was made again without it.
    package func isMatched(listedTasks: Int, knownRecordings: Int) -> Bool {
        let known = recordings.archived + gaps.filter { $0.recording != nil }.count
        return listedTasks >= tasks.listed && knownRecordings >= known
    }

    /// Whether `other` says the same about the day. Values that only grow, such as how often the provider was asked
    /// about an explained gap, make no difference.
    package func isEquivalent(as other: DayClose) -> Bool {
        func statement(_ record: DayClose) -> DayClose {
            var record = record
            for index in record.gaps.indices {
                record.gaps[index].reason = .undetermined
                record.gaps[index].detail = nil
                record.gaps[index].evidence = GapEvidence()
            }
            return record
        }
        return statement(self) == statement(other)
    }
}

extension DayClose {
    /// One JSON object on one line, its keys sorted, ended by a line feed.
    package var json: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
        }
    }

    /// Reads what ``json`` wrote, and ignores unknown keys.
    /// - Throws: also if a number is impossible as a count, because the sum of such numbers would overflow.
    package init(json: [UInt8]) throws {
        self = try JSONDecoder().decode(DayClose.self, from: Data(json))
        let counts = [
            tasks.listed, tasks.captureRequested, tasks.notRequested, tasks.undetermined, recordings.expected,
            recordings.archived, recordings.explained,
        ]
        let possible: ClosedRange<Int64> = 0...(1 << 53)
        guard counts.allSatisfy({ possible.contains(Int64($0)) }), possible.contains(bytes),
            possible.contains(audioMilliseconds)
        else {
            let context = DecodingError.Context(codingPath: [], debugDescription: "a count that is out of range")
            throw DecodingError.dataCorrupted(context)
        }
    }
}
