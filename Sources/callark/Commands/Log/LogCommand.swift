import ArgumentParser

struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Show and verify the evidence log, and write proofs from it.",
        discussion: """
            The evidence log says what happened to recordings. It is signed, is only ever added to, and can be checked \
            by programs of other people: docs/evidence.md describes it. What an anchor has seen of it cannot be changed \
            unnoticed; `callark log status` says how much that is. Each organization has its own log, below log/ in the \
            archive root. Passes write to it, and so does every command that a person answers for.

            `callark log anchor` gives checkpoints to anchors outside of this machine, and records that in the log. \
            `callark log recover` repairs a log. The other commands change nothing, and need no key.

            EXAMPLES
              callark log status
              # is it valid, and does it continue what I kept last year?
              callark log verify --since kept-checkpoint
              callark log prove call.wav -o proofs
              callark log anchor
              callark log verifier -o callark-verify.py
              # a pass says that an older state of the log was put back
              callark log recover --from /backup/log/acme
            """,
        subcommands: [
            LogStatusCommand.self, LogVerifyCommand.self, LogProveCommand.self, LogAnchorCommand.self,
            LogRecoverCommand.self,
            LogVerifierCommand.self,
        ],
        defaultSubcommand: LogStatusCommand.self
    )
}
