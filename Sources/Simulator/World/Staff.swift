/// The agents and queues of one organization.
struct Staff: Sendable {
    struct Member: Sendable, Hashable {
        var id: String
        var name: String
    }

    let agents: [Member]
    let queues: [Member]
    private let places: Places

    var sites: [Member] { places.sites }
    var teams: [Team] { places.teams }
    var entryPoints: [Member] { places.entryPoints }
    var wrapUpCodes: [Member] { places.wrapUpCodes }

    init(seed: UInt64, organization: Int) {
        var random = SeededRandom(seed, 0x7374_6166, UInt64(organization))
        agents = (0..<40).map { _ in
            let name = "\(Self.firstNames.pick(&random)) \(Self.lastNames.pick(&random))"
            return Member(id: Identifier.random(&random), name: name)
        }
        queues = Self.queueNames.map { Member(id: Identifier.random(&random), name: $0) }
        places = Places(seed: seed, organization: organization)
    }

    private static let firstNames = [
        "Ada", "Bruno", "Chiara", "Dmitri", "Elena", "Farid", "Grace", "Hana", "Ivo", "Jürgen", "Kwame", "Leïla",
        "Mina",
        "Nils", "Oona", "Pedro", "Quynh", "Rosa", "Søren", "Tariq",
    ]
    private static let lastNames = [
        "Abbott", "Brandt", "Costa", "Dubois", "Eriksen", "Fischer", "García", "Hughes", "Ito", "Jansen", "Kowalski",
        "Lambert", "Moreau", "Novák", "O'Neill", "Petrov", "Rossi", "Schmidt", "Tanaka", "Weber",
    ]
    private static let queueNames = [
        "Billing", "Technical Support", "Sales", "Claims", "Cancellations", "Premium", "Collections", "Bookings",
    ]
}
