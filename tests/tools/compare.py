#!/usr/bin/env python3
"""plugtls compare: its reports, its manners with bad backends, and its page.

Usage: compare.py PLUGTLS PKI MOCKS SCHEMA [UNITTEST-ARGUMENTS]
"""

import contextlib
import copy
import json
import os
import pathlib
import pty
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "peers"), str(HERE)]
import chromium  # noqa: E402
import jsonschema  # noqa: E402
import peer_process as peers  # noqa: E402

PLUGTLS = PKI = MOCKS = SCHEMA = None
SECTIONS = ["features", "speed", "memory", "startup", "interop", "verify"]
LIMIT = 120


def run(*arguments, **env):
    return subprocess.run([PLUGTLS, "compare", *map(str, arguments)], capture_output=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=LIMIT, env={**os.environ, **env})


def check(report):
    schema = json.loads(pathlib.Path(SCHEMA).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(report)
    for section in report["sections"]:
        for table in section["tables"]:
            columns = {column["id"] for column in table["columns"]}
            for row in table["rows"]:
                assert set(row["cells"]) == columns, (section["id"], table["id"], row["id"])
    return report


def section_of(report, name):
    return next(each for each in report["sections"] if each["id"] == name)


def table_of(report, section, table):
    return next(each for each in section_of(report, section)["tables"] if each["id"] == table)


def cells(report, column):
    """(where, cell) of everything in a backend's columns, the overview's repetitions aside."""
    for section in report["sections"]:
        if section["id"] == "overview":
            continue
        for table in section["tables"]:
            for row in table["rows"]:
                if column in row["cells"]:
                    yield f"{section['id']}/{table['id']}/{row['id']}", row["cells"][column]


@contextlib.contextmanager
def mocks(*names):
    """A directory with manifests of mock backends, built elsewhere: nothing of the program knows them."""
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name) / "backends.d"
        directory.mkdir(mode=0o755)
        os.chmod(name, 0o755)
        for each in names:
            library = pathlib.Path(MOCKS) / each.replace("-", "_") / f"plugtls-{each}.so"
            (directory / f"{each}.toml").write_text(
                f'manifest_version = 1\nname = "{each}"\nlibrary = "{library}"\nabi = 1\n')
        yield str(directory)


class Case(unittest.TestCase):
    maxDiff = None

    def report(self, *arguments, status=0, **env):
        done = run(*arguments, "--format", "json", **env)
        self.assertEqual(done.returncode, status, done.stderr.decode())
        return check(json.loads(done.stdout))


