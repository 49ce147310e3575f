import Testing
import Text

@Suite struct VisibleTextTests {
    @Test func `whatever a text is made of, it stays one line`() {
        let text = "a\u{1B}[31m\n\u{9B}2J\u{202E}gnp\u{7F}\u{2028}\u{FEFF}é😀"
        #expect(VisibleText.escaped(text) == "a\\u{1B}[31m\\n\\u{009B}2J\\u{202E}gnp\\u{7F}\\u{2028}\\u{FEFF}é😀")
        #expect(VisibleText.escaped("a\tb\r\n\u{1B}", keepingBreaks: true) == "a\tb\r\n\\u{1B}")
        let json = Array("{\"é😀\":\"\u{9B}\u{202E}\u{7F}\u{E0001}\\n\"}".utf8)
        let escaped = String(decoding: VisibleText.escaped(json: json), as: UTF8.self)
        #expect(escaped == #"{"é😀":"\u009b\u202e\u007f\udb40\udc01\n"}"#)
    }
}
