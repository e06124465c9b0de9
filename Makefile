# Drawbridge. `make help` lists what there is to make.

GO          ?= go
ARGS        ?=
FUZZTIME    ?= 10s
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

BUILD    := .build
VERSION  ?= $(or $(shell git describe --tags --always --dirty 2>/dev/null),dev)
LDFLAGS  := -s -w -X main.version=$(VERSION)
DIRS     := $(wildcard app assets bridge cmd packaging settings)
PACKAGES := $(foreach dir,$(DIRS),$(if $(shell find $(dir) -name '*.go' -print -quit),./$(dir)/...))

# GOOS/GOARCH, and GOARM where it matters.
PLATFORMS := linux/amd64 linux/arm64 linux/arm/7 linux/riscv64 windows/amd64 windows/arm64 \
	darwin/amd64 darwin/arm64 freebsd/amd64
SYSTEMS   := linux windows darwin freebsd

# What the window is built with. Without Fyne's font of pictures, which we never draw, it starts sooner; one that the
# system has is used all the same.
FYNE  := migrated_fynedo,no_emoji
# The tag ci takes Fyne's driver without cgo and without system fonts: for checks and for tests of what draws.
TAGS  := -tags ci,$(FYNE)

# One set of build flags everywhere, or the build cache holds everything twice. The version is told by LDFLAGS, so Go
# need not ask git too (which fails in a tree that belongs to somebody else).
FLAGS := -trimpath -buildvcs=false
export GOFLAGS := $(strip $(filter-out $(FLAGS),$(GOFLAGS)) $(FLAGS))

# The bridge needs no C compiler; the window does, the race detector does, and on macOS the icon does.
COMPILER := $(shell command -v $(or $(CC),cc) gcc 2>/dev/null)
RACE     := $(if $(COMPILER),-race)
SYSTEM   := $(shell uname -s)
TRAYCGO  := $(if $(filter Darwin,$(SYSTEM)),1,0)
# On Windows, what has windows must say so, or it gets a console too.
WINDOWED := -H windowsgui
DESKTOP  := $(or $(DISPLAY),$(WAYLAND_DISPLAY),$(filter-out Linux FreeBSD,$(SYSTEM)))

.DEFAULT_GOAL := help
.PHONY: help run build test lint test-deps test-wine cross dist dist-check screenshots bench-desktop bench fuzz soak icons font licences clean go

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: build ## build and start: the icon where there is a desktop, otherwise, or with ARGS="--listen …", the bridge alone
	@if [ -z '$(ARGS)' ] && [ -n "$(DESKTOP)" ]; then exec $(BUILD)/drawbridge-tray; else exec $(BUILD)/drawbridge run $(ARGS); fi

build: FACE := $(if $(filter Windows_NT,$(OS)),$(WINDOWED))
build: go ## build the programs into .build
	@CGO_ENABLED=0 $(GO) build -ldflags '$(LDFLAGS)' -o $(BUILD)/ ./cmd/drawbridge ./cmd/drawbridge-pac
	@CGO_ENABLED=$(TRAYCGO) $(GO) build -ldflags '$(LDFLAGS) $(FACE)' -o $(BUILD)/ ./cmd/drawbridge-tray
	$(if $(COMPILER),@CGO_ENABLED=1 $(GO) build -tags $(FYNE) -ldflags '$(LDFLAGS) $(FACE)' -o $(BUILD)/ ./cmd/drawbridge-window \
		|| { .ci/test-deps; exit 1; },@echo "no C compiler: built without drawbridge-window")

test: test-deps lint ## run every check and every test, with the race detector where there is a C compiler
	$(if $(RACE),,@echo "no C compiler: testing without the race detector")
	CGO_ENABLED=0 $(GO) test -tags nosplice -short ./bridge/relay # as on systems without splice
	# The window's pictures are compared here alone: under the race detector they take gigabytes.
	$(if $(RACE),CGO_ENABLED=0 $(GO) test $(TAGS) ./app/window)
	$(if $(RACE),CGO_ENABLED=1) $(GO) test $(RACE) $(TAGS) -timeout 20m $(PACKAGES)

