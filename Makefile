# What needs what:
#   make render          Go
#   make test, demo      Go, git; build kube-apiserver, kube-controller-manager, etcd, kubectl, Flux and CassKop once, into bin/
#   make test            builds external-dns too, and gets BIND from the mirror of a Debian or Ubuntu; elsewhere named must be installed
#   make e2e-argocd      builds Argo CD and kustomize too, and gets Redis from that mirror; elsewhere redis-server must be installed
#   make help            lists the targets

SHELL      := /bin/bash
MAKEFLAGS  += --no-builtin-rules
GO_VERSION := 1.26
VERSION    := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
KUBERNETES := v1.36.3
TESTBED    := bin/etcd bin/kube-apiserver bin/kubectl bin/kube-controller-manager

export GOTOOLCHAIN := local
export CGO_ENABLED := 0
export GOFLAGS     := -trimpath -buildvcs=false

.DEFAULT_GOAL := help
.PHONY: help build render image release test e2e e2e-argocd e2e-mutants demo check lint generate testbed bench bench-render bench-gate bench-flux fuzz vuln clean tools-present

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

tools-present:
	@command -v go >/dev/null || { echo "Go is missing: install Go $(GO_VERSION) (https://go.dev/dl) and put it on the PATH"; exit 2; }
	@command -v git >/dev/null || { echo "git is missing: install it with the system's package manager"; exit 2; }
	@v=$$(go env GOVERSION); case "$$v" in go$(GO_VERSION)*) ;; *) echo "Go $(GO_VERSION) is needed, $$v is installed"; exit 2;; esac

build: bin/render bin/gate ## build bin/render and bin/gate

bin/render bin/gate: $(shell find cmd pkg -name '*.go' -not -name '*_test.go' -o -path '*/templates/*' -type f) go.mod go.sum | tools-present
	@mkdir -p bin
	go build -ldflags "-s -w -X main.version=$(VERSION)" -o $@ ./cmd/$(@F)

image: | tools-present ## build the container image of gate into bin/image, an OCI layout, with its bill of materials
	go -C tools/image run . --source $(CURDIR) --out $(CURDIR)/bin/image --version "$(VERSION)" --revision "$$(git rev-parse HEAD)" \
	  --created "$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)}"

release: | tools-present ## build archives of render and gate for each platform into bin/release, with bills of materials and checksums
	go -C tools/image run ./release --source $(CURDIR) --out $(CURDIR)/bin/release --version "$(VERSION)" --created "$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)}"

render: bin/render ## render multi-casskop.yaml into base/ and clusters/
	@bin/render

check: bin/render ## fail when base/ and clusters/ are not what multi-casskop.yaml says
	@bin/render check

testbed: $(TESTBED) bin/kustomize-controller bin/casskop bin/external-dns bin/named ## build the real Kubernetes, etcd, Flux, CassKop and external-dns for the tests, and get BIND, once (15 to 32 minutes on 2 cores)

# Each component is a nested module that pins its versions; what the folder KUBEBUILDER_ASSETS has is used instead. A package is
# counted when its compilation begins; those in the build cache are not.
define component
	@echo "building $@: $(1) on 2 cores with cold caches"
	@mkdir -p bin
	@cd test/testbed/$(2) && set -o pipefail && start=$$SECONDS && total=$$(go list -deps $(3) | wc -l) && \
	go build -v $(4) -o $(CURDIR)/$@ $(3) 2>&1 | awk -v of="of $$total packages of $@" '/[ :]/ {print; next} ++n % 100 == 0 {print n, of; fflush()}' && \
	echo "built $@ in $$((SECONDS - start)) s"
endef

kube_ldflags := -ldflags "-s -w -X k8s.io/component-base/version.gitVersion=$(KUBERNETES)"

bin/etcd: test/testbed/etcd/go.mod | tools-present
	$(call component,1 to 3 minutes,etcd,go.etcd.io/etcd/server/v3,-ldflags "-s -w")

bin/kube-apiserver: test/testbed/kube/go.mod | tools-present
	$(call component,6 to 12 minutes,kube,k8s.io/kubernetes/cmd/kube-apiserver,$(kube_ldflags))

bin/kubectl: test/testbed/kube/go.mod | tools-present
	$(call component,up to 3 minutes,kube,k8s.io/kubernetes/cmd/kubectl,$(kube_ldflags))

bin/kube-controller-manager: test/testbed/kube/go.mod | tools-present
	$(call component,1 to 3 minutes,kube,k8s.io/kubernetes/cmd/kube-controller-manager,$(kube_ldflags))

bin/kustomize-controller: test/testbed/flux/go.mod | tools-present
	$(call component,2 to 5 minutes,flux,github.com/fluxcd/kustomize-controller,-ldflags "-s -w")

