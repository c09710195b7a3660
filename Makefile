# Every target sets up what it needs; the words are the same in CI.
PYTHON ?= python3.11
BIN := .venv/bin
READY := .venv/.ready

.PHONY: setup npm run test check protos schemas bench fuzz chaos audit lock clean

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $(READY)

run: setup  ## set up, start the whole suite with a day of demonstration traffic, stay until Ctrl-C
	$(BIN)/radiant up --demo

test: setup npm check  ## set up, check style and types, run the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

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

schemas: setup  ## write each service's schema.sql from its migrations
	$(BIN)/python -m cli.schema_dump

bench: setup
	$(BIN)/python -m bench

fuzz: setup  ## random requests to every RPC, random bytes to every parser
	$(BIN)/python -m bench.resilience.fuzz; code=$$?; $(BIN)/python -m bench.resilience.report && exit $$code

MINUTES ?= 1
SEED ?= 1
chaos: setup  ## break the suite for MINUTES with the SEED, exceed its capacity, write RELIABILITY.md
	@code=0; $(BIN)/python -m bench.resilience.chaos --minutes $(MINUTES) --seed $(SEED) || code=1; \
		$(BIN)/python -m bench.resilience.overload || code=1; $(BIN)/python -m bench.resilience.report && exit $$code

audit: setup  ## known vulnerabilities and a bill of materials; tolerates being offline
	$(BIN)/python -m bench.supply

lock:
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 requirements.in -o requirements.lock

clean:
	rm -rf .venv build dist
