import Recordings

/// The third migration: calls are found by any four digits of a number, and the newest of them first.
extension Schema {
    /// `call_number_run` has, for each task with a number, every run of four digits in it. A run is stored with the
    /// organization and the period in which the task was created (``period``), so the newest calls are found without the
    /// others. A longer run of digits is in a number only if its runs of four are; ``NumberPattern`` has the last word.
    ///
    /// The table is an index and nothing else: it has no content, and triggers keep it. What they put in and take out is the
    /// view `call_number_runs` before and after a change. `digit_place` is the numbers from 1, because a trigger cannot count.
    ///
    /// The other indices find the newest calls of an organization by their profile, by a number that is a text, and by
    /// their length. `task_by_unshared_profile` is empty unless there are too many profiles.
    static let numberRuns = """
        CREATE TABLE digit_place (place INTEGER PRIMARY KEY) STRICT;
        WITH RECURSIVE counted(place) AS (
            VALUES (1) UNION ALL SELECT place + 1 FROM counted WHERE place < \(NumberPattern.mostCharacters))
        INSERT INTO digit_place SELECT place FROM counted;

        CREATE VIEW call_number_runs AS
        SELECT row, CASE typeof(number) WHEN 'integer' THEN trim(\(runsOfInteger))
            ELSE (SELECT group_concat(prefix || substr(number, place, 4), ' ') FROM digit_place
                WHERE place <= length(number) - 3) END AS runs
        FROM (
            SELECT row, organization || 'x' || (created_time / \(period)) || 'x' AS prefix,
                CASE typeof(call_number) WHEN 'integer' THEN abs(call_number) ELSE (
                    SELECT substr(group_concat(digit, ''), 1, \(NumberPattern.mostDigits)) FROM (
                        SELECT substr(user, place, 1) AS digit FROM digit_place
                        WHERE place <= length(user) AND digit GLOB '[0-9]' ORDER BY place)) END AS number
            FROM (SELECT row, organization, created_time, call_number,
                    substr(call_number, 1, instr(call_number || '@', '@') - 1) AS user
                FROM task WHERE call_number IS NOT NULL)
        );
        CREATE VIRTUAL TABLE call_number_run
        USING fts5 (runs, content = '', columnsize = 0, detail = none, tokenize = 'ascii');
        INSERT INTO call_number_run (rowid, runs)
        SELECT row, runs FROM call_number_runs WHERE runs <> '' ORDER BY row;

        CREATE TRIGGER call_number_run_begins AFTER INSERT ON task WHEN NEW.call_number IS NOT NULL
        BEGIN \(putting("NEW")); END;
        CREATE TRIGGER call_number_run_leaves BEFORE UPDATE OF row, organization, created_time, call_number ON task
        WHEN OLD.call_number IS NOT NULL AND \(isOther)
        BEGIN \(taking("OLD")); END;
        CREATE TRIGGER call_number_run_returns AFTER UPDATE OF row, organization, created_time, call_number ON task
        WHEN NEW.call_number IS NOT NULL AND \(isOther)
        BEGIN \(putting("NEW")); END;
        CREATE TRIGGER call_number_run_ends BEFORE DELETE ON task WHEN OLD.call_number IS NOT NULL
        BEGIN \(taking("OLD")); END;

        DROP INDEX task_by_call_number;
        DROP INDEX task_by_call_profile;
        DROP INDEX task_by_long_call;
        CREATE INDEX task_by_call_profile ON task (organization, call_profile, created_time)
        WHERE call_profile IS NOT NULL;
        CREATE INDEX task_by_unshared_profile ON task (organization, created_time) WHERE typeof(call_profile) = 'text';
        CREATE INDEX task_by_call_text ON task (organization, lower(call_number), created_time)
        WHERE typeof(call_number) = 'text';
        CREATE INDEX task_by_length ON task (organization, \(length), created_time) WHERE call_duration_ms >= 60000;
        """

    /// Thirty days, in milliseconds.
    static let period: Int64 = 2_592_000_000

    /// The whole minutes of a call, for the index by length.
    static let length = "min(call_duration_ms / 60000, \(mostMinutes))"

    /// All longer calls count as this long in the index.
    static let mostMinutes: Int64 = 180

    /// The runs of a number that is an integer: by far the most, so their digits are not taken apart one by one.
    private static let runsOfInteger = (0..<12).reversed().map { place in
        let least = "1" + String(repeating: "0", count: place + 3)
        return "iif(number >= \(least), prefix || substr(number, -\(place + 4), 4) || ' ', '')"
    }
    .joined(separator: "\n            || ")

    private static let isOther = """
        (NEW.row, NEW.organization, NEW.created_time, NEW.call_number)
            IS NOT (OLD.row, OLD.organization, OLD.created_time, OLD.call_number)
        """

    private static func putting(_ row: String) -> String {
        """
        INSERT INTO call_number_run (rowid, runs)
        SELECT row, runs FROM call_number_runs WHERE row = \(row).row AND runs <> ''
        """
    }

    private static func taking(_ row: String) -> String {
        """
        INSERT INTO call_number_run (call_number_run, rowid, runs)
        SELECT 'delete', row, runs FROM call_number_runs WHERE row = \(row).row AND runs <> ''
        """
    }
}
