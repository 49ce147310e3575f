"""Answers from a browser: redirects to the port on which a login waits, and pasted addresses."""
import http.client
import json
import socket
import time
import urllib.parse

import mutation
from program import Finding, files


def run(world, case, draw, story):
    root = world.copy(case)
    kept = credentials(root)
    pastes = draw.random() < 0.5
    said = []

    def talk(standard_input, output, ended):
        """Sends various answers, and at the end the right one or a denial, so that the login does not wait for ever."""
        url = address(output, ended)
        right = None if url is None else consent(url)
        if right is None:
            return
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(right).query)
        denied = f"{world.redirect_uri}?error=access_denied&state={query['state'][0]}"
        for answer in [*[mutation.bytes_of(draw, message(draw.choice([right, denied]), pastes))
                         for _ in range(draw.choice([0, 1, 3]))], message(draw.choice([right, denied]), pastes)]:
            said.append((answer, query["code"][0].encode()))
            try:
                (paste if pastes else send)(answer, standard_input, world.redirect_uri)
            except OSError:
                pass  # It has ended, or hung up.

    arguments = ["auth", "login", "--json", "--redirect-uri", world.redirect_uri, "--paste" if pastes else "--no-browser"]
    with world.redirect_port:
        result = world.program.run(arguments, case, world.environment(root), story, talk=talk)
    story.append(f"said: {[answer[:200] for answer, _ in said]!r}")
    if not said:
        raise Finding(f"{result}: no address to sign in at, or one at which nobody can")
    code = said[0][1]
    if code in result.out or code in result.err:
        raise Finding(f"{result}: the code in what it prints")
    if result.code == 0 and not any(code in answer for answer, _ in said):
        raise Finding(f"{result}, and no right answer came")
    if result.code not in (0, 77):
        raise Finding(f"{result}: a login comes to 0 or 77, whatever is said to it")
    if (result.code == 0) == (credentials(root) == kept):
        raise Finding(f"{result}, and the tokens are {'those of before' if result.code == 0 else 'others'}")
    if len(said) == 1 and (code in said[0][0]) != (result.code == 0):
        raise Finding(f"{result}, and the answer was {said[0][0]!r}")


def credentials(root):
    return {path: path.read_bytes() for path in files(root / "spool" / "credentials") if path.suffix == ".json"}


def address(output, ended):
    """The sign-in address that the program prints; None if it ends before."""
    while not ended.is_set():
        line, end, _ = output.read_bytes().partition(b"\n")
        if end:
            return json.loads(line).get("url")
        time.sleep(0.02)
    return None


def consent(url):
    """The address to which the provider redirects the browser."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=600)
    connection.request("GET", f"{parts.path}?{parts.query}")
    return connection.getresponse().headers["Location"]


def message(answer, pastes):
    if pastes:
        return f"{answer}\n".encode()
    parts = urllib.parse.urlsplit(answer)
    return f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept: */*\r\n\r\n".encode()


def paste(answer, standard_input, _):
    standard_input.write(answer.rstrip(b"\n") + b"\n")
    standard_input.flush()


def send(answer, _, redirect_uri):
    parts = urllib.parse.urlsplit(redirect_uri)
    with socket.create_connection((parts.hostname, parts.port), timeout=600) as connection:
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
