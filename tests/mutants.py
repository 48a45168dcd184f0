"""Right answers spoilt in one place each, and an oracle that knows which are right all the same.

A mutant is the source of one right implementation with one place changed. Not every change does
harm: a Jacobian that is symmetric may be transposed. Whether one does is not left to the checks
under test to say. The oracle here compares a mutant with the implementation it was made from, on
inputs of its own, more of them and more tightly than any check; a mutant that gives the same on all
of them is called equivalent and set aside.

`python tests/mutants.py` prints how many there are.
"""

import ast
import copy
import inspect
import warnings
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import cycle, islice, pairwise, product

import numpy as np
import right_implementations
import scipy.special
from right_implementations import RIGHT

from softmax_lessons.misconceptions import CATALOGUE

KINDS = ("sign", "axis", "factor", "dropped term", "transposed index", "one element", "extreme")

# Kinds that a check has no place for: a checker returns one bool, a finite difference knows no
# axis, and nothing has to be kept from overflowing where the probabilities are given.
IMPOSSIBLE = {
    "check_gradient_checker": {"one element"},
    "check_finite_difference_gradient": {"axis"},
    "check_softmax_backward": {"extreme"},
}


@dataclass(frozen=True)
class Mutant:
    """A right implementation with one place changed.

    Parameters
    ----------
    name : str
        Which implementation, what kind of change, in which line, from what to what.
    kind : str
    function : callable
    equivalent : bool
        Whether it is right all the same.
    """

    name: str
    kind: str
    function: object
    equivalent: bool


# What is done to a returned value, at run time.


def _negated(value):
    return not value if isinstance(value, (bool, np.bool_)) else -np.array(value)


def _doubled(value):
    return 2 * np.array(value)


def _transposed(value):
    return np.array(value).T


