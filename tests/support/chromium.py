"""Where the browser tests' Chromium comes from: the one on the PATH, else Debian's package; never a download of another kind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
MISSING = "there is no Chromium: install it (on Debian and Ubuntu: apt-get install chromium), or set CHROMIUM to its path"


class NoChromium(Exception):
    """There is no browser; the text says what to do."""


def find_chromium() -> str:
    """The browser's path: what CHROMIUM says, or the first that is found. NoChromium if there is none."""
    if given := os.environ.get("CHROMIUM"):
        return given
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise NoChromium(MISSING)


def prepare_chromium() -> None:
    """Install Debian's Chromium where there is none and that is ours to do; a failure is said here and fails the browser tests alone."""
    try:
        find_chromium()
    except NoChromium as missing:
        if os.geteuid() != 0 or shutil.which("apt-get") is None:
            sys.stderr.write(f"{missing}\n")
            return
        sys.stderr.write("installing chromium through apt-get (a minute, once)\n")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
            done = subprocess.run(["apt-get", *arguments], env=environment, capture_output=True, text=True, check=False, timeout=900)
            if done.returncode != 0:
                sys.stderr.write(f"apt-get {arguments[0]} failed, so the browser tests will: {done.stderr[-1000:]}\n")
                return
