# `make demo` and `make test` set themselves up; see CONTRIBUTING.md for the rest.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

export CARGO_TARGET_DIR := $(abspath $(or $(CARGO_TARGET_DIR),target))
export APPMINT_BUILD := $(abspath build)
PYTHON := $(abspath .venv/bin/python)
PLATFORM ?= atomgit
# How the wheel and the addon are built: dev is quick and shares what the tests compile, release is what ships.
PROFILE ?= dev
VALGRIND := valgrind -q --leak-check=full --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect --error-exitcode=99

# What the wheel and the addon are made of.
CORE := $(shell find core/src core/platforms -type f) core/Cargo.toml Cargo.toml Cargo.lock .cargo/config.toml
WHEEL := $(shell find bindings-python/src bindings-python/python -name '*.rs' -o -name '*.py' -o -name '*.pyi') \
         bindings-python/Cargo.toml bindings-python/pyproject.toml
FFI := $(shell find ffi-c/src -name '*.rs') ffi-c/Cargo.toml ffi-c/build.rs ffi-c/symbols.txt
ADDON := $(shell find bindings-node/src -name '*.rs') bindings-node/Cargo.toml bindings-node/build.rs bindings-node/build.mjs

.PHONY: help demo test lint bench torture peers size archive library install uninstall dist deb examples docs-c abi header docs docs-site mutants fuzz audit msrv sbom clean \
        test-structure test-rust test-c test-c-rust test-package test-python test-node test-conformance test-guides test-cli test-cli-slowly test-faults test-gateways test-browser test-secrets \
        test-npm faults rust c python node

help:
	@echo 'make demo [PLATFORM=atomgit|github|github-enterprise|icr|acme]   one program in five languages'
	@echo 'make test   all tests of all languages'
	@echo 'make install [PREFIX=/usr/local] [DESTDIR=]   the library for C and C++; also uninstall, dist'
	@echo 'make wheel | sdist | programs | npm [TARGET=aarch64-unknown-linux-musl]   packages for pip and npm'
	@echo 'make fuzz [MINUTES=1] [TARGET=…]   libFuzzer at the places where bytes come in'
	@echo 'make lint | bench | faults | torture | peers | mutants | audit | size | archive | header | docs | docs-site | clean'

demo: rust c python node
	tests/demo/demo.py --platform $(PLATFORM)

test: test-structure test-rust test-c test-python test-node test-conformance test-guides test-cli test-faults test-gateways test-npm test-wheel test-browser test-secrets

# ---- tests, by language

# A suite that is not done after so many minutes hangs: it fails, with the stacks of its processes.
LIMIT := tools/limit 45

# Imports go one way, retired words stay retired.
test-structure: .venv/.tools
	$(LIMIT) $(PYTHON) -m pytest -q tests/structure

test-rust:
	$(LIMIT) cargo test --locked -p appmint-core -p appmint-sandbox -p appmint-ffi -p appmint-caller-thread -p appmint-fork-generation
	$(LIMIT) cargo test --locked -p appmint-core --features simulation --test simulation -- --nocapture

test-c: rust c .venv/.tools test-package
	$(LIMIT) ctest --test-dir build/c --output-on-failure

# The suite of C with a library that another compiler built: the border is where a compiler's fault shows first.
RUST ?= nightly
test-c-rust: build/.debian
	RUSTUP_TOOLCHAIN=$(RUST) CARGO_TARGET_DIR=$(CARGO_TARGET_DIR)/$(RUST) cargo build --locked -p appmint-ffi -p appmint-sandbox -p appmint-example
	cmake -S tests/c -B build/c-$(RUST) -DAPPMINT_DRIVERS=$(APPMINT_BUILD)/c-$(RUST)/conformance -DAPPMINT_LIBRARY=$(CARGO_TARGET_DIR)/$(RUST)/debug/libappmint.so
	cmake --build build/c-$(RUST) -j 2
	$(LIMIT) ctest --test-dir build/c-$(RUST) --output-on-failure

