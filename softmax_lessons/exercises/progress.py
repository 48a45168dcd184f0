"""A learner's attempts, kept in one file beside the lessons, and added up for a teacher.

Nothing is kept before `keep_progress` is called. From then on every check adds a line to the file
`my_progress.csv` of the same folder: lesson, exercise, verdict, mistakes and time, never the code.
Nothing is sent anywhere. Whoever deletes the file ends it.
"""

import csv
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from glob import glob
from io import StringIO
from pathlib import Path

from softmax_lessons.judging.showing import as_html, table_html, table_lines
from softmax_lessons.judging.verdict import Status

FILE = Path("my_progress.csv")
HEAD = ("lesson", "exercise", "verdict", "mistakes", "time")
RIGHT = Status.CORRECT.value
VERDICTS = {status.value for status in Status}


@dataclass(frozen=True)
class Progress:
    """What was tried; `print` it, or let it be the last line of a cell.

    The table has rows of cells, with their headings first; it is empty where nothing is to show.
    """

    summary: str
    table: tuple[tuple[str, ...], ...] = ()

    def __str__(self):
        """Return all as text."""
        return "\n".join([self.summary, *table_lines(self.table)])

    __repr__ = __str__

    def _repr_html_(self):
        """Return all as HTML."""
        return f"<p>{as_html(self.summary)}</p>{table_html(self.table)}"


def _is_ours():
    with FILE.open("rb") as file:
        return file.readline().startswith(",".join(HEAD).encode())


def keep_progress():
    """Keep the attempts from now on, in `my_progress.csv` beside the lessons; say where that is."""
    place = FILE.absolute()
    try:
        with FILE.open("a", encoding="utf-8") as file:
            if file.tell() == 0:
                file.write(",".join(HEAD))
        ours = _is_ours()
    except OSError as error:
        print(f"Nothing is kept: {place} could not be written ({error.strerror}).")
        return
    if ours:
        print(f"Each check now adds a line to {place}:")
        print("lesson, exercise, verdict, mistakes and time, never your code.")
        print("Nothing is sent anywhere. To end it, delete the file.")
    else:
        print(f"Nothing is kept: {place} is another file of yours, and stays as it is.")


def note(exercise, verdict, lesson):
    """Add a line for an attempt, where the learner wants that and it can be written."""
    if verdict.status is Status.NOT_ATTEMPTED:
        return
    line, mistakes = StringIO(), " ".join(mistake.key for mistake in verdict.mistakes)
    time = datetime.now().isoformat(" ", "seconds")
    row = (lesson, exercise, verdict.status.value, mistakes, time)
    csv.writer(line, lineterminator="").writerow(row)
    with suppress(OSError):
        if _is_ours():
            # A single write, for several notebooks at once. The line break comes first: a line
            # that a full disk cuts off does not spoil the next.
            with FILE.open("ab", buffering=0) as file:
                file.write(f"\n{line.getvalue()}".encode())


def progress(files=None):
    """Show what was tried and what is right; for a teacher, what a class got stuck on.

    Parameters
    ----------
    files : str, iterable of paths or None
        None shows your own attempts. For a teacher, the files that learners have handed in, one
        for each, or a pattern that they match. Their attempts are added up by mistake and
        exercise, what most learners met first; "not right yet" counts those of them who have
        not solved that exercise of that lesson. Where a mistake has no name, the verdict stands.

    Examples
    --------
    >>> progress("handed_in/*.csv")
    Learners: 0, attempts: 0.
    """
    if files is None:
        return _of_one(_lines(FILE))
    paths = sorted(glob(files)) if isinstance(files, str) else list(files)
    return _of_many({str(path): _lines(path) for path in paths})


def _lines(path):
    """Return the attempts in a file, as dictionaries."""
    with suppress(OSError, csv.Error):
        content = Path(path).read_bytes()
        # A spreadsheet may have saved it in its own way.
        wide = content.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
        text = content.decode("utf-16" if wide else "utf-8-sig", "replace")
        delimiter = text[len(HEAD[0]) :][:1] or ","
        rows = list(csv.DictReader(StringIO(text, newline=""), delimiter=delimiter))
        for row in rows:
            row["lesson"] = row.get("lesson") and row["lesson"].rjust(2, "0")
        return [row for row in rows if row.get("verdict") in VERDICTS]
    return []


def _mistakes(line):
    return (line["mistakes"] or "").split()


def _grouped(pairs):
    """Return the values of each key, in a dict."""
    groups = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


def _of_one(lines):
    by_exercise = _grouped(((line["lesson"], line["exercise"]), line) for line in lines)
    if not by_exercise:
        return Progress(f"There are no attempts in {FILE.absolute()}; keep_progress() begins it.")
    table = []
    for exercise, attempts in sorted(by_exercise.items()):
        right = any(line["verdict"] == RIGHT for line in attempts)
        met = dict.fromkeys(mistake for line in attempts for mistake in _mistakes(line))
        state, last = "right" if right else "not yet", attempts[-1]["time"] or ""
        table.append((*exercise, state, str(len(attempts)), ", ".join(met), last))
    done = sum(row[2] == "right" for row in table)
    head = ("lesson", "exercise", "state", "attempts", "mistakes so far", "last time")
    return Progress(f"Right: {done} of the {len(table)} exercises tried.", (head, *table))


def _of_many(handed_in):
    """Add up the attempts of several learners, by the names of their files."""
    attempts = [(learner, line) for learner, lines in handed_in.items() for line in lines]
    solved, met = set(), []
    for learner, line in attempts:
        exercise = line["lesson"], line["exercise"]
        if line["verdict"] == RIGHT:
            solved.add((learner, *exercise))
        else:
            met += [((name, *exercise), learner) for name in _mistakes(line) or [line["verdict"]]]
    table = []
    for key, learners in _grouped(met).items():
        stuck = sum((learner, *key[1:]) not in solved for learner in set(learners))
        table.append((*key, len(set(learners)), stuck, len(learners)))
    table.sort(key=lambda row: (-row[3], -row[5], row[:3]))
    empty = [Path(learner).name for learner, lines in handed_in.items() if not lines]
    summary = f"Learners: {len(handed_in) - len(empty)}, attempts: {len(attempts)}."
    summary += f" No attempts were found in {', '.join(empty)}." if empty else ""
    head = ("mistake", "lesson", "exercise", "learners", "not right yet", "attempts")
    return Progress(summary, (head, *(tuple(map(str, row)) for row in table)) if table else ())
