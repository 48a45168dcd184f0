"""Looks into a run, line by line: softmax(z) = p among the values, and the step back from it.

So scripts are read, which have no functions, and the insides of networks, whatever they return.
"""

import re
import time
from dataclasses import replace

import numpy as np

from softmax_lessons.diagnosis.evidence import BARE, DERIVATIVE, LOG_SUM, NAMED
from softmax_lessons.diagnosis.layouts import ARRAYS, INCOMING
from softmax_lessons.diagnosis.objects import source
from softmax_lessons.diagnosis.pairs import MOST, Pair, pairs, watched
from softmax_lessons.diagnosis.steps_back import calls_a_part, is_made, looked_at, steps_back
from softmax_lessons.judging.verdict import Status, Verdict
from softmax_lessons.mistakes import MISTAKES

AFTER = "What comes after this line was not checked."


def of_part(callee, tried, reader, how):
    """Return the verdict on what a part does inside, None where there is no softmax.

    Its own calls of the program are looked at first, then those plans that ran.
    """
    program, function = reader.program, getattr(callee.function, "__qualname__", "")
    derives, best = DERIVATIVE.search(function), None
    plans = {(plan.layout.words, *plan.places().values()): plan for plan, _ in tried.ran[::-1]}
    plans = {k: plan for k, plan in plans.items() if {*ARRAYS} & {*k} and _varies(plan)}
    code = source(callee.function)
    gives_loss = any(outcome.scalars for _, outcome in tried.ran)
    gives_loss = gives_loss or ("exp(" in code and "log(" in code)
    if LOG_SUM.search(function) or not (derives or gives_loss or how == NAMED):
        return None, None
    for plan in [None, *list(plans.values())[:-7:-1]]:
        if plan and time.process_time() > reader.end:
            break
        pool = watched(plan, program) if plan else program.values
        first = next((k for k, value in enumerate(pool) if value.function == function), 0)
        pool = looked_at(pool[max(0, first - MOST) :])[: 2 * MOST]
        found = list(pairs(pool, function))
        if plan and derives and how > BARE and not found:
            found = list(_given(pool, function, plan))
            if how == NAMED:  # so is the step back, whatever the loss
                found = [replace(p, z=p.p._replace(name="what is given")) for p in found]
        for step in steps_back(pool, found, program):
            made = is_made(step.pair.p.name, program.lines[step.pair.p.line - 1])
            rank = "t" in step.explanation.result.text, step.pair.z is not None
            # What a program's own call hands in may be of anything.
            sure = made or (derives and (plan is not None or how > BARE))
            # Which way targets lie is only known where they are labels, or the program's own.
            known = plan is None or "labels" in plan.places().values()
            sure = sure and (known or "wrong-axis" not in step.pair.keys)
            # What one line makes right, a later one may spoil; what is spoilt is told once.
            anew = best is None or not step.keys or step.keys != best[1].keys
            if sure and (best is None or rank > best[0] or (rank == best[0] and anew)):
                best = rank, step, plan
    return (told_of(callee.name, best[1], program), best[2]) if best else (None, None)


def _varies(plan):
    """Tell whether a call is given arrays that vary: in the identity a mask looks like p."""
    *_, last = each = [step.forms for step in plan.steps]
    handed = not last or any(not isinstance(form, str) for form in last)
    return handed or any(form in ARRAYS for forms in each for form in forms)


def _given(pool, function, plan):
    """Yield what a function is given as probabilities, where it does not compute them."""
    places = plan.places()
    for place, rows in plan.values().items():
        laid = np.asarray(plan.layout.put(rows))
        for value in pool:
            same = value.function == function and np.array_equal(value.array, laid)
            handed = re.split(r"[.\[]", value.name)[0] in ("self", *plan.steps[-1].arguments)
            same = same and handed and not INCOMING.fullmatch(value.name)
            if places[place] in ARRAYS and same and laid.ndim == 2:
                yield Pair(None, value, 0 if "column" in plan.layout.words else -1)
                break


def told_of(part, step, program):
    """Return the verdict on a part by its step back, or by the weights that this moves."""
    mistakes = tuple(MISTAKES[key] for key in (*step.keys, *_of_shift(step.pair, program)))
    name, line, p, z = step.value.name, step.value.line, step.pair.p, step.pair.z
    first = f"{p.name} is softmax of {z.name}" if z else f"{p.name} is softmax"
    read_as = f"{part}, line by line: {first}, and {name} in line {line}"
    bias = "rows-summed" in step.keys
    what = "moved by the step back" if step.moves else "the gradient of the bias" * bias
    read_as += f" is {what or 'the step back'}"
    e = step.explanation
    what = ", up to a factor that was not checked" if e.keys else f": {e.result.text}"
    text = f"In line {line}, `{name}` is right{what}. {AFTER}"
    if step.moves:
        text = f"In line {line}, `{name}` moves down the loss; how far was not checked."
    status = Status.CORRECT
    if mistakes:
        up = f" In line {line}, `{name}` moves up the loss." * ("sign-flipped" in step.keys)
        text, status = str(mistakes[0]) + up * step.moves, Status.KNOWN_MISTAKE
        line = p.line if mistakes[0].key == "no-shift" or step.pair.keys else line
    verdict = Verdict(part, status, text, mistakes, read_as=read_as, part=part)
    return replace(verdict, line=line, code=program.lines[line - 1].strip())


def _of_shift(pair, program):
    """Return whether the lines from logits to probabilities take exp, and no maximum away."""
    if pair.z is None or pair.z.function != pair.p.function:
        return []
    text = "\n".join(program.lines[pair.z.line - 1 : pair.p.line])
    shifts = re.search("max|log_?sum_?exp", text) or calls_a_part(text, program)
    return ["no-shift"] if "exp(" in text and not shifts else []
