import Foundation
import Testing

@testable import ObjectStore

struct AnswerElementTests {
    @Test func `elements, texts, entities and characters are read, whatever the namespace`() throws {
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <s:List xmlns:s="http://s3.amazonaws.com/doc/2006-03-01/">
              <s:Name>a &lt;b&gt; &amp; &#252;<![CDATA[ <c>]]></s:Name>
              <s:Item><s:Key>1</s:Key></s:Item>
              <s:Item><s:Key/></s:Item>
              <s:More>TRUE</s:More>
            </s:List>
            """
        let root = try #require(AnswerElement(parsing: Data(text.utf8)))
        #expect(root.name == "List" && root.text("Name") == "a <b> & ü <c>")
        #expect(root.children.filter { $0.name == "Item" }.map { $0.text("Key") } == ["1", nil])
        #expect(root.flag("More") && !root.flag("Less"))
    }

    @Test(arguments: [
        "", "{}", "<a>", "<a></b>", "<a>\u{1}</a>", "<a>&unknown;</a>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
        String(repeating: "<a>", count: 17) + String(repeating: "</a>", count: 17),
    ])
    func `what is no answer of a store is refused`(text: String) {
        #expect(AnswerElement(parsing: Data(text.utf8)) == nil)
    }

    @Test func `an encoding in which a declaration could hide is refused`() throws {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"
        #expect(AnswerElement(parsing: try #require(text.data(using: .utf16))) == nil)
    }

    @Test func `a number of elements that no answer has is refused`() {
        let text = "<a>" + String(repeating: "<b/>", count: 200_001) + "</a>"
        #expect(AnswerElement(parsing: Data(text.utf8)) == nil)
    }

    @Test func `what is sent is read again`() throws {
        let document = RequestDocument.document("A", RequestDocument.element("B", "<&>\"ü"))
        #expect(AnswerElement(parsing: Data(document))?.text("B") == "<&>\"ü")
    }
}
