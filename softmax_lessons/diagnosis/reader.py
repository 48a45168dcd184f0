"""Goes through the parts of a program, finds for each how it is called, and has it judged."""

import inspect
import re
import time
from copy import deepcopy
from dataclasses import replace

import numpy as np

from softmax_lessons.diagnosis import answer, evidence, inside, rounds
from softmax_lessons.diagnosis.layouts import LAYOUTS
from softmax_lessons.diagnosis.numeric import judged_as_numeric
from softmax_lessons.diagnosis.objects import at_line, maker, source
from softmax_lessons.diagnosis.own_loss import beside_a_loss, by_own_loss, by_weights
from softmax_lessons.diagnosis.pairs import has_softmax
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
from softmax_lessons.mistakes import MISTAKES

SECONDS, OF_A_STAGE = 4.5, 1.2 * SLOW
"""How long a program is read in all, and how long one way of reading a part is tried."""
FAMILY = re.compile("sigmoid|logistic|tanh|binary", re.I)
"""Where these are in a program, `a * (1 - a)` without a name is theirs."""
ONE_MAXIMUM = MISTAKES["one-maximum-for-all"]
OF_SOFTMAX = {"one-sum-for-all", "keepdims-missing", "softmax-twice", "no-shift"}
"""Mistakes in probabilities, whatever is made of them."""
STRONG = re.compile("soft_?max|cross_?ent|log_?sum_?exp", re.I)
THREE_AXES = re.compile(r"\(0, 2, 1\)|\w+, \w+, \w+ = \w+(\.\w+)*\.shape|axis=2|\[:, :, ")


