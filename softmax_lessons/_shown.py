"""What cells have shown, so that a rerun lets go of what the earlier run has left."""

import gc

SHOWN = {}
"""By cell: the message that ran it last, and what that has shown."""

PARTS = ("layout", "style")
"""Widgets that a widget has beside its children."""


def close(widget):
    """Close a widget with all that it is made of, so that ipywidgets keeps none of it."""
    parts = [*getattr(widget, "children", ()), *(getattr(widget, n, None) for n in PARTS)]
    for part in filter(None, parts):
        close(part)
    widget.close()


def replace_earlier(shown):
    """Empty what an earlier run of this cell has shown, unless it is shown or named elsewhere.

    It would stay for ever, since IPython keeps it in `Out`, and ipywidgets its widgets.
    """
    from IPython import get_ipython  # without it, nothing shows itself

    shell = get_ipython()
    kernel = getattr(shell, "kernel", None)
    parent = (kernel and kernel.get_parent()) or {}
    cell, run = parent.get("metadata", {}).get("cellId"), parent.get("header", {}).get("msg_id")
    if not cell:
        return
    earlier_run, earlier = SHOWN.get(cell, (run, set()))
    SHOWN[cell] = run, {shown, *(earlier if run == earlier_run else ())}
    named = {id(value) for name, value in shell.user_ns.items() if not name.startswith("_")}
    for old in earlier.difference(*(others for _, others in SHOWN.values())):
        if id(old) not in named:
            if hasattr(old, "widget"):
                close(old.widget)
            vars(old).clear()
            gc.collect()  # figures are cycles, and several would wait to be found
