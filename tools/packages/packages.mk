# The packages for pip and npm, and the programs, for this machine or for the one that TARGET names as Rust does, such as
# `make wheel programs npm TARGET=aarch64-unknown-linux-musl`.
#
# For Linux zig compiles the C code and links (tools/cargo), so that what is built starts on any distribution: libraries
# with glibc 2.17 or with musl, programs on their own. PROFILE=dev shares what the tests compile, and is for this machine only.

.PHONY: wheel sdist programs program-wheels test-wheel test-sdist addon npm npm-packages npm-publish

TOOLS := $(abspath build/packages/venv)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PYTHON3 := $(if $(filter Windows_NT,$(OS)),python,python3)
HOST = $(shell rustc -vV | sed -n 's/^host: //p')
# The machine that a library is built for, or nothing for plain Cargo.
MACHINE = $(or $(TARGET),$(if $(filter release,$(SHIPPED)),$(findstring $(HOST),$(filter %-linux-gnu %-linux-musl,$(HOST)))))
# Windows starts no scripts; what is built there keeps the paths of that machine.
PACKING = PATH="$(TOOLS):$$PATH" $(if $(filter Windows_NT,$(OS)),,$(if $(or $(TARGET),$(filter release,$(SHIPPED))),CARGO="$(abspath tools/cargo)"))

build/packages/.tools: tools/packages/requirements.txt
	$(if $(filter Windows_NT,$(OS)),,tools/debian python-venv:python3-venv)
	$(PYTHON3) -m venv build/packages/venv
	$(TOOLS)/python -m pip install -q --disable-pip-version-check --require-hashes -r tools/packages/requirements.txt
	@touch $@

# The wheel for CPython 3.10 and newer.
WHEELS ?= build/wheels/$(SHIPPED)
wheel: build/packages/.tools
	$(PYTHON3) tools/licences.py appmint-python $(addprefix --target=,$(MACHINE)) >bindings-python/THIRD-PARTY-LICENSES
	$(PACKING) $(TOOLS)/maturin build --locked --manifest-path bindings-python/Cargo.toml --profile $(SHIPPED) --out $(WHEELS) \
	  $(addprefix --target=,$(MACHINE)) --compatibility $(or $(COMPATIBILITY_$(lastword $(subst -, ,$(MACHINE)))),off)

COMPATIBILITY_gnu := manylinux2014
COMPATIBILITY_musl := musllinux_1_2

# The programs, with the licences of what is in them. On Linux they are static, so that they run with any C library.
PROGRAM_MACHINE = $(MACHINE:-linux-gnu=-linux-musl)
PROGRAM_PLATFORM = $(call system,$(or $(MACHINE),$(HOST)))-$(CPU_$(firstword $(subst -, ,$(or $(MACHINE),$(HOST)))))
PROGRAMS = build/programs/$(SHIPPED)/$(PROGRAM_PLATFORM)
CPU_x86_64 := x64
CPU_aarch64 := arm64
system = $(if $(findstring linux,$1),linux,$(if $(findstring darwin,$1),darwin,win32))
# As npm names it, with the C library.
NATIVE = $(PROGRAM_PLATFORM)$(addprefix -,$(filter gnu musl msvc,$(lastword $(subst -, ,$(or $(MACHINE),$(HOST))))))
EXE = $(if $(findstring windows,$(or $(MACHINE),$(HOST))),.exe)
# $1: the package, $2: its program. Without a machine this is what the tests have compiled.
define program
	$(if $(MACHINE),$(PACKING) $(if $(findstring CARGO=,$(PACKING)),tools/cargo,cargo) rustc --locked --profile $(SHIPPED) -p $1 --bin $2 \
	  --target $(PROGRAM_MACHINE) $(if $(findstring musl,$(PROGRAM_MACHINE)),-- -Ctarget-feature=+crt-static))
	cp $(CARGO_TARGET_DIR)/$(addsuffix /,$(PROGRAM_MACHINE))$(SHIPPED:dev=debug)/$2$(EXE) $(PROGRAMS)
	$(PYTHON3) tools/licences.py $1 $(addprefix --target=,$(PROGRAM_MACHINE)) >$(PROGRAMS)/$1.licences
endef
programs: $(if $(filter release,$(SHIPPED))$(TARGET),build/packages/.tools)
	mkdir -p $(PROGRAMS)
	$(if $(MACHINE),,cargo build --locked --profile $(SHIPPED) -p appmint-cli -p appmint-sandbox $(if $(filter dev,$(SHIPPED)),-p appmint-example -p appmint-conformance-driver))
	$(call program,appmint-cli,appmint)
	$(call program,appmint-sandbox,appmint-sandbox)

# The wheels appmint-cli and appmint-sandbox, which have them.
program-wheels: programs build/packages/.tools
	$(TOOLS)/python tools/packages/programs.py $(PROGRAMS) $(PROGRAM_PLATFORM)$(if $(findstring linux,$(PROGRAM_PLATFORM)),$(if $(PROGRAM_MACHINE),,-dynamic)) $(WHEELS)

# What pip compiles where no wheel fits.
sdist: build/packages/.tools
	$(PYTHON3) tools/licences.py appmint-python >bindings-python/THIRD-PARTY-LICENSES
	$(TOOLS)/maturin sdist --manifest-path bindings-python/Cargo.toml --out build/wheels/sdist

# A wheel of the tests' own build in each CPython of this machine, or those of APPMINT_WHEELS.
test-wheel: .venv/.tools sdist
	cargo build --locked -p appmint-sandbox
	$(if $(APPMINT_WHEELS),,$(MAKE) wheel program-wheels PROFILE=dev)
	$(LIMIT) $(PYTHON) -m pytest -q tests/wheels

# Compiles the source distribution.
test-sdist: .venv/.tools sdist
	APPMINT_TEST_SDIST=1 $(LIMIT) $(PYTHON) -m pytest -q tests/wheels/test_sdist.py

# What npm publishes for the machine: the native module and the programs, and the packages that bring them.
npm: addon programs npm-packages

addon: $(if $(filter release,$(SHIPPED))$(TARGET),build/packages/.tools)
	$(if $(filter release,$(SHIPPED)),@rm -f bindings-node/node_modules/.appmint-*)
	cd bindings-node && $(PACKING) node build.mjs --profile $(SHIPPED) $(addprefix --target=,$(MACHINE))
	$(PYTHON3) tools/licences.py appmint-node $(addprefix --target=,$(MACHINE)) >bindings-node/appmint.$(NATIVE).licences

# The machine's by default; `all` are those that were built elsewhere.
NPM_PLATFORMS ?= $(NATIVE)
npm-packages:
	node tools/npm.mjs --programs build/programs/$(SHIPPED) $(NPM_PLATFORMS)

# Those for the platforms first: the others name them.
npm-publish:
	for archive in build/npm/appmint-*-[a-z]*-*.tgz build/npm/appmint-[0-9]*.tgz build/npm/appmint-cli-[0-9]*.tgz build/npm/appmint-sandbox-[0-9]*.tgz; do \
	  npm publish --access public --provenance "$$archive"; done
