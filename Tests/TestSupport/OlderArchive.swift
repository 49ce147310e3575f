import Foundation

/// A daily archive of a simulated day that Callark ec01f77 sealed, before archives had salts: `acme-2025-11-20-001`.
package enum OlderArchive {
    /// A file is not among the resources.
    package struct Missing: Error {}

    /// Copies the archive and its side file, as they were sealed, into `folder`, which is created.
    package static func copy(into folder: String) throws {
        guard let fixture = Bundle.module.url(forResource: "Fixtures/archive-without-salts", withExtension: nil) else {
            throw Missing()
        }
        let target = URL(filePath: folder)
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        for file in try FileManager.default.contentsOfDirectory(at: fixture, includingPropertiesForKeys: nil) {
            let copy = target.appending(path: file.lastPathComponent)
            try FileManager.default.copyItem(at: file, to: copy)
            try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: copy.path)
        }
    }
}