class Usage(Case):
    def test_a_mistake_is_status_2_and_says_what_would_be_right(self):
        for arguments, text in ((["sped"], "features, speed"), (["host"], "HOST:PORT"),
                                (["host", "a"], "a:443"), (["--format", "pdf"], "markdown"),
                                (["--out", "report.pdf"], ".html"),
                                (["--quick", "--thorough"], "--thorough"),
                                (["--threshold", "5"], "--against"),
                                (["--time-limit", "0"], "more than 0"),
                                (["--from", __file__], "compare.py")):
            with self.subTest(arguments):
                done = run(*arguments)
                self.assertEqual((done.returncode, done.stdout), (2, b""), done.stderr)
                self.assertIn(text.encode(), done.stderr)

    def test_a_backend_that_was_asked_for_and_is_not_there_is_status_3(self):
        done = run("features", "--backend", "openssl,nosuch")
        self.assertEqual((done.returncode, done.stdout), (3, b""), done.stderr)
        self.assertIn(b"nosuch", done.stderr)

    def test_no_progress_bar_where_there_is_no_terminal(self):
        done = run("features", "--backend", "openssl")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertNotIn(b"\x1b", done.stdout)

    def test_a_progress_bar_with_the_time_left_on_a_terminal(self):
        ours, theirs = pty.openpty()
        process = subprocess.Popen([PLUGTLS, "compare", "features", "--backend", "openssl"],
                                   stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        said = b""
        with contextlib.suppress(OSError):  # the other end is closed
            while data := os.read(ours, 4096):
                said += data
        os.close(ours)
        self.assertEqual(process.wait(LIMIT), 0)
        self.assertRegex(said, rb"\[\.{24}\]   0 %  0:0\d left  features openssl")
        self.assertTrue(said.endswith(b"\r\x1b[K"), said)


class Sections(Case):
    @classmethod
    def setUpClass(cls):
        done = run("--quick", "--format", "json")
        assert done.returncode == 0, done.stderr
        cls.quick = check(json.loads(done.stdout))
        cls.backends = [each["name"] for each in cls.quick["backends"]]

    def test_every_section_has_a_column_for_every_backend(self):
        self.assertEqual([each["id"] for each in self.quick["sections"]], ["overview", *SECTIONS])
        self.assertIn("openssl", self.backends)
        for section in self.quick["sections"]:
            for table in section["tables"]:
                self.assertTrue(table["rows"], table["id"])
                self.assertEqual([each["id"] for each in table["columns"]], self.backends)

    def test_openssl_answers_everything(self):
        for where, cell in cells(self.quick, "openssl"):
            with self.subTest(where):
                self.assertIn(cell["state"], ("info", "good", "partial", "no"), cell)

    def test_the_client_hello_is_what_is_on_the_wire(self):
        """What plugtls connect sends over TCP, read by another reader."""
        for backend in self.backends:
            with self.subTest(backend), socket.create_server(("127.0.0.1", 0)) as listener:
                listener.settimeout(peers.LIMIT)
                client = peers.Process([PLUGTLS, "connect", "--backend", backend, "--name", "server.test",
                                        "--ca", PKI / "root.pem",
                                        f"127.0.0.1:{listener.getsockname()[1]}"])
                connection, _ = listener.accept()
                with connection:
                    connection.settimeout(peers.LIMIT)
                    length = int.from_bytes(connection.recv(5, socket.MSG_WAITALL)[3:], "big")
                    hello = connection.recv(length, socket.MSG_WAITALL)
                client.process.wait(peers.LIMIT)
                client.stop()
                self.compare_hello(backend, hello)

    def compare_hello(self, backend, hello):
        at = 39 + hello[38]  # message header, version, random, session id
        suites = hello[at + 2:at + 2 + int.from_bytes(hello[at:at + 2], "big")]
        numbers = [int.from_bytes(suites[i:i + 2], "big") for i in range(0, len(suites), 2)]
        places = {row["id"]: row["cells"][backend]["text"]
                  for row in table_of(self.quick, "features", "cipher_suites")["rows"]}
        offered = {name: place for name, place in places.items() if place.isdigit()}
        self.assertEqual(len(offered), len(numbers))
        for number, name in ((0x1301, "TLS_AES_128_GCM_SHA256"), (0x1302, "TLS_AES_256_GCM_SHA384"),
                             (0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
                             (0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")):
            self.assertEqual(places[name], str(numbers.index(number) + 1), name)
        facts = {row["id"]: row["cells"][backend]["text"]
                 for row in table_of(self.quick, "features", "client_hello")["rows"]}
        self.assertEqual(int(facts["size"]), len(hello))
        self.assertEqual(facts["versions"], "TLSv1.3, TLSv1.2")
        known = {0: "server_name", 10: "supported_groups", 13: "signature_algorithms",
                 43: "supported_versions", 51: "key_share"}
        at += 2 + len(suites)
        at += 1 + hello[at] + 2
        sent = []
        while at < len(hello):
            sent.append(int.from_bytes(hello[at:at + 2], "big"))
            at += 4 + int.from_bytes(hello[at + 2:at + 4], "big")
        listed = facts["extensions"].split(", ")
        self.assertEqual(len(listed), len(sent))
        for number, name in known.items():
            self.assertEqual(listed.index(name), sent.index(number), name)

    def test_figures_are_medians_and_the_best_of_a_row_is_1(self):
        rows = 0
        for section in self.quick["sections"]:
            for table in section["tables"]:
                for row in table["rows"]:
                    ratios = [cell["ratio"] for cell in row["cells"].values() if "ratio" in cell]
                    if ratios:
                        rows += 1
                        self.assertEqual(min(ratios), 1, row["id"])
                    for cell in row["cells"].values():
                        samples = sorted(cell.get("samples", []))
                        if samples:
                            middle = len(samples) // 2
                            median = (samples[middle] + samples[-middle - 1]) / 2
                            self.assertAlmostEqual(cell["value"], median, delta=median * 1e-9)
        if len(self.backends) > 1:
            self.assertGreater(rows, 20)

    def test_no_backend_judges_a_chain_in_another_way_than_expected(self):
        for row in table_of(self.quick, "verify", "verdicts")["rows"]:
            for backend, cell in row["cells"].items():
                with self.subTest(row["id"], backend=backend):
                    self.assertIn(cell["state"], ("good", "unsupported"), cell)

    def test_every_format_says_the_same(self):
        with tempfile.TemporaryDirectory() as name:
            source = pathlib.Path(name) / "report.json"
            source.write_text(json.dumps(self.quick))
            again = self.report("--from", source)
            self.assertEqual(again, self.quick)
            for form in ("table", "markdown", "html"):
                text = run("--from", source, "--format", form).stdout.decode()
                for section in self.quick["sections"]:
                    self.assertIn(section["title"], text, form)
                    for table in section["tables"]:
                        self.assertIn(table["title"].replace("'", "&#39;") if form == "html"
                                      else table["title"], text, form)


class BadBackends(Case):
    def test_one_that_crashes_hangs_or_babbles_costs_only_its_own_cells(self):
        with mocks("crashes", "hangs", "babbles") as directory:
            report = self.report(*SECTIONS, "--quick", "--time-limit", "2",
                                 "--backend", "openssl,crashes,hangs,babbles",
                                 PLUGTLS_PLUGIN_PATH=directory)
        for where, cell in cells(report, "openssl"):
            if where.startswith("interop/") and not where.endswith("/openssl"):
                self.assertIn(cell["state"], ("crashed", "timed_out", "garbled", "unmeasured"), where)
            else:
                self.assertIn(cell["state"], ("info", "good", "partial", "no"), where)
        for backend, state in (("crashes", "crashed"), ("hangs", "timed_out"), ("babbles", "garbled")):
            rows = dict(cells(report, backend))
            for where in ("features/client_hello/size", "speed/handshakes/full-1.3-ecdsa",
                          "memory/heap/server-idle", "startup/time/total",
                          f"interop/pairs/1.3/{backend}", "verify/verdicts/expired"):
                with self.subTest(where, backend=backend):
                    # After two time-outs in a section it is left alone.
                    self.assertIn(rows[where]["state"], {state, "unmeasured"} if state == "timed_out"
                                  else {state}, rows[where])
                    self.assertTrue(rows[where]["note"])
            self.assertEqual(rows["features/client_hello/size"]["state"], state)
            # What does not need a context is there.
            self.assertGreater(rows["startup/disk/total"]["value"], 0)
        words = dict(cells(report, "crashes"))["features/client_hello/size"]["note"]
        self.assertEqual(words, "Aborted: the mock crashes, as it is meant to")

    def test_one_that_cannot_be_opened_is_named_with_its_reason(self):
        with mocks("entry-fails") as directory:
            (pathlib.Path(directory) / "broken.toml").write_text("manifest_version = 1\nname = [\n")
            report = self.report("features", PLUGTLS_PLUGIN_PATH=directory)
        found = {each["name"]: each for each in report["backends"]}
        self.assertIn("built against Toy 4.5.6", found["entry-fails"]["detail"])
        self.assertIn("refused", found["broken"]["detail"])
        self.assertNotIn("broken", [each["id"] for each in
                                    table_of(report, "features", "capabilities")["columns"]])

    def test_one_from_elsewhere_shows_up_in_every_section(self):
        with mocks("second") as directory:
            report = self.report(*SECTIONS, "--quick", "--backend", "openssl,second",
                                 PLUGTLS_PLUGIN_PATH=directory)
        for section in report["sections"]:
            for table in section["tables"]:
                self.assertIn("second", [each["id"] for each in table["columns"]], table["id"])
        rows = dict(cells(report, "second"))
        self.assertEqual(rows["features/capabilities/alpn"]["text"], "yes")
        self.assertEqual(rows["features/capabilities/cipher_suites"]["note"], "one suite, for show")
        self.assertEqual(rows["speed/handshakes/full-1.3-ecdsa"]["state"], "unsupported")


class Interrupted(Case):
    def test_ctrl_c_prints_what_is_done_so_far(self):
        # In the middle of a section whose first backend hangs: the first rows are there by then.
        with mocks("hangs") as directory:
            process = subprocess.Popen(
                [PLUGTLS, "compare", "features", "verify", "--backend", "openssl,hangs", "--format", "json",
                 "--time-limit", "100"],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                env={**os.environ, "PLUGTLS_PLUGIN_PATH": directory})
            self.wait_for_child(process.pid, b"client_hello", b"hangs")
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=LIMIT)
        self.assertEqual(process.returncode, 6, err)
        report = check(json.loads(out))
        self.assertFalse(report["complete"])
        rows = dict(cells(report, "openssl"))
        self.assertEqual(rows["features/capabilities/tls1_3"]["text"], "yes")
        self.assertEqual(rows["verify/verdicts/expired"]["state"], "unmeasured")

    def wait_for_child(self, parent, *words):
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            children = pathlib.Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
            for child in children:
                with contextlib.suppress(OSError):
                    command = pathlib.Path(f"/proc/{child}/cmdline").read_bytes()
                    if all(word in command for word in words):
                        return
            select.select([], [], [], 0.01)
        self.fail("the measurement was not started")


class Against(Case):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.now = self.report("speed", "verify", "--quick", "--backend", "openssl")

    def file(self, name, report):
        path = pathlib.Path(self.directory.name) / name
        path.write_text(json.dumps(report))
        return path

    def compare(self, earlier, *options):
        return run("--from", self.file("now.json", self.now), "--against", self.file("old.json", earlier),
                   *options)

    @staticmethod
    def faster(cell, factor):
        for key in ("value", "spread", "interval"):
            if isinstance(cell[key], dict):
                cell[key] = {end: number * factor for end, number in cell[key].items()}
            else:
                cell[key] *= factor

    def test_the_same_report_is_no_change(self):
        done = self.compare(self.now)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(b"0 of 0 changes count", done.stdout)

    def test_a_figure_that_got_worse_counts_beyond_the_threshold_only(self):
        earlier = copy.deepcopy(self.now)
        cell = table_of(earlier, "speed", "handshakes")["rows"][0]["cells"]["openssl"]
        self.faster(cell, 10)
        done = self.compare(earlier)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(b"! speed / handshakes / full-1.3-ecdsa / openssl", done.stdout)
        self.assertIn(b"-90.0 %", done.stdout)
        self.assertEqual(self.compare(earlier, "--threshold", "95").returncode, 0)
        self.faster(cell, 1 / 100)  # it was slower before: better now
        self.assertEqual(self.compare(earlier).returncode, 0)

    def test_a_change_within_the_noise_does_not_count(self):
        earlier = copy.deepcopy(self.now)
        cell = table_of(earlier, "speed", "handshakes")["rows"][0]["cells"]["openssl"]
        cell["interval"]["low"] = 0
        cell["value"] *= 10
        done = self.compare(earlier)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(b"within the noise", done.stdout)

    def test_another_verdict_counts(self):
        earlier = copy.deepcopy(self.now)
        for row in table_of(earlier, "verify", "verdicts")["rows"]:
            if row["id"] == "expired":
                row["cells"]["openssl"]["text"] = "cert_self_signed"
        done = self.compare(earlier)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(b"cert_self_signed -> cert_expired", done.stdout)


class Host(Case):
    def test_a_live_server(self):
        with peers.plugtls_serve(PLUGTLS, "--cert", PKI / "good-ec.chain.pem", "--key", PKI / "good-ec.key.pem",
                                 "--min", "1.3") as (_, port):
            report = self.report("host", f"localhost:{port}", "--ca", PKI / "root.pem")
            refused = self.report("host", f"localhost:{port}", "--quick", "--ca", PKI / "other-root.pem")
        facts = {row["id"]: row["cells"]["openssl"]["text"]
                 for row in table_of(report, "host", "connection")["rows"]}
        self.assertEqual(facts["verdict"], "verified")
        self.assertEqual(facts["version"], "TLSv1.3")
        self.assertIn("CN=server.test", facts["chain"])
        versions = {row["id"]: row["cells"]["openssl"]["text"]
                    for row in table_of(report, "host", "versions")["rows"]}
        self.assertEqual((versions["TLSv1.3"], versions["TLSv1.2"]), ("yes", "no"))
        suites = {row["id"]: row["cells"]["openssl"]["text"]
                  for row in table_of(report, "host", "suites")["rows"]}
        self.assertEqual(suites["TLS_AES_128_GCM_SHA256"], "yes")
        self.assertEqual(suites["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"], "no")
        verdict = next(row for row in table_of(refused, "host", "connection")["rows"] if row["id"] == "verdict")
        self.assertEqual(verdict["cells"]["openssl"]["text"], "cert_unknown_issuer")
        self.assertEqual(verdict["cells"]["openssl"]["state"], "wrong")


class Chains(Case):
    def test_a_directory_of_ones_own(self):
        with tempfile.TemporaryDirectory() as name:
            directory = pathlib.Path(name)
            for case in ("good-ec", "expired"):
                shutil.copy(PKI / f"{case}.chain.pem", directory / f"{case}.pem")
            (directory / "good-ec.name").write_text("elsewhere.test\n")
            report = self.report("verify", "--chains", directory, "--ca", PKI / "root.pem")
        verdicts = {row["id"]: row["cells"]["openssl"]["text"]
                    for row in table_of(report, "verify", "verdicts")["rows"]}
        self.assertEqual(verdicts, {"expired.pem": "cert_expired", "good-ec.pem": "cert_name_mismatch"})


class Html(Case):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.directory.cleanup)
        cls.file = pathlib.Path(cls.directory.name) / "report.html"
        # All that a page may be made to say: a backend's words are not ours.
        with mocks("second", "crashes") as directory:
            json_file = pathlib.Path(cls.directory.name) / "report.json"
            done = run("--quick", "--backend", "openssl,second,crashes", "--out", json_file,
                       PLUGTLS_PLUGIN_PATH=directory)
            assert done.returncode == 0, done.stderr
        cls.json = json.loads(json_file.read_text())
        note = "<img src=http://hostile.test/ onerror=alert(1)>'\""
        table_of(cls.json, "features", "capabilities")["rows"][0]["cells"]["second"]["note"] = note
        json_file.write_text(json.dumps(cls.json))
        done = run("--from", json_file, "--out", cls.file)
        assert done.returncode == 0, done.stderr
        cls.page = chromium.Page()
        cls.addClassCleanup(cls.page.__exit__)

    def open(self, width=1440, phone=False, scheme="light"):
        self.page.resize(width, 900, phone)
        self.page.prefer(scheme)
        self.page.requests.clear()
        self.page.complaints.clear()
        self.page.open(self.file)

    def test_nothing_is_asked_for_and_nothing_complains(self):
        self.open()
        self.page.evaluate("for (const each of document.querySelectorAll('button')) each.click()")
        self.assertEqual([each for each in self.page.requests if not each.startswith("data:")],
                         [self.file.resolve().as_uri()])
        self.assertEqual(self.page.complaints, [])
        self.assertEqual(self.page.evaluate("document.images.length"), 0)

    def test_every_section_is_there_with_a_table_under_each_chart(self):
        self.open()
        ids = self.page.evaluate("[...document.querySelectorAll('main section')].map(e => e.id)")
        self.assertEqual(ids, [each["id"] for each in self.json["sections"]])
        self.assertEqual(self.page.evaluate("""
            [...document.querySelectorAll('nav a')].every(
                a => document.querySelector(a.getAttribute('href')) !== null)"""), True)
        self.assertGreater(self.page.evaluate("document.querySelectorAll('figure svg rect.bar').length"), 20)
        self.assertEqual(self.page.evaluate("""
            [...document.querySelectorAll('figure')].every(
                figure => figure.nextElementSibling.querySelector('table') !== null)"""), True)

    def test_a_crash_is_seen_where_it_happened(self):
        self.open()
        text = self.page.evaluate("document.querySelector('#speed td.crashed').textContent")
        self.assertIn("crashed", text)

    def test_tables_sort_by_figure_within_their_groups(self):
        self.open()
        column = 1 + [each["name"] for each in self.json["backends"]].index("openssl")
        values = """[...document.querySelectorAll('#speed-throughput-table tbody')].map(
            body => [...body.querySelectorAll('tr:not(.group-row)')].map(
                row => Number(row.cells[%d].dataset.value)))""" % column
        click = f"document.querySelectorAll('#speed-throughput-table thead button')[{column}].click()"
        before = self.page.evaluate(values)
        self.page.evaluate(click)
        up = self.page.evaluate(values)
        self.assertEqual(up, [sorted(each) for each in before])
        self.page.evaluate(click)
        self.assertEqual(self.page.evaluate(values), [sorted(each, reverse=True) for each in before])
        self.assertEqual(self.page.evaluate(
            "document.querySelector('#speed-throughput-table [aria-sort]').getAttribute('aria-sort')"),
            "descending")

    def test_only_differences(self):
        self.open()
        shown = """[...document.querySelectorAll('#features-capabilities-table tbody tr')].filter(
            row => row.offsetParent !== null && !row.matches('.group-row, .differs')).length"""
        self.assertGreater(self.page.evaluate(shown), 5)
        self.page.evaluate("document.querySelector("
                           "'[aria-controls=features-capabilities-table]').click()")
        self.assertEqual(self.page.evaluate(shown), 0)

    def test_dark_by_the_systems_wish_and_by_the_button(self):
        background = "getComputedStyle(document.body).backgroundColor"
        self.open(scheme="light")
        light = self.page.evaluate(background)
        self.page.evaluate("document.getElementById('theme').click()")
        dark = self.page.evaluate(background)
        self.assertNotEqual(light, dark)
        self.open(scheme="dark")
        self.assertEqual(self.page.evaluate(background), dark)
        self.page.evaluate("document.getElementById('theme').click()")
        self.assertEqual(self.page.evaluate(background), light)

    def test_text_has_the_contrast_that_wcag_asks_for(self):
        script = """(() => {
          const channel = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
          const parse = text => text.match(/[\\d.]+/g).map(Number);
          const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
          const behind = element => {
            for (; element; element = element.parentElement) {
              const colour = parse(getComputedStyle(element).backgroundColor);
              if (colour.length === 3 || colour[3] === 1) return colour;
            }
            return [255, 255, 255];
          };
          const bad = [];
          for (const element of document.querySelectorAll('body *')) {
            if (![...element.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
            if (element.closest('script, style, .skip')) continue;
            const a = luminance(parse(getComputedStyle(element).color)), b = luminance(behind(element));
            const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (contrast < 4.5) bad.push(`${element.className || element.tagName} ${contrast.toFixed(2)}`);
          }
          return [...new Set(bad)];
        })()"""
        for scheme in ("light", "dark"):
            with self.subTest(scheme):
                self.open(scheme=scheme)
                self.assertEqual(self.page.evaluate(script), [])

    def test_a_phone_scrolls_down_and_not_sideways(self):
        self.open(width=390, phone=True)
        self.assertLessEqual(self.page.evaluate("document.documentElement.scrollWidth"), 390)

    def test_the_keyboard_reaches_every_control_and_every_table(self):
        self.open()
        self.assertEqual(self.page.evaluate("""
            [...document.querySelectorAll('.scroll')].every(e => e.tabIndex === 0) &&
            [...document.querySelectorAll('thead th')].every(e => e.querySelector('button') !== null)"""),
            True)


def main():
    global PLUGTLS, PKI, MOCKS, SCHEMA
    PLUGTLS, PKI, MOCKS, SCHEMA = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    unittest.main(argv=[sys.argv[0], *sys.argv[5:]], verbosity=2)


if __name__ == "__main__":
    main()
