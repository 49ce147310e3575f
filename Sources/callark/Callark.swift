import ArgumentParser

/// The command line: arguments, configuration, wiring, progress, lines of JSON and exit codes; no work of its own.
@main
struct Callark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "callark",
        abstract: "Archives the call recordings of Webex Contact Center, and proves that none is missing or altered.",
        discussion: """
            A first try, with no account and no network: make demo. \
            A first real run: write callark.yaml, then `callark init`, `callark config check` and `callark archive`.

            EXIT CODES
              0   complete: everything expected in the window is archived, stored until its day is over, or explained
              64  usage
              65  damage found: an archive, a checksum or a manifest row does not hold
              66  what was asked for by name is not known: a task ID, an archive, a day
              69  the provider cannot be reached, or refuses, after all attempts
              70  a bug in Callark
              74  local input/output: disk full, permission, read-only
              75  incomplete: recordings are pending or failed, or another pass is running; run again later
              77  authorisation: token refused and not refreshable, scope or role missing
              78  configuration
              130, 143  interrupted or terminated after a clean checkpoint; the next run goes on from there

            FILES
              The configuration is the file of --config, else $CALLARK_CONFIG, else ./callark.yaml, else
              /etc/callark/callark.yaml. Every key can be overridden by an environment variable: archive.root by
              CALLARK_ARCHIVE_ROOT, an organization's keys by CALLARK_ORG_<NAME>_<KEY>.

            COMPLETIONS
              callark --generate-completion-script bash|zsh|fish
            """,
        version: version,
        subcommands: [
            InitCommand.self, ArchiveCommand.self, FetchCommand.self, ListCommand.self, GapsCommand.self,
            ReportCommand.self, EventsCommand.self,
            StatusCommand.self, VerifyCommand.self, RebuildCommand.self, StatsCommand.self, SitesCommand.self,
            LegacyCommand.self, AuthCommand.self, ConfigCommand.self,
        ]
    )

    /// Of this source tree; a release sets it.
    static let version = "0.1.0"

    static func main() async {
        await CommandLineRun.main(Self.self)
    }
}
