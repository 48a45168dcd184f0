"""How surely a match is about softmax, and what is admitted for it.

Where p is an argument, values cannot tell softmax from a sigmoid or a squared error: `p * (1 - p)`,
`p - t` and `g` are of all of them. Then a name decides, or softmax elsewhere in the program.
"""

import re

SOFTMAX = re.compile(
    r"soft_?max|smax|cross_?ent|crossentropy|x_?ent(ropy)?|log_?sum_?exp|categorical|nll|logits?"
    r"|attention|attn|(^|[^a-z])s?ce([^a-z]|$)|neg(ative)?_?log_?lik|multinomial",
    re.I,
)
"""Names that speak of softmax, or of a loss behind it."""
RIVAL = re.compile(
    r"binary|bce|sigmoid|logistic|relu|tanh|swish|gelu|elu|huber|hinge|mse|squared?|quadratic|l2|l1"
    r"|dropout|decay|penal|regulari|optimi|adam|sgd|softplus|euclid",
    re.I,
)
"""Names of what is easily taken for it."""
DERIVATIVE = re.compile(
    r"back|bwd|grad|deriv|prime|delta|jac|bprop|pullback|vjp|slope|error|^d_|(?-i:^d[A-Z])"
    r"|^d(soft|loss|cost|act|z)|_d$|dx|=True",
    re.I,
)
LOSS = re.compile("loss|cost|entropy|nll|xent|objective|likelihood|mse|error$", re.I)
REACHES_OUT = re.compile(r"\bopen\(|\bos\.|shutil|subprocess|\.save(fig|txt|z)?\(|to_csv")
"""What is not tried with made-up arguments: 1 is a file, too."""
USES = re.compile(
    r"train|learn|(^|_)(fit|(?<!complex_)step|update|predict|main|run)$|^update|accuracy|score|shape|param|config|repr|one_?hot",
    re.I,
)
"""Parts that use a softmax are not tried as one."""
LEARNS = re.compile(r"train|(^|_)fit$|learn|descen[dt]", re.I)
TRAINS = re.compile(r"for \w+ in x?range\((0, ?)?(\w*(iter|epoch|step|round|pass)\w*|\d{2,})", re.I)
"""Parts that train, by their name or their loop: they are read in rounds."""
LOG_SUM = re.compile(r"log_?sum_?exp|(^|[._])lse($|[._])", re.I)
LOGARITHM = re.compile("log_?soft|log_?p|log_?prob", re.I)

BATCH = re.compile(
    r"shape\[1\]|\bX ?(@|\.dot\(|\.T)|(@|dot\() ?X\b(?!\[)|batch|examples|samples|len\(X\)"
)
"""What speaks for many examples at once."""
LOOPS = re.compile(r"\b[xX]\[\w\]|for \w+, \w+ in zip\(")
"""What speaks for one after the other."""

BARE, NEAR, NAMED = range(3)
"""What speaks for softmax: nothing but values; softmax elsewhere in the program; a name."""

SMALL = {"no-average", "factor-of-two", "halved", "sign-flipped", "averaged-twice"}
SMALL |= {"averaged-over-batch", "averaged-over-entries"}
"""Factors, which alone are no mistake in a thing that may be something else."""
WEIGHTED = SMALL | {"one-sum-over-batch", "wrong-axis", "keepdims-missing"}
WEIGHTED |= {"first-example-for-all", "last-example-for-all", "writes-into-argument"}
"""Mistakes beside the weighted sum p * (g - sum(p * g)), which nothing but softmax has."""
FAR = {"passes-through", "each-by-itself", "no-exponential", "no-logarithm", "factor-of-two"}
FAR |= {"not-normalised", "argument-unused", "mean-subtracted", "plain-mean", "all-zeros"}
FAR |= {"softmax-of-gradient", "incoming-gradient"}
"""Mistakes that leave little of softmax in what a part gives."""
LOOSE = FAR | {"target-forgotten", "stops-at-log-probabilities", "one-subtracted-everywhere"}
LOOSE |= {"constant-factor", "wrong-axis", "sum-held-constant", "assumes-cross-entropy"}
"""Mistakes that make it like what other functions give."""


def level(words, near=False):
    """Return what speaks for softmax in the names of a part.

    Examples
    --------
    >>> level("softmax_grad p g") == NAMED, level("sigmoid_grad a g", near=True) == BARE
    (True, True)
    """
    if RIVAL.search(words) and not re.search("soft_?max|cross_?ent(?!.*binary)", words, re.I):
        return BARE
    if SOFTMAX.search(words):
        return NAMED if not re.search("binary|bce|sigmoid", words, re.I) else BARE
    return NEAR if near else BARE


def admits(how, task, explanation, labels, name):
    """Tell whether an explanation is believed of a part, given what speaks for softmax.

    `labels` tells whether targets were used as indices.
    """
    keys = {*explanation.keys}
    forward = not task.derivative
    if forward and keys and (DERIVATIVE.search(name) or LOSS.search(name)):
        return False
    if "g" in task.roles and "logp" not in task.roles and LOGARITHM.search(name):
        return False
    if LOG_SUM.search(name) and keys:
        return False  # its own derivative is p g
    if how == NAMED or (labels and not keys):
        return True
    of_logits = "z" in task.roles and re.search(r"softmax\(|exp\(", explanation.given.text)
    if forward:
        return bool(of_logits) and not keys & FAR
    if of_logits:
        uses = re.search(r"\bp\b|p_i|p_j|logp", explanation.result.text)
        is_p = "target-forgotten" in keys and not DERIVATIVE.search(name)  # what comes forward
        return bool(uses) and not keys & FAR and not is_p
    if "g" in task.roles and "sum(" in explanation.result.text and keys <= WEIGHTED:
        return "p * g" in explanation.result.text or how == NEAR
    if task.jacobian and not keys - SMALL:
        return how == NEAR or "z" in task.roles or bool(DERIVATIVE.search(name))
    if how == BARE or keys & LOOSE:
        return False
    # A difference is of many losses, -t / p of this one.
    is_difference = "t" in task.roles and task.name != "cross_entropy_grad"
    return labels or not (is_difference and keys <= SMALL | {"logits-for-probabilities"})


def is_loss(name):
    """Tell whether a name is one of a loss, and not of its derivative."""
    own = name.rpartition(".")[2]
    return bool(LOSS.search(own)) and not DERIVATIVE.search(own)


def speaks_of_softmax(name):
    """Tell whether the name of a part promises softmax, or the step back from it."""
    own = name.rpartition(".")[2]
    derives = DERIVATIVE.search(own) or own in ("forward", "__call__")
    return level(name if derives else own) == NAMED
