import Anchors
import Archiver
import ArgumentParser
import Backups
import Cases
import DailyArchive
import Evidence
import Files
import Manifest
import Service
import Settings
import Transfer
import WebexContactCenter
import Wiring

/// The exit codes of the interface, and the only place where an error becomes one.
enum ExitStatus: Int32 {
    case complete = 0
    case usage = 64
    case damage = 65
    case unknown = 66
    case unavailable = 69
    case bug = 70
    case inputOutput = 74
    case incomplete = 75
    case authorization = 77
    case configuration = 78
    case interrupted = 130
    case terminated = 143

    init(_ error: any Error) {
        self =
            switch error {
            case let error as CommandError: error.status
            case let error as ProviderError: Self(error)
            case let error as ManifestError: Self(error)
            case let error as ArchiveError: Self(error)
            case let error as VaultError: Self(error)
            case let error as ArchiverError: Self(error)
            case let error as EvidenceError: Self(error)
            case let error as AnchorError: Self(error)
            case let error as ServiceError: Self(error)
            case let error as WitnessRefusal: Self(error)
            case let error as BackupError: Self(error)
            case let error as CaseError: Self(error)
            // A transfer error that is not wrapped in a provider error is the engine's own: its certificates.
            case is SettingsError, is TransferError: .configuration
            case is ValidationError: .usage
            default: .bug
            }
    }

    private init(_ error: CaseError) {
        self =
            switch error.code {
            case .notNoted: .authorization
            case .occupied, .inputOutput: .inputOutput
            case .tooMany: .usage
            case .unknownCall: .unknown
            }
    }

    private init(_ error: ProviderError) {
        self =
            switch error.code {
            case .authorization, .wrongOrganization: .authorization
            case .tokenStore, .redirectPort: .inputOutput
            case .notOffered: .configuration
            default: .unavailable
            }
    }

    private init(_ error: ManifestError) {
        self =
            switch error.code {
            case .damaged, .conflict: .damage
            case .newer: .configuration
            case .busy: .incomplete
            case .unknown: .bug
            default: .inputOutput
            }
    }

    private init(_ error: ArchiveError) {
        self =
            switch error.code {
            case .damaged: .damage
            case .locked: .incomplete
            case .newer, .foreign: .configuration
            case .unreachable: .unavailable
            case .unauthorized: .authorization
            default: .inputOutput
            }
    }

    private init(_ error: VaultError) {
        switch error.code {
        case .unreachable, .disturbed, .full: self = .unavailable
        case .refused: self = .authorization
        case .lock, .unusable, .notWriter: self = .configuration
        case .damaged, .missing: self = .damage
        case .local: self = error.cause.map(ExitStatus.init) ?? .inputOutput
        case .cancelled: self = .interrupted
        }
    }

    private init(_ error: ArchiverError) {
        self =
            switch error.code {
            case .badWindow: .usage
            case .otherOrganization: .configuration
            case .diskLow: .inputOutput
            case .stopped: .interrupted
            case .notFound, .notAvailable: .incomplete
            case .damaged: .damage
            }
    }

    private init(_ error: AnchorError) {
        self =
            switch error.code {
            case .unavailable, .refused: .unavailable
            case .unsound: .damage
            case .local: .inputOutput
            }
    }

    private init(_ refusal: WitnessRefusal) {
        self =
            switch refusal.code {
            case .malformed: .usage
            case .unknownLog: .unknown
            case .notSigned, .inconsistent: .damage
            case .otherSize: .incomplete
            case .local: .inputOutput
            }
    }

    private init(_ error: EvidenceError) {
        self =
            switch error.code {
            case .damaged, .rolledBack: .damage
            case .unknown: .unknown
            case .key, .badOrigin: .configuration
            case .tooLong, .bug: .bug
            case .missing, .noSpace, .permission, .readOnly, .inputOutput: .inputOutput
            }
    }

    private init(_ error: BackupError) {
        self =
            switch error.code {
            case .missing: .unknown
            case .damaged: .damage
            case .newer, .otherArchive: .configuration
            case .occupied: .usage
            case .busy: .incomplete
            case .inputOutput: .inputOutput
            }
    }

    private init(_ error: ServiceError) {
        self =
            switch error.code {
            case .unknownKey: .unknown
            case .nameTaken, .badValue: .usage
            case .damaged: .damage
            case .newer, .certificate: .configuration
            case .notification, .identityProvider: .unavailable
            case .busy: .incomplete
            case .permission, .full, .inputOutput, .notListening: .inputOutput
            }
    }

    /// Which of several outcomes the process reports: the one that most needs a person.
    static func worst(_ statuses: [ExitStatus]) -> ExitStatus {
        let order: [ExitStatus] = [
            .bug, .terminated, .interrupted, .damage, .inputOutput, .configuration, .authorization, .unavailable,
            .usage, .unknown, .incomplete,
        ]
        return order.first(where: statuses.contains) ?? .complete
    }
}

/// An error that the command line itself finds, with its exit code.
struct CommandError: Error, CustomStringConvertible {
    var status: ExitStatus
    var description: String

    init(_ status: ExitStatus, _ description: String) {
        self.status = status
        self.description = description
    }
}

extension TokensUnavailable {
    /// The exit code of a command that works on the tokens.
    var status: ExitStatus {
        switch cause {
        case .permission: .inputOutput
        case .configuration: .configuration
        }
    }
}
