"""Goes through the parts of a program, and tries how each is called."""

import inspect
import re
import time
from copy import deepcopy
from dataclasses import replace

import numpy as np

from softmax_lessons.diagnosis import evidence
from softmax_lessons.diagnosis.layouts import LAYOUTS
from softmax_lessons.diagnosis.objects import maker, source
from softmax_lessons.diagnosis.plans import (
    Callee,
    Earlier,
    Plan,
    forwarded,
    likely_first,
    signatures,
)
from softmax_lessons.diagnosis.search import SLOW, search
from softmax_lessons.judging.safe_call import Caller

SECONDS, OF_A_STAGE = 4.5, 1.2 * SLOW
"""How long a program is read in all, and how long one way of reading a part is tried."""
FAMILY = re.compile("sigmoid|logistic|tanh|binary", re.I)
"""Where these are in a program, `a * (1 - a)` without a name is theirs."""
THREE_AXES = re.compile(
    r"\(0, 2, 1\)|\w+, \w+, \w+ = \w+(\.\w+)*\.shape|axis=2|\[:, :, (?!None|np)"
)


class Parts:
    """Goes through a program that has run; `told` gets each part, and what came of trying it."""

    def __init__(self, program, soft=False):
        self.program = program
        self.end, self.soft, self.asked = time.process_time() + SECONDS, soft, soft
        self.layouts, self.logarithm, self.mismatch = list(LAYOUTS), False, False
        code = re.sub("#.*", "", program.text)
        self.many = bool(evidence.BATCH.search(code)) and not evidence.LOOPS.search(code)
        if THREE_AXES.search(program.text):
            self.prefer("block")
        if re.search(r"\bdim=|keepdim=|\btorch\b|\.at\[", program.text):
            self.prefer("tensors")

    def go_through(self):
        """Try all functions and classes."""
        parts = self.program.parts.items()
        functions = {
            name: Callee(name, thing, lambda _, thing=thing: thing)
            for name, thing in parts
            if inspect.isroutine(thing)
        }
        losses = [callee for name, callee in functions.items() if evidence.is_loss(name)]
        forwards = []
        for name, thing in sorted(parts, key=self._rank):
            if evidence.REACHES_OUT.search(source(thing)):
                continue
            self.losses = losses
            if name in functions:
                self._part(functions[name], None, forwards, False)
            elif inspect.isclass(thing):
                self._class(name, thing, maker(thing))
            else:
                self._class(name, type(thing), lambda n, thing=thing: deepcopy(thing))

    def _rank(self, part):
        """Tell how late a part is tried: what makes probabilities first, what trains last."""
        return self._skips(*part), "exp(" not in source(part[1])

    def told(self, callee, tried):
        """Take what came of trying a part: each kind of reader does so in its way."""
        raise NotImplementedError

    def trained(self, callee, make):
        """Take a part that trains, which is not called with what comes to mind."""

    def is_numeric(self, callee):
        """Tell whether a part is a numeric gradient, and take it if so."""
        return False

    def _class(self, name, cls, make):
        if self._skips(name, cls):
            return
        callees = []
        for method, raw in self._methods(cls):
            static = isinstance(raw, (staticmethod, classmethod))
            holder, error = (cls, None) if static or not make else Caller(0.5)(make, 5)
            if not (error or (make is None and not static)):

                def get(thing, method=method):
                    return getattr(cls if thing is None else thing, method)

                callees.append((Callee(f"{name}.{method}", get(holder), get), static))
        self.losses = [callee for callee, _ in callees if evidence.is_loss(callee.name)]
        self.logarithm = False  # whether the class has a log_softmax: then that is what goes back
        forwards, self.mismatch = [], False
        for callee, static in callees:
            self._part(callee, None if static else make, forwards, True)

    def _methods(self, cls):
        found = {name: raw for kind in cls.__mro__[::-1] for name, raw in vars(kind).items()}
        for name, raw in found.items():
            public = not name.startswith("__") or name == "__call__"
            if public and self.program.is_own(getattr(raw, "__func__", raw)):
                yield name, raw

    def _part(self, callee, make, forwards, of_class):
        """Try a function or a method by itself, and behind what came forward; keep verdicts."""
        if callee.needed is None:
            return
        if self._skips(callee.name, callee.function):
            self.trained(callee, make)
            return
        if callee.needed and not callee.flags and self.is_numeric(callee):
            return
        tried = self._search(callee, make)
        self.mismatch = self.mismatch or tried.mismatch  # of what comes forward, too
        goes_back = of_class or evidence.DERIVATIVE.search(callee.name)
        if goes_back and (not tried.found or (of_class and tried.best.cost >= 1)):
            ahead = likely_first(forwards)[:8] if of_class else forwards[:-5:-1]
            self._behind(callee, make, ahead, tried, of_class)
        for plan, outcome in tried.ran if of_class else likely_first(tried.ran[:25]):
            result, (step, *more) = outcome.results[-1], plan.steps
            alike = [
                one
                for one, _ in forwards
                if one.steps[0].name == step.name and (one.layout is plan.layout or not of_class)
            ]
            # What a function returns is handed on where it is more than an array.
            hands_on = of_class or not isinstance(result, np.ndarray | float | np.floating)
            if not more and plan.places() and len(alike) < (3 if of_class else 1) and hands_on:
                forwards.append((plan, result))
                if of_class and plan.layout is LAYOUTS["vector"]:
                    forwards.append((replace(plan, layout=LAYOUTS["column"]), result))
        self.told(callee, tried)
        before = tried.best and (tried.best.task, tried.best.keys)
        for flagged in callee.flagged():
            more = self._search(flagged, make)
            if not (more.best and (more.best.task, more.best.keys) == before):
                self.told(flagged, more)

    def _search(self, callee, make):
        return search(callee, self.how(callee), make, self.until, self.layouts, self.many)

    def _behind(self, callee, make, forwards, tried, of_class):
        """Try a part on what came forward: what the object keeps, or what is handed on."""
        name, until = callee.name + " log_softmax" * self.logarithm, self.until
        square = [(replace(plan, layout=LAYOUTS["square"]), r) for plan, r in forwards[:2]]
        for plan, result in [*forwards, *(square if of_class else ())]:
            needless = tried.found or not (tried.mismatch or self.mismatch)
            if plan.layout is LAYOUTS["square"] and needless:
                break
            first = forwarded(plan, result)
            forms = signatures(callee.needed, first, 300) if callee.needed else [()]
            plans = [
                Plan(plan.layout, [*plan.steps, callee.step(f)], make)
                for f in forms
                if of_class or any(isinstance(form, Earlier) for form in f)
            ]
            tried.add_behind(plans, self.how(callee), name, until)
            if tried.ended or (tried.best and tried.best.cost < 0.5):
                break

    @property
    def until(self):
        """When what begins now has to end."""
        return min(self.end, time.process_time() + OF_A_STAGE)

    def prefer(self, key):
        """Try a layout before the others from now on."""
        self.layouts.remove(key)
        self.layouts.insert(0, key)

    def how(self, callee):
        """Return what speaks for softmax in the names of a part and of its arguments."""
        near = self.soft and not FAMILY.search(self.program.text)
        words = f"{callee.name.replace('.', ' ')} {' '.join(callee.needed or ())}"
        return evidence.level(words, near)

    def _skips(self, name, thing):
        """Tell whether a part is no softmax by its name, or runs for long."""
        text, of_class = source(thing), inspect.isclass(thing)
        uses = evidence.USES.search(name.rpartition(".")[2]) or evidence.TRAINS.search(text)
        rival = evidence.RIVAL.search(name) and "soft" not in text
        rival = rival and evidence.level(name) == evidence.BARE
        return not self.asked and bool(rival or (uses and not of_class))