# The library as it is installed, and its binary interface.
test-package: rust c .venv/.tools
	$(MAKE) library PROFILE=dev
	@# The tests of a file share what `make` builds for them in one folder, so one worker runs them.
	$(LIMIT) $(PYTHON) -m pytest -q -n 2 --dist loadfile tests/package

test-python: rust python
	$(LIMIT) $(PYTHON) -m pytest -q bindings-python/tests

test-node: rust node
	cd bindings-node && ../$(LIMIT) npm test

test-conformance: rust c python node
	$(LIMIT) $(PYTHON) -m pytest -q -n 4 tests/conformance
	for part in sessions source logins; do \
	  APPMINT_DRIVER_C=build/conformance/driver-c-async APPMINT_DRIVER_CPP=build/conformance/driver-cpp-async \
	  $(LIMIT) $(PYTHON) -m pytest -q -n 4 tests/conformance/test_cases.py --surface c,cpp --case generic/$$part; done
	APPMINT_DRIVER_AWAITS=1 $(LIMIT) $(PYTHON) -m pytest -q -n 2 tests/conformance/test_cases.py --surface python --case atomgit/
	APPMINT_DEMO_C='$(VALGRIND) build/c/demo_c' APPMINT_DEMO_CPP='$(VALGRIND) build/c/demo_cpp' \
	APPMINT_DRIVER_C='$(VALGRIND) build/conformance/driver-c' \
	APPMINT_DRIVER_CPP='$(VALGRIND) build/conformance/driver-cpp' \
	$(LIMIT) $(PYTHON) -m pytest -q -n 2 tests/conformance/test_demos.py tests/conformance/test_cases.py \
	  --surface c,cpp --case atomgit/

# The command line, with real git.
test-cli: rust .venv/.tools
	$(LIMIT) cargo test --locked -p appmint-cli
	$(LIMIT) $(PYTHON) -m pytest -q -n 2 tests/cli

# What takes minutes: a clone of 60 s with tokens that live 20 s, and `appmint run` killed 300 times.
test-cli-slowly: rust .venv/.tools
	APPMINT_TOKEN_LIFE_S=20 $(LIMIT) $(PYTHON) -m pytest -q tests/cli/test_git_https.py -k outlives
	APPMINT_KILLS=300 $(LIMIT) $(PYTHON) -m pytest -q tests/cli/test_run.py -k random_moment

test-faults faults: python
	$(LIMIT) $(PYTHON) tests/faults/run.py

# Behind nginx, lighttpd and squid.
test-gateways: rust python
	$(LIMIT) $(PYTHON) -m pytest -q tests/gateways

# The packages, installed in an empty folder and bundled.
test-npm: node
	$(MAKE) npm PROFILE=dev
	$(LIMIT) node --test tests/npm/packages.test.mjs

# Leaves a picture of each page in build/screenshots.
test-browser: rust c python node
	$(LIMIT) $(PYTHON) -m pytest -q -n 2 tests/browser

test-secrets: rust c python node
	$(LIMIT) $(PYTHON) -m pytest -q -n 2 tests/secrets

# The programs of the guides, at the sandbox.
test-guides: rust c python node
	$(LIMIT) $(PYTHON) -m pytest -q -n 2 tests/guides

# ---- what they need

rust: build/.debian
	cargo build --locked -p appmint-cli -p appmint-sandbox -p appmint-example -p appmint-conformance-driver

c: build/.debian
	cargo build --locked -p appmint-ffi
	cmake -S tests/c -B build/c -DAPPMINT_LIBRARY=$(CARGO_TARGET_DIR)/debug/libappmint.so
	cmake --build build/c -j 2

python: .venv/.appmint-$(PROFILE)
node: bindings-node/node_modules/.appmint-$(PROFILE)

