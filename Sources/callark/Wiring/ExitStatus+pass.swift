import Archiver

extension ExitStatus {
    /// The status of one organization's part of a pass.
    init(result: Pass.Result) {
        if let failure = result.failure {
            self = ExitStatus(failure)
        } else {
            let vault = result.vault?.failure.map(ExitStatus.init)
            self = result.hasDamage ? .damage : vault ?? (result.isComplete ? .complete : .incomplete)
        }
    }
}
