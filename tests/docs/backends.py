#!/usr/bin/env python3
"""docs/backends.md says of every backend what it has not got, in the backend's own words.

Usage: backends.py PLUGTLS docs/backends.md [--write]

Between `<!-- capabilities: NAME -->` and `<!-- end -->` stands a table that has to be what `plugtls info NAME`
answers; --write puts it there. Where the answer depends on the library's version, "no before 3.5" in place of
"no" says so, and is kept.
"""

import json
import pathlib
import re
import subprocess
import sys

SECTION = re.compile(r"<!-- capabilities: (\S+) -->\n(.*?)<!-- end -->\n", re.DOTALL)
ROW = re.compile(r"\| `(\w+)` \| (no|partial)(?: before (\d[\d.]*))? \| (.*) \|")
HEAD = "| feature | | why |\n|---|---|---|\n"


def ask(plugtls, *arguments):
    done = subprocess.run([plugtls, *arguments, "--json"], capture_output=True, check=True)
    return json.loads(done.stdout)


def numbers(version):
    return [int(part) for part in re.findall(r"\d+", version)[:3]]


def rows_of(info):
    """Feature: (level, why), for what is not a plain yes."""
    return {name: (answer["level"], answer["note"]) for name, answer in info["features"].items()
            if answer["level"] != "yes"}


def documented(body):
    """Feature: (level, the version it ends with or None, why)."""
    return {m.group(1): (m.group(2), m.group(3), m.group(4)) for m in ROW.finditer(body)}


def merged(info, body):
    """What ought to stand there: what the backend says, and the rows of other versions of its library."""
    out = {name: (level, None, note) for name, (level, note) in rows_of(info).items()}
    here = numbers(info["library_version"])
    for name, (level, until, note) in documented(body).items():
        if until and (name in out) == (here < numbers(until)):
            level, _, note = out.get(name, (level, until, note))
            out[name] = (level, until, note)
    return out


def table(rows, order):
    lines = [f"| `{name}` | {rows[name][0]}{' before ' + rows[name][1] if rows[name][1] else ''} "
             f"| {rows[name][2]} |\n" for name in order if name in rows]
    return HEAD + "".join(lines)


def main():
    plugtls, path = sys.argv[1], pathlib.Path(sys.argv[2])
    text = path.read_text(encoding="utf-8")
    faults, missing = [], []
    for backend in ask(plugtls, "list")["backends"]:
        info = ask(plugtls, "info", backend["name"])
        section = next((m for m in SECTION.finditer(text) if m.group(1) == backend["name"]), None)
        if section is None:
            missing.append(backend["name"])
            continue
        wanted = table(merged(info, section.group(2)), info["features"])
        if wanted != section.group(2):
            faults.append(f"{backend['name']}: the document says\n{section.group(2)}"
                          f"the backend says\n{wanted}")
            text = text[:section.start(2)] + wanted + text[section.end(2):]
        less = ", ".join(f"{name} ({level})" for name, (level, _) in rows_of(info).items())
        print(f"{info['library']} {info['library_version']}: {less}")
    for name in missing:
        faults.append(f"{name}: has no section '<!-- capabilities: {name} -->'")
    if "--write" in sys.argv[3:]:
        path.write_text(text, encoding="utf-8")
        faults = faults[len(faults) - len(missing):]
    elif faults:
        faults.append(f"to put it right: {sys.argv[0]} {plugtls} {path} --write")
    print(*faults, sep="\n")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
