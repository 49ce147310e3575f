import Foundation
import Recordings

/// The settings of the service: addresses, TLS and schedule.
package struct ServiceSettings: Sendable, Hashable {
    package var listen: ListenAddress
    /// The service's address as browsers and the provider see it, without a slash at its end; `nil` if it is not known.
    package var publicURL: URL?
    /// `nil` for plain HTTP.
    package var tls: TLS?
    /// The proxies whose `X-Forwarded-For` is trusted.
    package var trustedProxies: [AddressRange]
    package var schedule: Schedule
    /// The organization's own identity provider; `nil` if there is none.
    package var oidc: OIDCSettings?

    /// A certificate and its key.
    package struct TLS: Sendable, Hashable {
        /// The absolute path of the certificate and its chain, in PEM.
        package var certificateFile: String
        /// The absolute path of the private key, in PEM.
        package var keyFile: String

        package init(certificateFile: String, keyFile: String) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }
    }

    /// When the service works by itself. A part that is `nil` is off.
    package struct Schedule: Sendable, Hashable {
        /// How often the provider is asked for new calls.
        package var poll: Duration?
        /// When the daily job begins, by the clock of `archive.time_zone`.
        package var daily: ClockTime?
        /// The part of the archives that is verified each day: 30 means a thirtieth.
        package var verifyParts: Int?

        package init(poll: Duration? = nil, daily: ClockTime? = nil, verifyParts: Int? = nil) {
            self.poll = poll
            self.daily = daily
            self.verifyParts = verifyParts
        }
    }

    package init(
        listen: ListenAddress = .usual,
        publicURL: URL? = nil,
        tls: TLS? = nil,
        trustedProxies: [AddressRange] = [],
        schedule: Schedule = Schedule(),
        oidc: OIDCSettings? = nil
    ) {
        self.listen = listen
        self.publicURL = publicURL
        self.tls = tls
        self.trustedProxies = trustedProxies
        self.schedule = schedule
        self.oidc = oidc
    }
}

/// A time of day on a clock: 00:00 to 23:59.
package struct ClockTime: Sendable, Hashable, CustomStringConvertible {
    package let hour: Int
    package let minute: Int

    /// - Returns: `nil` if no clock shows this time.
    package init?(hour: Int, minute: Int) {
        guard (0...23).contains(hour), (0...59).contains(minute) else { return nil }
        self.hour = hour
        self.minute = minute
    }

    /// Parses `03:30`.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.isOfDigits }),
            let hour = Int(parts[0]), let minute = Int(parts[1])
        else { return nil }
        self.init(hour: hour, minute: minute)
    }

    package var description: String {
        (hour < 10 ? "0" : "") + "\(hour):" + (minute < 10 ? "0" : "") + "\(minute)"
    }
}

/// The address and port at which a server listens.
package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// An IP address, without brackets, or `localhost`.
    package let host: String
    /// The port; 0 lets the system choose one.
    package let port: Int

    /// The default address of the service.
    package static let usual = ListenAddress(host: "127.0.0.1", port: 8080)

    private init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Parses `127.0.0.1:8080` or `[::1]:8080`.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let (digits, name) = (text[text.index(after: colon)...], text[..<colon])
        guard (1...5).contains(digits.utf8.count), digits.isOfDigits,
            let port = Int(digits), port <= 65535
        else { return nil }
        let isBracketed = name.hasPrefix("[") && name.hasSuffix("]") && name.count > 2
        let host = isBracketed ? String(name.dropFirst().dropLast()) : String(name)
        guard let address = IPAddress(host) else {
            guard host.lowercased() == "localhost", !isBracketed else { return nil }
            self.init(host: "localhost", port: port)
            return
        }
        guard address.isVersion6 == isBracketed else { return nil }
        self.init(host: host, port: port)
    }

    /// Whether only this machine can reach the address.
    package var isLoopback: Bool { Address.isLoopback(host) }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
