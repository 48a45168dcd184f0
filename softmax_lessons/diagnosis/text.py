"""Reads text as people paste it: fences, prompts, magics, Python 2, lines that are no Python."""

import ast
import re
from textwrap import dedent

FENCE = re.compile(r"\s*(```|~~~)")
PROMPT = re.compile(r"\s*(>>>|In \[\d*\]:|\.\.\.:?) ?")
STARTS = re.compile(r"\s*(>>>|In \[)")
OF_A_SHELL = re.compile(r"\s*[%!]|[^#]*\w\?{1,2}\s*$")
PRINT = re.compile(r"print\b(?!\s*[(=.,)\]:])")
EXCEPT = re.compile(r"(except\s+[\w.() ,]+?)\s*,\s*(\w+)\s*:")
TYPED = str.maketrans("\u2018\u2019\u201c\u201d\u00a0\u2212", "''\"\" -")
"""What word processors and web pages make of quotes, blanks and minus signs."""


def mended(text):
    r"""Return the tree of a program, its lines, and those left out, by their numbers.

    Every line keeps its number.

    Examples
    --------
    >>> tree, lines, left_out = mended("%matplotlib inline\nhalf = 0.5\nhalf of it")
    >>> [type(statement).__name__ for statement in tree.body], left_out
    (['Pass', 'Assign', 'Pass'], {3: 'half of it'})
    """
    lines = _without_clothes(text.translate(TYPED).expandtabs(4).splitlines())
    lines, left_out = dedent("\n".join(map(_in_python_3, lines))).split("\n"), {}
    for _ in range(200):
        try:
            return ast.parse("\n".join(lines) + "\n"), lines, left_out
        except (SyntaxError, ValueError) as error:
            _mend(lines, error, left_out)
    return ast.Module([], []), lines, left_out


def _without_clothes(lines):
    """Blank what stands around code: what is outside of Markdown fences, and prompts."""
    if any(map(FENCE.match, lines)):
        inside, kept = False, []
        for line in lines:
            fence = bool(FENCE.match(line))
            inside ^= fence
            kept.append(line if inside and not fence else "")
        lines = kept
    if any(map(STARTS.match, lines)):
        # Between the prompts stands what was printed.
        lines = [PROMPT.sub("", line, count=1) if PROMPT.match(line) else "" for line in lines]
    return lines


def _in_python_3(line):
    """Return a line without what only a notebook or Python 2 understands."""
    code = line.lstrip()
    indent = line[: len(line) - len(code)]
    if code.startswith("%%"):
        return ""
    if OF_A_SHELL.match(line) or PRINT.match(code):
        return f"{indent}pass"
    return indent + EXCEPT.sub(r"\1 as \2:", code)


def _mend(lines, error, left_out):
    """Leave out the one line at which reading ended; and then the whole statement around it."""
    first = min(getattr(error, "lineno", None) or 1, len(lines)) - 1
    while first and not lines[first].strip():
        first -= 1
    last, line = first + 1, lines[first]
    if getattr(error, "msg", "") == "expected ':'" and not line.endswith(":"):
        left_out[first + 1], lines[first] = line.strip(), f"{line}:"
        return
    new = line[: len(line) - len(line.lstrip())] + "pass"
    if line == new:  # what goes wrong began above
        new = ""
        while first and not lines[first][:1].strip():
            first -= 1
        while last < len(lines) and not lines[last][:1].strip():
            last += 1
    for gone in range(first, last):
        if lines[gone].strip() not in ("", "pass"):
            left_out.setdefault(gone + 1, lines[gone].strip())
        lines[gone] = new
