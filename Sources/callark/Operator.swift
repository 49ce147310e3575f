import Foundation
import Glibc

/// Who runs this command, for what is written down with a name.
enum Operator {
    /// The one behind `sudo`, else the one logged in, else the user that the process runs as, by name or by number.
    static var name: String {
        let environment = ProcessInfo.processInfo.environment
        let told = ["SUDO_USER", "LOGNAME"].compactMap { environment[$0] }.first { !$0.isEmpty }
        if let told { return told }
        let user = getuid()
        guard let entry = getpwuid(user) else { return "uid \(user)" }
        return String(cString: entry.pointee.pw_name)
    }
}
