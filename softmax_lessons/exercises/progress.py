"""A learner's attempts, kept in one file beside the lessons, and added up for a teacher.

Nothing is kept before `keep_progress` is called. From then on every check adds a line to the file
`my_progress.csv` of the same folder: lesson, exercise, verdict, mistakes and time, never the code.
Nothing is sent anywhere. Whoever deletes the file ends it.
"""

import csv
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from glob import glob
from io import StringIO
from pathlib import Path

from softmax_lessons.exercises.verdict import Status, as_html, table_html, table_lines

FILE = Path("my_progress.csv")
HEAD = ("lesson", "exercise", "verdict", "mistakes", "time")
RIGHT = Status.CORRECT.value
VERDICTS = {status.value for status in Status}


@dataclass(frozen=True)
class Progress:
    """What was tried; `print` it, or let it be the last line of a cell.

    Parameters
    ----------
    summary : str
    table : tuple of tuple of str
        Rows of cells, with their headings first; empty where there is nothing to show.
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
    """Add a line for an attempt, where the learner wants that and it can be written.

    Parameters
    ----------
    exercise : str
    verdict : Verdict
    lesson : str or None
    """
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

    Returns
    -------
    Progress

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
    reading = {"newline": "", "encoding": "utf-8-sig", "errors": "replace"}
    with suppress(OSError, csv.Error), open(path, **reading) as file:
        return [row for row in csv.DictReader(file) if row.get("verdict") in VERDICTS]
    return []


def _mistakes(line):
    return (line["mistakes"] or "").split()


def _of_one(lines):
    by_exercise = {}
    for line in lines:
        by_exercise.setdefault((line["lesson"], line["exercise"]), []).append(line)
    table = [("lesson", "exercise", "state", "attempts", "mistakes so far", "last time")]
    for (lesson, exercise), attempts in sorted(by_exercise.items()):
        right = any(line["verdict"] == RIGHT for line in attempts)
        met = dict.fromkeys(mistake for line in attempts for mistake in _mistakes(line))
        state, number, last = "right" if right else "not yet", len(attempts), attempts[-1]["time"]
        table.append((lesson, exercise, state, str(number), ", ".join(met), last or ""))
    if not by_exercise:
        return Progress(f"There are no attempts in {FILE.absolute()}; keep_progress() begins it.")
    done = sum(row[2] == "right" for row in table)
    return Progress(f"Right: {done} of the {len(by_exercise)} exercises tried.", tuple(table))


def _of_many(handed_in):
    """Add up the attempts of several learners, by the names of their files."""
    met = {}
    solved = {
        (line["lesson"], line["exercise"], learner)
        for learner, lines in handed_in.items()
        for line in lines
        if line["verdict"] == RIGHT
    }
    for learner, lines in handed_in.items():
        for line in lines:
            for name in _mistakes(line) or [line["verdict"]] * (line["verdict"] != RIGHT):
                key = (name, line["lesson"], line["exercise"])
                met.setdefault(key, []).append(learner)
    table = [("mistake", "lesson", "exercise", "learners", "not right yet", "attempts")]
    for key, all_of_them in sorted(met.items(), key=lambda m: (-len(set(m[1])), -len(m[1]), m[0])):
        learners = set(all_of_them)
        stuck = sum((*key[1:], learner) not in solved for learner in learners)
        table.append((*key, str(len(learners)), str(stuck), str(len(all_of_them))))
    empty = [Path(learner).name for learner, lines in handed_in.items() if not lines]
    attempts = sum(map(len, handed_in.values()))
    summary = f"Learners: {len(handed_in) - len(empty)}, attempts: {attempts}."
    summary += f" No attempts were found in {', '.join(empty)}." if empty else ""
    return Progress(summary, tuple(table) if met else ())
