"""Execute, normalise and check the lessons.

python tools/notebooks.py execute   [NOTEBOOK ...]   run from top to bottom, keep the outputs
python tools/notebooks.py normalise [NOTEBOOK ...]   leave out what differs from run to run
python tools/notebooks.py check     [NOTEBOOK ...]   say what does not belong in a stored lesson

Without a notebook named, each command takes all of notebooks/.
"""

import argparse
import asyncio
import base64
import binascii
import copy
import hashlib
import io
import json
import os
import re
import shutil
import sys
import tempfile
import tokenize
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
CELL_TIMEOUT = 120  # seconds

# The same in every lesson, whichever program saved it last.
METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}
ALLOWED_TAGS = {"raises-exception"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


@dataclass(frozen=True)
class Problem:
    """What is wrong, and in which cell, counted from 1 as a reader counts."""

    path: Path
    message: str
    cell: int | None = None
    cell_id: str | None = None

    def __str__(self):
        where = "" if self.cell is None else f", cell {self.cell} (id {self.cell_id})"
        return f"{shown(self.path)}{where}: {self.message}"


class NotebookError(Exception):
    """A notebook that can't be worked on."""

    def __init__(self, problem: Problem):
        super().__init__(str(problem))
        self.problem = problem


def shown(path: Path) -> str:
    """Return the path as one would type it in the repository."""
    path = path.absolute()
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)


# --- reading and writing -------------------------------------------------------------------------


def parse(path: Path, text: str) -> NotebookNode:
    """Read a notebook without repairing anything: nbformat would invent missing cell ids."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise NotebookError(Problem(path, f"is not JSON ({error}); restore the file")) from None
    if not isinstance(data, dict) or data.get("nbformat") != 4 or "cells" not in data:
        message = "is not a notebook of format 4; open it in JupyterLab and save it again"
        raise NotebookError(Problem(path, message))
    try:
        return nbformat.v4.to_notebook_json(data)
    except (AttributeError, KeyError, TypeError):
        message = "does not have the structure of a notebook; restore the file"
        raise NotebookError(Problem(path, message)) from None


def validate(path: Path, nb: NotebookNode) -> None:
    """Raise NotebookError, naming the cell, where the notebook breaks its schema."""
    try:
        nbformat.validate({**nb, "cells": []}, version=4, version_minor=5)
    except nbformat.ValidationError as error:
        raise NotebookError(Problem(path, f"breaks the notebook format: {error.message}")) from None
    for i, cell in enumerate(nb.cells):
        try:
            ref = f"{cell.cell_type}_cell"
            nbformat.validate(cell, ref=ref, version=4, version_minor=5)
        except nbformat.ValidationError as error:
            message = f"breaks the notebook format: {error.message}"
            raise NotebookError(Problem(path, message, i + 1, cell.get("id"))) from None


def dumps(nb: NotebookNode) -> str:
    """Return the text of a notebook file, as nbformat.write stores it."""
    return nbformat.v4.writes_json(nb) + "\n"


def write(path: Path, text: str, expected: bytes) -> bool:
    """Replace the file in one step, unless its bytes are no longer the expected ones.

    Returns whether the file has changed.
    """
    content = text.encode()
    path = path.resolve()  # a symbolic link stays one
    descriptor, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        shutil.copymode(path, name)
        if path.read_bytes() != expected:
            message = "was changed by somebody else meanwhile and is left as it is; run this again"
            raise NotebookError(Problem(path, message))
        if content == expected:
            return False
        os.replace(name, path)
        return True
    finally:
        Path(name).unlink(missing_ok=True)


# --- normalise -----------------------------------------------------------------------------------


def normalised(nb: NotebookNode) -> NotebookNode:
    """Return a copy with nothing in it that depends on when, where or by whom it was saved."""
    nb = copy.deepcopy(nb)
    nb.metadata = nbformat.from_dict(METADATA)
    nb.nbformat, nb.nbformat_minor = 4, 5
    for cell in nb.cells:
        tags = cell.get("metadata", {}).get("tags")
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if not cell.get("attachments", True):
            del cell["attachments"]
        if cell.cell_type == "code":
            cell.outputs = normalised_outputs(cell.outputs)
    give_ids(nb.cells)
    return nb


def normalised_outputs(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Merge what a stream wrote in pieces; drop what is dead once the kernel is gone."""
    kept = []
    for output in outputs:
        if output.output_type == "stream" and kept:
            last = kept[-1]
            if last.output_type == "stream" and last.name == output.name:
                last.text += output.text
                continue
        if output.output_type == "error":
            # The frames differ with the folder that Python and the packages are installed in.
            output.traceback = [f"{output.ename}: {output.evalue}"]
        for part in ("data", "metadata"):
            # The view's model id is random, and no kernel knows it any more; the picture and the
            # text beside it stay.
            output.get(part, {}).pop(WIDGET_VIEW, None)
        if output.get("data", True):
            kept.append(output)
    return kept


