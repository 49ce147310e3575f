import Crypto
import Foundation
import Recordings

/// A file that pages refer to: style, script, icons. It is inside the binary.
package struct PageAsset: Sendable {
    package let mediaType: String
    package let bytes: [UInt8]
    /// The content of its entity tag: the file's own SHA-256.
    package let tag: String

    private init(_ name: String, _ bytes: [UInt8]) {
        self.bytes = bytes
        mediaType =
            switch name.split(separator: ".").last {
            case "css": "text/css; charset=utf-8"
            case "js": "text/javascript; charset=utf-8"
            case "svg": "image/svg+xml"
            default: "application/json"
            }
        tag = Hexadecimal.text(SHA256.hash(data: bytes))
    }

    /// All files, by name.
    package static let all: [String: PageAsset] = {
        var assets: [String: PageAsset] = [:]
        for (name, bytes) in PageFiles.assets { assets[name] = PageAsset(name, bytes) }
        assets["words.json"] = PageAsset("words.json", ScriptWords.json)
        return assets
    }()

    /// A part of the path of all assets that changes with any of them, so that browsers may keep them for ever.
    package static let version: String = {
        var hash = SHA256()
        for (_, asset) in all.sorted(by: { $0.key < $1.key }) { hash.update(data: Data(asset.tag.utf8)) }
        return Hexadecimal.text(hash.finalize().prefix(8))
    }()
}
