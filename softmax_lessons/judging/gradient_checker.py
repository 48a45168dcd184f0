"""Judges gradient checkers: what they ask of right and wrong backwards, and what they answer."""

from functools import partial

import numpy as np

from softmax_lessons import numerics
from softmax_lessons.judging.observe import described, in_words, nothing
from softmax_lessons.judging.verdict import Status, Verdict, nothing_yet
from softmax_lessons.mistakes import MISTAKES
from softmax_lessons.mistakes.suspects import BACKWARDS, NAMED, RIGHT_BACKWARDS, WRONG_BACKWARDS


class _Watched:
    """A backward that keeps what it was given."""

    def __init__(self, backward, asked):
        self.backward, self.asked = backward, asked

    def __call__(self, p, g=None, *more, **named):
        self.asked.append(tuple(np.array(a, dtype=float) for a in (p, g)))
        return self.backward(p, g, *more, **named)


def _answer(value):
    """Return what a checker said as a bool, or in words; to be called safely."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    return value if value is None or value is ... else in_words(value)


def judge_checker(signature, function, call):
    """Return the verdict on a gradient checker, with a table of what it says to each backward."""
    verdict = partial(Verdict, signature)
    answers, asked, remembers = {}, [], False
    watched = {name: _Watched(backward, asked) for name, backward in BACKWARDS.items()}
    for name in [*watched, *NAMED]:
        value, error = call(lambda w=watched[name]: _answer(function(w)))
        lead = f"Given {name!r}, " if name in NAMED else "Given a backward, "
        if nothing(value, error) and not answers:
            return nothing_yet(signature)
        if error is not None:
            text = f"{lead}{described(error)}."
            if not answers and _questions_tell(asked) == ["calls-backward-wrongly"]:
                mistake = MISTAKES["calls-backward-wrongly"]
                return verdict(Status.KNOWN_MISTAKE, f"{mistake} {text}", (mistake,))
            return verdict(Status.RAISES, text)
        if type(value) is not bool:
            text = f"{lead}it returns {value}. It must return one answer, True or False."
            return verdict(Status.WRONG_TYPE, text)
        remembers = remembers or answers.setdefault(name, value) != value
    through = [name for name in WRONG_BACKWARDS if answers[name]]
    refused = [name for name in RIGHT_BACKWARDS if not answers[name]]
    missed = list(dict.fromkeys(name[0] for name in answers if name not in NAMED and answers[name]))
    keys = _names(asked, answers, refused, missed) + ["remembers"] * remembers
    turned = {name: name in WRONG_BACKWARDS for name in NAMED}
    turned = turned == {name: answers[name] for name in NAMED}
    mistakes = () if turned else tuple(MISTAKES[key] for key in dict.fromkeys(keys))
    rights, wrongs = len(RIGHT_BACKWARDS), len(WRONG_BACKWARDS)
    summary = f"It accepts {len(through)} of {wrongs} wrong backwards and refuses"
    summary += f" {len(refused)} of {rights} right ones."
    summary += "" if asked else " It never calls the backward that it is given."
    verdict = partial(verdict, table=_as_table(answers, [] if through else missed))
    if not (through or refused or missed or remembers):
        summary = f"It accepts all {rights} right backwards and refuses all {wrongs} wrong ones."
        return verdict(Status.CORRECT, summary, printed=call.printed)
    if not mistakes:
        hint = "True and False are the wrong way round." if turned else ""
        return verdict(Status.WRONG, summary, hint=hint)
    if missed and not through and not refused:
        summary += " But it accepts others that are wrong in one part only, or only slightly."
    return verdict(Status.KNOWN_MISTAKE, f"{mistakes[0]} {summary}", mistakes)


def _questions_tell(asked):
    """Return the mistakes that show in the probabilities and gradients a checker asked with."""
    proper = [p.ndim and np.allclose(p.sum(axis=-1), 1) and (p >= 0).all() for p, _ in asked]
    if not any(proper):
        return ["calls-backward-wrongly"] if asked else []
    tests = {
        "sum-loss": lambda p, g: np.ptp(g, axis=-1).max() < 1e-12,
        "uniform-logits": lambda p, g: np.ptp(p) < 1e-12,
        "one-example": lambda p, g: p.ndim < 2 or len(p) == 1,
        "same-gradient-for-all": lambda p, g: p.ndim > 1 and np.ptp(g, axis=0).max() < 1e-12,
    }
    told = [key for key, test in tests.items() if all(test(p, g) for p, g in asked)]
    # With such a loss, or a single example, the gradient is the same for all anyway.
    implied = {"sum-loss", "one-example"} & {*told}
    return [key for key in told if not (implied and key == "same-gradient-for-all")]


def _names(asked, answers, refused, missed):
    """Return the mistakes of a checker from what it asked and how it answered."""
    told = _questions_tell(asked)
    if all(answers.values()):
        return ["accepts-everything"]
    if len(refused) == len(RIGHT_BACKWARDS):
        if told == ["calls-backward-wrongly"]:
            return told
        zero_like = answers["zeros"] and answers["rows of the Jacobian summed"]
        return ["measures-zero" if zero_like else "refuses-everything"]
    if told:
        return told
    sizes_only = answers["sign flipped"] and answers["doubled"] and not answers["zeros"]
    if answers["without-abs", 0] != answers["without-abs", 1] or sizes_only:
        return ["without-abs"]
    off = {True: [0], False: []}  # how far off those are that it accepts, and that it refuses
    for name in answers.keys() - RIGHT_BACKWARDS.keys():
        gaps = [BACKWARDS[name](*q) - numerics.softmax_backward(*q) for q in asked[:99]]
        off[answers[name]].append(max(np.abs(gap).max() for gap in gaps))
    if 1e-12 < max(off[True]) < max(0.05, min(off[False], default=0)):
        # It depends on nothing but how far off they are.
        certain = any((np.abs(p - np.round(p)).max(axis=-1) < 1e-3).any() for p, _ in asked)
        return ["saturated-and-loose" if certain else "loose-tolerance"]
    # Eight of these are right in one part only; a sum or a norm does not let them through.
    part = any(answers["compares-part", k] for k in range(8)) or "compares-sums" not in missed
    keys = [key for key in ("compares-part", "compares-sums") if key in missed]
    keys = keys if part else ["compares-sums"]
    if "loose-tolerance" in missed and "compares-sums" not in missed:
        keys += ["loose-tolerance"]
    one_entry = all((np.count_nonzero(g, axis=-1) < 2).all() for _, g in asked)
    keys += ["one-entry-gradients"] * ("one-entry-gradients" in missed and one_entry)
    return keys or [key for key in missed if key == "square-batch"]


def _as_table(answers, missed):
    """Return rows: the backward, whether it is right, the answer; wrong answers stand first."""
    rows = [(f"another: {key}", "wrong", "accepts ✗") for key in missed]
    for name in NAMED:
        right, said = name in RIGHT_BACKWARDS, "accepts" if answers[name] else "refuses"
        wrongly = "" if answers[name] == right else " ✗"
        rows.append((name, "right" if right else "wrong", said + wrongly))
    return (("backward", "is", "your check"), *sorted(rows, key=lambda row: "✗" not in row[2]))