def give_ids(cells: list[NotebookNode]) -> None:
    """Name each cell that has no id of its own after its content, the same in every run."""
    seen = set()
    for cell in cells:
        if cell.get("id") in seen or not cell.get("id"):
            attempt = cell.cell_type + cell.source
            while (digest := hashlib.sha256(attempt.encode()).hexdigest()[:8]) in seen:
                attempt += "again"
            cell.id = digest
        seen.add(cell.id)


def load(path: Path) -> tuple[bytes, NotebookNode]:
    """Return the file's bytes, and the notebook they hold, normalised and valid."""
    try:
        content = path.read_bytes()
        text = content.decode()
    except OSError as error:
        message = f"cannot be read ({error.strerror}); check the name"
        raise NotebookError(Problem(path, message)) from None
    except UnicodeDecodeError:
        raise NotebookError(Problem(path, "is not UTF-8 text; restore the file")) from None
    nb = parse(path, text)
    try:
        nb = normalised(nb)
    except (AttributeError, KeyError, TypeError):
        validate(path, nb)
        raise
    validate(path, nb)
    return content, nb


def normalise(paths: list[Path]) -> int:
    """Normalise each file; return the exit status."""
    status = 0
    for path in paths:
        try:
            content, nb = load(path)
            changed = write(path, dumps(nb), content)
        except NotebookError as error:
            print(error, file=sys.stderr)
            status = 1
        else:
            print(f"{shown(path)}: {'normalised' if changed else 'unchanged'}")
    return status


# --- execute -------------------------------------------------------------------------------------


def executed(path: Path) -> tuple[bytes, NotebookNode]:
    """Return the file's bytes, and the notebook after a run from top to bottom."""
    content, nb = load(path)
    at = 0

    def remember(cell, cell_index):
        nonlocal at
        at = cell_index

    client = NotebookClient(
        nb,
        timeout=CELL_TIMEOUT,
        on_cell_start=remember,
        record_timing=False,
        store_widget_state=False,
        extra_arguments=["--log-level=ERROR"],  # the kernel's own talk, not the cells'
        resources={"metadata": {"path": str(path.resolve().parent)}},
    )
    # Without a folder of kernelspecs to look in, "python3" is the interpreter that runs this.
    client.create_kernel_manager().kernel_spec_manager.kernel_dirs = []
    try:
        asyncio.run(client.async_execute())
    except CellExecutionError as error:
        message = f"{error.ename}: {error.evalue}".rstrip(": ")
    except CellTimeoutError:
        message = f"still running after {CELL_TIMEOUT} seconds"
    except DeadKernelError:
        message = "the kernel died"
    except NoSuchKernel:
        message = "there is no Python kernel here: ipykernel is missing; type `make clean`"
        raise NotebookError(Problem(path, f"{message}, then the same command again")) from None
    else:
        return content, normalised(nb)
    message = f"{message}; the file is left as it was, mend the cell and run this again"
    raise NotebookError(Problem(path, message, at + 1, nb.cells[at].id))


