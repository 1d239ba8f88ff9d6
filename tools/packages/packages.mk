# The packages for pip and npm, and the programs, for this machine or for the one that TARGET names as Rust does, such as
# `make wheel programs npm TARGET=aarch64-unknown-linux-musl`.
#
# For Linux zig compiles the C code and links (tools/cargo), so that what is built starts on any distribution: libraries
# with glibc 2.17 or with musl, programs on their own. PROFILE=dev shares what the tests compile, and is for this machine only.

.PHONY: wheel sdist test-wheel test-sdist

TOOLS := $(abspath build/packages/venv)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
HOST = $(shell rustc -vV | sed -n 's/^host: //p')
# The machine that a library is built for, or nothing for plain Cargo.
MACHINE = $(or $(TARGET),$(if $(filter release,$(SHIPPED)),$(findstring $(HOST),$(filter %-linux-gnu %-linux-musl,$(HOST)))))
# Windows starts no scripts; what is built there keeps the paths of that machine.
PACKING = PATH="$(TOOLS):$$PATH" $(if $(filter Windows_NT,$(OS)),,$(if $(filter release,$(SHIPPED)),CARGO="$(abspath tools/cargo)"))

build/packages/.tools: tools/packages/requirements.txt
	$(if $(filter Windows_NT,$(OS)),,tools/debian python-venv:python3-venv)
	$(if $(filter Windows_NT,$(OS)),python,python3) -m venv build/packages/venv
	$(TOOLS)/python -m pip install -q --disable-pip-version-check --require-hashes -r tools/packages/requirements.txt
	@touch $@

# The wheel for CPython 3.10 and newer.
WHEELS ?= build/wheels/$(SHIPPED)
wheel: build/packages/.tools
	$(TOOLS)/python tools/licences.py appmint-python $(addprefix --target=,$(MACHINE)) >bindings-python/THIRD-PARTY-LICENSES
	$(PACKING) $(TOOLS)/maturin build --locked --manifest-path bindings-python/Cargo.toml --profile $(SHIPPED) --out $(WHEELS) \
	  $(addprefix --target=,$(MACHINE)) --compatibility $(or $(COMPATIBILITY_$(lastword $(subst -, ,$(MACHINE)))),off)

COMPATIBILITY_gnu := manylinux2014
COMPATIBILITY_musl := musllinux_1_2

# What pip compiles where no wheel fits.
sdist: build/packages/.tools
	$(TOOLS)/python tools/licences.py appmint-python >bindings-python/THIRD-PARTY-LICENSES
	$(TOOLS)/maturin sdist --manifest-path bindings-python/Cargo.toml --out build/wheels/sdist

# A wheel of the tests' own build in each CPython of this machine, or those of APPMINT_WHEELS.
test-wheel: .venv/.tools sdist
	cargo build --locked -p appmint-sandbox
	$(if $(APPMINT_WHEELS),,$(MAKE) wheel PROFILE=dev)
	$(LIMIT) $(PYTHON) -m pytest -q tests/wheels

# Compiles the source distribution.
test-sdist: .venv/.tools sdist
	APPMINT_TEST_SDIST=1 $(LIMIT) $(PYTHON) -m pytest -q tests/wheels/test_sdist.py
