/// What a view made: a template's name and its values.
struct View {
    var template: String
    var title: String
    /// The module that makes the view live, if it has one.
    var script: String? = nil
    var values: [String: Any]
}
