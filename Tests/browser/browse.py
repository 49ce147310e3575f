#!/usr/bin/env python3
"""Uses the web page as people do, in a real browser, against a simulated contact center.

usage: Tests/browser/browse.py BIN_FOLDER [--quick] [--only NAME]
"""
import argparse
import re
import time
import traceback

from axe_playwright_python.sync_playwright import Axe

from stage import staged
from visitor import Visitor, browsing, views

AXE = Axe()
TESTS, QUICK = [], set()


def test(function, quick=False):
    TESTS.append(function)
    if quick:
        QUICK.add(function)
    return function


def quick(function):
    return test(function, quick=True)


def clean(visitor, *, allowed=()):
    """No complaint of the browser's, and no request to another host."""
    complaints = [text for text in visitor.complaints if not any(re.search(part, text) for part in allowed)]
    assert not complaints, complaints
    assert not visitor.strangers, visitor.strangers


def until(page, expression, what, seconds=120):
    """Waits until a JavaScript expression is true. The page's policy forbids the waiting that Playwright does by itself."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, what
        page.wait_for_timeout(50)


@quick
def a_wrong_key_is_refused_in_place(browser, stage):
    visitor = Visitor(browser, stage)
    page = visitor.page
    page.goto("/gaps")
    assert "/login" in page.url and "next=%2Fgaps" in page.url, page.url
    page.get_by_label("Access key").fill("clk_wrong")
    page.get_by_role("button", name="Log in").click()
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert "no such key" in alert.inner_text(), alert.inner_text()
    page.get_by_label("Access key").fill(stage.keys["viewer"])
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/gaps")
    clean(visitor, allowed=["401"])


@quick
def a_call_is_found_by_half_a_number(browser, stage):
    visitor = Visitor(browser, stage)
    page = visitor.log_in("reviewer")
    call = next(c for c in stage.api("/api/v1/calls?limit=1000")["calls"] if c["origin"] and c["recordings"])
    half = call["origin"][-6:]
    page.keyboard.press("/")
    page.wait_for_selector("#q")
    page.locator("#q").fill(half)
    until(page, f"document.querySelector('#results').textContent.includes({half!r}) && document.querySelectorAll('#calls tbody tr').length < 5", "results while typing")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: f"number={half}" in url)
    until(page, "document.activeElement.closest('#calls') !== null", "the first call has the focus")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/calls/acme/"))
    assert call["origin"] in page.get_by_role("heading", level=1).inner_text()
    clean(visitor)


@quick
def a_call_is_played(browser, stage):
    visitor = Visitor(browser, stage)
    page = visitor.log_in("reviewer")
    page.goto(views(stage)["call"])
    page.locator("#player").wait_for()
    page.keyboard.press(" ")
    until(page, "Number(document.querySelector('#seek').value) > 0.6", "time advances")
    until(page, """(() => { const canvas = document.querySelector('.lane.current canvas'), data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        let painted = 0; for (let at = 3; at < data.length; at += 4) painted += data[at] > 0; return painted > canvas.width * 3 })()""", "the waveform is drawn")
    page.keyboard.press(" ")
    until(page, "document.querySelector('.lane.current audio').paused", "it pauses")
    page.keyboard.press("1")
    assert page.get_by_role("button", name="Left").get_attribute("aria-pressed") == "true"
    before = float(page.locator("#seek").input_value())
    page.keyboard.press("ArrowRight")
    until(page, f"Number(document.querySelector('#seek').value) > {before} + 3", "ten seconds forward")
    page.locator(".talk button").first.wait_for()
    clean(visitor)
    entries = stage.api("/api/v1/audit?organization=acme&type=audio.accessed&actor=test-reviewer")["entries"]
    assert entries, "listening is in the evidence log"


@quick
def a_link_leads_to_a_moment(browser, stage):
    visitor = Visitor(browser, stage)
    page = visitor.log_in("reviewer")
    page.goto(views(stage)["call"] + "?t=7.5")
    page.locator("#player").wait_for()
    until(page, "Math.abs(Number(document.querySelector('#seek').value) - 7.5) < 0.2", "the moment is set")
    page.keyboard.press(" ")
    until(page, "Number(document.querySelector('#seek').value) > 8", "it plays from there")
    clean(visitor)


@quick
def one_channel_is_heard_alone(browser, stage):
    """Measures what leaves the switch, with a left channel that sounds and a right one that is silent."""
    visitor = Visitor(browser, stage)
    page = visitor.log_in("reviewer")
    assets = page.evaluate("document.body.dataset.assets")
    levels = page.evaluate(
        """async (assets) => {
            const { ChannelSwitch } = await import(`${assets}/listen.js`);
            const measure = async (channel) => {
                const context = new OfflineAudioContext(2, 8000, 8000);
                const buffer = context.createBuffer(2, 8000, 8000);
                buffer.getChannelData(0).forEach((_, at, all) => (all[at] = Math.sin(at / 3)));
                const source = context.createBufferSource();
                source.buffer = buffer;
                context.createMediaElementSource = () => source;
                new ChannelSwitch(null, context).set(channel);
                source.start();
                const heard = await context.startRendering();
                return [0, 1].map((side) => Math.max(...heard.getChannelData(side).slice(4000).map(Math.abs)));
            };
            return { left: await measure("left"), both: await measure("both"), right: await measure("right") };
        }""",
        assets,
    )
    assert min(levels["left"]) > 0.9, levels
    assert levels["both"][0] > 0.9 and levels["both"][1] < 0.01, levels
    assert max(levels["right"]) < 0.01, levels
    clean(visitor)


@test
def bytes_and_the_log_are_checked_in_the_browser(browser, stage):
    visitor = Visitor(browser, stage)
    page = visitor.log_in("reviewer")
    page.goto(views(stage)["call"])
    page.get_by_role("button", name="Check now").click()
    until(page, "[...document.querySelectorAll('.kept .result')].every((line) => /have this SHA-256.*Entry [0-9]+ of the evidence log/.test(line.textContent))", "every file has its checksum, and its entry in the log")
    entry = page.locator(".kept .entry").first.inner_text()
    assert re.search(r"what arrived .*: entry [0-9\u202f]+ of the evidence log", entry), entry
    clean(visitor)
    auditor = Visitor(browser, stage)
    page = auditor.log_in("auditor")
    page.goto(views(stage)["call"])
    page.get_by_role("button", name="Check the proof now").click()
    until(page, "[...document.querySelectorAll('.kept .result')].every((line) => /^Entry [0-9]+ of the evidence log/.test(line.textContent))", "whoever may not listen checks the proof")
    page.goto("/evidence")
    page.get_by_role("button", name="Verify in this browser").click()
    until(page, "document.querySelectorAll('#verified li.good').length === 3", "signature, root and entry hold")
    clean(auditor)


@test
def a_changed_log_is_noticed_in_the_browser(browser, stage):
    visitor = Visitor(browser, stage)
    page = visitor.log_in("auditor", "/evidence")

    def change(route):
        answer = route.fetch()
        body = bytearray(answer.body())
        body[40] ^= 1
        route.fulfill(response=answer, body=bytes(body))

    page.route("**/api/v1/log/acme/tile/0/**", change)
    page.get_by_role("button", name="Verify in this browser").click()
    page.locator("#verified li.bad").wait_for()
    assert "Does not hold" in page.locator("#verified li.bad").inner_text()
    clean(visitor)


@quick
def a_gap_is_explained(browser, stage):
    visitor = Visitor(browser, stage)
    page = visitor.log_in("operator", "/gaps")
    number = page.locator(".gap").count()
    assert number > 0, "the stage has gaps"
    page.locator(".pick input").first.check()
    page.get_by_label("Reason").select_option("provider_fault")
    page.get_by_label("Note").fill("The provider admits it: case 4711")
    page.get_by_role("button", name="Explain", exact=True).click()
    page.get_by_role("status").filter(has_text="explained now").wait_for()
    page.goto("/gaps?explained=true")
    row = page.locator(".gap").filter(has_text="case 4711").first
    assert "test-operator" in row.inner_text(), row.inner_text()
    row.get_by_role("button", name="Withdraw").click()
    page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    page.get_by_role("status").filter(has_text="withdrawn").wait_for()
    page.goto("/gaps")
    assert page.locator(".gap").count() == number
    clean(visitor)


@quick
def a_pass_is_started_and_watched(browser, stage):
    visitor = Visitor(browser, stage)
    page = visitor.log_in("operator", "/passes")
    page.get_by_role("radio", name="one day").check()
    page.get_by_role("button", name="Start").click()
    assert page.locator("#running").is_hidden(), "a chosen day needs its date"
    page.get_by_role("radio", name="since").check()
    page.get_by_role("button", name="Start").click()
    page.locator("#running").wait_for()
    page.locator("#history-title ~ table tbody tr").first.wait_for()
    assert "test-operator" in page.locator("table tbody tr").first.inner_text()
    clean(visitor)


@quick
def a_viewer_gets_no_audio(browser, stage):
    visitor = Visitor(browser, stage)
    page = visitor.log_in("viewer")
    page.goto(views(stage)["call"])
    assert "does not include listening" in page.locator("main").inner_text()
    assert page.locator("audio").count() == 0 and page.locator("#player").is_hidden()
    page.goto("/evidence")
    assert "auditors and administrators" in page.locator("main").inner_text()
    page.goto("/settings")
    assert page.get_by_text("Configuration in force").count() == 0
    clean(visitor)


@quick
def a_session_that_ends_says_so(browser, stage):
    visitor = Visitor(browser, stage)
    page = visitor.log_in("operator", "/gaps")
    page.locator(".pick input").first.check()
    visitor.context.clear_cookies()
    page.get_by_label("Reason").select_option("other")
    page.get_by_label("Note").fill("too late")
    page.get_by_role("button", name="Explain", exact=True).click()
    link = page.get_by_role("link", name="Log in again")
    link.wait_for()
    link.click()
    page.get_by_label("Access key").fill(stage.keys["operator"])
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/gaps")
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login")
    page.goto("/calls")
    assert "/login" in page.url, page.url
    clean(visitor, allowed=["401"])


@quick
def views_read_without_script(browser, stage):
    visitor = Visitor(browser, stage)
    visitor.log_in("admin")
    cookies = visitor.context.storage_state()
    reader = Visitor(browser, stage, java_script_enabled=False, storage_state=cookies)
    page = reader.page
    for name, address in views(stage).items():
        answer = page.goto(address)
        assert answer.status == 200, (name, answer.status)
        text = page.locator("main").inner_text()
        assert len(text) > 60 and page.locator("h1").count() == 1, (name, text)
    page.goto("/calls?sort=length&agent=&from=&to=")
    assert page.locator("th[aria-sort]").count() == 1 and page.locator("#calls tbody tr").count() > 0
    page.goto("/calls?q=inbound")
    assert page.locator(".chips li").first.inner_text().startswith("direction")
    assert page.locator("#calls tbody tr").count() > 0
    page.goto(views(stage)["call"])
    assert page.locator("audio[controls]").count() > 0
    clean(reader)


@test
def csv_has_every_call(browser, stage):
    visitor = Visitor(browser, stage)
    page = visitor.log_in("viewer", "/calls?direction=inbound")
    with page.expect_download() as download:
        page.get_by_role("link", name="Save as CSV").click()
    lines = open(download.value.path(), encoding="utf-8", newline="").read().split("\r\n")
    calls = stage.api("/api/v1/calls?limit=1000&direction=inbound")["calls"]
    assert lines[0].startswith("created_time,organization") and len(lines) - 2 == len(calls), (len(lines), len(calls))
    clean(visitor)


@test
def a_name_is_found_by_a_part_and_a_filter_is_changed(browser, stage):
    visitor = Visitor(browser, stage)
    page = visitor.log_in("viewer", "/calls")
    name = next(agent["name"] for call in stage.api("/api/v1/calls?limit=1000")["calls"] for agent in call["agents"] if len(agent["name"].split()) > 1)
    part = max(name.split(), key=len)
    page.locator("#q").press_sequentially(part)
    offered = page.locator(".chips a").filter(has_text=name).first
    offered.wait_for()
    if not page.locator("#calls tbody tr").count():
        offered.click()
    page.locator("#calls tbody tr").first.wait_for()
    assert name in page.locator("#calls tbody tr").first.inner_text()
    assert "agent=" in page.url, page.url
    # Few digits leave the list as it is; the address is that of what is shown.
    page.goto("/calls?number=5550")
    page.locator(".chips a.edit").click()
    assert page.locator("#q").input_value() == "number:5550"
    page.locator("#q").fill("number:55501")
    page.wait_for_url(lambda url: url.endswith("/calls?number=55501"))
    # A filter that was only typed stays while another one is changed.
    page.goto("/calls")
    page.locator("#q").press_sequentially("inbound number:5550")
    page.locator(".chips a.edit").filter(has_text="5550").click()
    assert page.locator("#q").input_value() == "number:5550"
    page.locator("#q").fill("number:55501")
    page.wait_for_url(lambda url: url.endswith("/calls?number=55501&direction=inbound"))
    page.goto("/calls")
    rows = page.locator("#calls tbody tr").count()
    page.locator("#q").press_sequentially("555")
    page.wait_for_timeout(400)
    assert page.locator("#calls tbody tr").count() == rows and page.url.endswith("/calls")
    count = page.locator("#count").inner_text()
    assert "of" in count or rows < 100, count
    clean(visitor)


@test
def calls_are_collected_in_the_list(browser, stage):
    visitor = Visitor(browser, stage)
    page = visitor.log_in("reviewer", "/calls")
    boxes = page.locator("#calls tbody .pick input")
    boxes.first.check()
    page.locator("#calls tbody tr a").nth(1).focus()
    page.keyboard.press("x")
    assert page.locator("#picked").inner_text() == "2 calls selected"
    # What is selected stays, whatever is searched for meanwhile.
    page.get_by_role("link", name="inbound", exact=True).click()
    page.wait_for_url("**direction=inbound")
    assert page.locator("#picked").inner_text() == "2 calls selected"
    page.locator("#collect").get_by_label("Case").fill("Ten calls for $& more")
    page.locator("#collect").get_by_role("button", name="Add to case").click()
    page.get_by_role("status").filter(has_text="2 calls are in the case Ten calls for $& more.").get_by_role("link").click()
    page.get_by_role("heading", level=1, name="Ten calls for $& more").wait_for()
    assert page.locator("#case tbody tr").count() == 2
    page.goto("/calls")
    page.locator("#calls thead .pick input").check()
    assert page.locator("#picked").inner_text() == f"{boxes.count()} calls selected"
    page.get_by_role("button", name="Select none").click()
    assert page.locator("#collect").is_hidden()
    clean(visitor)


@test
def what_is_wrong_is_said(browser, stage):
    visitor = Visitor(browser, stage)
    page = visitor.log_in("viewer")
    for address, status, words in [
        ("/calls/acme/00000000-0000-0000-0000-000000000000", 404, "no such call"), ("/nothing", 404, "nothing here"),
        ("/days/other/2026-01-01", 404, "no such organization"), ("/calls?q=day:2026-99-99", 200, "day"),
    ]:
        answer = page.goto(address)
        assert answer.status == status, (address, answer.status)
        assert words in page.locator("main").inner_text().lower(), (address, page.locator("main").inner_text())
    clean(visitor, allowed=["404"])


@test
def pages_are_small_and_keep_their_files(browser, stage):
    visitor = Visitor(browser, stage)
    page = visitor.log_in("admin")
    for name, address in views(stage).items():
        other = Visitor(browser, stage, storage_state=visitor.context.storage_state())
        sizes = {}
        other.page.on("response", lambda answer: sizes.update({answer.url: int(answer.headers.get("content-length", 0))}))
        other.page.goto(address)
        other.page.wait_for_load_state("networkidle")
        own = sum(size for url, size in sizes.items() if "/api/" not in url)
        assert own < 150_000, (name, own, sizes)
        policy = other.page.request.get(address).headers["content-security-policy"]
        assert "unsafe" not in policy and "default-src 'none'" in policy, policy
        other.close()
    asset = page.evaluate("document.body.dataset.assets") + "/app.js"
    answer = page.request.get(asset)
    assert "immutable" in answer.headers["cache-control"], answer.headers
    again = page.request.get(asset, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status == 304, again.status


@test
def nothing_is_wider_than_the_window(browser, stage):
    for width in (360, 768, 1280, 2560):
        visitor = Visitor(browser, stage, viewport={"width": width, "height": 800})
        page = visitor.log_in("admin")
        for name, address in views(stage).items():
            page.goto(address)
            excess = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert excess <= 0, (name, width, excess)
        visitor.close()


@test
def cases_are_collected_and_exported(browser, stage):
    visitor = Visitor(browser, stage)
    page = visitor.log_in("reviewer")
    page.goto(views(stage)["call"])
    page.locator("#add-to-case").get_by_label("Case").fill("2026-017 Müller")
    page.get_by_role("button", name="Add to case").click()
    page.get_by_role("status").filter(has_text="2026-017 Müller").get_by_role("link").click()
    page.get_by_role("heading", level=1, name="2026-017 Müller").wait_for()
    assert page.locator("#case tbody tr").count() == 1
    page.get_by_label("Reason").fill("request of the court")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="zip file").click()
    assert open(download.value.path(), "rb").read(2) == b"PK"
    clean(visitor)


@test
def keys_are_created_and_revoked(browser, stage):
    visitor = Visitor(browser, stage)
    page = visitor.log_in("admin", "/settings")
    page.get_by_label("Name").fill("night-shift")
    page.get_by_label("Role").select_option("viewer")
    page.get_by_role("button", name="Create key").click()
    page.locator("#made-key code").wait_for()
    assert page.locator("#made-key code").inner_text().startswith("clk_")
    page.goto("/settings")
    page.locator("tr").filter(has_text="night-shift").get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    page.get_by_role("status").filter(has_text="is revoked").wait_for()
    assert "revoked" in page.locator("tr").filter(has_text="night-shift").inner_text()
    clean(visitor)


@test
def sessions_are_listed_and_ended(browser, stage):
    other = Visitor(browser, stage)
    other.log_in("viewer", "/settings")
    visitor = Visitor(browser, stage)
    page = visitor.log_in("admin", "/settings")
    table = page.locator("section", has=page.get_by_role("heading", name="Sessions"))
    assert table.locator("tr").filter(has_text="this browser").count() == 1
    row = table.locator("tr").filter(has_text="viewer").first
    row.get_by_role("button", name="End").click()
    page.get_by_role("dialog").get_by_role("button", name="End").click()
    page.get_by_role("status").filter(has_text="has ended").wait_for()
    clean(visitor)
    other.close()


@quick
def an_organization_is_connected(browser, stage):
    """The browser goes to the simulated provider, which consents, and comes back."""
    visitor = Visitor(browser, stage)
    page = visitor.log_in("admin", "/settings")
    path = "/api/v1/organizations/acme/authorization"
    before = stage.api(path)["obtained_time"]
    page.get_by_role("button", name="Log in with Webex").click()
    page.get_by_role("heading", level=1, name="acme is connected").wait_for()
    assert "does not answer" not in page.locator("main").inner_text()
    back = page.url
    page.get_by_role("link", name="Go to the settings").click()
    page.wait_for_url("**/settings")
    after = stage.api(path)
    assert after["obtained_time"] != before and not after["needs_login"], (before, after)
    page.goto(back)
    assert "not connected" in page.get_by_role("heading", level=1).inner_text(), "an answer counts only once"
    visitor.strangers = [url for url in visitor.strangers if not url.startswith(stage.provider)]
    clean(visitor, allowed=["400"])


@test
def webhooks_and_notifications_are_tried(browser, stage):
    visitor = Visitor(browser, stage)
    page = visitor.log_in("admin", "/settings")
    page.locator("details.webhooks summary").click()
    page.get_by_role("status").filter(has_text="no subscription").wait_for()
    page.get_by_role("button", name="Create the webhook").click()
    page.get_by_role("alert").filter(has_text="public_url").wait_for()
    page.get_by_role("button", name="Send a test").click()
    until(page, "document.querySelectorAll('#notified li.good').length === 1 && document.querySelectorAll('#notified li.bad').length === 1", "one channel takes the test, and one does not")
    assert "command /bin/false: not delivered." in page.locator("#notified li.bad").inner_text()
    clean(visitor, allowed=["409"])


@quick
def the_longest_call_is_found(browser, stage):
    visitor = Visitor(browser, stage)
    page = visitor.log_in("viewer", "/calls")
    page.get_by_role("link", name="last 7 days").click()
    page.wait_for_url("**last=7d")
    page.get_by_role("link", name="Length").click()
    page.wait_for_url("**sort=length")
    calls = [call for call in stage.api("/api/v1/calls?limit=1000&last=7d")["calls"] if call["duration_ms"]]
    longest = max(calls, key=lambda call: call["duration_ms"])["duration_ms"]
    until(page, "document.querySelector('th[aria-sort=descending]') !== null", "the list says how it is sorted")
    first = "/api/v1" + page.locator("#calls tbody td.when a").first.get_attribute("href")
    assert stage.api(first)["duration_ms"] == longest, first
    agent = next(call["agents"][0]["name"] for call in calls if call["agents"])
    page.locator("#more-filters summary").click()
    page.locator("#more-filters").get_by_label("Agent").fill(agent)
    page.locator("#more-filters").get_by_role("button", name="Search").click()
    page.wait_for_url(lambda url: "agent=" in url)
    rows = page.locator("#calls tbody tr").all_inner_texts()
    assert rows and all(agent in row for row in rows), rows
    clean(visitor)


@test
def a_day_shows_its_statement(browser, stage):
    day = next(day["day"] for day in stage.api("/api/v1/days")["days"] if day["closed"])
    visitor = Visitor(browser, stage)
    page = visitor.log_in("auditor", f"/days/acme/{day}")
    text = page.locator("section[aria-labelledby=statement]").inner_text()
    assert re.search(r"Closed: .* Entry [0-9]", text), text
    with page.expect_download() as download:
        page.get_by_role("link", name="Proof that").click()
    assert open(download.value.path()).read().startswith("c2sp.org/tlog-proof"), "a proof"
    page.goto(f"/months/acme/{day[:7]}")
    row = page.locator("table.statements tbody tr").filter(has_text=f"acme-{day}")
    assert row.count() == 1 and "holds" in row.inner_text(), page.locator("table.statements").inner_text()
    clean(visitor)


def accessible(browser, stage, scheme, names=None):
    visitor = Visitor(browser, stage, color_scheme=scheme)
    visitor.page.goto("/login")
    pages = {"login": "/login", **views(stage)}
    for name, address in pages.items():
        if names and name not in names:
            continue
        page = visitor.page
        if name != "login" and "callark" not in " ".join(c["name"] for c in visitor.context.cookies()):
            visitor.log_in("admin")
        page.goto(address)
        page.wait_for_load_state("networkidle")
        found = AXE.run(page)
        serious = [v for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
        told = [(v["id"], v["nodes"][0]["html"][:160], v["nodes"][0].get("failureSummary", "")[:240]) for v in serious]
        assert not serious, (name, scheme, told)
    visitor.close()


@quick
def views_are_accessible_in_light(browser, stage):
    accessible(browser, stage, "light")


@test
def views_are_accessible_in_dark(browser, stage):
    accessible(browser, stage, "dark")


@test
def a_reason_is_asked_for(browser, stage):
    """The last test: it restarts the service with another configuration."""
    stage.serve(CALLARK_AUDIT_REQUIRE_REASON="true")
    visitor = Visitor(browser, stage)
    page = visitor.log_in("reviewer")
    page.goto(views(stage)["call"])
    page.locator("#player").wait_for()
    page.keyboard.press(" ")
    dialog = page.get_by_role("dialog", name="Why do you listen?")
    dialog.get_by_label("Reason").fill("complaint 4711")
    dialog.get_by_role("button", name="Play").click()
    until(page, "Number(document.querySelector('#seek').value) > 0.5", "it plays once the reason is known")
    clean(visitor, allowed=["403"])
    entries = stage.api("/api/v1/audit?organization=acme&type=audio.accessed")["entries"]
    assert any(entry["reason"] == "complaint 4711" for entry in entries), entries


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binaries")
    parser.add_argument("--quick", action="store_true", help="only the part that `make test` runs")
    parser.add_argument("--only", default="", help="only tests whose name contains this")
    options = parser.parse_args()
    chosen = [t for t in TESTS if (t in QUICK or not options.quick) and options.only in t.__name__]
    failed = 0
    with staged(options.binaries) as stage, browsing() as browser:
        for function in chosen:
            begin = time.monotonic()
            try:
                function(browser, stage)
                outcome = "ok"
            except Exception:
                failed += 1
                outcome = f"FAILED\n{traceback.format_exc(limit=-3)}"
            print(f"{function.__name__} ({time.monotonic() - begin:.1f} s): {outcome}", flush=True)
            for context in browser.contexts:
                context.close()
    print(f"{len(chosen) - failed} passed, {failed} failed")
    raise SystemExit(1 if failed or not chosen else 0)


if __name__ == "__main__":
    main()
