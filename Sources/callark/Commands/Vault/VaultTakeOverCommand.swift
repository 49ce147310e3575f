import ArgumentParser
import Files
import Recordings
import Reports
import Vault
import Wiring

struct VaultTakeOverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "take-over",
        abstract: "Make this archive root the one that writes to the vault.",
        discussion: """
            Only one archive root writes to a vault: the first that used it, until another one takes over. Do this when the \
            other machine is gone for good, or stopped. If it is still running, its next pass ends with exit code 78, and \
            what it puts from now on does not count.

            On a bare machine, `callark rebuild --from-vault --take-over` does this too.

            EXAMPLES
              # the other machine is stopped
              callark vault take-over
            """
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let installation = try Installation(common, needsSecrets: false)
        let vault = try VaultCommand.open(in: installation)
        let output = Output(json: common.json)
        defer { output.flush() }
        let result = try await vault.takeOver()
        try output.json(VaultTakeOverLine(result, vault.place))
        for line in VaultTakeOverLine.text(result, vault.place) { output.text(line) }
    }
}

/// The outcome of a take-over.
struct VaultTakeOverLine: Encodable {
    let type = "summary"
    var place: String
    /// Whether another root, or none, was the writer before.
    var tookOver: Bool
    var root: String
    var epoch: Int
    var formerRoot: String?

    init(_ result: VaultWriter.TakeOver, _ place: String) {
        self.place = place
        tookOver = !result.wasWriter
        root = result.record.root
        epoch = result.record.epoch
        formerRoot = result.former?.root
    }

    enum CodingKeys: String, CodingKey {
        case type, place, root, epoch
        case tookOver = "took_over"
        case formerRoot = "former_root"
    }

    static func text(_ result: VaultWriter.TakeOver, _ place: String) -> [String] {
        if result.wasWriter { return ["this archive root writes to \(place) already (epoch \(result.record.epoch))"] }
        var lines = ["this archive root writes to \(place) from now on (epoch \(result.record.epoch))"]
        if let former = result.former {
            lines.append("  before: \(former.root); what it puts from now on does not count")
        }
        return lines
    }
}
