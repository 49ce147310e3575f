import Anchors
import ArgumentParser
import Evidence
import Foundation
import Service
import Settings

struct WitnessServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Cosign checkpoints that come over the network (c2sp.org/tlog-witness).",
        discussion: """
            Answers POST requests to /add-checkpoint, which any log that follows the protocol can make. Give the URL without \
            that path to those who run the log, with the verifier key that is printed: as `url` and `vkey` of an anchor of \
            kind witness. Everything in these requests is signed and public, so they need no key.

            The witness's key, and the last checkpoint of each log, are in --folder, as for `callark witness sign`: both may \
            use one folder at the same time. Only logs that were signed before are cosigned, and those whose verifier keys are \
            given with --log-key. A checkpoint that does not go on from the last one is refused, and reported on standard \
            error: somebody may have changed the log's past.

            SIGTERM or Ctrl-C ends it (exit code 143 or 130). If it cannot listen, the exit code is 74. Callark asks witnesses \
            on other machines by https only: give a certificate, or put a proxy in front. GET /healthz is for monitoring.

            EXAMPLES
              # the first time
              callark witness serve --name audit.example \\
                --log-key acme.vkey
              callark witness serve --listen 0.0.0.0:8443 \\
                --tls-certificate w.pem --tls-key w.key
            """
    )

    @OptionGroup var common: CommonOptions

    @Option(help: "The witness's folder.", completion: .directory)
    var folder: String = "callark-witness"

    @Option(help: "The name of a new witness, such as audit.bank.example.")
    var name: String?

    @Option(
        help: "The verifier key of a log that is not known yet, or a file that has it; may be given more than once.",
        completion: .file()
    )
    var logKey: [String] = []

    @Option(help: "The address and port to listen at.")
    var listen: String = "127.0.0.1:8090"

    @Option(help: "A certificate and its chain, in PEM.", completion: .file())
    var tlsCertificate: String?

    @Option(help: "Its private key, in PEM.", completion: .file())
    var tlsKey: String?

    func validate() throws {
        guard ListenAddress(listen) != nil else {
            throw ValidationError("--listen is an address and a port, such as 127.0.0.1:8090")
        }
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key need each other")
        }
    }

    func run() async throws {
        guard let address = ListenAddress(listen) else { return }
        let keys: [NoteKey]
        do {
            keys = try logKey.map { try NoteKey(vkey: WitnessSignCommand.text(of: $0)) }
        } catch let fault as NoteFault {
            throw CommandError(.usage, "--log-key: \(fault)")
        }
        let witness = try Witness(in: folder, name: name)
        if witness.isKeyNew { Diagnostics.notice("\(folder) has a new key; back it up") }
        let tls = tlsCertificate.flatMap { certificate in
            tlsKey.map { ServiceSettings.TLS(certificateFile: certificate, keyFile: $0) }
        }
        let (logger, output) = (Logs.logger(common), Output(json: common.json))
        let status = try await CommandLineRun.interruptibly { stop in
            var server = WitnessServer(witness, logKeys: keys, listen: address, tls: tls, logger: logger)
            server.onListening = { address in
                Diagnostics.notice("witness \(witness.cosigner.key)")
                Diagnostics.notice("listening at \(address)")
                output.listening(at: address)
            }
            server.onRequest = Diagnostics.access
            try await server.run(stop: stop)
            return .complete
        }
        try output.stopped()
        throw ExitCode(status.rawValue)
    }
}
