import GRDB
import Recordings

/// What an answer means for the suspect recordings of its task.
extension AnswerTaking {
    func dueLooks(_ task: Int64, _ known: [KnownRecording], in db: Database) throws -> [Int64: SuspectLook] {
        guard !known.isEmpty else { return [:] }
        let due = SuspectDue(now: now, lookedAtBefore: looksBefore)
        return try due.looks(task, known, LookSchedule(horizon: schedule.horizon), in: db)
    }

    /// Suspect recordings that the provider does not offer now are checked again at their next time.
    func postpone(_ looks: [Int64: SuspectLook], _ task: Int64, in db: Database) throws {
        for (ordinal, look) in looks {
            let row = RecordingRowID(task: task, ordinal: ordinal)
            let schedule = LookSchedule(horizon: schedule.horizon)
            try SuspectDue.noteLook(row, validator: look.validator, schedule, now: now, in: db)
        }
    }
}
