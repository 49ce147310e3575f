"""Somebody with a browser: Debian's Chromium, driven by Playwright. Notes every complaint of the browser's."""
import contextlib
import shutil
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

ARGUMENTS = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--disable-gpu", "--hide-scrollbars"]


class Visitor:
    """One browser window with its own cookies."""

    def __init__(self, browser, stage, **options):
        self.stage = stage
        self.context = browser.new_context(base_url=stage.address, locale="en-GB", timezone_id="UTC", **options)
        # Also for a machine that is several times slower.
        self.context.set_default_timeout(120_000)
        self.page = self.context.new_page()
        self.complaints, self.strangers, self.bytes = [], [], 0
        self.page.on("console", lambda line: self.complaints.append(line.text) if line.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._note)

    def _note(self, request):
        # Chromium asks for nothing else by itself; `data:` and `blob:` stay inside the page.
        if urlsplit(request.url).scheme in ("http", "https") and not request.url.startswith(self.stage.address):
            self.strangers.append(request.url)

    def log_in(self, role, at="/"):
        """Logs in as people do, by typing a key."""
        self.page.goto(at)
        self.page.get_by_label("Access key").fill(self.stage.keys[role])
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url(lambda url: "/login" not in url)
        return self.page

    def close(self):
        self.context.close()


@contextlib.contextmanager
def browsing():
    """A browser without a window."""
    path = shutil.which("chromium")
    if path is None:
        raise SystemExit("chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def views(stage):
    """The address of each view, by its name."""
    calls = stage.api("/api/v1/calls?limit=1000")["calls"]
    heard = max(calls, key=lambda call: (call["transcripts"], call["recordings"]))
    gaps = stage.api("/api/v1/gaps")["gaps"]
    day = gaps[0]["day"] if gaps else heard["day"]
    found = {
        "overview": "/", "month": f"/months/acme/{day[:7]}", "day": f"/days/acme/{day}", "calls": "/calls",
        "call": f"/calls/acme/{heard['task_id']}", "gaps": "/gaps", "passes": "/passes", "evidence": "/evidence", "cases": "/cases",
        "settings": "/settings",
    }
    return found
