"""What a page asks of the lessons for code that was typed in it: HTML to show."""

import ast
import contextlib
import io
import linecache
import re
import traceback
from html import escape

from softmax_lessons.diagnosis import diagnose
from softmax_lessons.mistakes import MISTAKES

CODE = "your code"
NOTHING = "It ran, and nothing was checked. Is the check the last line, at the left edge?"
KEY = re.compile(r"(<br>|</b> |<summary>.*: )([a-z][a-z-]+)(?=: |[,<])")
LESSON = re.compile(r"lesson (\d\d)")


def linked(html, lessons, root=""):
    """Return a verdict's HTML with links from mistakes and lessons to their pages.

    `lessons` are the lessons' pages by number, `root` is the way to the site's first page.

    Examples
    --------
    >>> linked("<b>read again:</b> lesson 04", {"04": "lessons/04.html"})
    '<b>read again:</b> <a href="lessons/04.html">lesson 04</a>'
    """

    def mistake(match):
        before, key = match.groups()
        link = f'<a href="{root}mistakes.html#mistake-{key}">{key}</a>'
        return before + (link if key in MISTAKES else key)

    def lesson(match):
        page = lessons.get(match[1])
        return f'<a href="{root}{page}">{match[0]}</a>' if page else match[0]

    return LESSON.sub(lesson, KEY.sub(mistake, html))


def diagnosed(code):
    """Return the verdicts on a pasted program as HTML.

    Examples
    --------
    >>> "elementwise" in diagnosed("def softmax_grad(p, g): return p * (1 - p) * g")
    True
    """
    return diagnose(code)._repr_html_()


def ran(before, code):
    r"""Return what a cell shows, as HTML: what it prints, what its last line is, or its error.

    `before` is what stands above it in the lesson. Imports of what a page has not are left out.

    Examples
    --------
    >>> ran("x = 1", "y = x + 1\ny")
    '<pre>2</pre>'
    """
    names, printed, shown = {"__name__": "__main__"}, io.StringIO(), ""
    linecache.cache[CODE] = len(code), None, code.splitlines(keepends=True), CODE
    for statement in ast.parse(before).body:
        # One name at a time: a page has no Matplotlib and no sliders.
        for alias in getattr(statement, "names", [None]):
            with contextlib.suppress(ImportError):
                if alias:
                    statement.names = [alias]
                exec(ast.unparse(statement), names)
    try:
        with contextlib.redirect_stdout(printed):
            *statements, last = ast.parse(code).body
            for statement in [*statements, *([] if isinstance(last, ast.Expr) else [last])]:
                exec(compile(ast.Module([statement], []), CODE, "exec"), names)
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), CODE, "eval"), names)
                if value is not None:
                    as_html = getattr(
                        value, "_repr_html_", lambda: f"<pre>{escape(repr(value))}</pre>"
                    )
                    shown = as_html()
    except Exception as error:
        error.__context__ = None  # what was handled before is not theirs
        report = traceback.TracebackException.from_exception(error)
        report.stack = traceback.StackSummary.from_list(
            [frame for frame in report.stack if frame.filename == CODE]
        )
        shown = f"<pre>{escape(''.join(report.format()))}</pre>"
    said = printed.getvalue()
    shown = (f"<pre>{escape(said)}</pre>" if said else "") + shown
    return shown or f"<p>{NOTHING}</p>"
