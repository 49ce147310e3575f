import Evidence
import Recordings
import Text

extension CaseExport {
    /// Writes what people read, and the program that checks everything.
    func writePages(_ draft: inout CaseDraft) throws {
        if draft.request.includesVCons { try writeVCons(&draft) }
        let page = CasePage(draft, self)
        try page.write { name, html in try draft.folder.write(html, to: name) }
        try draft.folder.write(CaseReadme.text(of: VisibleText.escaped(draft.request.name)), to: "README.txt")
        try draft.folder.write(CaseCertificate.text(draft, self), to: "certificate-902.txt")
        try draft.folder.write(StandAloneVerifier.text, to: "verify.py")
        try draft.folder.write(CaseReadme.script, to: "verify.sh")
    }

    /// The members of `bag-info.txt` (RFC 8493 section 2.2.2), each on one line.
    func information(_ draft: CaseDraft) -> [(label: String, value: String)] {
        [
            ("Bag-Software-Agent", "Callark \(version)"),
            ("Bagging-Date", String(now.description.prefix(10))),
            ("External-Identifier", VisibleText.escaped(draft.request.name)),
            ("External-Description", VisibleText.escaped(draft.request.reason)),
        ]
    }
}
