"""Compile the modules that a page imports while it starts, which takes a browser some seconds.

Bytecode is of one version of Python, so this runs in the Pyodide that it is for.
"""

import json
import re
import sys
import zipfile
from hashlib import sha256
from importlib import import_module
from importlib._bootstrap_external import _code_to_hash_pyc
from importlib.util import source_hash
from io import BytesIO
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell

from softmax_lessons import explorers
from softmax_lessons.plotting import plot_losses

OF_THE_KERNEL = ["_strptime", "getpass", "micropip", "unittest.mock"]
OF_LESSONS = ["softmax_lessons.exercises", "sympy"]
PACKAGES = Path("/packages")
LOCK = PACKAGES / "pyodide-lock.json"
# What neither lessons nor readers ask for: a tenth of all that a page loads.
UNUSED_FILES = re.compile(
    r"matplotlib/mpl-data/(sample_data|images|fonts/(afm|pdfcorefonts|ttf/DejaVuS(erif|ansMono-)))"
    r"|PIL/_(webp|imagingft)|pygments/lexers/.*\.py$|dateutil/zoneinfo/|.*\.pyi$"
)


def compile_modules(archive, installed):
    """Put bytecode in the place of an archive's modules that are imported from `installed`."""
    changed = BytesIO()
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(changed, "w") as new:
        for about in old.infolist():
            content = old.read(about)
            path = f"{installed}/{about.filename}"
            if path in imported and path.endswith(".py"):
                code = compile(content, path, "exec", dont_inherit=True)
                content = _code_to_hash_pyc(code, source_hash(content), checked=False)
                about.filename += "c"
            if not UNUSED_FILES.match(about.filename):
                new.writestr(about, content, zipfile.ZIP_DEFLATED, compresslevel=9)
    archive.write_bytes(changed.getvalue())


for module in OF_THE_KERNEL + OF_LESSONS:
    import_module(module)
InteractiveShell.instance()
explorers.GradientExplorer()
plot_losses({"run": [1.0, 0.5]})._repr_mimebundle_()  # Pillow writes the picture
imported = {module.__spec__.origin for module in sys.modules.values() if module.__spec__}

lock = json.loads(LOCK.read_text())
for name, entry in lock["packages"].items():
    if name == "softmax-lessons":
        continue  # readers look into it
    wheel = PACKAGES / entry["file_name"]
    compile_modules(wheel, Path(explorers.__file__).parents[2])
    entry["sha256"] = sha256(wheel.read_bytes()).hexdigest()
LOCK.write_text(json.dumps(lock, indent=1, sort_keys=True) + "\n")
compile_modules(PACKAGES / "python_stdlib.zip", Path(json.__file__).parents[1])
