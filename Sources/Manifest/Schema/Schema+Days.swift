/// Gaps, explanations, and closed days.
extension Schema {
    /// A row of `open_gap` is a gap that the log of events has as open, so that its end is logged too.
    ///
    /// `explanation` is what an operator's explanation covers now: what was missing when it was given. That is what the
    /// provider listed as unusable (`unusable`), and the recordings that had failed (`failed`, their ordinals between
    /// commas). A recording that has been received since is removed from `failed`, so losing its bytes again is a new
    /// gap. The history of explanations is in the log of events, which never changes. `author_uid` is the real user ID,
    /// and `author` its name at that time; `author_claims` is a JSON object of what the environment added.
    static let explanations = """
        CREATE TABLE open_gap (
            task INTEGER PRIMARY KEY REFERENCES task,
            since INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE explanation (
            task INTEGER PRIMARY KEY REFERENCES task,
            reason TEXT NOT NULL CHECK (reason <> ''),
            note TEXT NOT NULL CHECK (note <> ''),
            author TEXT NOT NULL CHECK (author <> ''),
            time INTEGER NOT NULL,
            unusable TEXT,
            failed TEXT NOT NULL,
            author_uid INTEGER CHECK (author_uid BETWEEN 0 AND 4294967295),
            author_claims TEXT CHECK (author_claims IS NULL OR json_valid(author_claims))
        ) STRICT;
        CREATE TRIGGER explanation_ends_with_the_failure AFTER UPDATE OF archive ON recording
        WHEN OLD.archive IS NULL AND NEW.archive IS NOT NULL
        BEGIN UPDATE explanation SET failed = replace(failed, ',' || NEW.ordinal || ',', ',')
            WHERE task = NEW.task AND instr(failed, ',' || NEW.ordinal || ',') > 0; END;
        """

    /// The columns of `task` that the record of a closed day depends on.
    private static let countedColumns =
        "organization, id, created_time, day, channel_type, status, capture_request, listed"

    /// `record` is the member `metadata/day-close.json` of the archive with this sequence; a day without tasks has no
    /// archive. `is_current` becomes 0 with the first change to anything that the record counts, whoever makes the
    /// change. Then the day has to be checked again, because the record may not be true any more. `is_reopened` says
    /// that the log of events has it as open again.
    static let closedDays = """
        CREATE TABLE day_close (
            organization INTEGER NOT NULL REFERENCES organization,
            day INTEGER NOT NULL,
            sequence INTEGER CHECK (sequence >= 1),
            record TEXT NOT NULL CHECK (json_valid(record)),
            is_current INTEGER NOT NULL CHECK (is_current IN (0, 1)),
            is_reopened INTEGER NOT NULL DEFAULT 0 CHECK (is_reopened IN (0, 1)),
            PRIMARY KEY (organization, day)
        ) STRICT, WITHOUT ROWID;
        \(reopening("task_inserted", "INSERT ON task", task: "NEW.row"))
        \(reopening("recording_inserted", "INSERT ON recording", task: "NEW.task"))
        \(reopening("recording_deleted", "DELETE ON recording", task: "OLD.task"))
        \(reopening("question_inserted", "INSERT ON question", task: "NEW.task"))
        \(reopening("explanation_inserted", "INSERT ON explanation", task: "NEW.task"))
        \(reopening("explanation_updated", "UPDATE ON explanation", task: "NEW.task"))
        \(reopening("explanation_deleted", "DELETE ON explanation", task: "OLD.task"))
        \(changesThatCount)
        """

    /// Only changes to what a record counts reopen its day. A repeated listing does not, and neither does an answer
    /// that confirms what is held, or says again that the provider has nothing. A pass over a closed day gets many of
    /// both.
    ///
    /// A question counts while its task has no recording, or while the provider lists something unusable
    /// (`Question.hasUnusable`). Then the task may be a gap, and what the provider said about it counts too. A question
    /// that is asked from the beginning again always counts.
    private static let changesThatCount = """
        \(reopening(
            "task_updated",
            "UPDATE OF \(countedColumns) ON task",
            task: "NEW.row",
            when: isOther(countedColumns)
        ))
        \(reopening(
            "recording_updated",
            "UPDATE OF archive, failure, failure_code ON recording",
            task: "NEW.task",
            when: "\(isOther("archive, failure_code")) OR (OLD.failure IS NULL) <> (NEW.failure IS NULL)"
        ))
        \(reopening(
            "question_updated",
            "UPDATE ON question",
            task: "NEW.task",
            when: """
                NEW.refusal IS NOT OLD.refusal OR NEW.asks < OLD.asks
                    OR (NEW.refusal IS NOT NULL AND (NEW.found > 0) <> (OLD.found > 0))
                """
        ))
        \(reopening(
            "question_deleted",
            "DELETE ON question",
            task: "OLD.task",
            when: """
                (OLD.refusal IS NOT NULL AND OLD.found > 0)
                    OR NOT EXISTS (SELECT 1 FROM recording WHERE recording.task = OLD.task)
                """
        ))
        """

    private static func isOther(_ columns: String) -> String {
        let names = columns.split(separator: ",").map { $0.trimmingPrefix(" ") }
        return names.map { "NEW.\($0) IS NOT OLD.\($0)" }.joined(separator: " OR ")
    }

    static func reopening(_ name: String, _ event: String, task: String, when condition: String = "1") -> String {
        """
        CREATE TRIGGER day_close_after_\(name) AFTER \(event) WHEN \(condition)
        BEGIN UPDATE day_close SET is_current = 0
            WHERE (organization, day) = (SELECT organization, day FROM task WHERE row = \(task)) AND is_current; END;
        """
    }
}
