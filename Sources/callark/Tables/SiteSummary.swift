/// The last line of a command about one site.
struct SiteSummary: Encodable {
    let type = "summary"
    var action: String
    var id: String
}
