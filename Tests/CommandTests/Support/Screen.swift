/// A terminal of a certain width, as a command's standard output and standard error.
enum Screen {
    /// Runs what follows on such a terminal, and writes what the terminal shows to standard output.
    static func entrance(columns: Int) -> [String] { ["python3", "-c", script, String(columns)] }

    private static let script = """
        import fcntl, os, pty, struct, sys, termios
        process, terminal = pty.fork()
        if process == 0:
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
            os.environ.pop("COLUMNS", None)
            os.execvp(sys.argv[2], sys.argv[2:])
        shown = b""
        while True:
            try: part = os.read(terminal, 65536)
            except OSError: break
            if not part: break
            shown += part
        sys.stdout.buffer.write(shown.replace(b"\\r\\n", b"\\n"))
        sys.stdout.flush()
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
        """
}

extension Desk {
    /// Runs `callark` on a terminal of this many columns; the output is what the terminal shows.
    func show(_ columns: Int, _ arguments: [String], environment: [String: String] = [:]) async throws -> Program.Ending
    {
        try await start(arguments, environment: environment, within: Screen.entrance(columns: columns)).end()
    }
}
