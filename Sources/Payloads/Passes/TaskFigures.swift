import Manifest

/// The tasks of a pass's window, or of a day of it.
struct TaskFigures: Encodable {
    private let listed: Int
    private let captureRequested: Int
    private let notRequested: Int
    private let undetermined: Int

    init(_ tasks: PassSummary.Tasks) {
        listed = tasks.listed
        captureRequested = tasks.captureRequested
        notRequested = tasks.notRequested
        undetermined = tasks.undetermined
    }

    private enum CodingKeys: String, CodingKey {
        case listed, undetermined
        case captureRequested = "capture_requested"
        case notRequested = "not_requested"
    }
}
