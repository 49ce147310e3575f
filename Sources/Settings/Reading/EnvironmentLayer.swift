import Recordings
import Text

/// What the environment says, key by key: `CALLARK_ARCHIVE_ROOT`, `CALLARK_ORG_ACME_REGION`.
struct EnvironmentLayer {
    private(set) var values: [KeyDescription: RawValue] = [:]
    private(set) var organizations: [OrganizationName: [KeyDescription: RawValue]] = [:]
    private(set) var problems: [SettingsProblem] = []
    /// One line about all variables that override no key; `nil` if there are none. They are not an error: next to a
    /// Service named callark, Kubernetes gives every pod a `CALLARK_PORT` and a `CALLARK_SERVICE_HOST`.
    private(set) var warning: String?

    /// Whether a variable has Callark's prefix without being a key: the path of the file, and the variables of the
    /// demonstration, the simulator and the tests.
    static func isReserved(_ variable: String) -> Bool {
        variable == "CALLARK_CONFIG"
            || ["CALLARK_DEMO_", "CALLARK_SIMULATOR_", "CALLARK_TEST_"].contains { variable.hasPrefix($0) }
    }

    /// - Parameter names: the organizations of the file; the environment changes organizations and adds none.
    init(_ environment: [String: String], organizations names: [OrganizationName]) {
        let known = Self.variables(organizations: names)
        var unknown: [String] = []
        for (variable, text) in environment.sorted(by: { $0.key < $1.key }) where variable.hasPrefix(Self.prefix) {
            if Self.isReserved(variable) { continue }
            guard let targets = known[variable], let target = targets.first else {
                unknown.append(variable)
                continue
            }
            if targets.count > 1 {
                problems.append(Self.ambiguous(variable, targets))
                continue
            }
            let raw = RawValue(content: .text(text), origin: .environment(variable))
            if let organization = target.organization {
                organizations[organization, default: [:]][target.key] = raw
            } else {
                values[target.key] = raw
            }
        }
        warning = Self.warning(of: unknown, known: known.keys.sorted(), organizations: names)
    }

    private struct Target {
        let organization: OrganizationName?
        let key: KeyDescription
    }

    /// No two keys share a variable, because no key of an organization ends with `_` and the name of another (a test
    /// checks this). There is one exception: the rate of legacy requests of an organization, if another has the same
    /// name followed by `-legacy`.
    private static func variables(organizations: [OrganizationName]) -> [String: [Target]] {
        var variables: [String: [Target]] = [:]
        for key in KeyDescription.all where key.isOverridable {
            if key.section.isOfOrganization {
                for name in organizations {
                    let target = Target(organization: name, key: key)
                    variables[key.variable(in: name.description), default: []].append(target)
                }
            } else {
                variables[key.variable(in: nil)] = [Target(organization: nil, key: key)]
            }
        }
        return variables
    }

    private static func ambiguous(_ variable: String, _ targets: [Target]) -> SettingsProblem {
        let paths = targets.map { target in
            target.key.path(in: target.organization.map { "organizations.\($0)" })
        }
        let message = "could be \(paths.joined(separator: " or ")); give them in the file"
        return SettingsProblem(.conflict, at: .environment(variable), message)
    }

    /// How many variables a line names, and how many are compared with the names of keys.
    private static let namedVariables = 8
    private static let comparedVariables = 64

    /// Those that look like a misspelt key are named first.
    private static func warning(
        of variables: [String],
        known: [String],
        organizations: [OrganizationName]
    ) -> String? {
        guard !variables.isEmpty else { return nil }
        let compared = variables.prefix(comparedVariables).map { variable in
            (variable: variable, advice: advice(on: variable, known: known, organizations: organizations))
        }
        let inOrder = compared.filter { $0.advice != nil } + compared.filter { $0.advice == nil }
        let named = inOrder.prefix(namedVariables).map { variable, advice in
            VisibleText.escaped(String(variable.prefix(100))) + (advice.map { " (\($0))" } ?? "")
        }
        let rest = variables.count - named.count
        let list = named.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
        return "environment variables that override no key are ignored: \(list)"
    }

    private static func advice(
        on variable: String,
        known: [String],
        organizations: [OrganizationName]
    ) -> String? {
        let nameVariables = organizations.map { SettingKey.organizationName.row.variable(in: $0.description) }
        if nameVariables.contains(variable) { return "an organization's name can only be set in the file" }
        if isKubernetesServiceVariable(variable) { return nil }
        if let meant = nearest(to: variable, among: known) { return "did you mean \(meant)?" }
        guard variable.hasPrefix("CALLARK_ORG_") else { return nil }
        return "the organizations of the file are: \(organizations.map(\.description).joined(separator: ", "))"
    }

    /// Whether Kubernetes sets it next to a Service named callark, so that it is not a misspelt key.
    private static func isKubernetesServiceVariable(_ variable: String) -> Bool {
        variable == "CALLARK_SERVICE_HOST" || variable.hasPrefix("CALLARK_SERVICE_PORT")
    }

    /// Compared without the common prefix, which would make any two of them look alike.
    private static func nearest(to variable: String, among known: [String]) -> String? {
        NearestName.nearest(String(variable.dropFirst(prefix.count)), among: known.map { $0.dropFirst(prefix.count) })
            .map { prefix + $0 }
    }

    private static let prefix = "CALLARK_"
}

extension KeyDescription {
    /// Whether the environment may set the key; an organization's name is part of the variables' names.
    var isOverridable: Bool { !(section == .organization && name == "name") }
}
