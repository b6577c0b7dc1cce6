# Two commands matter: `make demo` plays a day in the life; `make test` proves it. Both install what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint lock clean

demo: $(VENV)/.run
	$(BIN)/postroom demo $(if $(ONCE),--once)

test: lint peers
	$(BIN)/pytest -n 2 --dist worksteal

.PHONY: install
install:
	deploy/install $(PREFIX)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

.PHONY: peers
peers: $(VENV)/.dev
	scripts/peers

# Takes the pictures of README.md anew, from Chromium.
.PHONY: pictures
pictures: peers
	$(BIN)/python -m tests.pictures

# Writes docs/messages anew, with pictures from Chromium: `make messages PICTURES=` leaves those as they are.
.PHONY: messages
PICTURES ?= yes
messages: peers
	$(BIN)/python -m tests.messages $(if $(PICTURES),,--no-pictures)

# Kills it a hundred times, while people are imported, backups taken, contents destroyed and the master key changed.
.PHONY: crash
crash: peers
	KILLS=100 $(BIN)/pytest tests/durability/test_crash.py

# A short run of each fuzzer (Linux on x86-64, Python below 3.13): `make fuzz FUZZ_SECONDS=600` for longer ones.
.PHONY: fuzz
FUZZ_SECONDS ?= 60
fuzz: $(VENV)/.dev
	for name in $$(ls fuzz/checks | grep '^[a-z].*py$$'); do $(BIN)/python -m fuzz $${name%.py} -max_total_time=$(FUZZ_SECONDS) || exit 1; done

$(VENV)/.run: requirements.lock pyproject.toml scripts/venv
	scripts/venv $(PYTHON) $(VENV) requirements.lock
	touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml scripts/venv
	scripts/venv $(PYTHON) $(VENV) requirements-dev.lock
	touch $@ $(VENV)/.run

# Needs uv; writes names, versions and hashes only, no address.
lock:
	uv pip compile --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --group build pyproject.toml -o requirements.lock
	uv pip compile --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) var
