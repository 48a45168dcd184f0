"""Execute, normalise and check the lessons.

python tools/notebooks.py execute   [NOTEBOOK ...]   run from top to bottom, keep the outputs
python tools/notebooks.py normalise [NOTEBOOK ...]   leave out what differs from run to run
python tools/notebooks.py check     [NOTEBOOK ...]   say what does not belong in a stored lesson

Without a notebook named, each command takes all of notebooks/.
"""

import argparse
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError

ROOT = Path(__file__).resolve().parent.parent
CELL_TIMEOUT = 120  # seconds

# The same in every lesson, whichever program saved it last.
METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"file_extension": ".py", "name": "python"},
}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

ENDS_WITH_SEMICOLON = re.compile(r";\s*(#.*)?\Z")
NEGATIVE_ZERO = re.compile(r"(?<![\w.)\]])[-\u2212]0+\.?0*(?:[eE][-+]?\d+)?(?![\w.])")
NUMPY_SCALAR = re.compile(r"\bnp\.(?:(?:float|int|uint|complex|longdouble)\d*\(|(?:True|False)_)")
OWN_FOLDER = re.compile(r"(?:/home/|/Users/|/root/|/tmp/|\b[A-Za-z]:\\)[^\s'\"]*")


class NotebookError(Exception):
    """A notebook that can't be worked on; its file is left as it is."""


def load(path):
    """Return the notebook in a file as it should be stored."""
    try:
        nb = normalised(nbformat.v4.reads_json(path.read_text("utf-8")))
        nbformat.validate(nb)
    except (OSError, ValueError, nbformat.ValidationError) as error:
        raise NotebookError(f"cannot be read: {error}") from None
    return nb


def encoded(nb):
    """Return the bytes of a notebook's file."""
    return f"{nbformat.v4.writes_json(nb)}\n".encode()


def store(path, nb):
    """Write a notebook where it is not what the file holds; return what was done."""
    if path.read_bytes() == encoded(nb):
        return "as before"
    path.write_bytes(encoded(nb))
    return "stored anew"


def normalised(nb):
    """Return a copy with nothing in it that depends on when, where or by whom it was saved."""
    nb = nbformat.from_dict({**nb, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5})
    for cell in nb.cells:
        tags = cell.metadata.get("tags")
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if "outputs" in cell:
            cell.outputs = normalised_outputs(cell.outputs)
    return nb


def normalised_outputs(outputs):
    """Merge what a stream wrote in pieces; drop what is dead once the kernel is gone."""
    kept = []
    for output in outputs:
        if output.output_type == "stream" and kept and kept[-1].get("name") == output.name:
            kept[-1].text += output.text
            continue
        if output.output_type == "error":
            # The frames differ with the folder that Python and the packages are installed in.
            output.traceback = [f"{output.ename}: {output.evalue}"]
        # The view's number is random; the picture and the text that follow it stay.
        if output.get("data", {}).pop(WIDGET_VIEW, None) and not output.data:
            continue
        kept.append(output)
    return kept


def normalise(path):
    """Normalise a file; return what was done."""
    return store(path, load(path))


def execute(path):
    """Run a notebook from top to bottom and store its outputs; return what was done."""
    nb = load(path)
    client = NotebookClient(
        nb,
        timeout=CELL_TIMEOUT,
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],  # the kernel's own talk, not the cells'
        resources={"metadata": {"path": str(path.resolve().parent)}},
    )
    # Without a folder of kernelspecs to look in, "python3" is the interpreter that runs this.
    client.create_kernel_manager().kernel_spec_manager.kernel_dirs = []
    with client.setup_kernel():
        for i, cell in enumerate(nb.cells):
            try:
                client.execute_cell(cell, i)
            except CellExecutionError as error:
                raise NotebookError(f"cell {i + 1}: {error.ename}: {error.evalue}") from None
            except CellTimeoutError as error:
                raise NotebookError(f"cell {i + 1}: {str(error).splitlines()[0]}") from None
    return store(path, normalised(nb))


def check(path):
    """Return that a stored lesson is fine, or raise NotebookError with all that is not."""
    if found := problems(path):
        raise NotebookError(*found)
    return "fine"


def problems(path):
    """Return what does not belong in a stored lesson, a line for each finding."""
    try:
        nb = load(path)
    except NotebookError as error:
        return [str(error)]
    found = []
    if path.read_bytes() != encoded(nb):
        found.append("is not as it should be stored; run `python tools/notebooks.py normalise`")
    runs = 0
    for number, cell in enumerate(nb.cells, start=1):
        runs += cell.cell_type == "code"
        found += [f"cell {number}: {message}" for message in cell_problems(cell, runs)]
    return found


def cell_problems(cell, run):
    """Yield what is wrong with a cell, which should be the run-th to be run if it is code."""
    tags = cell.metadata.get("tags", [])
    if set(tags) - {"raises-exception"}:
        yield f"has the tags {tags}; raises-exception is the only one allowed"
    if cell.cell_type != "code":
        return
    if cell.execution_count != run:
        yield f"its execution count is {cell.execution_count}, not {run}; run `make notebooks`"
    if ENDS_WITH_SEMICOLON.search(cell.source):
        yield "ends with `;`, which hides its output here but not from nbval; assign it to _"
    for output in cell.outputs:
        if output.output_type == "error" and "raises-exception" not in tags:
            yield f"stores a {output.ename}; mend it or tag it raises-exception"
        yield from output_problems(output)


def output_problems(output):
    """Yield warnings, what a reader would stumble over, and pictures without words."""
    data = output.get("data", {})
    if output.get("name") == "stderr":
        yield f"wrote to stderr: {output.text.strip()[:60]!r}; remove the cause"
    if "image/png" in data and not output.metadata.get("image/png", {}).get("alt", "").strip():
        yield 'has a picture without alt text; give metadata {"image/png": {"alt": "..."}}'
    texts = [value for mime, value in data.items() if mime.startswith("text/")]
    for text in [*texts, output.get("text", ""), output.get("evalue", "")]:
        if match := NEGATIVE_ZERO.search(text):
            yield f"shows the negative zero {match[0]}; add 0.0 to it before it is printed"
        if match := NUMPY_SCALAR.search(text):
            yield f"shows a raw NumPy scalar, {match[0]}; print it in a fixed format"
        if match := OWN_FOLDER.search(text):
            yield f"shows {match[0]}, a folder of the computer it ran on; leave it out"


COMMANDS = {"execute": execute, "normalise": normalise, "check": check}


def main(argv=None):
    """Run one command on each notebook; return the exit status."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("notebooks", nargs="*", type=Path)
    arguments = parser.parse_args(argv)
    status = 0
    for path in arguments.notebooks or sorted((ROOT / "notebooks").glob("*.ipynb")):
        try:
            print(f"{path}: {COMMANDS[arguments.command](path)}", flush=True)
        except NotebookError as error:
            status = 1
            for problem in error.args:
                print(f"{path}: {problem}", file=sys.stderr, flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
