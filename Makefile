GO ?= go
FUZZTIME ?= 10s
SEED ?= 1
STATEMENTS ?= 100000
CASES ?=
REPS ?= 5
BENCHTIME ?= 0.3s
STATICCHECK ?= honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOFUMPT ?= mvdan.cc/gofumpt@v0.12.0

.PHONY: all build test race vet staticcheck fmt fmt-check lint fuzz oracle-fuzz bench bench-go bench-servers clean

all: build

build:
	$(GO) build -o olelo ./cmd/olelo

# All tests, as README's `go test ./...`. Those against a real Kamailio are skipped where none is installed.
test:
	$(GO) test ./...

race:
	$(GO) test -race ./...

vet:
	$(GO) vet ./...

staticcheck:
	$(GO) run $(STATICCHECK) ./...

fmt:
	$(GO) run $(GOFUMPT) -w .

fmt-check:
	@files=$$($(GO) run $(GOFUMPT) -l .) || exit 1; \
	if [ -n "$$files" ]; then echo "not formatted; 'make fmt' does it:"; echo "$$files"; exit 1; fi

lint: vet staticcheck fmt-check

# Every fuzz target for FUZZTIME. A crash leaves its input under testdata/fuzz
# of its package: keep it there, it is a test from then on.
fuzz:
	@set -e; for f in $$(grep -rl --include='*_test.go' '^func Fuzz' . | sort); do \
		for n in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' $$f); do \
			echo "== $$(dirname $$f) $$n"; \
			$(GO) test -run '^$$' -fuzz "^$$n$$" -fuzztime $(FUZZTIME) $$(dirname $$f); \
		done; \
	done

# Random programs on olelo and on Kamailio; differences are shrunk to cases, kept
# in the folder CASES.
oracle-fuzz:
	$(GO) test -count=1 -timeout 0 -v -run '^TestRandomPrograms$$' ./conformance/random -args -seed=$(SEED) -statements=$(STATEMENTS) -keep=$(abspath $(CASES))

bench: bench-go bench-servers

bench-go:
	$(GO) test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) ./...

# olelo, Kamailio and a relay that copies bytes, one after the other: see
# conformance/bench. The raw results are for benchstat -col /server.
bench-servers:
	$(GO) run ./conformance/bench --reps=$(REPS) -o bench.out

clean:
	rm -f olelo
