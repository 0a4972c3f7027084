#!/usr/bin/env python3
"""Prints the figures by which the shape of the code is judged, of this tree and of earlier commits beside it.

usage: .ci/figures.py [COMMIT…]         a column for each commit and one for the tree as it stands
       .ci/figures.py --suite           the seconds that the suite takes once built, and how many tests passed

Lines of code are those that are neither blank nor comment alone; what stands under `#[cfg(test)]` does not
count. Needs Git and Python 3; `--suite` needs the toolchain.
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import time

PARTS = ["functions", "shared", "tools", "tests"]
PRODUCT = PARTS[:3]
DOCUMENTS = ["README.md", "README.zh-CN.md", "ARCHITECTURE.md"]

TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
    |(?P<text>b?r(?P<marks>\#*)".*?"(?P=marks)|b?"(?:\\.|[^"\\])*"|b?'(?:\\(?:u\{[^}]*\}|x..|.)|[^'\\])')""",
    re.VERBOSE | re.DOTALL,
)


def main(arguments):
    if arguments == ["--suite"]:
        return time_suite()
    columns = []
    for commit in arguments:
        with tempfile.TemporaryDirectory() as place:
            packed = subprocess.run(["git", "archive", commit], check=True, stdout=subprocess.PIPE).stdout
            subprocess.run(["tar", "-x", "-C", place], check=True, input=packed)
            columns.append((commit, figures(pathlib.Path(place))))
    columns.append(("now", figures(pathlib.Path.cwd())))
    table([("", [name for name, _ in columns])] + [(row, [f[row] for _, f in columns]) for row in columns[-1][1]])


def figures(root):
    """All figures of one tree, by the words they are printed with."""
    files = {part: {path: Source(path) for path in sources(root / part)} for part in PARTS}
    found = {}
    for part in PARTS:
        found[f"lines of code: {part}"] = sum(source.lines for source in files[part].values())
    found["lines of code: functions, shared, tools"] = sum(found[f"lines of code: {part}"] for part in PRODUCT)
    product = [source for part in PRODUCT for source in files[part].values()]
    found["function bodies, lines: median / p90 / p99 / max"] = spread(n for s in product for n in s.bodies)
    found["files, lines above the tests: median / p90 / p99 / max"] = spread(s.height for s in product)
    found["files: functions, shared, tools"] = len(product)
    found["files of its group that name an endpoint: mean / max"] = endpoints(files["functions"])
    found["files that name a setting: median / max"] = settings(root)
    for document in DOCUMENTS:
        found[f"bytes: {document}"] = (root / document).stat().st_size
    return found


def sources(folder):
    return sorted(path for path in folder.rglob("*.rs") if "target" not in path.parts)


class Source:
    """One file, measured."""

    def __init__(self, path):
        self.text = path.read_text()
        # Comments and texts become blanks, so that braces and words in them are no code.
        bare = TOKEN.sub(lambda found: re.sub(r"[^\n]", " " if found["comment"] else "x", found[0]), self.text)
        bare = without_tests(bare)
        self.lines = sum(1 for line in bare.splitlines() if line.strip())
        self.height = len(bare.rstrip().splitlines())
        self.bodies = list(bodies(bare))


def without_tests(code):
    while found := re.search(r"#\[cfg\(test\)\]\s*(?:pub(?:\([a-z]+\))? )?[^;{]*", code):
        end = closing(code, found.end()) if code[found.end() : found.end() + 1] == "{" else found.end()
        code = code[: found.start()] + code[end + 1 :]
    return code


def bodies(code):
    for found in re.finditer(r"\bfn\s+\w+", code):
        depth = 0
        for at in range(found.end(), len(code)):
            if code[at] in "([":
                depth += 1
            elif code[at] in ")]":
                depth -= 1
            elif depth == 0 and code[at] in ";{":
                if code[at] == "{":
                    yield max(1, code.count("\n", at, closing(code, at)) - 1)
                break


def closing(code, at):
    """Where the brace that opens at `at` is closed."""
    depth = 0
    for place in range(at, len(code)):
        depth += {"{": 1, "}": -1}.get(code[place], 0)
        if depth == 0:
            return place
    return len(code)


def endpoints(functions):
    """In how many files of its group each endpoint is named, by its path."""
    groups = {}
    for path, source in functions.items():
        groups.setdefault(path.parts[path.parts.index("functions") + 1], []).append(source.text)
    counts = []
    for texts in groups.values():
        paths = {path for text in texts for path in re.findall(r'"(/(?:[\w.-]+/)+)"', text)}
        prefixes = {path for text in texts for path in re.findall(r'PREFIXES.*?= (\[.*?\]);', text, re.DOTALL)}
        named = [path for path in paths if not any(f'"{path}"' in prefix for prefix in prefixes)]
        counts += [sum(path in text for text in texts) for path in named]
    return f"{sum(counts) / len(counts):.1f} / {max(counts)}"


def settings(root):
    """In how many files each setting of a deployed function is named."""
    names = set(re.findall(r"^\s+(TALLY_[A-Z_]+):", (root / "template.yaml").read_text(), re.MULTILINE))
    kinds = {".rs", ".md", ".yaml", ".toml", ".json", ".py", ".sh"}
    texts = [
        path.read_text(errors="replace")
        for path in root.rglob("*")
        if path.is_file() and path.suffix in kinds and not {"target", ".git", ".aws-sam"} & set(path.parts)
    ]
    counts = sorted(sum(bool(re.search(rf"\b{name}\b", text)) for text in texts) for name in names)
    return f"{counts[len(counts) // 2]} / {counts[-1]}"


def spread(values):
    values = sorted(values)
    at = lambda share: values[min(len(values) - 1, int(len(values) * share))]
    return f"{at(0.5)} / {at(0.9)} / {at(0.99)} / {values[-1]}"


def table(rows):
    width = max(len(name) for name, _ in rows)
    for name, cells in rows:
        print(name.ljust(width), *(f"{cell:>22}" for cell in cells))


def time_suite():
    subprocess.run(["cargo", "test", "--quiet", "--workspace", "--no-run"], check=True)
    began = time.monotonic()
    said = subprocess.run(["cargo", "test", "--workspace"], stdout=subprocess.PIPE, text=True)
    passed = sum(int(number) for number in re.findall(r"(\d+) passed", said.stdout))
    print(f"cargo test --workspace: {time.monotonic() - began:.0f} s, {passed} passed, exit code {said.returncode}")
    return said.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
