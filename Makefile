# Each target is thin: it brings what the machine lacks and calls go.
.DEFAULT_GOAL := help
SHELL := /bin/sh
LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

help:        ## this list
	@grep -hE '^[a-z-]+: .*##|^[a-z]+: +##' Makefile | sed -E 's/:[^#]*## */\t/' | expand -t 14

demo: deps   ## the example campaign on a private PostgreSQL, with pages and API
	@go build -o bin/appointable ./cmd/appointable && exec bin/appointable demo

test: browser ## everything that must hold, within 10 minutes
	@./scripts/deps.sh cc || echo "No C compiler: the race detector is off in this run." >&2
	go test $$(command -v cc >/dev/null 2>&1 && echo -race) -timeout 15m ./...

lint:        ## vet, golangci-lint with gosec, and govulncheck where its database can be reached
	@test -z "$$(gofmt -l .)" || { echo "run gofmt on:"; gofmt -l .; exit 1; }
	go vet ./...
	go run $(LINT) run ./...
	@./scripts/vuln.sh

bench: deps  ## speed, memory and the quality of choices, side by side (an hour where R has lme4)
	go test -run '^$$' -bench . -benchmem -timeout 3h ./frameworks ./selection/... ./internal/round
	go run ./e2e/decisions
	go run ./e2e/national
	go run ./e2e/fairness
	go run ./e2e/submission

fuzz:        ## each fuzz target for FUZZTIME (2m)
	@./scripts/fuzz.sh $${FUZZTIME:-2m}

drill: deps  ## the long counts, run by hand
	go test ./frameworks ./selection/... ./internal/round -count=1 -timeout 60m -rapid.checks=20000
	go test ./selection/suppression -run TestTheAttackerRecoversNothing -v -count=1 -timeout 60m -suppression.trusts=1000
	go test ./internal/evidence -count=1 -timeout 60m -rapid.checks=10000
	go test ./handlers -run TestThePermissionOracle -v -count=1 -timeout 60m -oracle.probes=100000
	go test ./internal/store -run TestTwoTrustsOnFewConnections -v -count=1 -timeout 60m -crowd.calls=100000

pictures: browser ## those of README and guides, from the pages themselves
	go test ./e2e/browser -run '^TestPictures$$' -count=1 -args -pictures $(CURDIR)/docs/pictures

deps:        ## PostgreSQL, where this machine has none
	@./scripts/deps.sh

browser: deps ## Chromium, and axe-core from npm, for the browser journeys
	@./scripts/deps.sh browser

.PHONY: help demo test lint bench fuzz drill deps browser pictures
