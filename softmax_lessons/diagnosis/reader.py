"""Goes through the parts of a program, finds for each how it is called, and has it judged."""

import inspect
import re
import time
from copy import deepcopy
from dataclasses import replace

import numpy as np

from softmax_lessons.diagnosis import evidence, inside
from softmax_lessons.diagnosis.answer import (
    as_shown,
    degenerate,
    judged,
    with_line,
    with_other_values,
    without_inherited,
)
from softmax_lessons.diagnosis.layouts import LAYOUTS
from softmax_lessons.diagnosis.numeric import judged_as_numeric
from softmax_lessons.diagnosis.objects import at_line, maker, source
from softmax_lessons.diagnosis.own_loss import (
    beside_a_loss,
    by_own_loss,
    by_weights,
    of_weights,
)
from softmax_lessons.diagnosis.pairs import has_softmax
from softmax_lessons.diagnosis.plans import (
    Callee,
    Earlier,
    Plan,
    forwarded,
    likely_first,
    signatures,
)
from softmax_lessons.diagnosis.search import Tried, search
from softmax_lessons.judging.safe_call import Caller

SECONDS, OF_A_STAGE = 4.5, 1.2
"""How long a program is read in all, and how long one way of reading a part is tried."""
FAMILY = re.compile("sigmoid|logistic|tanh|binary", re.I)
"""Where these are in a program, `a * (1 - a)` without a name is theirs."""
STRONG = re.compile("soft_?max|cross_?ent|log_?sum_?exp", re.I)
THREE_AXES = re.compile(r"\(0, 2, 1\)|\w+, \w+, \w+ = \w+(\.\w+)*\.shape|axis=2|\[:, :, ")