def execute(paths: list[Path]) -> int:
    """Run the notebooks side by side, one kernel each; return the exit status."""
    status = 0
    pool = ThreadPoolExecutor(max_workers=os.cpu_count())
    runs = {pool.submit(executed, path): path for path in paths}
    try:
        for run in as_completed(runs):
            path = runs[run]
            try:
                content, nb = run.result()
                changed = write(path, dumps(nb), content)
            except NotebookError as error:
                print(error, file=sys.stderr, flush=True)
                status = 1
            else:
                outcome = "outputs renewed" if changed else "outputs as before"
                print(f"{shown(path)}: executed, {outcome}", flush=True)
    except KeyboardInterrupt:
        print("Interrupted; a notebook not reported above is as it was.", file=sys.stderr)
        # An orderly exit would wait for the cells that are still running. A kernel ends by itself
        # as soon as the process that started it is gone.
        os._exit(130)
    return status


# --- check ---------------------------------------------------------------------------------------

# What a check yields: the index of a cell, and what is wrong with it.
Findings = Iterator[tuple[int, str]]

HEADING = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]|$)", re.MULTILINE)
FENCED = re.compile(r"^ {0,3}(```+|~~~+).*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
NBVAL_COMMENT = re.compile(r"^\s*#+\s*((?:NBVAL|PYTEST_VALIDATE)_\w+)\s*$", re.MULTILINE)
NEGATIVE_ZERO = re.compile(r"(?<![\w.)\]])[-\u2212]0+\.?0*(?:[eE][-+]?\d+)?(?![\w.])")
NUMPY_REPR = re.compile(r"\bnp\.(?:(?:float|int|uint|complex|longdouble)\d*\(|(?:True|False)_)")
OWN_FOLDER = re.compile(r"(?:/home/|/Users/|/root/|/tmp/|\b[A-Za-z]:\\)[^\s'\"]*")


def check_title(nb: NotebookNode) -> Findings:
    """Yield the first cell where it is no title."""
    first = nb.cells[0] if nb.cells else None
    if first is None or first.cell_type != "markdown" or not first.source.startswith("# "):
        yield 0, "the first cell is not Markdown that starts with a title, `# ...`"


def check_headings(nb: NotebookNode) -> Findings:
    """Yield each heading that is more than one level below the one before."""
    last = 0
    for i, cell in enumerate(nb.cells):
        if cell.cell_type != "markdown":
            continue
        for marks in HEADING.findall(FENCED.sub("", cell.source)):
            if len(marks) > last + 1:
                yield i, f"a heading of level {len(marks)} follows one of level {last}"
            last = len(marks)


def check_sources(nb: NotebookNode) -> Findings:
    """Yield code that is missing, or that hides its output from the comparison."""
    for i, cell in enumerate(nb.cells):
        if cell.cell_type != "code":
            continue
        if not cell.source.strip():
            yield i, "the code cell is empty; delete it"
        elif ends_with_semicolon(cell.source):
            yield i, "ends with `;`, which hides its output here but not from nbval; assign it to _"
        for comment in NBVAL_COMMENT.findall(cell.source):
            yield i, f"the comment {comment} takes it out of the comparison; remove the comment"


def ends_with_semicolon(source: str) -> bool:
    """Tell whether the last token, comments aside, is a semicolon."""
    layout = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER, tokenize.DEDENT}
    last = ""
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type not in layout:
                last = token.string
    except (tokenize.TokenError, SyntaxError):  # a magic command, or an exercise in syntax
        last = source.rstrip()[-1:]
    return last == ";"


def check_tags(nb: NotebookNode) -> Findings:
    """Yield each tag that no tool here knows."""
    for i, cell in enumerate(nb.cells):
        for tag in cell.metadata.get("tags", []):
            if tag not in ALLOWED_TAGS:
                allowed = ", ".join(sorted(ALLOWED_TAGS))
                yield i, f"has the tag {tag!r}; allowed is {allowed} only"


def check_counts(nb: NotebookNode) -> Findings:
    """Yield each code cell that was not the next to run in a run from top to bottom."""
    code = [(i, cell) for i, cell in enumerate(nb.cells) if cell.cell_type == "code"]
    for n, (i, cell) in enumerate(code, start=1):
        if cell.execution_count != n:
            yield i, f"its execution count is {cell.execution_count}, not {n}; run `make notebooks`"


