#!/usr/bin/env python3
"""Who may include what: the direction of dependencies of docs/design.md.

api knows nobody; the facade (*.hpp) knows the C API but not the backend ABI. The loader and the
backends know api; a backend also plugins/kit and its own TLS library. Tools know only the facade. No
TLS library's header is included outside plugins/<its backend> and tests/.
"""

import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
SOURCES = {".c", ".h", ".cc", ".cpp", ".hpp", ".in"}

TLS_LIBRARY = re.compile(r"^(openssl|mbedtls|psa|wolfssl|gnutls|nss|s2n|bearssl)(/|\.h|_)")
# Headers of the system and of the two languages: no directory, or one of these.
SYSTEM = re.compile(r"^([a-z0-9_]+(\.h)?|(sys|netinet|arpa|net|linux|sanitizer)/[a-z0-9_]+\.h)$")

# part of the tree: what it may include in angle brackets or as "plugtls/...", besides SYSTEM
PARTS = [
    (r"api/include/plugtls/[^/]+\.h", r"plugtls/[^/]+\.h"),
    (r"api/include/plugtls/.+\.hpp",
     r"plugtls/(?!backend\.h$)[^/]+\.h(pp)?|plugtls/detail/.+\.hpp|(asio|boost/asio)(\.hpp|/.+)"),
    (r"plugins/kit/.+", r"plugtls/(types|backend)\.h|plugtls/kit/.+"),
    (r"loader/.+", r"plugtls/[^/]+\.h|toml\+\+/.+"),
    (r"plugins/openssl/.+", r"plugtls/(types|backend)\.h|plugtls/kit/.+|openssl/.+"),
    (r"plugins/mbedtls/.+", r"plugtls/(types|backend)\.h|plugtls/kit/.+|(mbedtls|psa)/.+"),
    (r"plugins/wolfssl/.+", r"plugtls/(types|backend)\.h|plugtls/kit/.+|wolfssl/(?!openssl/).+"),
    (r"plugins/[^/]+/.+", r"plugtls/(types|backend)\.h|plugtls/kit/.+"),
    (r"tools/.+", r"plugtls/.+\.hpp|CLI/.+|nlohmann/.+|fmt/.+"),
]


def beside(path, name):
    """A quoted include that means a file of the includer's own directory or below it, or of its part of the tree."""
    part = TOP / path.relative_to(TOP).parts[0]
    tops = [path.parent] + ([part] if part.name == "tools" else [])
    targets = [(top.resolve(), (top / name).resolve()) for top in tops]
    return any(target.is_file() and top in target.parents for top, target in targets)


def faults_of(path):
    name = path.relative_to(TOP).as_posix()
    allowed = next((allowed for part, allowed in PARTS if re.fullmatch(part, name)), None)
    if allowed is None:
        return
    text = path.read_text(encoding="utf-8")
    for match in INCLUDE.finditer(text):
        quote, included = match.groups()
        if quote == '"' and beside(path, included):
            continue
        if re.fullmatch(allowed, included):
            continue
        if SYSTEM.match(included) and not TLS_LIBRARY.match(included):
            continue
        line = text.count("\n", 0, match.start(1)) + 1
        yield f"{name}:{line}: may not include {included}"


def main():
    roots = [TOP / part for part in ("api", "loader", "plugins", "tools")]
    files = [f for root in roots for f in sorted(root.rglob("*")) if f.suffix in SOURCES]
    faults = [fault for file in files for fault in faults_of(file)]
    if faults:
        print(*faults, sep="\n")
    print(f"{len(files)} files, {len(faults)} faults")
    sys.exit(bool(faults) or not files)


if __name__ == "__main__":
    main()
