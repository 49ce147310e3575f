extension ArchiveDay {
    /// How many days a command or a request may ask for at once: ten years, including leap days. A pass asks the
    /// provider about each day of its window; one over centuries would never end.
    package static let maxAtOnce: Int64 = 3653

    /// Whole days since 1970-01-01, as a calendar counts them: negative before.
    package var daysSince1970: Int64 {
        CivilDate(year: Int64(year), month: Int64(month), day: Int64(day)).daysSince1970
    }

    /// The day that is `days` after 1970-01-01.
    /// - Returns: `nil` outside the years 1 to 9999.
    package init?(daysSince1970 days: Int64) {
        let date = CivilDate(daysSince1970: days)
        guard (1...9999).contains(date.year) else { return nil }
        self.init(year: Int(date.year), month: Int(date.month), day: Int(date.day))
    }
}
