/// The text that says how a case is checked without Callark, and the script that does it.
enum CaseReadme {
    /// `README.txt`.
    static func text(of name: String) -> String {
        """
        Case \(name)

        This folder has the recordings of calls, to the byte, with their proofs; index.html names what is not proven. You need no
        Callark to check it.

        IN FIVE MINUTES

        1. Read index.html in a browser. It needs no network.
        2. Check everything:

               python3 verify.py case .

           Python 3.8 or later is enough. The exit code is 0 if everything holds and the keys are confirmed, 2 if everything
           holds and nobody has confirmed the keys, and 1 if something does not hold: then each file is named.
        3. Confirm the keys. A key that comes only with the evidence proves nothing. Ask the people who run the archive, by letter or
           telephone, for the verifier key (one line of text; one for each organization), put it into a file outside of this
           folder, in which nothing may be added, and check again:

               python3 verify.py case . --key ../KEYFILE

           Give --key once for each key. With --ca ../ROOTS.pem, time stamps are checked with root certificates that you trust.

        WITHOUT PYTHON

            sha256sum -c manifest-sha256.txt
            sha256sum -c tagmanifest-sha256.txt

        This shows that no file has changed since the checksums were made. It does not show who made them. The folder is a BagIt bag (RFC
        8493), so any BagIt validator does the same. Time stamps can be checked with OpenSSL:

            openssl ts -reply -in evidence/ORG/anchors/SIZE/NAME.tsr -text
            openssl ts -verify -in evidence/ORG/anchors/SIZE/NAME.tsr \\
              -data evidence/ORG/anchors/SIZE/checkpoint -CAfile ../ROOTS.pem -attime SECONDS

        The first command shows the time of the stamp; SECONDS is the same time in seconds since 1970 (date -d TIME +%s).

        WHAT IS WHERE

        data/NUMBER-TASK/          one call: its recordings; beside each the line of metadata (.record.json), the log's entry
                                   (.entry.json) and the proof that the log has it (.tlog-proof); call.json; history.jsonl
        data/gaps/                 what is missing, damaged or pending, with the reason
        evidence/ORGANIZATION/     the signed state of the log, its key, entries with proofs, objects that they name, and what
                                   time-stamping authorities and witnesses have signed
        certificate-902.txt        a draft for a qualified person to complete; software cannot certify anything
        verify.py, verify.sh       the program that checks all of it, and a script that starts it; if in doubt, compare the
                                   program with one from another source

        The formats are public: c2sp.org/tlog-proof, /tlog-checkpoint, /signed-note, /tlog-cosignature; RFC 3161, 8493, 9162.

        """
    }

    /// `verify.sh`.
    static let script = """
        #!/bin/sh
        # Checks this case: with Python all of it, without Python its checksums only.
        folder=$(dirname "$0")
        if command -v python3 >/dev/null 2>&1; then exec python3 "$folder/verify.py" case "$folder" "$@"; fi
        echo "no python3 here: only the checksums are checked, and no signature" >&2
        cd "$folder" || exit 74
        sha256sum --quiet -c manifest-sha256.txt && sha256sum --quiet -c tagmanifest-sha256.txt && exit 2
        exit 1

        """
}
