import Foundation
import Recordings
import Testing

@Suite struct `A URL's text` {
    @Test(arguments: [
        // Existing escapes stay, whatever is next to them.
        ("https://h/a?n=two words&s=ab%2Fcd%3D", "https://h/a?n=two%20words&s=ab%2Fcd%3D"),
        ("https://h/a?s=ab%2fcd%3d+e", "https://h/a?s=ab%2fcd%3d+e"),
        ("https://h/a b/c%20d?x=%25", "https://h/a%20b/c%20d?x=%25"),
        // Characters that may not be in a URL.
        (#"https://h/a?n="<x>|\^`{}"#, "https://h/a?n=%22%3Cx%3E%7C%5C%5E%60%7B%7D"),
        ("https://h/a[1]?b[2]=3", "https://h/a%5B1%5D?b%5B2%5D=3"),
        ("https://h/Grüße?n=日", "https://h/Gr%C3%BC%C3%9Fe?n=%E6%97%A5"),
        ("https://h/a\tb\nc", "https://h/a%09b%0Ac"),
        ("https://h/a\u{0}b\u{7f}", "https://h/a%00b%7F"),
        // A percent sign is literal if no two digits follow.
        ("https://h/a?p=100%&q=%zz&r=%4", "https://h/a?p=100%25&q=%25zz&r=%254"),
        ("https://h/%%41", "https://h/%25%41"),
        // Characters that may be.
        ("https://h:8443/a;b/c!d?e=$f&g='(h)*i',@:/?j~k._-#l", "https://h:8443/a;b/c!d?e=$f&g='(h)*i',@:/?j~k._-#l"),
        ("http://[::1]:80/a", "http://[::1]:80/a"), ("//[::1]/a b", "//[::1]/a%20b"),
        ("/a//b c", "/a//b%20c"), ("?q=http://x/ y", "?q=http://x/%20y"), ("c d", "c%20d"), ("", ""),
        // Blanks at either end are not part of it.
        (" \thttps://h/a \r\n", "https://h/a"),
    ])
    func `has everything encoded that it may not contain, and nothing else`(text: String, wire: String) {
        #expect(URLText(text.utf8).text == wire)
        #expect(URLText(wire.utf8).text == wire, "a second time changes nothing")
    }

    @Test func `is encoded byte for byte, also if its bytes are no text`() {
        #expect(URLText(Array("/Gr".utf8) + [0xfc, 0xdf] + Array("e".utf8)).text == "/Gr%FC%DFe")
    }

    /// The URLs are passed on as Foundation's, which must take each unchanged.
    @Test func `is what Foundation takes to the letter`() throws {
        for byte in UInt8(0)...255 {
            let wire = URLText(Array("https://h/a?b=".utf8) + [byte] + Array("x&s=ab%2Fcd%3D".utf8)).text
            let url = try #require(URL(string: wire, encodingInvalidCharacters: false), "byte \(byte)")
            #expect(url.absoluteString == wire)
        }
    }
}
