# Every target installs what it needs. CI runs the same targets.
#
# build/uv   the installer uv, from requirements/uv.lock
# .venv      the run environment (requirements/run.lock); most targets add the tools of requirements/develop.lock
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3,$(shell command -v $(name))))
BIN := .venv/bin
UV := build/uv/bin/uv
INSTALL := $(UV) pip install --quiet --python $(BIN)/python
RUN_READY := .venv/.run-ready
DEVELOP_READY := .venv/.develop-ready

.PHONY: setup setup-run npm run test test-fast check protos docs schemas bench fuzz chaos attack audit lock clean

setup: $(DEVELOP_READY)  ## install everything that tests, checks and benchmarks need

setup-run: $(RUN_READY)  ## install only what the suite needs to run

# Only pip is at hand in a fresh clone, so that pip installs uv, and uv installs everything else.
$(UV): requirements/uv.lock
	$(PYTHON) -m venv --clear build/uv
	build/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.lock
	@touch $(UV)

$(RUN_READY): requirements/run.lock pyproject.toml | $(UV)
	@test -x $(BIN)/python || $(PYTHON) -m venv --without-pip .venv
	$(INSTALL) --require-hashes -r requirements/run.lock
	$(INSTALL) --no-build-isolation --no-deps -e .
	$(BIN)/python -m cli.bytecode
	@touch $(RUN_READY)

# `sync` also removes packages that no lock names any more, and this project with them: it is installed again.
$(DEVELOP_READY): $(RUN_READY) requirements/develop.lock
	$(UV) pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements/develop.lock
	$(INSTALL) --no-build-isolation --no-deps -e .
	@touch $(DEVELOP_READY)

run: setup-run  ## set up, start the whole suite with a day of demonstration traffic, stay until Ctrl-C
	$(BIN)/radiant up --demo

# With TEST_SEED=7 tests run in a random order and hypothesis draws other examples, both reproducible.
SEEDED = -p randomly --randomly-seed=$(TEST_SEED) --hypothesis-profile=seeded --hypothesis-seed=$(TEST_SEED)

test: setup npm check  ## set up, check style and types, run the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile $(if $(TEST_SEED),$(SEEDED))

test-fast: setup  ## run the tests that start no server and take no more than a few seconds
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not server and not slow" $(if $(TEST_SEED),$(SEEDED))

npm: setup  ## install the npm packages of the TypeScript client; tolerates being offline
	$(BIN)/python clients/typescript/build.py --install

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

protos: setup  ## write libs/radiant and docs/ACCESS.md from proto/, and clients/typescript from the OpenAPI document
	$(BIN)/python proto/generate.py
	$(BIN)/python proto/access.py
	$(BIN)/python clients/typescript/build.py

docs: setup  ## write docs/settings.md, docs/files.md, docs/loop.svg and docs/ACCESS.md from the code
	$(BIN)/python docs/settings.py
	$(BIN)/python docs/files.py
	$(BIN)/python docs/loop.py
	$(BIN)/python proto/access.py

schemas: setup  ## write each service's schema.sql from its migrations
	$(BIN)/python -m cli.schema_dump

bench: setup
	$(BIN)/python -m bench

REQUESTS ?= 10000
fuzz: setup  ## random requests to every RPC, random bytes to every parser; ONLY="RecommendService otlp" selects
	$(BIN)/python -m bench.resilience.fuzz --requests $(REQUESTS) --seed $(SEED) $(if $(ONLY),--only $(ONLY)); \
		code=$$?; $(BIN)/python -m bench.resilience.report && exit $$code

MINUTES ?= 1
SEED ?= 1
chaos: setup  ## break the suite for MINUTES with the SEED, exceed its capacity, write RELIABILITY.md
	@code=0; $(BIN)/python -m bench.resilience.chaos --minutes $(MINUTES) --seed $(SEED) || code=1; \
		$(BIN)/python -m bench.resilience.overload || code=1; $(BIN)/python -m bench.resilience.report && exit $$code

attack: setup  ## attack a suite that it starts; a table of the results
	@code=0; $(BIN)/python -m bench.resilience.attack $(if $(ONLY),--only $(ONLY)) || code=1; \
		$(BIN)/python -m bench.resilience.report && exit $$code

audit: setup  ## known vulnerabilities and a bill of materials; tolerates being offline
	$(BIN)/python -m bench.supply

# Versions stay as they are where the sources allow it. UPGRADE=--upgrade takes the newest versions.
COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	--python-version 3.11 $(UPGRADE)
lock: $(UV)  ## write requirements/*.lock from pyproject.toml
	$(COMPILE) --group bootstrap -o requirements/uv.lock
	$(COMPILE) pyproject.toml --extra voice --group build -o requirements/run.lock
	$(COMPILE) pyproject.toml --extra voice --group build --group develop -c requirements/run.lock \
		-o requirements/develop.lock

clean:
	rm -rf .venv build dist