def check_outputs(nb: NotebookNode) -> Findings:
    """Yield stored errors, warnings, unreadable numbers, and pictures without words."""
    for i, cell in enumerate(nb.cells):
        for output in cell.get("outputs", []):
            expected = "raises-exception" in cell.metadata.get("tags", [])
            if output.output_type == "error" and not expected:
                yield i, f"a {output.ename} is stored; mend the cell or tag it raises-exception"
            if output.output_type == "stream" and output.name == "stderr":
                yield i, f"wrote to stderr: {output.text.strip()[:60]!r}; remove the cause"
            for text in texts(output):
                yield from ((i, message) for message in check_text(text))
            if "image/png" in output.get("data", {}):
                yield from ((i, message) for message in check_picture(output))


def texts(output: NotebookNode) -> Iterator[str]:
    """Yield every text of an output that somebody might read."""
    if output.output_type == "stream":
        yield output.text
    elif output.output_type == "error":
        yield output.evalue
    for mime, value in output.get("data", {}).items():
        if mime.startswith("text/") and isinstance(value, str):
            yield value


def check_text(text: str) -> Iterator[str]:
    """Yield what a reader would stumble over."""
    if match := NEGATIVE_ZERO.search(text):
        yield f"shows the negative zero {match[0]}; add 0.0 to it before it is printed"
    if match := NUMPY_REPR.search(text):
        yield f"shows a raw NumPy scalar, {match[0]}; print it in a fixed format"
    if match := OWN_FOLDER.search(text):
        yield f"shows {match[0]}, a folder of the computer it ran on; leave it out"


def check_picture(output: NotebookNode) -> Iterator[str]:
    """Yield what keeps a picture from being seen, or from being read aloud."""
    picture = output.data["image/png"]
    try:
        base64.b64decode("".join(picture.split()), validate=True)
    except (AttributeError, ValueError, binascii.Error):
        yield "its image/png is not base64 text; encode it with base64.b64encode(...).decode()"
    described = output.metadata.get("image/png", {})
    if not str(described.get("alt") or "").strip():
        yield 'its picture has no alt text; give metadata {"image/png": {"alt": "..."}}'


CHECKS = [check_title, check_headings, check_sources, check_tags, check_counts, check_outputs]


def check_normalised(path: Path, text: str, nb: NotebookNode) -> Iterator[Problem]:
    """Yield what `normalise` would change."""
    command = f"run `python tools/notebooks.py normalise {shown(path)}`"
    want = normalised(nb)
    same_cells = True
    for i, (cell, wanted) in enumerate(zip(nb.cells, want.cells, strict=True)):
        if cell != wanted:
            same_cells = False
            keys = sorted(key for key in cell | wanted if cell.get(key) != wanted.get(key))
            message = f"its {' and '.join(keys)} would not be stored like this; {command}"
            yield Problem(path, message, i + 1, cell.get("id"))
    if nb.metadata != want.metadata:
        yield Problem(path, f"the notebook's metadata is not as in every lesson; {command}")
    elif same_cells and text != dumps(want):
        yield Problem(path, f"the file is not laid out as nbformat writes it; {command}")


def problems(path: Path) -> list[Problem]:
    """Return everything that is wrong with a stored notebook."""
    try:
        load(path)  # names whatever stands in the way of all other checks
        text = path.read_text(encoding="utf-8")
        nb = parse(path, text)
    except NotebookError as error:
        return [error.problem]
    found = list(check_normalised(path, text, nb))
    nb = normalised(nb)
    for findings in CHECKS:
        for i, message in findings(nb):
            cell_id = nb.cells[i].id if nb.cells else None
            found.append(Problem(path, message, i + 1, cell_id))
    return sorted(found, key=lambda problem: problem.cell or 0)


def check(paths: list[Path]) -> int:
    """Print every problem; return the exit status."""
    found = [problem for path in paths for problem in problems(path)]
    for problem in found:
        print(problem)
    return 1 if found else 0


# --- command line --------------------------------------------------------------------------------

COMMANDS = {"execute": execute, "normalise": normalise, "check": check}


def main(argv: list[str] | None = None) -> int:
    """Run one command; return the exit status."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("notebooks", nargs="*", type=Path)
    arguments = parser.parse_args(argv)
    paths = arguments.notebooks or sorted((ROOT / "notebooks").glob("*.ipynb"))
    return COMMANDS[arguments.command](paths)


if __name__ == "__main__":
    sys.exit(main())
