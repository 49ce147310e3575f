import Foundation
import Yams

/// A written fault plan: a list of rules in YAML or JSON, alone or below `faults`, each with names and values or in the
/// short form.
package enum FaultPlanText {
    /// Reads the plan in a file.
    /// - Throws: `badFault` with one line that begins with the file, and with its line if the problem is in a line.
    package static func rules(file: String) throws(SimulatorError) -> [FaultRule] {
        // With a handle, because it may be a pipe.
        guard let handle = FileHandle(forReadingAtPath: file), let data = try? handle.readToEnd() ?? Data() else {
            throw SimulatorError(.badFault, "\(file): the fault plan cannot be read")
        }
        return try rules(in: String(decoding: data, as: UTF8.self), source: file)
    }

    /// - Parameter source: the beginning of messages.
    static func rules(in text: String, source: String) throws(SimulatorError) -> [FaultRule] {
        let root: Node?
        do {
            // Without resolving, every value stays as it was written.
            root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
        } catch let error as YamlError {
            throw SimulatorError(.badFault, "\(source): \(Self.place(of: error))not valid YAML or JSON")
        } catch {
            throw SimulatorError(.badFault, "\(source): not valid YAML or JSON")
        }
        let list = root?.mapping.flatMap { $0.count == 1 ? $0["faults"] : nil } ?? root
        let isRule = list?.mapping != nil || list?.scalar != nil
        guard let items = list?.sequence.map(Array.init) ?? (isRule ? list.map { [$0] } : nil) else {
            throw SimulatorError(.badFault, "\(source): a fault plan is a list of rules, alone or below 'faults'")
        }
        var rules: [FaultRule] = []
        for item in items {
            do throws(SimulatorError) {
                rules.append(try rule(item))
            } catch {
                let line = item.mark.map { ":\($0.line)" } ?? ""
                throw SimulatorError(.badFault, "\(source)\(line): \(error.description)")
            }
        }
        return rules
    }

    private static func rule(_ item: Node) throws(SimulatorError) -> FaultRule {
        if let text = item.scalar?.string { return try FaultRule(text) }
        guard let mapping = item.mapping else { throw SimulatorError(.badFault, "this is no rule") }
        var pairs: [(String, String)] = []
        for (key, value) in mapping {
            guard let name = key.scalar?.string, let text = value.scalar?.string else {
                throw SimulatorError(.badFault, "a rule has names and single values only")
            }
            pairs.append((name, text))
        }
        return try FaultRule(FaultFields(pairs))
    }

    private static func place(of error: YamlError) -> String {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
            "line \(mark.line): "
        default: ""
        }
    }
}
