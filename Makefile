# The commands of the house. `make run` and `make test` need nothing before them but a Swift toolchain on Debian.

SWIFT ?= swift
DIST := dist
# One release build for all: what is run and measured here is what a bastion gets. With the Swift runtime inside, a program
# starts sooner (docs/performance.md).
RELEASE = -c release --static-swift-stdlib $(DIRECT) $(CLOSED) $(PACKED)
# A generic type is asked for by its parts, not looked up by its name: a lookup searches every conformance of the program, and a
# start met some dozens of them. It is no option that a toolchain promises: one that does not know it builds without.
ACCESSORS := -disable-concrete-type-metadata-mangled-name-accessors
DIRECT = $(shell echo | $(SWIFT)c -frontend -typecheck $(ACCESSORS) - 2>/dev/null && echo \
    -Xswiftc -Xfrontend -Xswiftc $(ACCESSORS))

# Nothing is ever linked against a program: without this it offers its 43,000 functions to every library, which are then looked
# through at each start.
CLOSED := -Xlinker --no-export-dynamic

# A program whose place in memory is drawn at its start has 132,000 addresses to put right then. LLVM's linker, which is part of
# Swift's toolchains, writes down where they are in 26 kB; GNU's took 3 MB. Where it is missing, the usual one links.
TOOLCHAIN = $(shell $(SWIFT)c -print-target-info | sed -n 's|.*"runtimeResourcePath": "\(.*\)/lib/swift.*",*|\1|p')
PACKED = $(if $(wildcard $(TOOLCHAIN)/bin/ld.lld),-Xswiftc -use-ld=lld -Xlinker -z -Xlinker pack-relative-relocs)

.PHONY: help run test fuzz bench format lint release deps clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

run: deps ## install what is missing, build, and open the war room on the rehearsal
	$(SWIFT) build $(RELEASE) --product guardia
	$(SWIFT) build $(RELEASE) --product barberpro
	.build/release/guardia rehearse

# A warning is an error here, and only here: a newer compiler's new warning must not keep anyone from running guardia.
test: export GUARDIA_STRICT = 1
test: ## install what is missing and run every test
	@scripts/deps tests
	$(SWIFT) build --build-tests
	scripts/test

fuzz: deps ## ten million broken inputs for every parser that reads what others write (release build)
	$(SWIFT) build $(RELEASE) --product guardia-fuzz
	.build/release/guardia-fuzz
	.build/release/guardia-fuzz --journal Config/recordings/bad-deploy.journal --count 5000

bench: deps ## measure, each figure beside its peer (release build)
	$(SWIFT) build $(RELEASE)
	scripts/bench

format: ## rewrite the sources in the house style (.swift-format)
	$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests

lint: ## say where the sources are not in the house style
	$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests

release: deps ## stripped binaries with a static Swift runtime in dist/, to copy to a bastion
	$(SWIFT) build $(RELEASE)
	mkdir -p $(DIST)
	for name in guardia guardia-kiosk barberpro; do strip -o $(DIST)/$$name .build/release/$$name; done
	ls -l $(DIST)

deps: ## install the Debian packages that are missing
	@scripts/deps

clean: ## remove what was built
	rm -rf .build $(DIST)