# The stamp says which packages it stands for, so that one more is installed.
DEBIAN := python-venv:python3-venv cmake:cmake valgrind:valgrind node:nodejs npm:npm g++:g++ \
          redis-server:redis-server openssl:openssl sqlite3:sqlite3 chromium:chromium chromedriver:chromium-driver gdb:gdb \
          git:git git-lfs:git-lfs fcgiwrap:fcgiwrap zsh:zsh fish:fish curl:curl \
          dbus-daemon:dbus-daemon dbus-send:dbus-bin gnome-keyring-daemon:gnome-keyring keyctl:keyutils nginx:nginx-light lighttpd:lighttpd squid:squid \
          pkg-config:pkg-config libuv.pc:libuv1-dev glib-2.0.pc:libglib2.0-dev libcurl.pc:libcurl4-openssl-dev \
          clang:clang abidiff:abigail-tools doxygen:doxygen groff:groff-base mandoc:mandoc \
          lintian:lintian dh:debhelper dpkg-buildpackage:dpkg-dev sqlite3.pc:libsqlite3-dev \
          libgit2.pc:libgit2-dev libjwt.pc:libjwt-dev p11-kit-1.pc:libp11-kit-dev softhsm2-util:softhsm2 luajit:luajit ruby:ruby go:golang-go
ifneq ($(file <build/.debian),$(DEBIAN))
.PHONY: build/.debian
endif

build/.debian: tools/debian
	tools/debian $(DEBIAN)
	@mkdir -p build && echo '$(DEBIAN)' >$@

.venv/.tools: tests/requirements.txt build/.debian
	python3 -m venv .venv
	$(PYTHON) -m pip install -q --disable-pip-version-check --require-hashes -r tests/requirements.txt
	@touch $@

.venv/.appmint-$(PROFILE): .venv/.tools $(WHEEL) $(CORE)
	@rm -f .venv/.appmint-*
	MATURIN_PEP517_ARGS='--profile $(PROFILE)' $(PYTHON) -m pip install -q --disable-pip-version-check --force-reinstall --no-deps ./bindings-python
	@# `appmint.testing`, whose program the tests name by APPMINT_SANDBOX_PATH.
	@echo '$(abspath tests/sandbox/pip)' >$$($(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/appmint-sandbox.pth
	@touch $@

bindings-node/node_modules/.packages: bindings-node/package-lock.json build/.debian
	cd bindings-node && npm ci --no-audit --no-fund
	@touch $@

bindings-node/node_modules/.appmint-$(PROFILE): bindings-node/node_modules/.packages $(ADDON) $(CORE)
	@rm -f bindings-node/node_modules/.appmint-*
	cd bindings-node && node build.mjs --profile $(PROFILE)
	@touch $@

# ---- the rest

lint: .venv/.tools bindings-node/node_modules/.packages docs-site
	cargo fmt --all --check
	$(PYTHON) tools/contract.py --check
	$(PYTHON) tools/platforms.py --check
	$(PYTHON) tools/errors.py --check
	$(PYTHON) tools/schema.py --check
	@# These read the sources only, and are run with the others once more.
	$(PYTHON) -m pytest -q tests/conformance/test_no_platform_names.py tests/conformance/test_surface_rust.py
	cargo clippy --locked --workspace --all-targets -- -D warnings
	@# The fuzz targets have a lock file of their own, which follows the core's manifest.
	cargo tree --locked --manifest-path fuzz/Cargo.toml >/dev/null
	cargo clippy --locked -p appmint-core --features simulation --lib --test simulation -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps -p appmint-core
	MYPYPATH=tests/sandbox/pip:bindings-python/python $(PYTHON) -m mypy --config-file bindings-python/pyproject.toml -p appmint -p appmint_sandbox
	cd bindings-node && npx --no-install tsc --noEmit --strict --skipLibCheck false index.d.cts index.d.mts octokit.d.cts octokit.d.mts webhooks.d.cts webhooks.d.mts signers.d.cts signers.d.mts

# ---- the library for C and C++, as it is installed

# `make install PROFILE=dev` installs the tests' own build; otherwise what ships is built.
SHIPPED := $(if $(filter command environment,$(firstword $(origin PROFILE))),$(PROFILE),release)
# `make library SQLITE=system` links the system's SQLite instead of one of its own.
SQLITE ?= bundled
FEATURES := $(if $(filter system,$(SQLITE)),--no-default-features --features redis --features sqlite --features keychain)
LIBRARY ?= $(APPMINT_BUILD)/library/$(SHIPPED)$(if $(FEATURES),-$(SQLITE))
INSTALL := $(MAKE) --no-print-directory -f packaging/Makefile FROM=$(CURDIR) FROM_LIB=$(LIBRARY) FROM_MAN=$(LIBRARY)
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)

include tools/packages/packages.mk

library: $(LIBRARY)/libappmint.so $(LIBRARY)/appmint.3

# Without cargo if nothing has changed: `sudo make install` may not find it.
$(LIBRARY)/libappmint.so: $(CORE) $(FFI) tools/library tools/archive tools/licences.py
	tools/library $(SHIPPED) $(LIBRARY) $(FEATURES)
	python3 tools/licences.py appmint-ffi $(FEATURES) >$(LIBRARY)/THIRD-PARTY-LICENSES
	@touch $@

$(LIBRARY)/appmint.3: include/appmint.h tools/man.py | $(LIBRARY)/libappmint.so
	python3 tools/man.py include/appmint.h >$@

install: library
	@$(INSTALL) install

uninstall:
	@$(INSTALL) uninstall

# A folder of what is built, which installs without Rust, and the same bytes each time.
DIST := appmint-$(VERSION)-$(shell $(CC) -dumpmachine)
dist: library
	rm -rf build/$(DIST)
	mkdir -p build/$(DIST)/lib build/$(DIST)/man
	cp -p $(addprefix $(LIBRARY)/,libappmint.so libappmint.a requires.private THIRD-PARTY-LICENSES) build/$(DIST)/lib
	cp -p $(LIBRARY)/appmint.3 build/$(DIST)/man
	cp -r packaging/Makefile packaging/templates packaging/README.md packaging/vcpkg packaging/conan/. include LICENSE-APACHE LICENSE-MIT build/$(DIST)
	tar -C build --sort=name --owner=0 --group=0 --numeric-owner --mtime=@$(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct)) \
	  --mode=u+rwX,go+rX,go-w -c $(DIST) | gzip -n >build/$(DIST).tar.gz
	@echo build/$(DIST).tar.gz

