import Files
import Foundation
import TestSupport
import Testing

@Suite struct `A path` {
    @Test func `is in a folder by where it leads, not by how it is written`() throws {
        let folder = try TemporaryFolder()
        let (root, files) = ("\(folder.path)/root", FileManager.default)
        for name in ["root/inner", "rootless", "outside"] {
            try files.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
        }
        try files.createSymbolicLink(atPath: "\(folder.path)/to-inner", withDestinationPath: "root/inner")
        try files.createSymbolicLink(atPath: "\(root)/to-outside", withDestinationPath: "../outside")
        let inside = ["root", "root/", "root/inner", "root/new/new", "to-inner", "to-inner/new", "outside/../root/x"]
        for path in inside { #expect(FileSystem.isPath("\(folder.path)/\(path)", in: root), "\(path)") }
        let outside = ["", "rootless", "rootless/new", "outside", "root/to-outside", "root/to-outside/new", "new"]
        for path in outside { #expect(!FileSystem.isPath("\(folder.path)/\(path)", in: root), "\(path)") }
        #expect(!FileSystem.isPath(root, in: "\(folder.path)/missing"))
        #expect(!FileSystem.isPath("/", in: root) && FileSystem.isPath(root, in: "/"))
    }
}
