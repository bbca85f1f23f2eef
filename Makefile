# Every target does its own set-up: a virtual environment and an installation, once.
# Needed beforehand: Python >= 3.11, make and a C++ compiler.

# Tested: 3.11, 3.12 and 3.13. The first Python on the path that is new enough; another one: make PYTHON=/path/to/python
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
    $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
# brian2genn needs exactly Python 3.11; another one: make test-genn PYTHON_GENN=/path/to/python3.11
PYTHON_GENN ?= $(shell for p in python3.11 python3; do \
    $$p -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && echo $$p && break; done)

VENV := .venv
# What is installed beside the project itself
EXTRA := [test]
VENV_GENN := .venv-genn
RUN := $(VENV)/bin
SMOKE := out/smoke
DEMO := out/demo/fear_extinction_seed2.nc
# Tests run in this many processes; with more cores: make test WORKERS=8
WORKERS := 2
# A file stays in one process, which makes what its tests share once; files begin in the order of
# tests/conftest.py, the longest first; what takes long is named at the end
PYTEST := -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations=30 --durations-min=20

export MPLBACKEND := Agg

.DELETE_ON_ERROR:
.PHONY: help demo test test-slow smoke same test-genn test-gpu lint references docs bench clean

help:
	@echo "make demo       one animal: dataset, figure sheet and comparison table in out/demo"
	@echo "make test       the tests, without the slow ones"
	@echo "make test-slow  the slow tests"
	@echo "make smoke      a small animal from program to comparison, away from the checkout"
	@echo "make test-genn  what depends on Brian2 with the pins of GeNN, and GeNN itself (Python 3.11)"
	@echo "make test-gpu   the tests on an NVIDIA GPU (GENN_PATH and CUDA_PATH set)"
	@echo "make lint       ruff and mypy"
	@echo "make references  table and figures of docs/references.md (half an hour)"
	@echo "make docs       docs/parameters.md, interventions_table.md and protocol_keys.md from the tables"
	@echo "make bench      speed, memory and scaling, results in out/bench (25 minutes)"
	@echo "make clean      remove environments, caches and outputs"

$(VENV)/installed: setup.cfg
	@$(if $(PYTHON),,echo "astrogram: no Python >= 3.11 found; make PYTHON=/path/to/python" >&2; exit 2)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "astrogram: $(PYTHON) is not Python >= 3.11; make PYTHON=/path/to/python" >&2; exit 2; }
	$(PYTHON) -m venv --clear $(VENV)
	$(RUN)/python -m pip install --quiet $(if $(EXTRA),--editable) '.$(EXTRA)'
	@touch $@

$(VENV_GENN)/installed: setup.cfg
	@$(if $(PYTHON_GENN),,echo "astrogram: no Python 3.11 found; make PYTHON_GENN=/path/to/python3.11" >&2; exit 2)
	$(PYTHON_GENN) -m venv --clear $(VENV_GENN)
	$(VENV_GENN)/bin/python -m pip install --quiet --editable '.[genn,test]'
	@touch $@

demo: $(VENV)/installed
	$(RUN)/astrogram run fear_extinction --seed 2 --out $(dir $(DEMO))
	$(RUN)/astrogram analyse $(DEMO)
	$(RUN)/astrogram compare $(DEMO)

test: $(VENV)/installed
	$(RUN)/python $(PYTEST) -m "not slow and not genn and not gpu"

# A small animal from its program to its comparison, as a user has it: away from the checkout.
smoke: $(VENV)/installed
	rm -rf $(SMOKE)/$(VENV) && mkdir -p $(SMOKE)/$(VENV)
	cd $(SMOKE)/$(VENV) && export PATH="$(abspath $(RUN)):$$PATH" && \
	    astrogram run quick_conditioning --seed 1 --size 250 --out . && \
	    astrogram analyse quick_conditioning_seed1.nc && \
	    astrogram compare quick_conditioning_seed1.nc

# Whether the animals of all environments that ran `make smoke` fired the same spikes
same: $(VENV)/installed
	for folder in $(wildcard $(SMOKE)/.venv-*); do \
	    $(RUN)/python -m benchmarks.same $(SMOKE)/$(VENV) $$folder spike_time spike_neuron || exit 1; \
	done

test-slow: $(VENV)/installed
	$(RUN)/python -m pytest -m "slow and not genn and not gpu"

# What another Brian2 or NumPy can change: not notebooks, cohorts, commands, files, tables.
BRIAN := tests/genn tests/against $(wildcard tests/models/*.py) tests/models/circuits \
    tests/models/mechanisms tests/models/tissue tests/models/machine/genn/test_varied.py \
    $(foreach name, brian builds circuit devices, tests/models/machine/test_$(name).py) \
    $(foreach name, doses dose_courses interventions lesions tools_in_astrocytes timeline timeline_property, \
        tests/paradigms/protocol/test_$(name).py) \
    $(foreach name, folds recording stimuli trace_devices, tests/paradigms/run/test_$(name).py) \
    tests/analysis/activity/test_regime.py tests/whole/test_run.py
test-genn: $(VENV_GENN)/installed
	$(VENV_GENN)/bin/python $(PYTEST) -m "not slow and not gpu" $(BRIAN)

test-gpu: $(VENV_GENN)/installed
	$(VENV_GENN)/bin/python -m pytest -m gpu

lint: $(VENV)/installed
	$(RUN)/ruff check .
	$(RUN)/mypy

# What the reference checks gave, and their figures: half an hour.
references: $(VENV)/installed
	$(RUN)/astrogram reproduce references --markdown > docs/references_table.new
	mv docs/references_table.new docs/references_table.md
	$(RUN)/astrogram reproduce figures --out docs/figures
	$(RUN)/astrogram run calcium_wave --graph ring --junction threshold --out out/figures
	$(RUN)/astrogram run tripartite_synapse --out out/figures
	cp out/figures/calcium_wave_seed0.png docs/figures/calcium_wave.png
	cp out/figures/tripartite_synapse_seed0.png docs/figures/tripartite_synapse.png

docs: $(VENV)/installed
	@mkdir -p docs
	$(RUN)/astrogram parameters amygdala_prefrontal --markdown > docs/parameters.new
	mv docs/parameters.new docs/parameters.md
	$(RUN)/astrogram interventions --markdown > docs/interventions.new
	mv docs/interventions.new docs/interventions_table.md
	$(RUN)/astrogram protocols --markdown > docs/protocol_keys.new
	mv docs/protocol_keys.new docs/protocol_keys.md

# NEST beside ours: make bench NEST_PYTHON=/path/to/python/with/nest; BENCH=--quick for short runs
bench: export OMP_NUM_THREADS = 1
bench: $(VENV)/installed
	$(RUN)/python -m benchmarks $(BENCH)

clean:
	rm -rf .venv .venv-* out build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
