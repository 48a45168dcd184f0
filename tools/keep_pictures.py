"""What JupyterLab writes to a file: the picture of an explorer, and not its sliders.

Sliders live as long as their kernel. A stored view of them, opened again, shows the error "model
not found" where the picture beside it would be shown.
"""

VIEW = "application/vnd.jupyter.widget-view+json"


def pre_save_hook(model, **_):
    """Take the view of a widget out of each stored output that has a picture too.

    What the browser shows stays as it is, until it is opened again.
    """
    cells = model["content"]["cells"] if model["type"] == "notebook" else []
    for output in (output for cell in cells for output in cell.get("outputs", ())):
        if "image/png" in output.get("data", {}):
            output["data"].pop(VIEW, None)
