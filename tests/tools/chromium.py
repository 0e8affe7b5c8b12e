#!/usr/bin/env python3
"""A headless Chromium, spoken to over its debugging pipe.

As a program: chromium.py PAGE.html PREFIX takes the screenshots a person should look at.
"""

import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time

LIMIT = 60
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe")


class Page:
    """One page in a browser of its own; what it says and asks for is kept."""

    def __init__(self):
        program = next(filter(None, map(shutil.which, PROGRAMS)), None)
        if program is None:
            raise FileNotFoundError("there is no Chromium (Debian package: chromium)")
        self.directory = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.log = open(os.path.join(self.directory.name, "log"), "w+b")
        self.requests, self.complaints, self.answers, self.events = [], [], {}, []
        self.buffer, self.number, self.session = b"", 0, None
        theirs_in, self.to = os.pipe()
        self.from_, theirs_out = os.pipe()
        # The browser reads descriptor 3 and writes 4; the shell puts them there.
        shell = f'exec "$0" "$@" 3<&{theirs_in} 4>&{theirs_out}'
        self.process = subprocess.Popen(
            ["bash", "-c", shell, program, *FLAGS, f"--user-data-dir={self.directory.name}/profile",
             "about:blank"],
            pass_fds=(theirs_in, theirs_out), stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log)
        os.close(theirs_in)
        os.close(theirs_out)
        targets = self.call("Target.getTargets")["targetInfos"]
        target = next(each for each in targets if each["type"] == "page")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(LIMIT)
        os.close(self.to)
        os.close(self.from_)
        self.log.close()
        self.directory.cleanup()

    def receive(self, deadline):
        while b"\0" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.from_], [], [], left)[0]:
                raise TimeoutError("Chromium does not answer")
            data = os.read(self.from_, 1 << 20)
            if not data:
                self.log.seek(0)
                raise EOFError("Chromium ended: " + self.log.read().decode(errors="replace")[-2000:])
            self.buffer += data
        text, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(text)
        if "id" in message:
            self.answers[message["id"]] = message
            return
        self.events.append(message["method"])
        parameters = message.get("params", {})
        if message["method"] == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif message["method"] in ("Runtime.exceptionThrown", "Log.entryAdded"):
            self.complaints.append(parameters)
        elif message["method"] == "Runtime.consoleAPICalled" and parameters["type"] in (
                "error", "warning", "assert"):
            self.complaints.append(parameters)

    def call(self, method, **parameters):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            request["sessionId"] = self.session
        os.write(self.to, json.dumps(request).encode() + b"\0")
        deadline = time.monotonic() + LIMIT
        while self.number not in self.answers:
            self.receive(deadline)
        answer = self.answers.pop(self.number)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def open(self, path):
        self.events.clear()
        self.call("Page.navigate", url=pathlib.Path(path).resolve().as_uri())
        deadline = time.monotonic() + LIMIT
        while "Page.loadEventFired" not in self.events:
            self.receive(deadline)

    def evaluate(self, script):
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def resize(self, width, height, phone=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=phone)

    def prefer(self, scheme):
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"}])

    def screenshot(self, path, clip=None, whole=False):
        options = {"format": "png", "captureBeyondViewport": whole}
        if clip:
            options["clip"] = {**clip, "scale": 1}
        data = self.call("Page.captureScreenshot", **options)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))


def main():
    page_file, prefix = sys.argv[1:]
    with Page() as page:
        for kind, width, height, phone in (("desk", 1440, 1000, False), ("phone", 390, 844, True)):
            for scheme in ("light", "dark"):
                page.resize(width, height, phone)
                page.prefer(scheme)
                page.open(page_file)
                size = page.evaluate("document.documentElement.scrollHeight")
                shots = page.evaluate(
                    "[...document.querySelectorAll('header.masthead, section')].map(e => "
                    "Math.round(e.getBoundingClientRect().top + scrollY))")
                print(kind, scheme, size, shots)
                for number, top in enumerate(shots):
                    page.evaluate(f"scrollTo(0, {max(0, top - 50)})")
                    page.screenshot(f"{prefix}-{kind}-{scheme}-{number}.png")


if __name__ == "__main__":
    main()
