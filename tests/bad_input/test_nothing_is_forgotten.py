"""Every public function is in a table of what the tests of this folder give bad input."""

from test_bad_input_to_differences import DIFFERENCES
from test_bad_input_to_formulas import COUNTING, FORMULAS
from test_bad_input_to_layers import LAYERS
from test_bad_input_to_losses import LOSS_CLASSES, LOSSES
from test_bad_input_to_pictures import CURVES, PICTURES
from test_bad_input_to_softmax import FAMILY
from test_bad_input_to_training import TRAINING

from softmax_lessons import (
    counting,
    curves,
    finite_difference,
    gradient_check,
    layers,
    losses,
    numerics,
    plotting,
    symbolic,
    training,
)

TESTED = {
    *FAMILY, *LOSSES, *LOSS_CLASSES, *LAYERS, *DIFFERENCES, *TRAINING, *COUNTING, *FORMULAS,
    *CURVES, *PICTURES, plotting.class_names,
}  # fmt: skip
TAKE_NOTHING_FROM_USERS = {
    gradient_check.GradientCheck, training.Loss, training.Pass, curves.Curves, curves.StepCurve,
    symbolic.Abbreviation, symbolic.Derivation, symbolic.GeneralEntry, symbolic.Step,
    symbolic.general_jacobian_entry, finite_difference.step_size, finite_difference.value_of,
    plotting.Bars, plotting.BlockMatrix, plotting.FormulaMatrix, plotting.HeatMap, plotting.Margin,
    plotting.Simplex, plotting.short_number,
}  # fmt: skip
MODULES = [
    numerics, losses, layers, finite_difference, gradient_check, training, counting, curves,
]  # fmt: skip
PACKAGES = [plotting, symbolic]


def public(module):
    """Return what a module defines itself, and may be called, under names for everyone."""
    return {
        thing
        for name, thing in vars(module).items()
        if not name.startswith("_")
        and callable(thing)
        and getattr(thing, "__module__", None) == module.__name__
    }


def exported(package):
    """Return what a package names in `__all__`, and may be called."""
    things = [getattr(package, name) for name in package.__all__]
    return {thing for thing in things if callable(thing)}


EVERYTHING = set().union(*map(public, MODULES), *map(exported, PACKAGES))


def test_every_public_function_is_given_bad_input_here():
    assert EVERYTHING <= TESTED | TAKE_NOTHING_FROM_USERS


def test_the_lists_of_public_functions_hold_nothing_that_is_gone():
    assert EVERYTHING == TESTED | TAKE_NOTHING_FROM_USERS