def _one_element_off(value, where):
    array = np.array(value)
    array = array if array.dtype.kind == "f" else array.astype(float)
    array.flat[{"first": 0, "middle": array.size // 2, "last": -1}[where]] += 1e-3
    return array


HELPERS = {f.__name__: f for f in (_negated, _doubled, _transposed, _one_element_off)}


# What is done to the source. Each function below yields the nodes that may stand for a given one.


def _expression(text, **parts):
    """Return the tree of an expression, with trees put in for the names in `parts`."""

    class PutIn(ast.NodeTransformer):
        def visit_Name(self, node):
            return copy.deepcopy(parts.get(node.id, node))

    return PutIn().visit(ast.parse(text, mode="eval").body)


def _changed(node, **fields):
    """Return a copy of a node with other fields."""
    twin = copy.deepcopy(node)
    for name, value in fields.items():
        setattr(twin, name, copy.deepcopy(value))
    return twin


def _same(a, b):
    return ast.dump(a) == ast.dump(b)


def _number(node, kinds=(int, float)):
    """Return the number that a node writes out, a minus before it included, else None."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        number = _number(node.operand, kinds)
        return None if number is None else -number
    if isinstance(node, ast.Constant) and type(node.value) in kinds:
        return node.value
    return None


def _called(node):
    """Return the last name of what is called: `sum` in `np.sum(x)` and in `x.sum()`."""
    if not isinstance(node, ast.Call):
        return None
    return getattr(node.func, "attr", None) or getattr(node.func, "id", None)


def _swapped(items, i, j):
    items = list(items)
    items[i], items[j] = items[j], items[i]
    return items


PLUS_AND_MINUS = {ast.Add: ast.Sub, ast.Sub: ast.Add}


def _sign(node, parent, check):
    if isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in PLUS_AND_MINUS:
        yield _changed(node, op=PLUS_AND_MINUS[type(node.op)]())
    minus = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    if minus and _number(node, (int,)) is None:  # a whole number is an axis or an index
        yield node.operand
    if isinstance(parent, ast.Return):
        yield _expression("_negated(value)", value=node)


# Calls that take axes without naming them.
TAKE_AXES = {
    *("sum", "max", "amax", "reduce", "take", "stack", "apply_along_axis", "expand_dims"),
    *("moveaxis", "swapaxes", "softmax", "log_softmax", "logsumexp", "backward"),
}


def _axis(node, parent, check):
    number = _number(node, (int,))
    if isinstance(parent, ast.keyword) and parent.arg == "keepdims":
        yield ast.Constant(not node.value)
    is_axis = (
        (isinstance(parent, ast.keyword) and parent.arg == "axis")
        or (_called(parent) in TAKE_AXES and node in parent.args)
        or (
            isinstance(parent, ast.Subscript)
            and node is parent.slice
            and getattr(parent.value, "attr", None) == "shape"
        )
    )
    if number is not None and is_axis:
        yield from (_expression(str(other)) for other in (-1, 0, 1) if other != number)
    if isinstance(node, ast.Tuple) and is_axis:
        yield from (element for element in node.elts if _number(element) is not None)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id == "axis":
        yield from (_expression(text) for text in ("0", "-1", "axis - 1"))
    if (
        isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Tuple)
        and any(_new_axis(e) for e in node.slice.elts)
    ):
        elements = node.slice.elts
        for i in range(len(elements) - 1):
            if _new_axis(elements[i]) != _new_axis(elements[i + 1]):
                moved = ast.Tuple(_swapped(elements, i, i + 1), ast.Load())
                yield _changed(node, slice=moved)


def _new_axis(node):
    return (isinstance(node, ast.Constant) and node.value is None) or (
        isinstance(node, ast.Attribute) and node.attr == "newaxis"
    )


def _factor(node, parent, check):
    arithmetic = isinstance(parent, (ast.BinOp, ast.AugAssign))
    if isinstance(node, ast.Constant) and (
        _number(node, (float,)) is not None or (_number(node) is not None and arithmetic)
    ):
        yield ast.Constant(2 * node.value if node.value else 1.0)
    if isinstance(parent, ast.Return) and not _verdict(parent, check):
        yield _expression("_doubled(value)", value=node)


def _dropped_term(node, parent, check):
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)):
            yield node.left
        if isinstance(node.op, (ast.Add, ast.Sub, ast.Mult)):
            yield node.right
    if isinstance(node, ast.AugAssign):
        yield ast.Pass()


def _transposed_index(node, parent, check):
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        elements = node.slice.elts
        for i in range(len(elements) - 1):
            pair = elements[i : i + 2]
            if not _same(*pair) and not any(_new_axis(e) for e in pair):
                yield _changed(node, slice=ast.Tuple(_swapped(elements, i, i + 1), ast.Load()))
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Subscript):
        inner = _changed(node.value, slice=node.slice)
        if not _same(node.slice, node.value.slice):
            yield _changed(node, value=inner, slice=node.value.slice)
    if _called(node) == "einsum":
        yield from (_with_einsum(node, text) for text in _swapped_letters(node.args[0].value))
    if _called(node) == "outer":
        yield _changed(node, args=_swapped(node.args, 0, 1))
    if _called(node) == "moveaxis":
        yield _changed(node, args=_swapped(node.args, 1, 2))
    if _called(node) in ("swapaxes", "transpose"):
        of_numpy = isinstance(node.func.value, ast.Name) and node.func.value.id == "np"
        yield node.args[0] if of_numpy else node.func.value
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        yield _changed(node, left=node.right, right=node.left)
        yield _changed(node, left=_expression("value.T", value=node.left))
    if isinstance(parent, ast.Return) and not _verdict(parent, check):
        yield _expression("_transposed(value)", value=node)


def _swapped_letters(subscripts):
    """Return an einsum's subscripts with two neighbouring letters of one operand swapped."""
    letters = [
        (i, i + 1)
        for i, pair in enumerate(pairwise(subscripts))
        if all(letter.isalpha() for letter in pair) and pair[0] != pair[1]
    ]
    return ["".join(_swapped(subscripts, *pair)) for pair in letters]


def _with_einsum(node, subscripts):
    return _changed(node, args=[ast.Constant(subscripts), *node.args[1:]])


def _one_element(node, parent, check):
    if isinstance(parent, ast.Return) and check != "check_gradient_checker":
        for where in ("first", "middle", "last"):
            yield _expression(f"_one_element_off(value, {where!r})", value=node)


OPPOSITES = {"max": "min", "amax": "amin", "maximum": "minimum"}


def _extreme(node, parent, check):
    if isinstance(node, ast.Attribute) and node.attr in OPPOSITES:
        yield _changed(node, attr=OPPOSITES[node.attr])
    if isinstance(node, ast.Name) and node.id in OPPOSITES:
        yield _changed(node, id=OPPOSITES[node.id])


CHANGES = dict(
    zip(
        KINDS,
        (_sign, _axis, _factor, _dropped_term, _transposed_index, _one_element, _extreme),
        strict=True,
    )
)


def _verdict(node, check):
    """Tell whether a return is that of a checker, which says yes or no."""
    return check == "check_gradient_checker" and getattr(node, "outermost", False)


def _places(node):
    """Yield every place of a function's body: its parent, what sets it, and the node there now."""
    for field, value in ast.iter_fields(node):
        if field in ("args", "decorator_list") and isinstance(node, (ast.FunctionDef, ast.Lambda)):
            continue
        if field == "test" and isinstance(node, ast.While):
            continue
        if field == "args" and _called(node) == "range":  # how often a loop runs
            continue
        children = enumerate(value) if isinstance(value, list) else [(None, value)]
        for index, child in children:
            if isinstance(child, ast.AST):
                yield node, field, index, child
                yield from _places(child)


def _put(parent, field, index, node):
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def mutated(check, right):
    """Yield each mutant of an implementation as a kind, a name and a function."""
    lines, first_line = inspect.getsourcelines(right)
    tree = ast.parse("".join(lines))
    (definition,) = tree.body
    for statement in ast.walk(definition):
        if isinstance(statement, ast.FunctionDef):
            for inner in ast.walk(statement):
                if isinstance(inner, ast.Return):
                    inner.outermost = statement is definition
    seen = {ast.dump(definition)}
    for parent, field, index, node in list(_places(definition)):
        for kind, change in CHANGES.items():
            for other in list(change(node, parent, check)):
                _put(parent, field, index, ast.copy_location(other, node))
                ast.fix_missing_locations(tree)
                source = ast.dump(definition)
                if source not in seen:
                    seen.add(source)
                    name = (
                        f"{right.__name__}, {kind}, line {first_line + node.lineno - 1}: "
                        f"{ast.unparse(node)!r} became {ast.unparse(other)!r}"
                    )
                    yield kind, name, _compiled(tree, right.__name__, name)
                _put(parent, field, index, node)


NAMES = {**vars(right_implementations), **HELPERS}


def _compiled(tree, function, name):
    defined = {}
    exec(compile(tree, f"<{name}>", "exec"), NAMES, defined)
    defined[function].__name__ = name
    return defined[function]


# The oracle's inputs.

SCALES = {
    "ordinary": lambda rng, shape: rng.normal(size=shape),
    "huge": lambda rng, shape: rng.normal(scale=1000, size=shape),
    "wide": lambda rng, shape: rng.normal(scale=30, size=shape),
    "small": lambda rng, shape: rng.normal(scale=0.1, size=shape),
    "around 1000": lambda rng, shape: 1000 + rng.normal(size=shape),
    "around -1000": lambda rng, shape: -1000 + rng.normal(size=shape),
    "integers": lambda rng, shape: rng.integers(-4, 5, size=shape),
    "huge integers": lambda rng, shape: rng.integers(-1000, 1001, size=shape),
    "short integers": lambda rng, shape: rng.integers(-4, 5, size=shape, dtype=np.int32),
    "float32": lambda rng, shape: rng.normal(size=shape).astype(np.float32),
    "ties": lambda rng, shape: rng.integers(0, 2, size=shape).astype(float),
    "all equal": lambda rng, shape: np.full(shape, rng.normal()),
    "far slices": lambda rng, shape: (
        rng.normal(size=shape) + 1000.0 * rng.integers(-1, 2, size=(*shape[:-1], 1))
    ),
    "one far entry": lambda rng, shape: (
        rng.normal(size=shape) + 1000.0 * (np.arange(np.prod(shape)) == 1).reshape(shape)
    ),
}


def _strided(array):
    return np.repeat(array, 2, axis=-1)[..., ::2]


def _read_only(array):
    array = array.copy()
    array.setflags(write=False)
    return array


LAYOUTS = (np.array, _read_only, _strided, np.asfortranarray, lambda a: a[::-1].copy()[::-1])

# Square ones first: they hide a mistaken axis, so that only the values can show it.
SHAPES = [
    *((3, 3), (2, 3), (4,), (3, 2), (2, 3, 4), (3, 3, 3), (1, 4), (3,), (4, 1), (2, 2, 2)),
    *((1,), (1, 1), (2, 1, 3), (5, 2), (2, 2, 1, 3), (2,), (1, 3, 2), (6,)),
]
BATCHES = [(3, 3), (2, 3), (3, 2), (1, 4), (4, 1), (5, 4), (2, 2), (1, 1), (2, 6)]
VECTORS = [(3,), (2,), (4,), (1,), (6,), (5,)]


def _arrays(shapes, count, rng, *draws):
    """Yield tuples of arrays of one shape, with all shapes and scales, laid out in turn."""
    layouts = cycle(LAYOUTS)
    pairs = cycle(product(SCALES, shapes))
    for scale, shape in islice(pairs, count):
        layout = next(layouts)
        yield tuple(layout(draw(rng, shape, scale)) for draw in draws)


def _logits(rng, shape, scale):
    return SCALES[scale](rng, shape)


def _incoming(rng, shape, scale):
    scale = rng.choice(["ordinary", "ordinary", scale, "integers", "small"])
    return SCALES[scale](rng, shape)


def _one_hot(rng, shape, scale):
    dtype = rng.choice([float, int])
    return np.eye(shape[-1], dtype=dtype)[rng.integers(shape[-1], size=shape[0])]


def _any_axis(draws, count, seed):
    rng = np.random.default_rng(seed)
    for arrays in _arrays(SHAPES, count, rng, *draws):
        axis = rng.integers(-arrays[0].ndim, arrays[0].ndim)
        yield *arrays, int(axis)


def _probabilities_and_gradients(count, seed):
    for z, g, axis in _any_axis((_logits, _incoming), count, seed):
        p = scipy.special.softmax(z, axis=axis)
        p.setflags(write=z.flags.writeable)
        yield p, g, axis


def _weights(x):
    return (1 + np.arange(x.size) / x.size).reshape(x.shape)


def _squares(x):
    return np.sum(_weights(x) * x**2)


def _cubes(x):
    return np.sum(_weights(x) * x**3 - x)


def _sines(x):
    return float(np.sum(_weights(x) * np.sin(_weights(x) * x)))


def _neighbours(x):
    flat = x.ravel()
    return np.sum(flat[1:] * flat[:-1]) + 3 * flat[0]


def _along_rows(x):
    return np.log(np.exp(x * _weights(x) / 4).sum(axis=-1)).sum()


def _lengths(x):
    return np.sqrt(1 + (_weights(x) * x * x).sum(axis=0)).sum()


def _linear(x):
    return (_weights(x) * x).sum()


def _constant(x):
    return 2.0


SMOOTH = (_squares, _sines, _neighbours, _along_rows, _cubes, _lengths, _linear, _constant)
AT_REST = ("ordinary", "integers", "float32", "ties", "small", "short integers", "all equal")


def _functions_and_points(count, seed):
    rng = np.random.default_rng(seed)
    shapes = [(3,), (2, 3), (3, 3), (1,), (4,), (1, 3), (3, 1), (2, 2)]
    every = product(AT_REST, shapes, SMOOTH)
    chosen = rng.permutation(np.array(list(every), dtype=object))[:count]
    for (scale, shape, function), layout in zip(chosen, cycle(LAYOUTS), strict=False):
        yield function, layout(SCALES[scale](rng, shape))
    for scale in ("around 1000", "huge integers", "huge"):
        yield _linear, SCALES[scale](rng, (2, 3))


def _softmax_of(p, g, axis, formula):
    """Apply a formula of one batch of rows to arrays with the classes along any axis."""
    return np.moveaxis(formula(np.moveaxis(p, axis, -1), np.moveaxis(g, axis, -1)), -1, axis)


WRONG_FORMULAS = {
    "zeros": lambda p, g: np.zeros_like(p),
    "sign flipped": lambda p, g: -p * (g - np.sum(p * g, -1, keepdims=True)),
    "doubled": lambda p, g: 2 * p * (g - np.sum(p * g, -1, keepdims=True)),
    "row sums": lambda p, g: g * (p[..., None] * (np.eye(p.shape[-1]) - p[..., None, :])).sum(-1),
    "less the mean": lambda p, g: g - g.mean(-1, keepdims=True),
    "the first slice's for all": lambda p, g: np.broadcast_to(
        p[0] * (g[0] - np.sum(p[0] * g[0], -1, keepdims=True)), p.shape
    ),
    "diagonal alone": lambda p, g: p * (1 - p) * g,
    "passed through": lambda p, g: g,
    "times p": lambda p, g: p * g,
    "unweighted sum": lambda p, g: p * (g - g.sum(-1, keepdims=True)),
    "one sum for the batch": lambda p, g: p * (g - np.sum(p * g)),
    "another axis": lambda p, g: p * (g - np.sum(p * g, 0, keepdims=True)),
    "p less g": lambda p, g: p - g,
    "squares": lambda p, g: p * g - p**2 * np.sum(g, -1, keepdims=True),
}


def _as_backward(formula):
    return lambda p, grad_p, axis=-1: _softmax_of(p, grad_p, axis, formula)


def _with_default_axis(backward):
    return lambda p, grad_p, axis=-1: backward(p, grad_p, axis)


WRONG_BACKWARDS = [_as_backward(formula) for formula in WRONG_FORMULAS.values()]
RIGHT_BACKWARDS = [_with_default_axis(right) for right in RIGHT["check_softmax_backward"]]

MAKE_INPUTS = {
    "check_softmax": lambda: _any_axis([_logits], 400, 1),
    "check_log_softmax": lambda: _any_axis([_logits], 400, 2),
    "check_softmax_jacobian": lambda: _arrays(VECTORS, 252, np.random.default_rng(3), _logits),
    "check_batched_jacobian": lambda: _arrays(BATCHES, 252, np.random.default_rng(4), _logits),
    "check_softmax_vjp": lambda: _arrays(
        BATCHES, 378, np.random.default_rng(5), _logits, _incoming
    ),
    "check_softmax_backward": lambda: _probabilities_and_gradients(400, 6),
    "check_softmax_cross_entropy_grad": lambda: _arrays(
        BATCHES, 378, np.random.default_rng(7), _logits, _one_hot
    ),
    "check_finite_difference_gradient": lambda: _functions_and_points(300, 8),
    "check_gradient_checker": lambda: [(f,) for f in RIGHT_BACKWARDS + WRONG_BACKWARDS],
}


@cache
def inputs(check):
    """Return the oracle's inputs for a check, each a tuple of arguments.

    They come in random order, so that the first few are of many kinds and most mutants fall early.
    """
    made = list(MAKE_INPUTS[check]())
    order = np.random.default_rng(0).permutation(len(made))
    return [made[k] for k in order]


# The oracle.

RAISED, WRITTEN = object(), object()


def _outcome(function, arguments):
    """Return what a call gives, RAISED, or WRITTEN if it changes an argument."""
    before = [a.copy() if isinstance(a, np.ndarray) else a for a in arguments]
    try:
        value = function(*arguments)
    except Exception:
        value = RAISED
    for now, then in zip(arguments, before, strict=True):
        if isinstance(now, np.ndarray) and not np.array_equal(now, then):
            now[...] = then
            value = WRITTEN
    return value


def tolerance(check, right, arguments):
    """Return how far apart two results may be that count as one, absolutely and relatively."""
    if check == "check_finite_difference_gradient":
        return 1e-4
    if right.__name__.endswith("in_float32"):
        return 1e-4  # the difference of two gradients of about 1000 has no more digits
    return 1e-5 if any(getattr(a, "dtype", None) == np.float32 for a in arguments) else 1e-7


def agree(value, expected, tolerance):
    """Tell whether two results are one and the same, up to rounding."""
    if value is RAISED or value is WRITTEN:
        return False
    if isinstance(expected, (bool, np.bool_)):
        return isinstance(value, (bool, np.bool_)) and value == expected
    if value is None or np.iscomplexobj(value):
        return False
    try:
        value = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return False
    expected = np.asarray(expected, dtype=float)
    if value.shape != expected.shape:
        return False
    return bool(np.all(np.abs(value - expected) <= tolerance * (1 + np.abs(expected))))


def first_difference(check, right, mutant, expected):
    """Return the arguments for which a mutant differs, None if there are none.

    `expected` holds what `right` gives for each input, and is filled in as far as it is needed.
    """
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for k, arguments in enumerate(inputs(check)):
            if k == len(expected):
                expected.append(_outcome(right, arguments))
            value = _outcome(mutant, arguments)
            if not agree(value, expected[k], tolerance(check, right, arguments)):
                return arguments
    return None


def _fewer_inputs(check):
    """Return as many inputs as show whether a name is true; all of them would take a while."""
    return inputs(check)[:150]


@cache
def _outcomes_of_mistakes(check, key):
    """Return what each function of the catalogue under one name gives for each input."""
    functions = [
        m.function for m in CATALOGUE if (m.kind, m.key) == (check.removeprefix("check_"), key)
    ]
    # In float32 a difference quotient with their small step would have no digits.
    precise = check == "check_finite_difference_gradient"
    return [
        [
            _outcome(f, _in_float64(arguments) if precise else arguments)
            for arguments in _fewer_inputs(check)
        ]
        for f in functions
    ]


def _in_float64(arguments):
    return [a.astype(float) if getattr(a, "dtype", None) == np.float32 else a for a in arguments]


def _agree_where_finite(value, expected, tolerance):
    """Tell whether two wrong results are one and the same, where they are numbers.

    Which entries an overflow spoils depends on how a formula is written.
    """
    if any(v is RAISED or v is WRITTEN for v in (value, expected)):
        return value is expected
    if isinstance(value, (bool, np.bool_)) or np.iscomplexobj(value):
        return agree(value, expected, tolerance)
    value, expected = np.asarray(value, dtype=float), np.asarray(expected, dtype=float)
    finite = np.isfinite(value) & np.isfinite(expected) if value.shape == expected.shape else None
    return (
        finite is not None
        and np.isfinite(value).all() == np.isfinite(expected).all()
        and agree(value[finite], expected[finite], tolerance)
    )


def _has_subnormal_exponentials(logits):
    """Tell whether a naive exponential has next to no digits here, or its 1e-20th part none."""
    return bool(((logits > -746) & (logits < -690)).any())


def makes_the_mistake(check, right, mutant, key):
    """Tell whether a mutant does what a function of the catalogue under this name does."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if key == "writes-into-argument":
            return any(_outcome(mutant, arguments) is WRITTEN for arguments in _fewer_inputs(check))
        if key == "remembers":
            return any(_remembers(mutant, arguments) for arguments in _fewer_inputs(check))
        left = _outcomes_of_mistakes(check, key)
        for k, arguments in enumerate(_fewer_inputs(check)):
            if any(_has_subnormal_exponentials(a) for a in arguments if isinstance(a, np.ndarray)):
                continue
            value = _outcome(mutant, arguments)
            # A result that is wrong by a factor has rounding errors that are larger by it.
            near = 3 * tolerance(check, right, arguments)
            left = [given for given in left if _agree_where_finite(value, given[k], near)]
            if not left:
                return False
    return True


def _remembers(function, arguments):
    first, second = _outcome(function, arguments), _outcome(function, arguments)
    return not np.array_equal(first, second, equal_nan=True)


@cache
def mutants(check, right):
    """Return every mutant of a right implementation."""
    expected = []
    return [
        Mutant(name, kind, function, first_difference(check, right, function, expected) is None)
        for kind, name, function in mutated(check, right)
    ]


def counts(check):
    """Return how many mutants of each kind are wrong, and how many equivalent."""
    every = [mutant for right in RIGHT[check] for mutant in mutants(check, right)]
    wrong = Counter(mutant.kind for mutant in every if not mutant.equivalent)
    equivalent = Counter(mutant.kind for mutant in every if mutant.equivalent)
    return wrong, equivalent


def table():
    """Return the counts as text: for each check and kind, the wrong ones + the equivalent ones."""
    rows = [["", *KINDS, "all"]]
    totals = Counter(), Counter()
    for check in RIGHT:
        pair = counts(check)
        for total, part in zip(totals, pair, strict=True):
            total.update(part)
        rows.append([check, *_cells(pair)])
    rows.append(["all", *_cells(totals)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True))
        for row in rows
    )


def _cells(pair):
    wrong, equivalent = pair
    cells = [f"{wrong[kind]} + {equivalent[kind]}" for kind in KINDS]
    return [*cells, f"{wrong.total()} + {equivalent.total()}"]


if __name__ == "__main__":
    print("wrong mutants + equivalent ones")
    print(table())