lint: go ## gofmt, go vet and staticcheck
	@unformatted=$$(gofmt -l $(DIRS)); if [ -n "$$unformatted" ]; then \
		echo "gofmt -w these files:"; echo "$$unformatted"; exit 1; fi
	CGO_ENABLED=0 $(GO) vet $(TAGS) $(PACKAGES)
	CGO_ENABLED=0 $(GO) run $(STATICCHECK) $(TAGS) $(PACKAGES)

test-deps: ## what the end-to-end tests run: installed with apt when CI=true, else only named if missing
	@.ci/test-deps

test-wine: go ## run the Windows build's tests under Wine, where wine64 and mingw's gcc are installed
	@GO=$(GO) .ci/test-wine

cross: go ## build what needs no cgo for every platform into .build/cross, and vet all of it for every operating system
	@set -e; for platform in $(PLATFORMS); do \
		set -- $$(echo $$platform | tr / ' '); \
		suffix=$$1-$$2$${3:+v$$3}; if [ $$1 = windows ]; then suffix=$$suffix.exe; fi; \
		for program in drawbridge drawbridge-pac drawbridge-tray; do \
			if [ $$1-$$program = darwin-drawbridge-tray ]; then continue; fi; \
			if [ $$1-$$program = windows-drawbridge-tray ]; then face='$(WINDOWED)'; else face=; fi; \
			echo "build $$program-$$suffix"; \
			CGO_ENABLED=0 GOOS=$$1 GOARCH=$$2 GOARM=$$3 \
				$(GO) build -ldflags "$(LDFLAGS) $$face" -o $(BUILD)/cross/$$program-$$suffix ./cmd/$$program; \
		done; \
	done; \
	for os in $(SYSTEMS); do \
		echo "vet $$os"; \
		packages=$$(CGO_ENABLED=0 GOOS=$$os GOARCH=amd64 $(GO) list $(TAGS) $(PACKAGES)); \
		if [ $$os = darwin ]; then packages=$$(echo "$$packages" | grep -v -e /app/tray -e /cmd/drawbridge-); fi; \
		CGO_ENABLED=0 GOOS=$$os GOARCH=amd64 $(GO) vet $(TAGS) $$packages; \
	done
	@echo "typecheck darwin, with what a Mac builds with cgo"
	@$(GO) run ./packaging/macos/typecheck $(PACKAGES)

dist: go ## make the packages that this machine can make into .build/dist, with checksums and a bill of materials
	@GO=$(GO) packaging/dist

dist-check: go ## install, run, upgrade and remove the packages of make dist; as root, on Debian
	@GO=$(GO) packaging/check

screenshots: test-deps ## make the README's pictures in assets/screenshots, from the real programs
	SCREENSHOTS=$(CURDIR)/assets/screenshots $(GO) test -count 1 -v -timeout 20m -run '^TestScreenshots' ./cmd

bench-desktop: test-deps ## measure what tray and window cost: memory, processor, time to the first picture
	MEASURE=1 $(GO) test -count 1 -v -timeout 30m -run '^TestMeasure' ./cmd

bench: go ## compare with a bare relay and other bridges; flags go in ARGS
	@$(GO) run ./bridge/bridgetest/bench $(ARGS)

fuzz: go ## run every fuzz target for FUZZTIME (10s)
	@set -e; for package in $$($(GO) list $(PACKAGES)); do \
		targets=$$($(GO) test -list '^Fuzz' $$package); \
		for target in $$(echo "$$targets" | grep '^Fuzz'); do \
			echo "fuzz $$package $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package; \
		done; \
	done

soak: go ## 100,000 short connections through the real program
	SOAK=1 $(GO) test -count 1 -v -timeout 20m -run '^TestSoak' ./cmd/drawbridge

icons: go ## make every picture from the drawings in assets/icons/source
	@CGO_ENABLED=0 $(GO) run ./assets/icons/draw

licences: go ## collect the licences of all that is linked: after a change of go.mod
	@$(GO) run ./assets/licences/collect assets/licences

font: ## cut the Chinese font that is shipped to what the words use: after a change of assets/words/zh-Hans.toml
	@assets/fonts/make

clean: ## remove what was built here
	rm -rf $(BUILD)

# go says what is missing where there is no Go, instead of "command not found" from the middle of a recipe.
go:
	@command -v $(GO) >/dev/null || { echo "Go is not installed: see https://go.dev/doc/install, then run make again"; exit 1; }
