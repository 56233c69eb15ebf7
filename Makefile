# Every target does its own set-up. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
PY := .venv/bin/python -W ignore
export RASA_TELEMETRY_ENABLED := false
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
PYTHON ?=
export PYTHON

.PHONY: help run demo widget pictures test setup setup-test setup-benchmark setup-stock train load lint validate unit public processes e2e evaluate benchmark \
	benchmark-search benchmark-pipelines benchmark-eligibility benchmark-events benchmark-routing benchmark-processes benchmark-widget benchmark-desk lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-19s %s\n", $$1, $$2 }'

run: setup ## start the service and print its address
	@exec $(PY) -m bot run

DEMO_PORT ?= 8090
demo: setup ## a made-up district's website with the widget in it, beside the running service
	@$(PY) -m bot demo --port $(DEMO_PORT)

widget: ## make the widget from its sources: for those who change it, needs Node
	@cd bot/web && npm ci --silent && npm run --silent check && npm run --silent build

test: export HUIMIN_TEST_POSTGRES := required
test: export HUIMIN_TEST_REDIS := required
test: setup-test ## everything that must be green: lint, data, units, processes, browser
	@tools/system-packages.sh
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory validate
	@$(PY) -m bot train
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target unit public processes e2e

setup: ## make .venv for the service
	@tools/setup.sh service

setup-benchmark: ## make .venv for the benchmarks too
	@tools/setup.sh benchmark

setup-stock: setup-benchmark ## make .venv-stock, an environment of its own for stock Rasa with TensorFlow
	@tools/setup-stock.sh

setup-test: ## make .venv for the tests too
	@tools/setup.sh test

train: setup load ## train the assistant if its data changed
	@$(PY) -m bot train

load: setup ## load the policy data into the knowledge base
	@$(PY) -m policy_kb load

lint: setup-test ## style, and the policy data
	@.venv/bin/ruff check .
	@$(PY) -m policy_kb lint

validate: setup-test load ## rasa data validate
	@$(PY) -m rasa data validate --domain domain --data nlu_data --fail-on-warnings 2>&1 | { grep -vE 'pkg_resources|declare_namespace' || true; }

unit: setup-test ## unit tests in the Rasa environment
	@$(PY) -m pytest -q tests --ignore tests/e2e --ignore tests/processes

public: setup-test ## gateway, desk and knowledge base on a newer Python and SQLAlchemy 2
	@tools/setup-public.sh
	@.venv-public/bin/python -m pytest -q --hypothesis-profile quick tests/policy_kb tests/desk tests/gateway tests/wechat tests/test_imports.py --ignore tests/wechat/test_wechat_peers.py

processes: setup-test ## conversations through real processes, killed on purpose
	@$(PY) -m pytest -q tests/processes

e2e: setup-test ## the chat page in a real browser
	@$(PY) -m pytest -q tests/e2e

pictures: setup-test load ## take the pictures of the handbook anew
	@tools/system-packages.sh
	@$(PY) -m tests.e2e.pictures

evaluate: setup-benchmark train ## score the assistant on the held-out utterances (DOCS=1 writes docs/evaluation.md anew)
	@$(PY) -m tests.nlu.evaluate $(if $(DOCS),--write-docs)

benchmark: setup-stock train ## start, memory and turns beside stock Rasa, in one run (the first time trains DIET for most of an hour)
	@$(PY) -m benchmarks.turns

benchmark-pipelines: setup-stock train ## intent classifiers beside each other: accuracy, parse, training and start time, memory
	@$(PY) -m benchmarks.pipelines

benchmark-search: setup-benchmark ## retrieval quality and cost of search beside its peers
	@$(PY) -m benchmarks.retrieval
	@$(PY) -m benchmarks.search_cost

benchmark-eligibility: setup-benchmark ## verdicts of the eligibility check beside zen-engine: the same ones, and how fast
	@$(PY) -m benchmarks.eligibility
	@$(PY) -m benchmarks.interview

benchmark-events: setup-test ## 500 open event streams and 50 messages a second through the gateway
	@$(PY) -m benchmarks.events

benchmark-desk: setup-test ## 200 residents and 20 people at the desk: how long a message takes from one to the other
	@$(PY) -m benchmarks.desk

benchmark-processes: setup-test train ## one, two and four Rasa processes behind the gateway: throughput and memory
	@$(PY) -m benchmarks.processes

benchmark-routing: setup-test ## which department a message goes to, beside TF-IDF with a linear SVM
	@$(PY) -m benchmarks.routing
	@$(PY) -m benchmarks.routing --statements

benchmark-widget: setup-benchmark train ## the widget's weight and time to typing beside other chat widgets (needs Chromium and npm)
	@$(PY) -m benchmarks.widget

lock: ## make the lists of packages anew (needs uv)
	@tools/lock.sh

clean: ## remove environments, stores, models and logs
	rm -rf .venv .venv-public .venv-stock .venv-uv var .rasa
