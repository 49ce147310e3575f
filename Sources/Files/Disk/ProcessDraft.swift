import Glibc

/// Names of files and folders that a process writes before they get their place, beside other processes that do the same. A name is
/// that of the place, a mark and the number of the process, so what a killed process left can be told from work in progress.
package enum ProcessDraft {
    /// The draft of this process.
    package static func path(of path: String, mark: String = ".callark-") -> String { "\(path)\(mark)\(getpid())" }

    /// The drafts of processes that no longer exist: nobody continues them.
    package static func abandoned(of path: String, mark: String = ".callark-") -> [String] {
        let folder = FileSystem.folder(of: path)
        let begin = "\(path.split(separator: "/").last ?? "")\(mark)"
        return ((try? FileSystem.names(in: folder)) ?? []).compactMap { name in
            guard name.hasPrefix(begin), let process = pid_t(name.dropFirst(begin.count)), kill(process, 0) != 0,
                errno == ESRCH
            else { return nil }
            return "\(folder)/\(name)"
        }
    }
}