class Reader:
    """Reads all parts of a program that has run; keeps verdicts, and why a part was not read."""

    def __init__(self, program, soft=False):
        self.program, self.verdicts, self.unread = program, [], {}
        self.end, self.soft, self.asked = time.process_time() + SECONDS, soft, soft
        self.layouts, self.logarithm, self.logits = list(LAYOUTS), False, set()
        self.mismatch = False
        code = re.sub("#.*", "", program.text)
        self.many = bool(evidence.BATCH.search(code)) and not evidence.LOOPS.search(code)
        if THREE_AXES.search(program.text):
            self._prefer("block")
        if re.search(r"\bdim=|keepdim=|\btorch\b", program.text):
            self._prefer("tensors")

    def read(self):
        """Return the verdicts."""
        parts = self.program.parts.items()
        functions = {
            name: Callee(name, thing, lambda _, thing=thing: thing)
            for name, thing in parts
            if inspect.isroutine(thing)
        }
        losses = [callee for name, callee in functions.items() if evidence.is_loss(name)]
        forwards = []
        for name, thing in sorted(parts, key=lambda part: "exp(" not in source(part[1])):
            if evidence.REACHES_OUT.search(source(thing)):
                continue
            self.losses = losses
            if name in functions:
                self._part(functions[name], None, forwards, False)
            elif inspect.isclass(thing):
                self._class(name, thing, maker(thing))
            else:
                self._class(name, type(thing), lambda n, thing=thing: deepcopy(thing))
        for verdict in rounds.of_script(self):
            self._keep(verdict)
        return self.verdicts

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
            self._trained(callee, make)
            return
        if callee.needed and not callee.flags and (numeric := self._numeric(callee)):
            self._keep(numeric)
            return
        tried = self._search(callee, make)
        self.mismatch = self.mismatch or tried.mismatch  # of what comes forward, too
        if not tried.found or (of_class and tried.best.cost >= 1):
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
        self._told(callee, tried)
        before = tried.best and (tried.best.task, tried.best.keys)
        for flagged in callee.flagged():
            more = self._search(flagged, make)
            if not (more.best and (more.best.task, more.best.keys) == before):
                self._told(flagged, more)

    def _trained(self, callee, make):
        """Look into a part that trains, where there is a softmax in the program."""
        name = callee.name.rpartition(".")[2]
        code = source(callee.function)
        trains = evidence.LEARNS.search(name) or evidence.TRAINS.search(code)
        if trains and (self.soft or "exp(" in code):
            verdict, why = rounds.of_training(callee, make, self)
            whole = [v.part for v in self.verdicts if re.search("label|hot|step back", v.read_as)]
            back = [one for one in whole if f"{one.rpartition('.')[2]}(" in code]
            if verdict:
                own = answer.without_inherited(verdict, self.verdicts, self.program.text)
                if own.mistakes or not verdict.mistakes:
                    self._keep(own)
            elif not back and (why or STRONG.search(code)):
                self.unread[callee.name] = why or "It trains, and none of the calls tried works."

    def _search(self, callee, make):
        return search(callee, self._how(callee), make, self.until, self.layouts, self.many)

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
            tried.add_behind(plans, self._how(callee), name, until)
            if tried.ended or (tried.best and tried.best.cost < 0.5):
                break

    def _numeric(self, callee):  # the check of an exercise does without
        return judged_as_numeric(callee)

    @property
    def until(self):
        """When what begins now has to end."""
        return min(self.end, time.process_time() + OF_A_STAGE)

    def _prefer(self, key):
        """Try a layout before the others from now on."""
        self.layouts.remove(key)
        self.layouts.insert(0, key)

    def _how(self, callee):
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

    # ---- answers

    def _keep(self, verdict):
        hint = verdict.misconception.hint if verdict.mistakes else ""
        self.verdicts.append(replace(verdict, hint=hint))

    def _of_match(self, callee, verdict, match, losses):
        name = callee.name
        verdict = replace(verdict, exercise=name, part=name)
        if "t" in match.task.roles:
            verdict = by_own_loss(verdict, match, losses)
        verdict = answer.with_other_values(verdict, match)
        if verdict.passed:
            verdict = answer.with_bias(verdict, match, source(callee.function), self.program)
        else:
            right = {v.part for v in self.verdicts if v.passed and v.part not in name}
            verdict = answer.with_line(verdict, match, self.program, right)
        text = source(self.program.parts.get(name.partition(".")[0]))
        return answer.without_inherited(answer.as_shown(verdict, text), self.verdicts, text)

    def _told(self, callee, tried):
        """Keep the verdict on a part, or the reason why there is none."""
        # What was read as logits once is not taken for probabilities later.
        tried.found = [m for m in tried.found if self.logits.isdisjoint(_given(m, "p"))]
        name, how, found = callee.name, self._how(callee), answer.judged(tried.found)
        if found and not self.many and ONE_MAXIMUM in found[0].mistakes:
            found = self._for_one_example(callee, found[1].plan) or found
        losses = [one for one in self.losses if one.needed == callee.needed and one.name != name]
        verdict = self._of_match(callee, *found, losses) if found else None
        if not verdict:
            derives = evidence.DERIVATIVE.search(name) and has_softmax(tried, self.program)
            if how == evidence.NAMED or (derives and how != evidence.BARE):
                verdict = beside_a_loss(name, tried, losses, self.until)
            if not verdict and how == evidence.NAMED:
                verdict = answer.degenerate(name, tried)
                verdict = verdict and at_line(verdict, callee.function, r"\breturn\b")
            if not verdict:
                verdict, plan = inside.of_part(callee, tried, self, how)
                own = source(callee.function)
                if verdict and verdict.mistakes and verdict.misconception.key in OF_SOFTMAX:
                    own = self.program.text  # whichever part has made the probabilities
                verdict = verdict and answer.without_inherited(verdict, self.verdicts, own)
                varied = [plan for plan, _ in tried.ran[:12] if "array" in plan.places().values()]
                plans = [plan] * bool(plan) if verdict else varied[:4] * bool(derives)
                verdict = by_weights(name, verdict, plans, self.losses)
        if verdict:
            self._keep(verdict)
            if found and not found[1].task.derivative:
                self.soft = True
                self.logits.update(_given(found[1], "z"))
                self.logarithm = found[1].task.name == "log_softmax"
                # Where softmax runs along rows or columns, so does what leads back.
                self.many |= bool(re.search("axis=1|keepdims", source(callee.function)))
                if found[1].plan.layout is LAYOUTS["columns"]:
                    self._prefer("columns")
                elif found[1].plan.layout is LAYOUTS["rows"] and "columns" in self.layouts:
                    self.layouts.remove("columns")
        elif (
            STRONG.search(self.program.text)
            and (evidence.speaks_of_softmax(name) or _goes_back(callee))
            and not tried.gave_numbers
            and (evidence.DERIVATIVE.search(name) or not evidence.LOSS.search(name))
        ):
            self.unread[name] = tried.why_not()

    def _for_one_example(self, callee, plan):
        """Return what is right for one example, and the match, where a batch is not spoken of."""
        if plan.layout is not LAYOUTS["columns"]:
            return None
        single = search(callee, self._how(callee), plan.make, self.until, ["vector"])
        if (found := answer.judged(single.found)) and found[0].passed:
            text = "For a batch in columns it would be wrong: one-maximum-for-all."
            return replace(found[0], summary=f"{found[0].summary} {text}"), found[1]
        return None


def _goes_back(callee):
    """Tell whether a part computes a softmax, and something behind it by its name."""
    return evidence.DERIVATIVE.search(callee.name) and STRONG.search(source(callee.function))


def _given(match, role):
    """Yield which argument of which part has a role."""
    for one, (s, k) in match.roles.items():
        if one == role:
            yield match.plan.steps[s].name, k