class Reader:
    """Reads all parts of a program that has run; keeps verdicts, and why a part was not read."""

    def __init__(self, program, soft=False):
        self.program, self.verdicts, self.unread = program, [], {}
        self.end, self.soft, self.asked = time.process_time() + SECONDS, soft, soft
        self.layouts, self.logarithm = list(LAYOUTS), False
        code = re.sub("#.*", "", program.text)
        self.many = bool(evidence.BATCH.search(code)) and not evidence.LOOPS.search(code)
        if THREE_AXES.search(program.text):
            self._prefer("block")
        if re.search(r"\bdim=|keepdim=|\btorch\b", program.text):
            self._prefer("tensors")
        self.ahead = []  # runs of functions that return more than an array, for their backward

    def read(self):
        """Return the verdicts."""
        parts = self.program.parts.items()
        self.losses = [
            Callee(name, thing, lambda _, thing=thing: thing)
            for name, thing in parts
            if not inspect.isclass(thing) and evidence.is_loss(name)
        ]
        for name, thing in sorted(parts, key=lambda part: "exp(" not in source(part[1])):
            if evidence.REACHES_OUT.search(source(thing)):
                continue
            if inspect.isroutine(thing):
                self._function(name, Callee(name, thing, lambda _, thing=thing: thing))
            elif inspect.isclass(thing):
                self._class(name, thing, maker(thing))
            else:
                self._class(name, type(thing), lambda n, thing=thing: deepcopy(thing))
        of_script = inside.of_script(self.program)
        # Where the functions were judged, a script that uses them rightly needs no word.
        self.verdicts += [v for v in of_script if v.mistakes or not self.verdicts]
        return self.verdicts

    @property
    def until(self):
        """When what begins now has to end."""
        return min(self.end, time.process_time() + OF_A_STAGE)

    def _prefer(self, key):
        """Try a layout before the others from now on."""
        self.layouts.remove(key)
        self.layouts.insert(0, key)

    def _how(self, words):
        near = self.soft and not FAMILY.search(self.program.text)
        return evidence.level(words, near)

    def _skips(self, name, thing):
        """Tell whether a part is no softmax by its name, or runs for long."""
        if self.asked:
            return False
        if evidence.USES.search(name.rpartition(".")[2]) or evidence.TRAINS.search(source(thing)):
            return True
        return self._is_rival(name, thing)

    def _is_rival(self, name, thing):
        rival = evidence.RIVAL.search(name) and "soft" not in source(thing)
        return bool(rival) and self._how(name) == evidence.BARE

    # ---- functions

    def _function(self, name, callee):
        if callee.needed is None or self._skips(name, callee.function):
            return
        how = self._how(f"{name} {' '.join(callee.needed)}")
        if callee.needed and self._numeric(name, callee):
            return
        tried = search(callee, how, end=self.until, layouts=self.layouts, many=self.many)
        if not tried.found and self.ahead:
            self._after(callee, how, tried)
        for plan, outcome in tried.ran[:12]:
            if (
                plan.places()
                and len(plan.steps) == 1
                and not isinstance(outcome.results[-1], np.ndarray | float | np.floating)
            ):
                self.ahead.append((plan, outcome.results[-1]))
                break
        self._told_with_flags(callee, tried, how, None)

    def _told_with_flags(self, callee, tried, how, make):
        """Keep the verdicts on a part, and on what each of its flags changes."""
        self._told(callee.name, callee, tried, how)
        before = tried.best and (tried.best.task, tried.best.keys)
        for flagged in callee.flagged():
            how = self._how(f"{flagged.name} {' '.join(callee.needed)}")
            more = search(flagged, how, make, end=self.until, layouts=self.layouts, many=self.many)
            if not (more.best and (more.best.task, more.best.keys) == before):
                self._told(flagged.name, flagged, more, how)

    def _after(self, callee, how, tried):
        """Try a function on what earlier ones returned."""
        until = self.until
        for plan, result in self.ahead[:-5:-1]:
            first = forwarded(plan, result)
            plans = [
                Plan(plan.layout, [*plan.steps, callee.step(forms)])
                for forms in signatures(callee.needed, first, 300)
                if any(isinstance(form, Earlier) for form in forms)
            ]
            tried.add_behind(plans, how, callee.name, until)
            if tried.found or tried.ended:
                return

    def _numeric(self, name, callee):
        verdict = None if callee.flags else judged_as_numeric(name, callee)
        if verdict:
            self.verdicts.append(verdict)
        return verdict

    # ---- classes

    def _class(self, name, cls, make):
        if not self.asked and self._is_rival(name, cls):
            return
        of_functions, self.losses = self.losses, []
        methods = dict(self._methods(cls))
        forwards, callees = [], []
        for method, raw in methods.items():
            static = isinstance(raw, (staticmethod, classmethod))
            if make is None and not static:
                continue
            holder, error = (cls, None) if static else Caller(0.5)(make, 5)
            if error:
                continue

            def get(thing, method=method):
                return getattr(cls if thing is None else thing, method)

            callee = Callee(f"{name}.{method}", get(holder), get)
            words = f"{name} {method} {' '.join(callee.needed or ())}"
            self.losses = self.losses + [callee] * evidence.is_loss(callee.name)
            if callee.needed is not None and not self._skips(callee.name, callee.function):
                callees.append((callee, words, None if static else make))
        self.logarithm = False  # whether the class has a log_softmax: then that is what goes back
        for callee, words, make in callees:
            self._method(callee, self._how(words), make, forwards)
        self.losses = of_functions

    def _methods(self, cls):
        for kind in cls.__mro__[::-1]:
            for name, raw in vars(kind).items():
                function = getattr(raw, "__func__", raw)
                public = not name.startswith("__") or name == "__call__"
                if public and self.program.is_own(function):
                    yield name, raw

    def _method(self, callee, how, make, forwards):
        tried = Tried()
        if callee.needed:
            if self._numeric(callee.name, callee):
                return
            tried = search(callee, how, make, end=self.until, layouts=self.layouts, many=self.many)
        if not tried.found or tried.best.cost >= 1:
            likely = likely_first(forwards)[:8]
            square = [(replace(plan, layout=LAYOUTS["square"]), r) for plan, r in likely[:2]]
            name = callee.name + " log_softmax" * self.logarithm
            until = self.until
            for plan, result in [*likely, *square]:
                if plan.layout is LAYOUTS["square"] and (tried.found or not tried.mismatch):
                    break
                first = forwarded(plan, result)
                forms = signatures(callee.needed, first, 150) if callee.needed else [()]
                plans = [Plan(plan.layout, [*plan.steps, callee.step(f)], make) for f in forms]
                tried.add_behind(plans, how, name, until)
                if tried.ended or (tried.best and tried.best.cost < 0.5):
                    break
        for plan, outcome in tried.ran[:25]:
            alike = [
                p for p, _ in forwards if p.layout is plan.layout and p.steps[0].name == callee.name
            ]
            if len(plan.steps) == 1 and plan.places() and len(alike) < 3:
                forwards.append((plan, outcome.results[-1]))
                if plan.layout is LAYOUTS["vector"]:
                    forwards.append((replace(plan, layout=LAYOUTS["column"]), outcome.results[-1]))
        self._told_with_flags(callee, tried, how, make)

    # ---- answers

    def _of_match(self, name, verdict, match, losses):
        verdict = replace(verdict, exercise=name, part=name)
        if "t" in match.task.roles:
            verdict = by_own_loss(verdict, match, losses)
        verdict = with_other_values(verdict, match)
        if not verdict.passed:
            verdict = with_line(verdict, match, self.program)
        text = self._source(name)
        verdict = without_inherited(as_shown(verdict, text), self.verdicts, text)
        return replace(verdict, hint=verdict.misconception.hint if verdict.mistakes else "")

    def _source(self, name):
        return source(self.program.parts.get(name.partition(".")[0]))

    def _told(self, name, callee, tried, how):
        """Keep the verdict on a part, or the reason why there is none."""
        losses = [
            loss
            for loss in self.losses
            if loss.needed == callee.needed and loss.name != callee.name
        ]
        found = judged(tried.found)
        verdict = self._of_match(name, *found, losses) if found else None
        derives = how != evidence.BARE and evidence.DERIVATIVE.search(name)
        if not verdict and (
            how == evidence.NAMED or (derives and has_softmax(tried, self.program))
        ):
            verdict = beside_a_loss(name, tried, losses, self.until)
        if not verdict and how == evidence.NAMED:
            verdict = degenerate(name, tried)
            verdict = verdict and at_line(verdict, callee.function, r"\breturn\b")
        if not verdict and (within := inside.of_part(name, callee, tried, self, how)):
            verdict, plan = within
            verdict = by_weights(verdict, plan, self.losses)
        elif not verdict and evidence.DERIVATIVE.search(name) and has_softmax(tried, self.program):
            verdict = of_weights(name, tried, self.losses)
        if verdict:
            self.verdicts.append(verdict)
            if found and not found[1].task.derivative:
                self.soft = True
                self.logarithm = found[1].task.name == "log_softmax"
                # Where softmax runs along rows or columns, so does what leads back.
                self.many |= bool(re.search("axis=1|keepdims", source(callee.function)))
                if found[1].plan.layout is LAYOUTS["columns"]:
                    self._prefer("columns")
                elif found[1].plan.layout is LAYOUTS["rows"] and "columns" in self.layouts:
                    self.layouts.remove("columns")
        elif (
            STRONG.search(self.program.text)
            and evidence.speaks_of_softmax(name)
            and not tried.gave_numbers
        ):
            self.unread[name] = tried.why_not()
        return verdict
