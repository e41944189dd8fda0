# The commands of the project; each does its own set-up, quickly where it is done.
# Longer steps stand in scripts/.

HOST = 127.0.0.1
PORT ?= 8000
ARGS =
ONLY =

ifdef DATA_DIR
export DATA_DIR
endif

.PHONY: help run test check setup bench faults lock

help:
	@echo "make run     start the board   (PORT=8000 HOST=127.0.0.1 DATA_DIR=var ARGS=--demo)"
	@echo "make test    run every test that this machine can serve"
	@echo "make check   format, lint, types, import contracts, templates, front end"
	@echo "make bench   measure against the bars   (ONLY=engine,expressions,feed,live,api,start,board,pages,alerts)"
	@echo "make faults  the long form of the fault tests"
	@echo "make setup   everything for development, without starting anything"
	@echo "make lock    compile requirements.txt and requirements-dev.txt anew"

run:
	@python=$$(sh scripts/find_python.sh) && $$python scripts/set_up.py
	@exec .venv/bin/python manage.py board --host $(HOST) --port $(PORT) $(ARGS)

test: setup
	@exec .venv/bin/python scripts/run_tests.py $(ARGS)

faults: setup
	@exec .venv/bin/python scripts/run_tests.py --faults $(ARGS)

check: setup
	@exec sh scripts/check.sh

bench: setup
	@exec .venv/bin/python -m bench $(if $(ONLY),--only $(ONLY))

setup:
	@python=$$(sh scripts/find_python.sh) && $$python scripts/set_up.py --dev

lock: setup
	@exec sh scripts/lock.sh
