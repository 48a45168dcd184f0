# `make` alone lists the commands. Everything is installed into .venv, nothing anywhere else.

PYTHON ?= python3
INSTALLED := .venv/.installed
RUN := .venv/bin/python
LOG := .venv/pip.log
LAB_AND_DEV := ".[lab,dev]"
# One installation at a time: the next waits until this one has ended, however it ends.
WAIT = exec 9>>constraints.txt; "$(PYTHON)" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)' 2>/dev/null
# Installs something for a Python, and says what pip says where that fails: $(call pip,PYTHON,WHAT)
pip = { $(1) -m pip install --disable-pip-version-check --editable $(2) >$(LOG) 2>&1 || { \
if grep -Eq "connection broken by '(New|Name|Connect|Proxy)" $(LOG) && grep -q "from versions: none" $(LOG); \
then echo "Nothing could be downloaded; see to it that the computer is online," \
"then type the same again: make $(MAKECMDGOALS)"; \
else sed -n '/^ *[Ee][Rr][Rr][Oo][Rr]/,$$p' $(LOG); \
echo "The packages could not be installed; above is why, and in $(LOG) all that pip said."; \
fi >&2; exit 1; }; }
# Installs an extra of pyproject.toml unless the module that it is for is there: $(call extra,bench,ipympl)
extra = $(RUN) -c "import $(2)" 2>/dev/null \
|| { $(WAIT); $(call pip,$(RUN),".[$(1)]" --constraint constraints.txt); }

# The lessons give the same results whatever the shell they are started from has set.
unexport MATPLOTLIBRC MPLBACKEND PYTHONHOME PYTHONPATH PYTHONSTARTUP PYTHONWARNINGS
OURS := $(shell test -w . && { test ! -e .venv || test -w .venv; } && echo yes)
MUST_BE_OURS = test "$(OURS)" || { echo "$(CURDIR), or .venv in it, cannot be written to; copy it to" \
"a folder of your own, and type the same there: make $(MAKECMDGOALS)" >&2; exit 1; }
# What programs keep is in .venv, also where they would keep it in a home that can't be written to.
export IPYTHONDIR := $(CURDIR)/.venv/ipython
export MPLCONFIGDIR := $(CURDIR)/.venv/matplotlib
export HOME := $(shell test -w "$$HOME" && echo "$$HOME" || echo "$(CURDIR)/.venv/home")

.PHONY: help install lab slides test test-browser test-lowest site bench lint notebooks constraints clean
.DELETE_ON_ERROR:

help:  ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1@\2/p' Makefile | awk -F@ '{ printf "%-18s %s\n", $$1, $$2 }'

install: $(INSTALLED)  ## install everything into .venv (the other commands do so by themselves)

lab: $(INSTALLED)  ## open the lessons in JupyterLab; Ctrl-C ends it
	@$(RUN) tools/lab.py

slides: $(INSTALLED)  ## show a lesson as live slides, LESSON=03; EXPORT=FOLDER writes pages to show
	@$(call extra,slides,voila)
	@$(RUN) -m tools.slides $(if $(EXPORT),--export "$(EXPORT)") $(LESSON)

test: $(INSTALLED)  ## run the tests, the examples in docstrings and every cell of every lesson
	@$(RUN) -m pytest -n auto --dist loadfile -o cache_dir=.venv/pytest

test-browser: $(INSTALLED)  ## try lessons and slides out in a browser; SITE=build/site tries the site too
	@$(call extra,slides,voila)
	@$(RUN) -m pytest tests/browser -n auto --dist worksteal -o cache_dir=.venv/pytest

test-lowest: $(INSTALLED)  ## run what `make test` runs, with the lowest versions that pyproject.toml admits
	@$(WAIT); "$(PYTHON)" -m venv --clear .venv/lowest \
	&& $(call pip,.venv/lowest/bin/python,$(LAB_AND_DEV) $$($(RUN) tools/lowest.py))
	@.venv/lowest/bin/python -m pytest -n auto --dist loadfile -o cache_dir=.venv/pytest

site: $(INSTALLED)  ## build the site into build/site; PYODIDE=FOLDER takes a Pyodide from there
	@$(WAIT); test -f .venv/site/.installed || { $(RUN) -m venv --clear .venv/site \
	&& $(call pip,.venv/site/bin/python,".[site]" --constraint constraints.txt) && touch .venv/site/.installed; }
	@.venv/site/bin/python -m tools.website $(if $(PYODIDE),--pyodide "$(PYODIDE)")

bench: $(INSTALLED)  ## measure speed, side by side with what one would use instead
	@$(call extra,bench,ipympl)
	@$(RUN) -m benchmarks

lint: $(INSTALLED)  ## check style, formatting and the stored notebooks
	@$(RUN) -m ruff check
	@$(RUN) -m ruff format --check
	@$(RUN) tools/notebooks.py check
	@$(RUN) tools/minutes.py
	@$(RUN) tools/predictions.py

notebooks: $(INSTALLED)  ## execute the lessons and store their outputs; only one with NOTEBOOK=notebooks/...
	@$(RUN) tools/notebooks.py execute $(NOTEBOOK)

constraints: .venv/bin/uv  ## renew constraints.txt with the newest versions that pyproject.toml admits
	@.venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --fork-strategy fewest \
	--all-extras --no-annotate --custom-compile-command "make constraints" --output-file constraints.txt \
	pyproject.toml

.venv/bin/uv:
	@$(MAKE) --silent install

clean:  ## remove .venv and caches; your notebooks stay
	@$(MUST_BE_OURS)
	@rm -rf .venv .hypothesis .pytest_cache .ruff_cache
	@find softmax_lessons tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

# The file says which folder it was made for. Where that is another one, because this one was moved
# or copied, or where .venv has lost its Python, everything is installed again.
ifneq ($(OURS) $(shell $(RUN) -c '' 2>/dev/null && cat $(INSTALLED) 2>/dev/null),yes $(CURDIR))
.PHONY: $(INSTALLED)
endif

GET_PYTHON := install Python 3.11 or newer (Debian and Ubuntu: apt install python3-venv; elsewhere: \
python.org), or name another one: make PYTHON=python3.12 $(MAKECMDGOALS)
IS_INSTALLED = $(MAKE) --silent --question $(INSTALLED) 2>/dev/null

$(INSTALLED): pyproject.toml constraints.txt
	@$(MUST_BE_OURS)
	@command -v "$(PYTHON)" >/dev/null \
	|| { echo "$(PYTHON) was not found; $(GET_PYTHON)" >&2; exit 1; }
	@"$(PYTHON)" -c '' 2>/dev/null || { echo "$(PYTHON) does not run; $(GET_PYTHON)" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo "$(PYTHON) is older than Python 3.11; $(GET_PYTHON)" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null \
	|| { echo "$(PYTHON) comes without venv; on Debian and Ubuntu, apt install" \
	"$$("$(PYTHON)" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])');" \
	"elsewhere, install Python from python.org" >&2; exit 1; }
	@echo "Installing into .venv; this takes a minute or two, once."
	@# Matplotlib lists the fonts when it is first imported, and would say so in the first lesson.
	@$(WAIT); $(IS_INSTALLED) || { "$(PYTHON)" -m venv --clear .venv \
	&& $(call pip,$(RUN),$(LAB_AND_DEV) --constraint constraints.txt) \
	&& $(RUN) -c "import matplotlib.font_manager" && echo "$(CURDIR)" > $@; }
