import Glibc

/// The names of the accounts of this machine.
package enum AccountName {
    /// - Returns: `nil` if the account has no name, as in most containers, or if it cannot be looked up.
    package static func of(_ uid: uid_t) -> String? {
        var size = 1024
        while size <= 1 << 20 {
            var entry = passwd()
            var found: UnsafeMutablePointer<passwd>?
            var buffer = [CChar](repeating: 0, count: size)
            let result = getpwuid_r(uid, &entry, &buffer, buffer.count, &found)
            if result == ERANGE {
                size *= 4
                continue
            }
            if result == EINTR { continue }
            guard result == 0, found != nil, let name = entry.pw_name else { return nil }
            // The name is in the buffer, which has to live until it has been copied.
            let text = withExtendedLifetime(buffer) { String(cString: name) }
            return text.isEmpty ? nil : text
        }
        return nil
    }
}
