import Foundation
import Testing

/// What a power cut leaves of a root: of each file what was last flushed, and of each folder the names that it had when
/// it was last flushed. A disk may have any part of the rest: each file and each folder is taken either as it was
/// flushed or as it was at the end, at random.
struct PowerCut {
    /// How much of the unflushed data is on the disk nevertheless.
    enum Remainder: CaseIterable, Sendable {
        case nothing, some
    }

    /// The shim's names for the files and folders below the root, as they were at the end.
    private struct Living {
        struct Entry {
            var isFolder: Bool
            var id: String
            var name: String
        }

        /// `nil` if the end came before it existed.
        var root: String?
        var paths: [String: String] = [:]
        var folders: [String: [Entry]] = [:]

        init(_ root: String) async throws {
            let find = ["find", root, "-exec", "stat", "-c", "%i %W %w|%F|%n", "{}", "+"]
            var ids: [String: String] = [:]
            var entries: [(path: String, isFolder: Bool, id: String)] = []
            for line in try await Program.run(find[0], Array(find.dropFirst())).output.split(separator: "\n") {
                let parts = line.split(separator: "|", maxSplits: 2)
                let times = parts[0].split(separator: " ")
                // Only the text of the time has the fraction of the second.
                let fraction = times[3].split(separator: ".").last ?? ""
                let path = String(parts[2])
                ids[path] = "\(times[0])-\(times[1]).\(fraction)"
                entries.append((path, parts[1] == "directory", "\(times[0])-\(times[1]).\(fraction)"))
            }
            self.root = ids[root]
            for entry in entries {
                paths[entry.id] = entry.path
                let url = URL(filePath: entry.path)
                guard entry.path != root, let parent = ids[url.deletingLastPathComponent().path] else { continue }
                folders[parent, default: []]
                    .append(Entry(isFolder: entry.isFolder, id: entry.id, name: url.lastPathComponent))
            }
        }
    }

    private let shadow: String
    private let living: Living

    /// - Parameter shadow: what the shim recorded of all processes that worked on `root` since it was created.
    init(of root: String, shadow: String) async throws {
        self.shadow = shadow
        living = try await Living(root)
    }

    static func prepareShadow(_ path: String) throws {
        for folder in ["files", "folders"] {
            try FileManager.default.createDirectory(atPath: "\(path)/\(folder)", withIntermediateDirectories: true)
        }
    }

    /// Writes what is left to `target`.
    func leave(_ target: String, _ remainder: Remainder, _ draws: inout Draws) throws {
        var made: [String: String] = [:]
        if let root = living.root { try leave(root, target, remainder, &draws, &made) }
    }

    /// - Parameter made: where each file was already written: a file may have two names, for example halfway through a
    ///   rename.
    private func leave(
        _ folder: String,
        _ target: String,
        _ remainder: Remainder,
        _ draws: inout Draws,
        _ made: inout [String: String]
    ) throws {
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        for entry in try entries(folder, remainder, &draws) {
            let path = "\(target)/\(entry.name)"
            if entry.isFolder {
                try leave(entry.id, path, remainder, &draws, &made)
                continue
            }
            // SQLite rebuilds the index of its WAL.
            if entry.name.hasSuffix("-shm") { continue }
            if let other = made[entry.id] {
                try FileManager.default.linkItem(atPath: other, toPath: path)
                continue
            }
            made[entry.id] = path
            let flushed = "\(shadow)/files/\(entry.id)"
            let alive = living.paths[entry.id]
            if remainder == .some, Bool.random(using: &draws), let alive {
                try FileManager.default.copyItem(atPath: alive, toPath: path)
            } else if FileManager.default.fileExists(atPath: flushed) {
                try FileManager.default.copyItem(atPath: flushed, toPath: path)
            } else {
                try Data().write(to: URL(filePath: path))
            }
        }
    }

    private func entries(_ folder: String, _ remainder: Remainder, _ draws: inout Draws) throws -> [Living.Entry] {
        if remainder == .some, Bool.random(using: &draws), let entries = living.folders[folder] { return entries }
        guard let text = try? String(contentsOfFile: "\(shadow)/folders/\(folder)", encoding: .utf8) else { return [] }
        return text.split(separator: "\n").map { line in
            let fields = line.split(separator: " ", maxSplits: 2).map(String.init)
            return Living.Entry(isFolder: fields[0] == "d", id: fields[1], name: fields[2])
        }
    }
}
