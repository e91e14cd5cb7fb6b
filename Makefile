# The commands of this repository. `make` alone lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Settings that can be given on the command line, as in `make test RUN=TestAPush`.
PKG      ?= ./...
RACE     ?= -race
RUN      ?=
COUNT    ?=
BENCH    ?= .
FUZZTIME ?= 30s
ARGS     ?=
# Long loops of soak. Those of RACY have several goroutines on one memory in this process, and are
# watched for races. The others have not, and are not worth up to ten times the time: durable and
# replicas drive programs that are built without the detector, and measure and formula compare sums
# with one goroutine.
RACY     ?= ./cmd/evenkeel/app ./services/issues/github
LOOPS    ?= ./cmd/evenkeel/durable ./cmd/evenkeel/replicas ./services/measure ./services/slo/composite/formula

# Go stamps the revision into the binary by itself, unless GOFLAGS or the lack of
# git keeps it from doing so.
VERSION     := $(shell git describe --tags --always --dirty 2>/dev/null)
COMMIT      := $(shell git rev-parse HEAD 2>/dev/null)
COMMIT_TIME := $(shell TZ=UTC git log -1 --format=%cd --date=format-local:%Y-%m-%dT%H:%M:%SZ 2>/dev/null)
LDFLAGS     := -X main.version=$(VERSION) -X main.commit=$(COMMIT) -X main.commitTime=$(COMMIT_TIME)

# The program is static wherever it is built, and all that is built for it is shared
# between the commands. The race detector alone needs C.
export CGO_ENABLED := 0

# What is built is the same in whichever directory, and another clone finds it in the cache.
export GOFLAGS := $(strip $(GOFLAGS) -trimpath)

# SQLite is C that was turned into Go: its memory is none that the race detector watches, and to
# have it look took two thirds of the time of tests on SQLite. No more than this one package is
# left out: others bring generic code of the standard library along, which would be linked in place
# of that which is watched.
race_flags := -race -gcflags=modernc.org/sqlite/lib=-race=false

# What go vet says is make lint's to tell, once.
test_flags = -vet=off $(if $(RACE),$(race_flags)) $(if $(RUN),-run '$(RUN)') $(if $(COUNT),-count=$(COUNT)) -timeout 30m

##@ Run

.PHONY: run
run: build ## Build and start one process on this machine, with SQLite in ./data (ARGS=--listen=…)
	@exec bin/evenkeel serve $(ARGS)

.PHONY: build
build: ## Build bin/evenkeel
	@mkdir -p bin
	go build -ldflags '$(LDFLAGS)' -o bin/evenkeel ./cmd/evenkeel

.PHONY: portal
portal: build ## Start a Backstage portal with sample services on http://localhost:7007, to try Evenkeel in (ARGS=--services=1000)
	@exec scripts/testenv postgres npm -- scripts/portalenv ../scripts/portal $(CURDIR)/bin/evenkeel $(ARGS)

.PHONY: portal-pack
portal-pack: ## Write the portal's packages to bin/packages, as they are published
	scripts/testenv npm -- scripts/portalenv ../scripts/portal-pack $(CURDIR)/bin/packages

ENGINE ?= $(firstword $(shell command -v podman docker))

.PHONY: image
image: ## Build the container image "evenkeel" with podman or docker, or where neither is, as an OCI layout in bin/image (ENGINE=)
	$(if $(ENGINE),$(ENGINE) build --file deploy/Containerfile --build-arg LDFLAGS='$(LDFLAGS)' --build-arg VERSION='$(VERSION)' --build-arg COMMIT='$(COMMIT)' --tag evenkeel .,go run ./deploy/image --ldflags '$(LDFLAGS)' --version '$(VERSION)' --commit '$(COMMIT)' --time '$(COMMIT_TIME)')

##@ Check

.PHONY: test
test: ## Run all tests on SQLite and PostgreSQL under the race detector (PKG=./api/... RUN=TestName COUNT=1 RACE=)
	$(if $(RACE),CGO_ENABLED=1) scripts/testenv postgres prometheus victoria alertmanager chromium jq $(if $(RACE),cc) -- go test $(test_flags) $(PKG)

