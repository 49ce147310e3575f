import Foundation
import Recordings
import Testing
import Text

@testable import WebexContactCenter

@Suite struct SiteSheetTests {
    private static let header = "id,name,active,multimedia_profile_id,description\r\n"

    private func faults(_ text: String) -> [String] { SiteSheet(Data(text.utf8)).faults.map(\.description) }

    static let wrong: [(text: String, faults: [String])] = [
        ("", ["line 1: the file is empty; its first line has to name the columns"]),
        ("name,active\na,true\n", ["line 1: the column multimedia_profile_id is missing"]),
        (
            "nam,active,multimedia_profile_id\n",
            [
                "line 1: unknown column \"nam\"; there are id, name, active, multimedia_profile_id, description",
                "line 1: the column name is missing",
            ]
        ),
        ("name;active;multimedia_profile_id\na;true;m\n", ["line 1: the columns are not separated by commas"]),
        ("name,name,active,multimediaProfileId\n", ["line 1: the column name is there twice"]),
        (header + ",a,true\n", ["line 2: the line has 3 fields, and the header 5"]),
        (header + ",a,maybe,m,\n", ["line 2: active is \"maybe\"; write true or false"]),
        (header + ",,true,m,\n", ["line 2: the name is empty"]),
        (header + ",\"  \",true,m,\n", ["line 2: the name is only white space"]),
        (
            header + ",München,true,m,\n",
            ["line 2: the name has \"ü\"; letters, digits, -, _ and white space may be in it"]
        ),
        (
            header + ",\(String(repeating: "x", count: 81)),true,m,\n",
            ["line 2: the name has 81 characters; 80 are allowed"]
        ),
        (header + ",a,true,,\n", ["line 2: the multimedia profile is empty; it is required"]),
        (
            header + ",a,true,m,\(String(repeating: "x", count: 256))\n",
            ["line 2: the description has 256 characters; 255 are allowed"]
        ),
        (header + "..,a,true,m,\n", ["line 2: \"..\" is no ID of a site"]),
        (header + ",a,true,m,\n,b,true,m,\n,a,true,n,\n", ["line 4: line 2 has the name \"a\" already"]),
        (header + "1,a,true,m,\n1,b,true,m,\n", ["line 3: line 2 has the ID 1 already"]),
        (
            header + ",a,true,m,\"x\ny\"\n,b\"b,true,m,\n,,no,,\n",
            [
                "line 4: a quote inside a field that does not begin with one; quote the field and double it",
                "line 5: the name is empty", "line 5: the multimedia profile is empty; it is required",
            ]
        ),
    ]

    @Test(arguments: wrong) func `each fault is named with its line`(text: String, expected: [String]) {
        #expect(faults(text) == expected)
    }

    @Test func `columns may come in any order and in the provider's spelling`() throws {
        let text = "\u{FEFF}Multimedia Profile ID,Active,NAME\r\nm,YES,\"a\r\nb\"\r\n,,\r\nn,0,c"
        let sheet = SiteSheet(Data(text.utf8))
        #expect(sheet.faults.isEmpty)
        #expect(sheet.rows.map(\.name) == ["a\r\nb", "c"])
        #expect(sheet.rows.map(\.isActive) == [true, false])
        #expect(sheet.rows.map(\.line) == [2, 5])
        #expect(sheet.rows.map(\.description) == [nil, nil])
    }

    static let existing = [
        ("1", "HQ", true, "m", "head"), ("2", "-North", true, "m", "=1+1"),
        ("3", "A & Söhne", false, "m", "old, \"so\""),
        ("4", "'-x", true, "m", "a\r\nb"), ("5", "tab\tname", true, "AW-_x", "'"), ("6", "Twin", true, "m", ""),
        ("7", "Twin", true, "m", ""),
    ]

    private func sites() throws -> [Site] {
        try Self.existing.map { id, name, active, profile, description in
            try Site(
                .object([
                    JSONMember("id", .string(id)), JSONMember("name", .string(name)),
                    JSONMember("active", .bool(active)), JSONMember("multimediaProfileId", .string(profile)),
                    JSONMember("description", .string(description)),
                    JSONMember("systemDefault", .bool(id == "1")),
                ])
            )
        }
    }

    private func plan(_ text: String) throws -> SitePlan {
        let sheet = SiteSheet(Data(text.utf8))
        try #require(sheet.faults.isEmpty, "\(sheet.faults)")
        return SitePlan(sheet.rows, sites: try sites())
    }

    @Test func `what is written of the sites there are, read again, changes none of them`() throws {
        let lines = [SiteSheet.header] + (try sites()).map(SiteSheet.line)
        let plan = try plan(lines.map { $0.map(CSVField.written).joined(separator: ",") + "\r\n" }.joined())
        #expect(plan.steps.map(\.action) == (try sites()).map { .skip($0) })
        #expect(plan.faults.isEmpty)
    }

    @Test func `lines become what is to be done`() throws {
        let steps = try plan(
            Self.header + ",New,true,m,\r\n,-North,true,m,=1+1\r\n,HQ,false,m,head\r\n9,Gone,true,m,\r\n"
                + ",Twin,false,m,\r\n3,Sons,false,m,new\r\n"
        ).steps
        #expect(steps.map(\.action.word) == ["create", "skip", "refuse", "refuse", "refuse", "update"])
        let reasons = steps.compactMap { if case .refuse(let reason) = $0.action { reason } else { nil } }
        #expect(reasons[0].contains("the provider made this site"))
        #expect(reasons[1] == "there is no site with the ID 9")
        #expect(reasons[2].contains("several sites"))
    }

    @Test func `without the column, descriptions stay as they are`() throws {
        let steps = try plan("name,active,multimedia_profile_id\n-North,false,m\nHQ,true,m\n").steps
        guard case .update(_, let fields) = steps[0].action else {
            Issue.record("no update")
            return
        }
        #expect(fields.description == "=1+1")
        #expect(steps[1].action.word == "skip")
    }

    @Test func `two lines that mean one site are no plan`() throws {
        let steps = try plan(Self.header + "2,South,true,m,\r\n,-North,true,m,\r\n").steps
        #expect(steps.map(\.action.word) == ["update", "refuse"])
    }

    @Test func `a name that is older than the rules may stay, and may not become another such`() throws {
        #expect(try plan(Self.header + "3,A & Söhne,true,m,\r\n").faults.isEmpty)
        let faults = try plan(Self.header + "1,HQ,true,m,head\r\n2,Ü,true,m,\r\n").faults
        #expect(faults.map(\.line) == [3])
    }
}
