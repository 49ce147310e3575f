/// Headers of pages and their files.
package enum PageHeaders {
    /// What a page may load: its own files, from this host. No script and no style inside a page.
    package static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
        + "font-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    package static let mediaType = "text/html; charset=utf-8"
    /// For files below a path that changes with their content.
    package static let forever = "public, max-age=31536000, immutable"
}
