/// A member that is about to be written.
struct TarMemberHeader {
    /// From the archive's root, ASCII only, because libarchive converts names through the process's locale.
    var path: String
    var byteCount: Int64
    var secondsSince1970: Int64
    var isFolder = false
}
