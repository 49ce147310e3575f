#!/usr/bin/env python3
"""Takes a picture of each view, light, dark and on a phone.

usage: Tests/browser/screenshots.py BIN_FOLDER OUTPUT_FOLDER
"""
import pathlib
import subprocess
import sys

from stage import staged
from visitor import Visitor, browsing, views

LOOKS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 860}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 860}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True},
}


def main(binaries, output):
    folder = pathlib.Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    with staged(binaries, days=24, calls=45, missing=0.002) as stage, browsing() as browser:
        found = views(stage)
        for look, options in LOOKS.items():
            visitor = Visitor(browser, stage, **options)
            page = visitor.log_in("admin")
            for name, address in found.items():
                page.goto(address)
                page.wait_for_load_state("networkidle")
                if name == "call":
                    page.locator("#player [data-act=play]").click()
                    page.wait_for_timeout(4000)
                    page.locator("#player [data-act=play]").click()
                path = folder / f"page-{name}-{look}.png"
                page.screenshot(path=path)
                # Fewer colours make a file a third as large, and look the same.
                subprocess.run(["pngquant", "--force", "--ext", ".png", "--speed", "1", "64", path], check=True)
            visitor.close()
    print(f"{len(LOOKS) * len(found)} pictures in {folder}")


if __name__ == "__main__":
    main(*sys.argv[1:])