bin/casskop: $(wildcard test/testbed/casskop/go.mod test/testbed/casskop/*.go) | tools-present
	$(call component,1 to 2 minutes,casskop,.,-ldflags "-s -w")

bin/external-dns: $(wildcard test/testbed/externaldns/go.mod test/testbed/externaldns/*.go) | tools-present
	$(call component,2 to 5 minutes,externaldns,.,-ldflags "-s -w")

bin/argocd: test/testbed/argocd/go.mod | tools-present
	$(call component,6 to 12 minutes,argocd,github.com/argoproj/argo-cd/v3/cmd,-ldflags "-s -w")

bin/kustomize: test/testbed/kustomize/go.mod | tools-present
	$(call component,up to 1 minute,kustomize,sigs.k8s.io/kustomize/kustomize/v5,-ldflags "-s -w")

# From packages that are unpacked and not installed: it takes no rights, and leaves the system as it is. It is kept once it is there.
bin/named:
	@test/testbed/debian/fetch.sh bin named bind9 bind9 bind9-libs -- "BIND 9.18 or newer (Debian, Ubuntu: bind9, Fedora: bind, Alpine: bind, macOS: bind)"

bin/redis-server:
	@test/testbed/debian/fetch.sh bin redis-server redis redis-server redis-tools -- "Redis 6 or newer (Debian, Ubuntu: redis-server, elsewhere: redis)"

# What KUBEBUILDER_ASSETS has is not built: setup-envtest brings neither kube-controller-manager, Flux nor CassKop.
missing = $(foreach b,$(TESTBED),$(if $(and $(KUBEBUILDER_ASSETS),$(wildcard $(KUBEBUILDER_ASSETS)/$(notdir $(b)))),,$(b)))
programs = bin/kustomize-controller bin/casskop $(missing)

test: bin/render bin/external-dns bin/named $(programs) ## run all tests, and see that the committed tree is what render writes
	@bin/render check
	go vet -tags argocd ./...
	GOGC=400 go test -timeout 30m ./... # memory for time: the API servers take it over
	GOGC=400 go -C tools/image test -timeout 30m ./...
	GOGC=400 go -C tools/comparison test ./...
	GOGC=400 go -C test/monitoring test -timeout 30m ./...
	@$(MAKE) --no-print-directory fuzz FUZZTIME=3s

e2e: $(programs) ## play the whole system end to end: Flux, CassKop and gate in four clusters
	GOGC=400 go test -count=1 -timeout 30m -v ./test/e2e

e2e-argocd: $(programs) bin/argocd bin/kustomize bin/redis-server ## play what is different under Argo CD: the real one on a hub, CassKop and gate in two other clusters
	GOGC=400 go test -count=1 -timeout 30m -v -tags argocd -p 1 ./test/argocd ./test/hasten

e2e-mutants: $(programs) ## break what keeps a ring safe, one thing at a time, and see that the end-to-end scenarios notice
	go run ./test/e2e/mutants

demo: $(programs) ## show a rollout over three clusters on this machine, live; DEMO=--keep leaves it running
	@go build -o bin/demo ./test/demo && exec bin/demo $(DEMO)

FUZZTIME ?= 10s
fuzz: | tools-present ## run every fuzz target for FUZZTIME (10s)
	@for package in $$(go list ./...); do \
	  for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
	    go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
	  done; \
	done

BENCH := go test -timeout 30m -run '^$$' -benchtime 1x ./test/bench

bench: $(programs) ## measure render and gate, and what there would be without them: writes the tables and plots of docs/comparison.md
	$(BENCH) -bench . -record $(CURDIR)/docs/comparison.json
	go -C tools/comparison run .

bench-render: $(if $(KUBEBUILDER_ASSETS),,bin/kubectl) ## of these, render against kustomize, and a thousand rings
	$(BENCH) -bench 'Overlay|Rings'

bench-gate: $(if $(KUBEBUILDER_ASSETS),,$(TESTBED)) ## of these, the gate on six real API servers: speed, memory, watches
	$(BENCH) -bench Gate

bench-flux: $(programs) ## of these, the gate and a hub with dependsOn, with the real Flux and CassKop
	$(BENCH) -bench Flux

generate: | tools-present ## regenerate deep copies, the Gate CRD and the controller's roles
	go tool -modfile=tools/gen/go.mod controller-gen object crd paths=./pkg/api/... output:crd:dir=base/gate/controller
	go tool -modfile=tools/gen/go.mod controller-gen rbac:roleName=casskop-gitops-gate paths=./pkg/gate/controller output:rbac:dir=base/gate/controller

lint: | tools-present ## run golangci-lint and actionlint
	go tool -modfile=tools/lint/go.mod golangci-lint run ./...
	cd tools/comparison && go tool -modfile=../lint/go.mod golangci-lint run ./...
	cd tools/image && go tool -modfile=../lint/go.mod golangci-lint run ./...
	cd test/monitoring && go tool -modfile=../../tools/lint/go.mod golangci-lint run ./...
	go tool -modfile=tools/actionlint/go.mod actionlint

vuln: | tools-present ## look for known vulnerabilities in what is compiled in (needs https://vuln.go.dev)
	go tool -modfile=tools/vuln/go.mod govulncheck ./...

clean: ## remove what was built
	rm -rf bin
