extension String {
    /// The path of a folder as given on the command line, without slashes at its end.
    var withoutTrailingSlashes: String {
        var path = self
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }
}