# The source package and the binary packages in build/deb, and what lintian says of them. The library is built before, by
# the same rule as for `make install`.
deb: SQLITE := system
deb: library
	tools/deb $(VERSION) $(LIBRARY) build/deb

# Cargo's own archive has SQLite's and aws-lc's symbols among its global ones; in this one are those of the header alone.
archive: library
	cp $(LIBRARY)/libappmint.a build/libappmint.a

# Beside peers and limits, in turns; writes docs/benchmarks.md. `ONLY=jwt,mint` for some parts; the peers are installed in
# build/bench only.
bench: archive build/bench/.peers
	$(MAKE) node PROFILE=release
	MATURIN_PEP517_ARGS='--profile release' build/bench/venv/bin/python -m pip install -q --disable-pip-version-check \
	  --force-reinstall --no-deps ./bindings-python
	cargo build --locked --release --manifest-path tests/bench/rust/Cargo.toml --target-dir $(CARGO_TARGET_DIR)/bench
	$(CC) -O2 -Iinclude tests/bench/contestant.c build/libappmint.a $$(pkg-config --cflags --libs libjwt libcurl) \
	  -lm -ldl -lpthread -o build/bench/contestant
	ONLY='$(ONLY)' build/bench/venv/bin/python tests/bench/run.py

# Where the time and the memory of the core go.
bench-core:
	cargo bench --locked -p appmint-core

build/bench/.peers: tests/bench/package-lock.json tests/bench/requirements.txt build/.debian
	@mkdir -p build/bench
	python3 -m venv build/bench/venv
	build/bench/venv/bin/python -m pip install -q --disable-pip-version-check -r tests/bench/requirements.txt
	cp tests/bench/package.json tests/bench/package-lock.json build/bench
	cd build/bench && npm ci --no-audit --no-fund
	@touch $@

# Clients that refresh, ours and two peers, on a hostile platform. The peers are installed in build/torture only.
torture: build/torture/.peers
	cargo build --locked -p appmint-sandbox
	cargo build --locked -p appmint-core --example torture_client
	build/torture/venv/bin/python tests/torture/run.py

