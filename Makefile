# make demo    sets everything up, makes the examples and checks them
# make check   sets everything up and runs what CI runs
# make lock    renews requirements.lock
# make docs    writes docs/reference anew
# make fuzz    long fuzzing: goes on where it stopped (build/fuzz), READER=pcap for one reader alone
# make bench   benchmarks; make browser: pages in a real browser

BIN := .venv/bin
EXAMPLES := out/examples

.PHONY: setup demo check format lint types imports test docs docs-run sarif duckdb-1 duckdb-1-short spark spark-short lock fuzz bench browser
setup: .venv/ready
.venv/ready: requirements.lock pyproject.toml scripts/setup.sh
	@sh scripts/setup.sh

demo: setup
	@$(BIN)/python examples/make.py $(EXAMPLES)
	@$(BIN)/evenhand check $(EXAMPLES) -r gids-2020 -r examples/origin-list --swap XA:XB \
		--fail-on never -o out/report.html -o out/report.json
	@$(BIN)/evenhand check $(EXAMPLES) -r gids-2020 -r examples/origin-list --swap XA:XB \
		--fail-on never
	@echo; echo "The same as a page: out/report.html"

check: format lint types imports test docs
format: setup
	$(BIN)/ruff format --check src tests scripts examples benchmarks
lint: setup
	$(BIN)/ruff check src tests scripts examples benchmarks
types: setup
	$(BIN)/mypy
imports: setup
	$(BIN)/lint-imports
test: setup
	$(BIN)/pytest -n auto --dist loadfile
docs: setup
	$(BIN)/python scripts/reference.py --check

# Commands of the tutorial that fetch packages: they need the package registries.
docs-run: setup
	$(BIN)/python scripts/run_docs.py --network docs/tutorial.md
sarif: demo
	@$(BIN)/evenhand check $(EXAMPLES) -r gids-2020 -r examples/origin-list --fail-on never \
		-o out/report.sarif
	sh scripts/validate_sarif.sh out/report.sarif

# Judging with the other major version of the engine, put beside the locked one.
DUCKDB_1 := PYTHONPATH=$(CURDIR)/build/duckdb-1 $(BIN)
duckdb-1: duckdb-1-short
	$(DUCKDB_1)/pytest -n auto --dist loadfile tests/judge tests/test_pipeline.py
duckdb-1-short: build/duckdb-1
	$(DUCKDB_1)/python -c 'import duckdb; print("DuckDB", duckdb.__version__)'
	$(DUCKDB_1)/evenhand rulebook test
	$(DUCKDB_1)/pytest -n auto tests/judge/test_judge.py tests/judge/test_large.py
build/duckdb-1: | setup
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --target build/duckdb-1.part 'duckdb>=1.5,<2'
	mv build/duckdb-1.part build/duckdb-1

# Every case of every check in Spark and in DuckDB, row for row; needs Java 17 or later. It takes
# long; a short form asks the cases of a few checks.
SPARK := EVENHAND_SPARK=1 PYTHONPATH=$(CURDIR)/build/spark $(BIN)/pytest tests/engines
spark: build/spark
	$(SPARK) -n 2
spark-short: build/spark
	$(SPARK) -k "not every_case or order_is_answered or third_states or users_are_told"
build/spark: | setup
	$(BIN)/pip install -q --disable-pip-version-check --target build/spark.part 'pyspark>=4,<5'
	mv build/spark.part build/spark
lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --quiet -o requirements.lock
fuzz: setup
	@mkdir -p build/fuzz
	EVENHAND_FUZZ=1000000 EVENHAND_FUZZ_DONE=build/fuzz EVENHAND_FUZZ_KEEP=build/fuzz $(BIN)/pytest \
		-q -s -n auto --dist worksteal tests/readers/test_mutations.py $(if $(READER),-k '[$(READER)]')
bench: setup
	for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done
browser: demo
	sh scripts/browser.sh out/report.html out
