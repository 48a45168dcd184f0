"""What people believe about softmax and its gradient, and why it is wrong, once for each mistake.

Most of the mistakes were found in public questions and code.
"""

CLAIMS = {
    # Softmax itself
    "no-shift": (
        "exp(z) / sum(exp(z)) is the definition, so I compute it as it stands.",
        "exp overflows above 709 and inf / inf is NaN. Taking the largest logit away from all of "
        "its slice changes nothing and keeps every exponential at most 1.",
        "01",
    ),
    "one-maximum-for-all": (
        "One maximum of the whole array is as good a shift as any.",
        "A slice far below that maximum underflows: all its exponentials are 0, and 0 / 0 is NaN. "
        "Each slice needs its own maximum.",
        "01",
    ),
    "shift-by-positive-maximum": (
        "Only large logits are dangerous, so I take away max(0, max(z)).",
        "Where all logits are very negative nothing is shifted: every exponential underflows to 0, "
        "and 0 / 0 is NaN.",
        "01",
    ),
    "one-sum-for-all": (
        "The exponentials are divided by their sum.",
        "By the sum of their own slice: the sum runs along the axis of the classes, not over the "
        "whole array. Here the whole batch shares one total.",
        "06",
    ),
    "wrong-axis": (
        "The classes lie along the axis they always lie along.",
        "They lie along the axis that is given (where none is, the last one). Along another, "
        "entries of different examples are mixed.",
        "06",
    ),
    "softmax-twice": (
        "To be safe I apply softmax here; if they are probabilities already, it does not matter.",
        "It does: softmax of probabilities is another, much flatter distribution.",
        "05",
    ),
    "no-exponential": (
        "Dividing by the sum makes the logits add up to 1.",
        "But not positive: logits may be negative, and their sum may be 0. The exponential comes "
        "first.",
        "01",
    ),
    "each-by-itself": (
        "Softmax squashes each logit to between 0 and 1, as the sigmoid does.",
        "Then the results do not add up to 1. Each probability depends on all logits.",
        "00",
    ),
    "sign-flipped": (
        "The formula is right but for a sign somewhere.",
        "Every entry has the opposite sign: something is subtracted the wrong way round.",
        "02",
    ),
    "integer-result": (
        "zeros_like(z) gives me an array of the right kind for the result.",
        "For integer logits it gives integers, and everything between 0 and 1 is cut off to 0. "
        "Convert to floats first.",
        "08",
    ),
    "writes-into-argument": (
        "Working in place saves memory.",
        "It changes the caller's array, which may be needed again: other gradients, the next step, "
        "a second call. Work on a new array.",
        "05",
    ),
    "remembers": (
        "What the last call left behind does no harm.",
        "The same input must give the same output. A counter, a buffer that adds up or a random "
        "number that survives the call makes the second result differ.",
        "05",
    ),
    # Its logarithm
    "logarithm-of-softmax": (
        "log_softmax is the logarithm of softmax, so I compute it so.",
        "Where a probability underflows to 0 its logarithm is -inf, although the true value is a "
        "moderate number such as -800. Subtract in log space, z - logsumexp(z).",
        "07",
    ),
    "maximum-not-added-back": (
        "I shift by the maximum inside the exponentials, that is all.",
        "The logarithm of the sum is then too small by that maximum: subtract it from z as well, "
        "or add it back.",
        "01",
    ),
    "no-logarithm": (
        "log_softmax is a stable name for softmax.",
        "It is its logarithm, at most 0 everywhere.",
        "01",
    ),
    # The Jacobian
    "elementwise": (
        "The derivative of softmax is p (1 - p), as it is for the sigmoid.",
        "That is the diagonal of the Jacobian. Every logit also moves all other probabilities, by "
        "-p_i p_j, and these paths are missing.",
        "04",
    ),
    "sum-held-constant": (
        "In e^z_i / S I differentiate the numerator; S is just a number.",
        "S contains every logit. Its derivative gives the second term, -p_i p_j, which is missing.",
        "02",
    ),
    "diagonal-left-out": (
        "The derivative is -p_i p_j.",
        "Off the diagonal it is. On the diagonal the numerator moves too and adds p_i.",
        "02",
    ),
    "off-diagonal-positive": (
        "The mixed derivatives are p_i p_j.",
        "With a minus: raising one logit takes probability away from all other classes.",
        "02",
    ),
    "index-mixed-up": (
        "J = p (delta - p), so I write p * (eye - p).",
        "The two p have different indices, p_i (delta_ij - p_j): the first is a column, "
        "p[:, None], the second a row. With one index in both places, squares of the "
        "probabilities stand off the diagonal.",
        "02",
    ),
    "outer-product-forgotten": (
        "J = diag(p) - p.",
        "Subtracted from diag(p) are the products p_i p_j, a matrix; subtracting the vector p "
        "takes p_j from every row.",
        "02",
    ),
    "rows-summed": (
        "A Jacobian has too many numbers, so I add up its rows first.",
        "Each row adds up to 0: it says what happens if all logits move together, which is "
        "nothing. The gradient is then zero, whatever the loss.",
        "03",
    ),
    "log-softmax-rule": (
        "I use delta_ij - p_j, which I have seen in the derivation.",
        "That is the derivative of log p_i. For p_i itself it is multiplied by p_i.",
        "07",
    ),
    "whole-batch-jacobian": (
        "The Jacobian of N examples has N n x N n entries.",
        "It has, but examples do not influence each other: all but the blocks of n x n are 0. "
        "Asked for are these blocks alone, of shape (N, n, n).",
        "06",
    ),
    "batch-flattened": (
        "diagflat and outer work for a batch too.",
        "They flatten it: the N examples are treated as one long vector, and products across "
        "examples appear. Use p[:, :, None] and p[:, None, :], or einsum.",
        "06",
    ),
    "summed-over-batch": (
        "The Jacobians of the examples are added up.",
        "Every example has a Jacobian of its own, which multiplies its own gradient.",
        "06",
    ),
    "first-example-for-all": (
        "What holds for the first example holds for all.",
        "Every slice has probabilities and an incoming gradient of its own. A counter that never "
        "advances, or an index 0 left over from a single example, uses the first one's.",
        "06",
    ),
    # Backward
    "passes-through": (
        "Softmax passes the incoming gradient on unchanged; the cross-entropy cancels it anyway.",
        "Only softmax and cross-entropy together give p - t. By itself, backward multiplies by "
        "the Jacobian, for whatever loss comes after it.",
        "05",
    ),
    "sum-not-weighted": (
        "p (g - sum(g)).",
        "The sum is weighted: sum(p g), the mean of g under the distribution p.",
        "05",
    ),
    "mean-subtracted": (
        "Take away the mean of the incoming gradient, and it adds up to 0 as it should.",
        "Adding up to 0 is not enough. The mean is the one weighted by p, and the result is "
        "multiplied by p.",
        "05",
    ),
    "plain-mean": (
        "p (g - mean(g)).",
        "The mean that is taken away is the one weighted by p, sum(p g). The two agree only where "
        "all probabilities are equal.",
        "05",
    ),
    "probabilities-left-out": (
        "g - sum(p g).",
        "The row is multiplied by its probability: p (g - sum(p g)).",
        "05",
    ),
    "factor-of-two": (
        "A factor of 2 comes from somewhere.",
        "Every entry is twice what it should be. The 2 of a squared error belongs to the loss, "
        "and the 2 of a central difference to the distance between its two points.",
        "08",
    ),
    "one-sum-over-batch": (
        "sum(p g) is a sum.",
        "Along the axis of the classes, one for each slice. Over the whole array, every example "
        "feels the gradients of all others.",
        "06",
    ),
    "assumes-cross-entropy": (
        "The gradient is p - t, so I return p minus what comes in.",
        "p - t is the end of the chain for one loss. What comes in here is the gradient with "
        "respect to p, not the target.",
        "07",
    ),
    "averaged-over-batch": (
        "Gradients are averaged over the batch, so I divide by N.",
        "The loss does that, once. In backward the 1/N has come in with the gradient already.",
        "07",
    ),
    "logits-for-probabilities": (
        "The formula p (g - sum(p g)) with what I am given for p.",
        "Given are the logits. The formula wants probabilities: apply softmax first.",
        "05",
    ),
    # The gradient of softmax and cross-entropy
    "no-average": (
        "The gradient is p - t.",
        "For one example. The loss is the mean over N, so each example counts 1/N.",
        "07",
    ),
    "averaged-twice": (
        "The loss divides by N, and so does the gradient.",
        "Each does, but the gradient of the mean holds the 1/N once.",
        "07",
    ),
    "averaged-over-entries": (
        "The mean over the batch is the mean over the array.",
        "The mean is over the N examples, not over the N n entries.",
        "07",
    ),
    "target-forgotten": (
        "The gradient is the probability of each class.",
        "At the true class 1 is subtracted: p - t.",
        "07",
    ),
    "one-subtracted-everywhere": (
        "The gradient is p - 1.",
        "Only at the true class; at all others it is p. With one-hot t that is p - t.",
        "07",
    ),
    "stops-at-probabilities": (
        "The derivative of -t log p is -t / p.",
        "With respect to the probabilities. With respect to the logits it is multiplied by the "
        "Jacobian, which gives p - t.",
        "07",
    ),
    "long-way": (
        "-t / p through the Jacobian is right, so that is what I compute.",
        "On paper. Where a probability underflows to 0, it is divided by 0 and multiplied by 0, "
        "which gives NaN. In the product p cancels: compute what is left, p - t.",
        "07",
    ),
    "stops-at-log-probabilities": (
        "The derivative of -t log p is -t.",
        "With respect to log p. On the way to the logits, the sum in log_softmax adds p.",
        "07",
    ),
    "squared-error": (
        "p - t comes from the squared error, whose chain goes on through softmax.",
        "For the cross-entropy p - t is the whole chain: the Jacobian is in it already.",
        "07",
    ),
    # Finite differences
    "all-at-once": (
        "f(x + h) - f(x - h): I add the step to x.",
        "Adding a number to an array moves all entries together. That measures one direction; the "
        "gradient needs one entry moved at a time.",
        "08",
    ),
    "nothing-moves": (
        "I perturb a copy of x.",
        "The perturbed array never reaches the function: a copy of the copy was changed, or the "
        "step is lost in rounding. All differences are 0.",
        "08",
    ),
    "integer-step": (
        "A copy of x is a good place for the perturbed point.",
        "For integer x the copy holds integers too, and the step is cut off. Convert to floats.",
        "08",
    ),
    "not-restored": (
        "I move each entry in turn.",
        "The entry before has to be put back first: otherwise the differences add up.",
        "08",
    ),
    "distance-halved": (
        "A central difference is divided by 2h, and so is mine.",
        "Between x and x + h the distance is h, not 2h: every entry is half of what it should be.",
        "08",
    ),
    "step-too-large": (
        "A step of 1 is easy to see.",
        "The difference quotient approaches the derivative only as the step gets small. In float64 "
        "a central difference is best at about 6e-6.",
        "08",
    ),
    # Gradient checkers
    "sum-loss": (
        "The simplest loss is the sum of the outputs, so its gradient is what I compare.",
        "The probabilities always add up to 1: that gradient is zero, and a backward that returns "
        "zeros, or has any factor wrong, passes. Use a random incoming gradient.",
        "08",
    ),
    "uniform-logits": (
        "Zeros are as good a test input as any.",
        "At equal logits all probabilities are 1/n, and formulas that differ elsewhere agree. Use "
        "generic logits.",
        "08",
    ),
    "one-example": (
        "If it is right for one example, it is right for a batch.",
        "With one example nobody can use another one's gradient or sum. Check a batch, with as "
        "many examples as not classes.",
        "08",
    ),
    "saturated-and-loose": (
        "Large logits are a hard test, and 1e-2 is close enough.",
        "At saturated logits all derivatives are nearly 0, right and wrong ones, and a loose "
        "tolerance takes all of them for equal.",
        "08",
    ),
    "accepts-everything": (
        "It ran without an error, so it passes.",
        "A check that cannot fail says nothing.",
        "08",
    ),
    "refuses-everything": (
        "Nothing is ever exactly equal, so I compare exactly.",
        "A measured gradient is rounded: compare with a tolerance, about 1e-6 here. This check "
        "refuses every right backward.",
        "08",
    ),
}
"""For each key: the claim, why it is wrong, and the lesson that explains it."""
