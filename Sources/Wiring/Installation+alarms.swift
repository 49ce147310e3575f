import Archiver
import Files
import Manifest
import Recordings
import Settings

extension Installation {
    /// Every present alarm about these organizations and the machine: the one list that all commands and pages report.
    /// - Parameters:
    ///   - manifest: `nil` if none exists yet.
    ///   - space: the space of the root's file system; `nil` if it is unknown.
    package func alarms(of names: [OrganizationName], manifest: Manifest?, space: DiskSpace?) async throws -> [Alarm] {
        let watch = watch
        var (work, alarms) = (WorkUnderWay(), [Alarm]())
        do throws(ArchiveError) {
            work = try WorkUnderWay(over: root)
        } catch {
            alarms.append(.notChecked("whether a pass is running", error))
        }
        for name in names {
            let standpoint =
                if let manifest { try await self.standpoint(of: name, manifest) } else { self.standpoint(of: name) }
            alarms += try await watch.alarms(of: name, manifest: manifest, at: standpoint, beside: work)
            do {
                alarms += watch.alarms(
                    of: name,
                    token: try await tokenStatus(of: name),
                    isRenewable: hasRenewableToken(name),
                    now: now
                )
            } catch let error as TokensUnavailable {
                alarms.append(.notChecked("the token", error, of: name))
            }
            do {
                alarms += try await BlockingWork.run { _ throws(any Error) in try anchorAlarms(of: name, watch) }
            } catch {
                alarms.append(.notChecked("the anchors of the evidence log", error, of: name))
            }
            do throws(ArchiveError) {
                alarms += try webhookAlarms(of: name)
            } catch {
                alarms.append(.notChecked("the provider's webhooks", error, of: name))
            }
        }
        guard let space else { return alarms }
        let minimum = settings.archive.minimumFreeBytes
        return alarms + watch.alarms(of: space, path: root.path, minimumFreeBytes: minimum)
    }

    /// Finds alarms, by the rules of the configuration.
    private var watch: Watch { Watch(rules: settings.alarms, timeZone: timeZone) }

    /// Whether Callark renews an organization's access token by itself.
    private func hasRenewableToken(_ name: OrganizationName) -> Bool {
        if case .refreshing = organization(name)?.credentials { true } else { false }
    }
}

extension Alarm {
    /// An alarm that says what this account may not look at, so that an alarm about it may be missing.
    fileprivate static func notChecked(_ what: String, _ error: any Error, of name: OrganizationName? = nil) -> Alarm {
        let message = "could not check \(what): \(error); let the account that archives run this check"
        return Alarm(.warning, .notChecked, organization: name?.description, message)
    }
}
