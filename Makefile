# Everything a person or a machine does with this repository. `make help` lists it.
# Needs Python 3.11 or newer and make; the first target that needs more installs it into .venv.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
export UV_PYTHON_DOWNLOADS := never
# Where bytecode is not kept (a variable some machines set), every start of a service compiles for seconds.
export PYTHONDONTWRITEBYTECODE :=
export VIRTUAL_ENV := $(CURDIR)/.venv
export PATH := $(CURDIR)/.venv/bin:$(PATH)

BIN := .venv/bin
INSTALLED := .venv/.installed
MEMBERS := contracts services/chassis services/connector services/mapper services/activity-store deploy/simulators deploy/sandbox deploy/tandem
IMAGES := connector mapper activity-store
# Programs with pins and an environment of their own: too many packages to stand beside ours.
PYTHON_TOOLS := checkov cyclonedx-bom
IMAGE_PREFIX := tandem/
TAG := dev
DOCKER_BUILD := docker build
OURS := $(notdir $(MEMBERS))
FAST_TESTS := tests/unit tests/contract
INTEGRATION := $(sort $(dir $(wildcard tests/integration/*/test_*.py)))
PYTHON = $(shell for p in python3.11 python3 python3.12 python3.13; do \
	$$p -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

##@ Use it

run: $(INSTALLED) ## Start the whole system on this machine (PROVIDER=google, outlook, office365, exchange; PORT_BASE=, DEMO_DATA=no, ICS=path/to/file.ics)
	@exec python -m sandbox.run --end-with-parent

demo: $(INSTALLED) ## Play a short story against the running sandbox (PROVIDER= as it was started with)
	@python -m sandbox.demo

token: $(INSTALLED) ## Print a bearer token for the running sandbox (SUB=, COMPANY=, ROLE=, OPERATOR=yes)
	@exec python -m sandbox.token $(if $(OPERATOR),--operator) $(if $(SUB),--sub '$(SUB)') $(if $(COMPANY),--company '$(COMPANY)') $(if $(ROLE),--role '$(ROLE)')

tools: $(INSTALLED) ## Once for all clones: Apache Kafka (needs Java, Maven), SecantusDB's Rust server (Rust), Compose's reader (Go); TOOL= for one
	@python -m sandbox.tools $(TOOL)

compose: ## Start the whole system in containers (needs Docker; SIMULATORS=yes: with simulated calendars; deploy/compose)
	@$(PYTHON) deploy/compose/make_env.py
	docker compose --file deploy/compose/compose.yaml --env-file deploy/compose/.env \
		$(if $(SIMULATORS),--env-file deploy/compose/simulators.env) up --build --wait

clean: ## Remove what the sandbox keeps (var/) and the tools' caches
	rm -rf var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

##@ Test it

test: $(INSTALLED) ## Everything that needs no Docker (TEST_INFRA=kafka: on Apache Kafka)
	@# What only computes takes what the others, who mostly wait, leave of the processor.
	@$(MAKE) --no-print-directory -j2 --keep-going --output-sync=line computing running

computing:
	@nice -n 19 $(MAKE) --no-print-directory --keep-going -j1 check unit

running:
	@$(MAKE) --no-print-directory --keep-going -j1 integration e2e providers property pages

# What differs between brokers shows where consumers, outboxes, bursts and crashes are tested.
KAFKA_E2E := $(addprefix tests/e2e/test_,both_ways.py calls.py crashes.py)

test-kafka: $(INSTALLED) ## What can differ between brokers, on Apache Kafka (make integration e2e TEST_INFRA=kafka: all)
	@# Kafka's JVM starts with half the work where it compiles once, not twice.
	@export JDK_JAVA_OPTIONS=-XX:TieredStopAtLevel=1; failed=0; for part in tests/integration/chassis "$(KAFKA_E2E)"; do \
		echo "TEST_INFRA=kafka pytest $$part"; TEST_INFRA=kafka pytest $$part -m "not own_broker" $(ARGS) || failed=1; \
		done; exit $$failed

unit: $(INSTALLED) ## Unit and contract tests, side by side (T=path for one)
	@$(if $(T),pytest $(T) $(ARGS),$(MAKE) --no-print-directory -j2 --keep-going --output-sync=target $(FAST_TESTS))

$(FAST_TESTS) $(INTEGRATION): $(INSTALLED)
	pytest $@ $(ARGS)

integration: $(INSTALLED) ## Tests against a broker and a database (T=path for one, TEST_INFRA=embedded, kafka, containers, external)
	@# One run each: what one keeps running neither slows the next nor shares its consumer groups. All run, whichever fails.
	@$(if $(T),pytest $(T) $(ARGS),$(MAKE) --no-print-directory --keep-going -j1 $(INTEGRATION))

e2e: $(INSTALLED) ## The services as processes, driven over HTTP (T=path for one, TEST_INFRA=kafka, PROVIDER=office365)
	pytest $(or $(T),tests/e2e) $(ARGS)

# What a provider can do differently; the rest knows no provider, and is tested with Google's calendars alone.
PROVIDER_E2E := $(addprefix tests/e2e/test_,both_ways.py conflicts.py context.py meetings_with_guests.py private_events.py reconnecting.py recurrence.py subscriptions.py)

# Exchange Server is the same store as Office 365 behind another wire: what that wire can do differently.
exchange_E2E := $(addprefix tests/e2e/test_,both_ways.py private_events.py recurrence.py)

providers: $(INSTALLED) ## The end-to-end tests that depend on it, with other providers (PROVIDERS="outlook office365 exchange")
	@failed=0; $(foreach provider,$(or $(PROVIDERS),office365 exchange),\
		echo "PROVIDER=$(provider) pytest $(or $($(provider)_E2E),$(PROVIDER_E2E))"; \
		PROVIDER=$(provider) pytest $(or $($(provider)_E2E),$(PROVIDER_E2E)) $(ARGS) || failed=1;) exit $$failed

pages: $(INSTALLED) ## The pages in a browser: the whole system in one process, Debian's Chromium, axe (T=path for one)
	@# One run each: Playwright's plain interface keeps an event loop running, which asynchronous tests would meet.
	@$(if $(T),pytest $(T) $(ARGS),failed=0; for part in tests/pages/*/; do \
		echo "pytest $$part"; pytest $$part $(ARGS) || failed=1; done; exit $$failed)

screenshots: $(INSTALLED) ## Every page in every state, light, dark and 320 px wide (var/screenshots); those of the user guide (docs/pictures)
	@python -m tests.pages.screenshots

conformance: $(INSTALLED) ## The Exchange simulator judged by DavMail, a CalDAV server in front of it (needs Java; Debian's package is fetched)
	pytest tests/conformance $(ARGS)

observability: $(INSTALLED) ## Every alert caused in a running sandbox, traces in a real collector, canaries in logs (on Apache Kafka where it is there, for two alerts need it; Debian's Prometheus and Go modules are fetched)
	@export JDK_JAVA_OPTIONS=-XX:TieredStopAtLevel=1 TEST_INFRA=$${TEST_INFRA:-$$(python -c \
		'from sandbox.processes import kafka_obstacle as missing; print("embedded" if missing() else "kafka")')}; \
		echo "TEST_INFRA=$$TEST_INFRA pytest tests/observability"; pytest tests/observability $(ARGS)

property: $(INSTALLED) ## State machines: whatever people do and however messages travel, both sides converge (T=path for one)
	PYTHONHASHSEED=0 pytest $(or $(T),tests/property) -m "not soak" $(ARGS)
	@# The other wire to a calendar whose library blocks: in virtual time only.
	$(if $(T),,PYTHONHASHSEED=0 PROVIDER=exchange pytest tests/property/system -m "not soak" -k "six_invariants or five_times" $(ARGS))

soak: $(INSTALLED) ## The state machine over the whole system, for long (STEPS=1000, SEED=, PROVIDER=, FORM=processes; prints what it reached)
	@# The order of sets is part of what a seed repeats.
	PYTHONHASHSEED=0 STEPS='$(or $(STEPS),1000)' SEED='$(SEED)' pytest tests/property/system -m soak -s $(ARGS)

bench: $(INSTALLED) ## Measure the system beside its bare floor (BASELINE=commit, PROVIDER=, BENCH_ROWS=, SIZES=, RATES=, KAFKA=, QUICK=1)
	@python -m bench

bench-texts: $(INSTALLED) ## What the dearest descriptions cost at 4, 16 and 64 KB (invariant 6)
	@python -m bench.texts

load: $(INSTALLED) ## That the bench itself goes through all its rows, in small (minutes; PROVIDER=office365)
	pytest tests/load $(ARGS)

simulate-scale: $(INSTALLED) ## The scheduler at a million connections, in virtual time; writes docs/scaling*.md (CONNECTIONS=10000 only prints)
	@python -m tests.load.scale $(if $(CONNECTIONS),--connections $(CONNECTIONS),--write)

mutants: $(INSTALLED) ## Break the rule engine on purpose, in one way after the other: the tests must notice each
	python -m tests.mutants

##@ Work on it

lint: $(INSTALLED) ## Format and fix what can be fixed, then check
	ruff format .
	ruff check --fix .
	@$(MAKE) --no-print-directory check

check: $(INSTALLED) ## Only check: format, lint, types, borders, dependencies
	ruff format --check .
	ruff check .
	mypy
	lint-imports --no-logo
	@for member in $(MEMBERS); do echo "deptry $$member"; (cd $$member && $(DEPTRY) src); done

lock: $(INSTALLED) ## Compile the pins with hashes anew (UPGRADE=--upgrade for newer versions)
	$(COMPILE) --group dev -o requirements/dev.txt
	echo uv | $(COMPILE) --constraint requirements/dev.txt - -o requirements/uv.txt
	@for folder in $(IMAGES:%=services/%) deploy/simulators deploy/tandem; do echo "requirements/$${folder##*/}.txt"; \
		$(COMPILE) --constraint requirements/dev.txt $$folder/pyproject.toml -o requirements/$${folder##*/}.txt; done
	@for tool in $(PYTHON_TOOLS); do echo "requirements/$$tool.txt"; echo $$tool | $(COMPILE) - -o requirements/$$tool.txt; done

vendor: $(INSTALLED) ## Bring the pinned web parts (webparts/pins.json) from npm to where the pages serve them
	python -m webparts

messages: $(INSTALLED) ## Bring the pages' catalogues of messages up to date with the code; then translate what is empty
	python -m webparts.messages

docs: $(INSTALLED) ## Write the generated documents anew: what is decided case by case, which tests prove which rule, every setting and metric, the guide as a page
	python -m tests.support.decision_table
	python -m tests.support.acceptance
	python -m tests.support.reference
	python -m tests.support.user_guide
	python -m webparts.icons

contracts: $(INSTALLED) ## Generate the message schemas anew
	python -m contracts.generate

k8s: $(INSTALLED) ## Write anew what the Kubernetes manifests have from the contracts (topics, rights, scaling), and the dashboards
	python deploy/k8s/generate.py
	python deploy/k8s/dashboards.py

images: ## Build the images of the services, the operators' command line and the simulators (TAG=dev, DOCKER_BUILD="docker build --network=host")
	@for folder in $(IMAGES:%=services/%) deploy/tandem deploy/simulators; do echo "$(IMAGE_PREFIX)$${folder##*/}:$(TAG)"; \
		$(DOCKER_BUILD) --quiet --file $$folder/Dockerfile --tag $(IMAGE_PREFIX)$${folder##*/}:$(TAG) \
		--build-arg REVISION=$$(git rev-parse HEAD) --build-arg SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) .; done

sbom: $(INSTALLED) ## What each image is made of, as CycloneDX, and under which licences (dist/sbom)
	@python -m sandbox.tools cyclonedx-bom
	python deploy/images/sbom.py

k8s-e2e: $(INSTALLED) images ## The whole system on the cluster that KUBECONFIG points at, under load (K8S_LOAD="kind load docker-image", PREVIOUS=commit: also back to it and upgraded again, STEPS=regular expression)
	@python -m tests.deploy

k8s-check: $(INSTALLED) ## Only check the Kubernetes manifests (part of make test)
	pytest tests/unit/deploy $(ARGS)

install: $(INSTALLED) ## Install into .venv (every other target does so by itself)

help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: $(FAST_TESTS) $(INTEGRATION) computing running providers simulate-scale mutants run demo token tools compose clean test test-kafka unit integration e2e property pages screenshots soak observability bench lint check lock vendor messages docs contracts images sbom k8s k8s-e2e k8s-check install help

COMPILE = uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 \
	$(UPGRADE) $(foreach member,$(OURS),--no-emit-package $(member))

# httptools and uvloop are uvicorn's, tzdata and Google's discovery document are read and the sandbox's parts run, never imported; starlette is FastAPI's and pydantic_core pydantic's own other half.
DEPTRY = deptry --no-ansi --per-rule-ignores "DEP002=tzdata|httptools|uvloop|google-api-python-client|SecantusDB|connector|mapper|activity-store,DEP003=pydantic_core|starlette"

# Everything comes from the pins, hashes checked; our own packages are built by the pinned uv_build, without network.
$(INSTALLED): requirements/dev.txt requirements/uv.txt $(MEMBERS:=/pyproject.toml)
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "Creating .venv with $(PYTHON)"; $(PYTHON) -m venv .venv; }
	@test -x $(BIN)/uv || { echo "Installing uv"; python -m pip install --quiet --disable-pip-version-check \
		--require-hashes -r requirements/uv.txt; }
	@echo "Installing the pinned packages (about a minute the first time)"
	@uv pip sync --quiet --require-hashes requirements/dev.txt
	@echo "Installing our own packages"
	@uv pip install --quiet --offline --no-deps --no-build-isolation $(MEMBERS:%=-e %)
	@touch $@
