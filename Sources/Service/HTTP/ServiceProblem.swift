import Archiver
import Evidence
import Files
import HTTPTypes
import Manifest
import Settings
import WebexContactCenter

/// Converts errors to HTTP problems. Most error messages name files and commands for the operator, so they go to the log
/// only. A message that helps the caller is sent.
enum ServiceProblem {
    static func of(_ error: any Error) -> Problem {
        switch error {
        case let problem as Problem: problem
        case let error as ManifestError: of(error)
        case let error as ArchiveError: of(error)
        case let error as EvidenceError: of(error)
        case let error as ServiceError: of(error)
        case let error as ArchiverError: of(error)
        case let error as ProviderError:
            Problem(.badGateway, "provider_\(error.code.rawValue)", "the provider could not be asked; the log says why")
        case is SettingsError:
            Problem(
                .internalServerError,
                "configuration",
                "a secret of the configuration cannot be used; the log says which"
            )
        case is CancellationError:
            Problem(.serviceUnavailable, "stopping", "the service is stopping", endsConnection: true)
        default: .bug
        }
    }

    private static func of(_ error: ManifestError) -> Problem {
        switch error.code {
        case .busy: .busy("the manifest is busy; try again", code: "manifest_busy", retryAfter: 5)
        case .unknown: .notFound("the archive does not know it")
        default:
            Problem(
                .serviceUnavailable,
                "manifest_\(error.code.rawValue)",
                "the manifest cannot be used; the log says why"
            )
        }
    }

    private static func of(_ error: ArchiveError) -> Problem {
        switch error.code {
        case .locked: .busy("another pass is running", code: "locked", retryAfter: 30)
        case .unreachable:
            .busy("the archive is in the vault, which gives no answer", code: "vault_unreachable", retryAfter: 60)
        case .unauthorized:
            Problem(
                .serviceUnavailable,
                "vault_unauthorized",
                "the archive is in the vault, which refuses the service's credentials; the log says why"
            )
        default:
            Problem(
                .serviceUnavailable,
                "archive_\(error.code.rawValue)",
                "the archive cannot be read; the log says why"
            )
        }
    }

    private static func of(_ error: EvidenceError) -> Problem {
        Problem(
            .serviceUnavailable,
            "log_\(error.code.rawValue)",
            "the evidence log cannot be used, so nothing that it must record is done; the service's log says why"
        )
    }

    private static func of(_ error: ServiceError) -> Problem {
        switch error.code {
        case .unknownKey: .notFound(error.description, code: error.code.rawValue)
        case .nameTaken: Problem(.conflict, error.code.rawValue, error.description)
        case .badValue: Problem(.badRequest, error.code.rawValue, error.description)
        case .notification, .identityProvider:
            Problem(.badGateway, error.code.rawValue, "another server could not be asked; the log says why")
        case .busy: .busy("the service's database is busy; try again", retryAfter: 5)
        default: Problem(.serviceUnavailable, "service_\(error.code.rawValue)", "the service's database cannot be used")
        }
    }

    private static func of(_ error: ArchiverError) -> Problem {
        switch error.code {
        case .badWindow: Problem(.badRequest, "bad_window", error.description)
        case .stopped: Problem(.serviceUnavailable, "stopping", "the service is stopping")
        case .diskLow: .busy("the disk is nearly full", code: "disk_low", retryAfter: 60)
        default: Problem(.conflict, "archiver_\(error.code.rawValue)", "it cannot be done now; the log says why")
        }
    }
}
