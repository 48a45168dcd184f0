"""Put together what the site needs of a Pyodide release, from package registries alone.

python .ci/pyodide.py FOLDER

A machine that runs tests may reach the registries of Python and JavaScript packages and nothing
else; elsewhere, take the official release. Pyodide's package for JavaScript has the core, and
the lock with a checksum for every wheel. The compiled wheels are carried by a Python package that
runs Pyodide too; wheels in pure Python come as themselves. Each is held against the lock.
"""

import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tools.website.pyodide import ADDED, AT_IMPORT, AT_ONCE, CORE, with_what_they_need

PYODIDE = "pyodide@314.0.3"
CARRIER = "open-webui==0.12.4"  # holds the wheels of that very release


def download(requirement):
    """Return one wheel, as a list of its name and its bytes."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--quiet", "--no-deps", "--only-binary=:all:", "--ignore-requires-python"]
        command = [sys.executable, "-m", "pip", "download", *options, "--dest", folder]
        subprocess.run([*command, requirement], check=True)
        (wheel,) = Path(folder).iterdir()
        return wheel.name, wheel.read_bytes()


def core():
    """Return the files of Pyodide's package for JavaScript, by name."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--pack-destination", folder, PYODIDE]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).iterdir()
        with tarfile.open(archive) as tar:
            files = {Path(m.name).name: tar.extractfile(m) for m in tar.getmembers() if m.isfile()}
            return {name: file.read() for name, file in files.items()}


def main(folder):
    """Write the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    files = core()
    lock = json.loads(files["pyodide-lock.json"])
    _, carrier = download(CARRIER)
    carried = zipfile.ZipFile(io.BytesIO(carrier))
    places = {Path(name).name: name for name in carried.namelist() if "/pyodide/" in name}
    needed = {need for needs in ADDED.values() for need in needs}
    names = {*AT_ONCE, *AT_IMPORT, *needed} - ADDED.keys()
    packages = with_what_they_need(names, lock["packages"])
    for name, entry in packages.items():
        file, content = entry["file_name"], b""
        if file in places:
            content = carried.read(places[file])
        if hashlib.sha256(content).hexdigest() != entry["sha256"]:
            if not file.endswith("-none-any.whl"):
                sys.exit(f"No trusted source was found for {file}.")
            # The release has repacked it: the same code under another checksum.
            file, content = download(f"{name}=={entry['version']}")
            entry |= {"file_name": file, "sha256": hashlib.sha256(content).hexdigest()}
        (folder / file).write_bytes(content)
    for name in CORE:
        (folder / name).write_bytes(files[name])
    (folder / "pyodide-lock.json").write_text(json.dumps(lock | {"packages": packages}), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
