import Foundation
import Manifest
import Recordings
import Settings
import Text

extension SuspectRow {
    /// A line for people.
    package func line(in timeZone: TimeZone) -> String {
        VisibleText.escaped("\(day)  \(organization)  \(suspect.taskID)  \(text(in: timeZone))")
    }

    /// The same without the task.
    package func text(in timeZone: TimeZone) -> String {
        let next = nextLook.map { "; checked again after \($0.text(in: timeZone))" } ?? ""
        let known =
            suspect.acknowledgement.map {
                "; acknowledged by \($0.author) (uid \($0.authorUID)), \($0.time.text(in: timeZone)): \($0.note)"
            } ?? ""
        return "\(suspect.recordingID)  \(suspect.reason)\(next)\(known)"
    }
}
