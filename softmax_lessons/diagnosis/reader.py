"""Tells what the parts of a program are: has them judged, or says why they were not read."""

import re
from dataclasses import replace

from softmax_lessons.diagnosis import answer, evidence, inside, rounds
from softmax_lessons.diagnosis.checkers import judged_as_checker
from softmax_lessons.diagnosis.layouts import LAYOUTS
from softmax_lessons.diagnosis.numeric import judged_as_numeric
from softmax_lessons.diagnosis.objects import at_line, source
from softmax_lessons.diagnosis.own_loss import beside_a_loss, by_own_loss
from softmax_lessons.diagnosis.own_weights import by_weights
from softmax_lessons.diagnosis.pairs import has_softmax
from softmax_lessons.diagnosis.parts import Parts
from softmax_lessons.diagnosis.search import search
from softmax_lessons.mistakes import MISTAKES

ONE_MAXIMUM = MISTAKES["one-maximum-for-all"]
OF_SOFTMAX = {"one-sum-for-all", "keepdims-missing", "softmax-twice", "no-shift"}
"""Mistakes in probabilities, whatever is made of them."""
STRONG = re.compile("soft_?max|cross_?ent|log_?sum_?exp", re.I)


class Reader(Parts):
    """Reads all parts of a program that has run; keeps verdicts, and why a part was not read."""

    def __init__(self, program, soft=False):
        super().__init__(program, soft)
        self.verdicts, self.unread, self.logits = [], {}, set()
        self.goes_back = False  # whether a step back was read

    def read(self):
        """Return the verdicts."""
        self.go_through()
        for verdict in rounds.of_script(self):
            self._keep(verdict)
        return self.verdicts

    def is_numeric(self, callee):
        """Tell whether a part is a numeric gradient or a check of one, and keep the verdict."""
        verdict = judged_as_checker(callee) or judged_as_numeric(callee)
        if verdict:
            self._keep(verdict)
        return verdict is not None

    def trained(self, callee, make):
        """Look into a part that trains, where there is a softmax in the program."""
        name = callee.name.rpartition(".")[2]
        code = source(callee.function)
        trains = evidence.LEARNS.search(name) or evidence.TRAINS.search(code)
        if trains and (self.soft or "exp(" in code):
            verdict, why = rounds.of_training(callee, make, self)
            whole = [
                v.part
                for v in self.verdicts
                if re.search("label|hot|step back|of the bias", v.read_as)
            ]
            back = [one for one in whole if f"{one.rpartition('.')[2]}(" in code]
            wrong = {v.part for v in self.verdicts if v.mistakes} & {*back}
            climbs = verdict and [m.key for m in verdict.mistakes] == ["sign-flipped"]
            if verdict and (climbs or not wrong):  # else the weights move as they are told to
                own = answer.without_inherited(verdict, self.verdicts, self.program.text)
                if own.mistakes or not verdict.mistakes:
                    self._keep(own)
            elif not back and (why or STRONG.search(code)):
                self.unread[callee.name] = why or "It trains, and none of the calls tried works."

    def _keep(self, verdict):
        hint = verdict.misconception.hint if verdict.mistakes else ""
        self.verdicts.append(replace(verdict, hint=hint))

    def _of_match(self, callee, verdict, match, losses):
        name = callee.name
        verdict = answer.of_log_p(replace(verdict, exercise=name, part=name))
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

    def told(self, callee, tried):
        """Keep the verdict on a part, or the reason why there is none."""
        # What was read as logits once is not taken for probabilities later.
        tried.found = [m for m in tried.found if self.logits.isdisjoint(_given(m, "p"))]
        name, how, found = callee.name, self.how(callee), answer.judged(tried.found)
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
                varied = [plan for plan, _ in tried.ran if "array" in plan.places().values()]
                varied.sort(key=lambda plan: len(plan.steps))
                plans = [plan] * bool(plan) + varied[:4] * bool(verdict or derives)
                verdict = by_weights(name, verdict, plans, self.losses, self.program)
        if verdict:
            self._keep(verdict)
            self.goes_back |= not found or found[1].task.derivative
            if found and not found[1].task.derivative:
                self.soft = True
                self.logits.update(_given(found[1], "z"))
                self.logarithm = found[1].task.name == "log_softmax"
                # Where softmax runs along rows or columns, so does what leads back.
                self.many |= bool(re.search("axis=1|keepdims", source(callee.function)))
                if found[1].plan.layout is LAYOUTS["columns"]:
                    self.prefer("columns")
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
        single = search(callee, self.how(callee), plan.make, self.until, ["vector"])
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