.PHONY: portal-test
portal-test: build ## Check and test the portal's packages against the program, in a browser too
	EVENKEEL_TEST_PROGRAM=$(CURDIR)/bin/evenkeel scripts/testenv postgres prometheus chromium npm -- scripts/portalenv ../scripts/portal-test

.PHONY: portal-check
portal-check: build ## The same without the browser tests
	EVENKEEL_TEST_PROGRAM=$(CURDIR)/bin/evenkeel scripts/testenv postgres chromium npm -- scripts/portalenv ../scripts/portal-test checks

.PHONY: portal-pack-test
portal-pack-test: build ## Try docs/how-to/install-the-portal-plugin.md in a second Backstage app, from the packages as they are published
	EVENKEEL_TEST_PROGRAM=$(CURDIR)/bin/evenkeel scripts/testenv postgres chromium npm -- scripts/portalenv ../scripts/portal-pack-test

.PHONY: portal-bench
portal-bench: build ## Measure how soon the portal's pages are there with a thousand services, beside the app's own (ARGS=--rounds=3)
	EVENKEEL_TEST_PROGRAM=$(CURDIR)/bin/evenkeel scripts/testenv postgres chromium npm -- scripts/portalenv ../scripts/portal-bench $(ARGS)

.PHONY: lint
lint: ## Check format, go vet, staticcheck, who imports whom, and the OpenAPI documents: by linters, and against the last release
	scripts/testenv npm -- scripts/lint

.PHONY: verify
verify: ## Prove that generated files are fresh and the module's sums are right
	scripts/testenv postgres -- scripts/verify

.PHONY: cover
cover: ## Run all tests and write what they cover to bin/cover.html
	@mkdir -p bin
	scripts/testenv postgres prometheus victoria alertmanager chromium jq -- go test -timeout 20m -coverpkg=./... -coverprofile=bin/cover.out $(PKG)
	@grep -v '^github.com/evenkeel/evenkeel/ent/db/' bin/cover.out > bin/cover.own.out
	go tool cover -html=bin/cover.own.out -o bin/cover.html
	@go tool cover -func=bin/cover.own.out | tail -n 1

.PHONY: bench
bench: ## Measure the program against a yardstick and its goals (BENCH=Requests/SQLite), or a package (PKG=./services/slo/... BENCH=Push)
	scripts/testenv postgres prometheus -- scripts/bench '$(BENCH)' $(PKG)

.PHONY: soak
soak: ## Run the tests again and again in random order, the long loops once, then every fuzz target (COUNT=3 FUZZTIME=30s)
	CGO_ENABLED=1 scripts/testenv postgres prometheus victoria alertmanager chromium jq cc -- go test $(race_flags) -shuffle=on -count=$(or $(COUNT),3) -timeout 60m $(PKG)
	$(if $(RACY),CGO_ENABLED=1 EVENKEEL_TEST_EVERYTHING=1 scripts/testenv postgres cc -- go test $(race_flags) -count=1 -timeout 120m -v $(RACY))
	$(if $(LOOPS),EVENKEEL_TEST_EVERYTHING=1 scripts/testenv postgres -- go test -count=1 -timeout 120m -v $(LOOPS))
	scripts/fuzz $(FUZZTIME)

##@ Write

.PHONY: generate
generate: ## Write all generated files anew
	scripts/testenv postgres -- go generate ./...

.PHONY: fmt
fmt: ## Format all Go files
	git ls-files -z --cached --others --exclude-standard -- '*.go' | sort -zu | xargs -0 sh -c 'for f; do [ -e "$$f" ] && gofmt -w "$$f"; done; true' sh

.PHONY: clean
clean: ## Remove what was built; data/ stays
	rm -rf bin

.PHONY: portal-pictures
portal-pictures: build ## Take the portal's pictures of README and docs anew
	EVENKEEL_TEST_PROGRAM=$(CURDIR)/bin/evenkeel scripts/testenv postgres chromium npm -- scripts/portalenv ../scripts/portal-pictures

##@ Help

.PHONY: help
help: ## List the commands
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
