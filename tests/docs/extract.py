#!/usr/bin/env python3
"""Takes an example out of a document: the fenced block after `<!-- example: NAME -->`.

Usage: extract.py DOCUMENT NAME OUTPUT
"""

import pathlib
import re
import sys


def main():
    document, name, output = sys.argv[1:]
    text = pathlib.Path(document).read_text(encoding="utf-8")
    found = re.findall(rf"<!-- example: {re.escape(name)} -->\n```\w*\n(.*?)```", text, re.DOTALL)
    if len(found) != 1:
        sys.exit(f"{document}: {len(found)} examples named '{name}'")
    pathlib.Path(output).write_text(found[0], encoding="utf-8")


if __name__ == "__main__":
    main()
