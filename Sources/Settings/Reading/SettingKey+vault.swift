import Files
import Foundation

/// The keys of `vault`, and of its `seal_after`.
extension SettingKey<URL> {
    static var vaultEndpoint: Self { Self(.vault, "endpoint", .storeEndpoint, "the address of the object store") }
}

extension SettingKey<String> {
    static var vaultRegion: Self {
        Self(.vault, "region", .region, default: "us-east-1", "the store's region, which requests are signed for")
    }
    static var vaultBucket: Self { Self(.vault, "bucket", .bucket, "the bucket that sealed archives are put into") }
    static var vaultPrefix: Self {
        Self(.vault, "prefix", .keyPrefix, default: "", "what the name of each object begins with")
    }
    static var vaultCertificatesFile: Self {
        Self(.vault, "ca_file", .path, "PEM certificates to trust in addition to the system's")
    }
}

extension SettingKey<Bool> {
    static var vaultPathStyle: Self {
        Self(
            .vault,
            "path_style",
            .flag,
            default: "false",
            "the bucket is part of the path of a URL, instead of the host's name"
        )
    }
}

extension SettingKey<VaultLock> {
    static var vaultLock: Self {
        Self(.vault, "lock", .choice(), default: "compliance", "how the store keeps objects from being deleted")
    }
}

extension SettingKey<VaultSettings.ReadBack> {
    static var vaultReadBack: Self {
        Self(.vault, "read_back", .choice(), default: "whole", "how a put is confirmed")
    }
}

extension SettingKey<Int> {
    static var vaultRetainYears: Self {
        Self(
            .vault,
            "retain_years",
            .integer(1...100),
            default: "7",
            "how long the lock holds, from the end of an archive's day"
        )
    }
    static var vaultKeepLocalDays: Self {
        Self(
            .vault,
            "keep_local_days",
            .integer(0...36500),
            "how long an archive stays on the disk once the vault has it; if absent, it always stays"
        )
    }
    static var sealAfterHours: Self {
        Self(.sealAfter, "hours", .integer(1...24), "an archive of a day under way is sealed after this time")
    }
}

extension SettingKey<Int64> {
    static var vaultBytesPerSecond: Self {
        Self(
            .vault,
            "bytes_per_second",
            .integer(0...(.max), of: "bytes"),
            default: "0",
            "how fast archives are put; 0 for as fast as it goes"
        )
    }
    static var sealAfterBytes: Self {
        Self(
            .sealAfter,
            "bytes",
            .integer(1_048_576...(.max), of: "bytes"),
            "an archive of a day under way is sealed from this size on"
        )
    }
}

extension KeyDescription {
    /// The keys of `vault`; any of them switches it on.
    static let vault: [KeyDescription] = [
        SettingKey.vaultEndpoint.row, SettingKey.vaultRegion.row, SettingKey.vaultBucket.row,
        SettingKey.vaultPrefix.row, SettingKey.vaultPathStyle.row, SecretKey.vaultAccessKeyID.text.row,
        SecretKey.vaultAccessKeyID.file.row, SecretKey.vaultSecretAccessKey.text.row,
        SecretKey.vaultSecretAccessKey.file.row, SettingKey.vaultCertificatesFile.row, SettingKey.vaultLock.row,
        SettingKey.vaultRetainYears.row, SettingKey.vaultReadBack.row, SettingKey.vaultBytesPerSecond.row,
        SettingKey.vaultKeepLocalDays.row, SettingKey.sealAfterHours.row, SettingKey.sealAfterBytes.row,
    ]
}

extension ValueFormat<URL> {
    /// The address of an object store.
    fileprivate static var storeEndpoint: Self {
        Self(expectation: "an https URL without a path, or an http URL of a loopback address") {
            (content) throws(BadValue) in
            let url = try ValueFormat<URL>.baseURL.parse(content)
            guard url.path().isEmpty || url.path() == "/" else {
                throw BadValue(advice: "give the bucket as vault.bucket, and anything below it as vault.prefix")
            }
            return url
        }
    }
}

extension ValueFormat<String> {
    /// The name of a bucket. Stores of one's own allow more than AWS does.
    fileprivate static var bucket: Self {
        Self(expectation: "a bucket's name of 3 to 63 letters, digits, \".\", \"-\" and \"_\"") {
            (content) throws(BadValue) in
            let word = try content.word()
            guard (3...63).contains(word.utf8.count), word.utf8.allSatisfy({ $0.isOfKey && $0 != UInt8(ascii: "/") }),
                word.utf8.first?.isAlphanumeric == true, word.utf8.last?.isAlphanumeric == true
            else { throw BadValue() }
            return word
        }
    }

    /// Empty, or names with a slash after each. Characters that need no encoding, so that a key is its own path.
    fileprivate static var keyPrefix: Self {
        Self(expectation: "empty, or a path of letters, digits, \".\", \"-\" and \"_\" such as callark/acme") {
            (content) throws(BadValue) in
            var word = try content.word()
            if word.isEmpty { return "" }
            if word.hasSuffix("/") { word.removeLast() }
            let names = word.split(separator: "/", omittingEmptySubsequences: false)
            guard word.utf8.count <= 200, word.utf8.allSatisfy(\.isOfKey),
                names.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." })
            else { throw BadValue() }
            return word + "/"
        }
    }
}

extension UInt8 {
    fileprivate var isAlphanumeric: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    fileprivate var isOfKey: Bool {
        isAlphanumeric
            || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "/")].contains(self)
    }
}