# One job with five libraries of Python, as they are installed, and appmint as it ships; writes docs/python-peers.md.
peers: rust
	$(MAKE) python PROFILE=release
	$(PYTHON) tests/peers/run.py

build/torture/.peers: tests/torture/package-lock.json tests/torture/requirements.txt build/.debian
	@mkdir -p build/torture
	python3 -m venv build/torture/venv
	build/torture/venv/bin/python -m pip install -q --disable-pip-version-check -r tests/torture/requirements.txt
	cp tests/torture/package.json tests/torture/package-lock.json build/torture
	cd build/torture && npm ci --no-audit --no-fund
	@touch $@

size: c
	$(MAKE) python node PROFILE=release
	tools/library release build/library/release
	CARGO_TARGET_DIR=$(CARGO_TARGET_DIR)/slim tools/library release build/library/slim --no-default-features
	$(PYTHON) tools/size.py

# Breaks the core on purpose; each mutant must be found by the simulation.
mutants:
	python3 tests/mutants/run.py

# Runs libFuzzer over every target, or those that TARGET names; needs no nightly Rust.
MINUTES ?= 1
fuzz: build/.debian
	tools/fuzz $(MINUTES) $(TARGET)

# The known vulnerabilities come last, because they alone need the network.
audit: build/tools/bin/cargo-deny
	build/tools/bin/cargo-deny --locked --offline check licenses bans sources
	build/tools/bin/cargo-deny --locked check advisories

build/tools/bin/cargo-deny:
	CARGO_TARGET_DIR=build/tools/target cargo install --locked --root build/tools --version 0.20.2 cargo-deny

# With the oldest Rust that is supported.
MSRV ?= $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
msrv:
	rustup toolchain install --profile minimal --no-self-update $(MSRV)
	RUSTUP_TOOLCHAIN=$(MSRV) CARGO_TARGET_DIR=$(CARGO_TARGET_DIR)/msrv cargo check --locked --workspace

# What the C library is made of, in CycloneDX's form.
sbom: build/tools/bin/cargo-cyclonedx
	build/tools/bin/cargo-cyclonedx cyclonedx --manifest-path ffi-c/Cargo.toml --format json --spec-version 1.5 --override-filename appmint.cdx
	@# Cargo names the crates of the workspace by the folder in which they are built.
	sed 's#file://$(CURDIR)/#file:///#g' ffi-c/appmint.cdx.json >build/appmint.cdx.json
	@find . -name appmint.cdx.json -not -path './build/*' -not -path './target/*' -delete

build/tools/bin/cargo-cyclonedx:
	CARGO_TARGET_DIR=build/tools/target cargo install --locked --root build/tools --version 0.5.9 cargo-cyclonedx

# The examples in C and C++, in build/examples; test-package runs them.
examples: library
	$(MAKE) -C examples OUT=$(APPMINT_BUILD)/examples APPMINT_CFLAGS=-I$(CURDIR)/include APPMINT_LIBS='-L$(LIBRARY) -l:libappmint.a -lm'

# The headers as web pages, in build/docs-c/html.
docs-c: build/.debian
	@mkdir -p build/docs-c
	doxygen ffi-c/header/Doxyfile

# The binary interface that programs may rely on; refuses a header that breaks those that exist.
abi: build/.debian
	python3 tools/abi.py write

header:
	APPMINT_BLESS=1 cargo test --locked -p appmint-ffi --test header

docs:
	python3 tools/contract.py
	python3 tools/platforms.py
	python3 tools/errors.py
	python3 tools/schema.py

# The site, in build/site. A link that leads nowhere is a failure.
docs-site: build/docs/.tools
	NO_MKDOCS_2_WARNING=1 build/docs/venv/bin/mkdocs build --strict --quiet
	@echo build/site/index.html

build/docs/.tools: tools/site/requirements.txt
	tools/debian python-venv:python3-venv
	@mkdir -p build/docs
	python3 -m venv build/docs/venv
	build/docs/venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r tools/site/requirements.txt
	@touch $@

clean:
	rm -rf target build .venv bindings-node/node_modules bindings-node/*.node
