import ArgumentParser

/// The command line: arguments, configuration, wiring, progress, lines of JSON and exit codes. It does no work of its
/// own.
@main
struct Callark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "callark",
        abstract: "Archives the call recordings of Webex Contact Center, and shows whether any is missing or altered.",
        discussion: """
            QUESTIONS
              Is October complete? If not, why, and what do I do?
                callark report --month 2025-10
              Which calls with a number last week, abandoned included?
                callark list --number 5550100001 --last 7d --all-calls
              Which of them did one agent take? Give me one of them.
                callark list --agent NAME --number 5550100001 --last 7d
                callark fetch TASK_ID -o calls
              Who explained that gap? Who fetched that call?
                callark events --task TASK_ID
                callark audit --task TASK_ID
              What ran last night? What is running now?
                callark events --last 24h
                callark status

            To try it without an account or a network: make demo. For a real tenant: write callark.yaml, then run \
            `callark init`, `callark config check` and `callark archive`.

            EXIT CODES
              0         complete: everything expected in the time range is archived, stored until its day is over, \
            or explained
              64        usage
              65        damage found: an archive, a checksum or a row of the manifest is wrong
              66        a task ID, an organization, an archive or a day that was named is not known
              69        the provider cannot be reached, or refuses, after all attempts
              70        a bug in Callark
              74        local input or output: disk full, no permission, read-only, no root
              75        incomplete: recordings are pending, failed or missing, or another pass is running; run it \
            again later
              77        authorisation: the token was refused and cannot be refreshed, or a scope or role is missing
              78        configuration
              130, 143  interrupted or terminated, with everything saved; the next run resumes

            FILES
              The configuration is the file named by --config, or else by $CALLARK_CONFIG, or else ./callark.yaml, \
            or else /etc/callark/callark.yaml. An environment variable can override any key: CALLARK_ARCHIVE_ROOT \
            overrides archive.root, and CALLARK_ORG_<NAME>_<KEY> a key of an organization.

            COMPLETIONS
              callark --generate-completion-script bash|zsh|fish
            """,
        version: version,
        subcommands: [
            InitCommand.self, ArchiveCommand.self, ServeCommand.self, FetchCommand.self, ListCommand.self,
            GapsCommand.self, ReportCommand.self, EventsCommand.self, AuditCommand.self,
            StatusCommand.self, VerifyCommand.self, RebuildCommand.self, VaultCommand.self, StatsCommand.self,
            SitesCommand.self,
            LegacyCommand.self, CaseCommand.self, LogCommand.self, WitnessCommand.self, KeysCommand.self,
            WebhooksCommand.self, AuthCommand.self, ConfigCommand.self, BackupCommand.self, RestoreCommand.self,
        ]
    )

    /// The version of this source tree; a release sets it.
    static let version = "0.1.0"

    static func main() async {
        await CommandLineRun.main(Self.self)
    }
}
