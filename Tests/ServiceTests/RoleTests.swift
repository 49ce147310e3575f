import Testing

@testable import Service

@Suite struct `A role` {
    @Test(arguments: [
        (Role.viewer, [Role.Permission.look]), (.reviewer, [.look, .listen, .examine]),
        (.operator, [.look, .listen, .examine, .operate]),
        (.admin, [.look, .listen, .examine, .operate, .administer, .audit]),
        (.auditor, [.look, .examine, .audit]),
    ])
    func `permits what it is for, and nothing else`(_ role: Role, _ permissions: [Role.Permission]) {
        for permission in Role.Permission.allCases {
            #expect(role.permits(permission) == permissions.contains(permission), "\(permission)")
        }
    }

    @Test func `that is named to a caller who lacks one would suffice`() {
        for permission in Role.Permission.allCases { #expect(Role.least(for: permission).permits(permission)) }
    }

    @Test(arguments: [
        ("a", true), ("A.b_c@d-9", true), (String(repeating: "x", count: 64), true),
        (String(repeating: "x", count: 65), false), ("", false), ("-a", false), (".a", false), ("a b", false),
        ("ä", false), ("a/b", false), ("a\n", false),
    ])
    func `keys have names of letters, digits and a few signs`(_ text: String, _ isName: Bool) {
        #expect((KeyName(text) != nil) == isName)
    }
}
