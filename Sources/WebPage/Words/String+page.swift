import Text

/// Texts as pages need them.
extension String {
    var ifNotEmpty: String? { isEmpty ? nil : self }

    /// A message without the marks of code, which a terminal shows around commands.
    var withoutCodeMarks: String { replacing("`", with: "") }

    /// A message of the command line as a sentence: with a capital, without marks of code.
    var asSentence: String { (prefix(1).uppercased() + dropFirst()).withoutCodeMarks }

    /// The text as one segment of a path or one value of a query.
    var percentEncoded: String { PercentCoding.encoded(self) }
}
