#!/usr/bin/env python3
"""Make common_passwords.bin, the fingerprints of the passwords that everybody guesses first.

usage: make_common_passwords.py [--check]

  default   writes common_passwords.bin beside this script
  --check   makes the same bytes and compares them with the file; writes nothing

The word lists come out of three public packages, fetched by name with the package managers' own
clients (pip, npm and cargo must be on the PATH) into a temporary folder that is removed at the end.
Versions are pinned and so is the SHA-256 of every list, hence the result is the same bytes each
time. To move to a newer version: change it below, run, read the new digest from the complaint.

The file: of each password in NFC and lower case, as UTF-8, the first 5 bytes of the SHA-256, sorted and
without repetition. The first 2 of them are not written; instead, it begins with how many there are of
each of the 65,536, in half a byte each, the lower half first. The last 3 of all follow.
"""
import gzip
import hashlib
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
import zipfile

TARGET = pathlib.Path(__file__).resolve().parent / "common_passwords.bin"
FINGERPRINT = 5   # bytes; shared/src/domain/common_passwords.rs reads the same numbers
GROUPED = 2       # of them, by which the others are grouped
SHORTEST = 4      # characters; anything shorter is refused for its length anyway

CRATE, CRATE_VERSION = "passwords", "3.1.19"
CRATE_LIST = "83248d9b5f5a9626cb79eaabb363610da77d33befb3ac2d1d0a31e1f477a3a8a"
NPM, NPM_VERSION = "@zxcvbn-ts/language-common", "4.1.3"
NPM_LIST = "f422773d94d630f27e08b26d7017e847bb1feb2a84809340e9c0b0c47b33e3f1"
PYPI, PYPI_VERSION = "Django", "5.2.19"
PYPI_LIST = "29ca0fa5303165f012f3e9775e3e95a3071cdd59f219973ec1cbb308d0214a6f"

# Words that the result must hold, and passwords that it must not: those that the contract documents
# use, and what the conformance cases and tests use as good ones.
COMMON = """abcdefgh password password1 12345678 1234567 qwerty qwertyuiop 11111111 iloveyou abc123
letmein admin123""".split()
NOT_COMMON = ["fog123456", "fswxxz1456", "Aq12xxz9k", "Zq8xk2wv", "中文密码中文密码", "90210384756",
              "a" * 128, "a" * 300]


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        words = {fold(word) for source in (from_crate, from_npm, from_pypi) for word in source(folder)}
    words = {word for word in words if is_kept(word)}
    listed = {fingerprint(word) for word in words}
    check_samples(listed)
    made = pack(sorted(listed))
    print(f"{len(words)} passwords, {len(listed)} fingerprints, {len(made)} bytes, "
          f"sha256 {hashlib.sha256(made).hexdigest()}")
    if not sys.argv[1:]:
        TARGET.write_bytes(made)
    elif not TARGET.exists() or TARGET.read_bytes() != made:
        sys.exit(f"{TARGET.name} is not what this script makes")


def from_crate(folder):
    """The table behind the crate's `common-password` feature."""
    project = folder / "crate"
    (project / "src").mkdir(parents=True)
    (project / "src/lib.rs").touch()
    (project / "Cargo.toml").write_text(
        '[package]\nname = "lists"\nedition = "2021"\n'
        f'[dependencies]\n{CRATE} = {{ version = "={CRATE_VERSION}", default-features = false }}\n[workspace]\n')
    run("cargo", "vendor", "--quiet", "vendor", folder=project)
    return json.loads(pinned(CRATE, (project / f"vendor/{CRATE}/data/common-passwords.json").read_bytes(), CRATE_LIST))


def from_npm(folder):
    """The dictionary of a password meter."""
    archive = run("npm", "pack", "--silent", f"{NPM}@{NPM_VERSION}", folder=folder).splitlines()[-1]
    with tarfile.open(folder / archive) as package:
        return json.loads(pinned(NPM, package.extractfile("package/src/passwords.json").read(), NPM_LIST))


def from_pypi(folder):
    """The list of Django's own CommonPasswordValidator."""
    run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
        "--dest", "pypi", f"{PYPI}=={PYPI_VERSION}", folder=folder)
    (wheel,) = (folder / "pypi").glob("*.whl")
    with zipfile.ZipFile(wheel) as package:
        words = gzip.decompress(package.read("django/contrib/auth/common-passwords.txt.gz"))
    return pinned(PYPI, words, PYPI_LIST).decode().split("\n")


def run(*command, folder):
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout


def pinned(name, content, digest):
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        sys.exit(f"the list of {name} has SHA-256 {found}, not {digest}")
    return content


def fold(word):
    return unicodedata.normalize("NFC", word).lower()


def is_kept(word):
    return len(word) >= SHORTEST and not any(unicodedata.category(c) in ("Cc", "Cs") for c in word)


def fingerprint(word):
    return hashlib.sha256(word.encode()).digest()[:FINGERPRINT]


def pack(fingerprints):
    counts = [0] * 256 ** GROUPED
    for one in fingerprints:
        counts[int.from_bytes(one[:GROUPED], "big")] += 1
    if max(counts) > 15:
        sys.exit("a group does not fit half a byte")
    halves = bytes(low | high << 4 for low, high in zip(counts[::2], counts[1::2]))
    return halves + b"".join(one[GROUPED:] for one in fingerprints)


def check_samples(listed):
    wrong = [word for word in COMMON if fingerprint(fold(word)) not in listed]
    wrong += [word for word in NOT_COMMON if fingerprint(fold(word)) in listed]
    if wrong:
        sys.exit(f"wrongly listed or wrongly absent: {wrong}")


if __name__ == "__main__":
    main()
