"""The readers' own copies of the lessons, in my_lessons/.

A copy has no outputs, so that nothing answers a question before it is asked. It keeps in its
metadata what its cells were when it was made. As long as they still are that, the copy is renewed
when the lesson changes, saved outputs or not. Where its reader has written something, it stays.
"""

import os
from hashlib import sha256

import nbformat

MADE_FROM = "softmax_lessons_made_from"


def written(notebook):
    """Return a number for all that is written in a notebook, whatever its outputs are."""
    cells = [(c.cell_type, c.source, c.get("attachments")) for c in notebook.cells]
    return sha256(repr(cells).encode()).hexdigest()


def without_outputs(lesson):
    """Return a lesson as a reader begins it."""
    notebook = nbformat.read(lesson, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook.metadata[MADE_FROM] = written(notebook)
    return notebook


def renew(lessons, folder):
    """Make or renew the copies of some lessons in a folder.

    Parameters
    ----------
    lessons : iterable of Path
    folder : Path
        Made where it does not exist.

    Returns
    -------
    list of str
        A line for each copy that is not as the lesson now is, and how to have it.

    Raises
    ------
    OSError
        A copy cannot be read or written.
    """
    lines = []
    for lesson in lessons:
        copy, new = folder / lesson.name, without_outputs(lesson)
        try:
            if os.path.lexists(copy):
                mine = nbformat.read(copy, as_version=4)
                made_from = mine.metadata.get(MADE_FROM)
                if made_from == new.metadata[MADE_FROM]:
                    continue
                if made_from != written(mine):
                    lines.append(_newer(copy))
                    continue
            _put(new, copy)
        except (ValueError, AttributeError, nbformat.ValidationError):  # it is no notebook
            lines.append(_newer(copy))
    return lines


def _newer(copy):
    return (
        f"There is a newer lesson than {copy.parent.name}/{copy.name}, which you have changed. It"
        " stays as it is. Give it another name, and the next start puts the new one beside it."
    )


def _put(notebook, path):
    """Write a notebook as a whole or not at all."""
    path.parent.mkdir(exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        nbformat.write(notebook, new)
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
