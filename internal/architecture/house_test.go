package architecture

// pure are the packages that only calculate.
var pure = []string{
	"./services/slo/budget/...",
	"./services/slo/forecast/...",
	"./services/slo/calendar/...",
	"./services/slo/recurrence/...",
	"./services/slo/composite/formula/...",
	"./services/stats/...",
	"./services/measure/segment/...",
	"./services/measure/window/...",
	"./services/measure/lens/...",
	"./services/measure/thin/...",
	"./services/incident/lint/...",
	"./services/issues/markdown/...",
	"./services/audit/chain/...",
	"./services/toil/share/...",
	"./scorecards/rules/...",
	"./scorecards/drift/codeowners/...",
}

// importRules are the rules of the house, but for those between domains.
var importRules = []rule{
	{
		name: "the router and the API framework stay at the edge", of: everywhere, except: []string{"./api/..."}, inTests: true,
		forbids: []string{"github.com/go-chi/...", "github.com/danielgtaylor/huma/..."},
		reason:  "rules that know HTTP cannot be used by a job",
	},
	{
		name: "ent stays with the database", of: everywhere, except: []string{"./ent/..."}, inTests: true,
		forbids: []string{"entgo.io/...", "ariga.io/..."},
		reason:  "the way things are stored changes without the domains noticing",
	},
	{
		name: "cron stays with the jobs", of: everywhere, except: []string{"./services/jobs/..."}, inTests: true,
		forbids: []string{"github.com/robfig/cron/..."},
		reason:  "a job is RunOnce; only services/jobs knows when",
	},
	{
		name: "GitHub's client stays in one room", of: everywhere, except: []string{"./services/issues/github/..."}, inTests: true,
		forbids: []string{"github.com/google/go-github/...", "github.com/bradleyfalzon/ghinstallation/..."},
		reason:  "issues are desired rows; another tracker is another room",
	},
	{
		name: "the stand-in for GitHub is for tests", of: everywhere, except: []string{"./services/issues/github/standin/..."},
		forbids: []string{"./services/issues/github/standin/..."},
		reason:  "a program that is run speaks to the real one",
	},
	{
		name: "the inbox speaks no tracker's language", of: []string{"./services/issues/inbox/..."},
		forbids: []string{"./services/issues/github/..."},
		reason:  "what a payload says is read by the package of the tracker that sent it",
	},
	{
		name: "CEL stays in one room", of: everywhere, except: []string{"./services/expr/..."}, inTests: true,
		forbids: []string{"github.com/google/cel-go/...", "cel.dev/..."},
		reason:  "there is one environment for expressions, with one cost limit",
	},
	{
		name: "Prometheus' API is spoken in one room", of: everywhere, except: []string{"./services/measure/prometheus/..."}, inTests: true,
		forbids: []string{"github.com/prometheus/client_golang/api/..."},
		reason:  "what a query costs, what a reply means and whose series it may read is decided once",
	},
	{
		name: "e-mail is written in one room", of: everywhere, except: []string{"./services/notify/carry/..."},
		forbids: []string{"github.com/wneessen/go-mail/..."},
		reason:  "what gets into a header, and over which connection a password goes, is decided once",
	},
	{
		// The client is a library for programs of others, which cannot import what is internal here.
		name: "the breaker stays with what goes out", of: everywhere, except: []string{"./internal/outbound/...", "./openapi/client"}, inTests: true,
		forbids: []string{"github.com/failsafe-go/..."},
		reason:  "whoever calls another system does it through internal/outbound, which is guarded and bounded",
	},
	{
		name: "domains know neither the database nor the edge", of: domains,
		forbids: []string{"./ent/...", "./api/...", "./cmd/..."},
		reason:  "a domain states a narrow interface and others fulfil it",
	},
	{
		name: "tests of domains run on the real store, and on nothing above them", of: domains, inTests: true,
		forbids: []string{"./ent/db/...", "./api/...", "./cmd/..."},
		reason:  "what a test needs of the edge is tested at the edge",
	},
	{
		name: "no SQL outside the store", of: []string{"./services/...", "./scorecards/...", "./api/...", "./internal/..."},
		forbids: []string{"database/...", "github.com/jackc/...", "modernc.org/...", "github.com/pressly/goose/..."},
		reason:  "a query that is not in the store is tested on no second database",
	},
	{
		name: "the generated tables are the store's", of: everywhere, except: []string{"./ent/...", "./cmd/..."}, inTests: true,
		forbids: []string{"./ent/db/..."},
		reason:  "a row is not a noun of a domain",
	},
	{
		name: "the edge speaks to services, not to the database", of: []string{"./api/..."},
		forbids: []string{"./ent/...", "./cmd/..."},
		reason:  "handlers hold no rules and no queries",
	},
	{
		name: "the store knows nothing above it", of: []string{"./ent/..."},
		forbids: []string{"./api/...", "./cmd/..."},
		reason:  "stores turn rows into nouns, and nothing else",
	},
	{
		name: "internal is vocabulary", of: []string{"./internal/..."}, inTests: true,
		forbids: everywhere, allows: []string{"./internal/..."},
		reason: "everybody imports it, so it can import nobody",
	},
	{
		name: "pure packages do no I/O and keep no time", of: pure,
		forbids: []string{
			"context", "log/...", "database/...", "net/...", "os/...", "io/fs", "io/ioutil", "embed", "syscall",
			"math/rand/...", "crypto/rand", "runtime/...", "sync/...",
		},
		reason: "the same input gives the same output, today and in a test",
	},
	{
		name: "pure packages stand on pure packages", of: pure, except: []string{"./scorecards/rules/..."},
		forbids: everywhere, allows: append([]string{"./internal/fault", "./internal/hidden"}, pure...),
		reason: "what is below a pure package decides whether it is one",
	},
	{
		name: "pure packages stand on conditions and facts where they judge", of: []string{"./scorecards/rules/..."},
		forbids: everywhere, allows: append([]string{"./internal/fact", "./services/expr", "./internal/fault"}, pure...),
		reason: "an evaluation is the same whoever asks, today and in a test",
	},
}

// directions are the domains, and whose types each may use beside those of
// access and audit, of the pure packages and of internal. A new domain gets a
// row before it can be built.
var directions = []direction{
	{domain: "access", alone: true, reason: "everything is done by somebody"},
	{domain: "audit", alone: true, uses: []string{"access"}, reason: "an entry names who did it"},
	{domain: "signing", alone: true, reason: "a key signs whatever it is given"},
	{domain: "idempotency", reason: "it remembers requests of any kind"},
	{domain: "registry", reason: "services are what all else is about"},
	{domain: "source", uses: []string{"registry"}, reason: "its matchers are of teams"},
	{domain: "measure", uses: []string{"registry", "source"}, reason: "series belong to services, and are read from sources"},
	{domain: "slo", uses: []string{"registry", "source", "measure"}, reason: "an SLO judges measurements"},
	{domain: "openslo", uses: []string{"registry", "source", "measure", "slo"}, reason: "it writes SLOs as documents, and reads them"},
	{domain: "promrules", uses: []string{"registry", "source", "measure", "slo"}, reason: "it writes SLOs as rules of Prometheus"},
	{domain: "foreign", uses: []string{"registry", "source", "measure", "slo", "catalog"}, reason: "it reads documents of other tools as SLOs and services, and those of a portal as its catalog tells them"},
	{domain: "parity", uses: []string{"registry", "source", "measure", "slo", "foreign"}, reason: "it compares what other tools said of SLOs with what is measured"},
	{domain: "signals", uses: []string{"registry", "source", "measure", "slo"}, reason: "a signal is read from a source, or taken over from an SLO"},
	{domain: "policy", uses: []string{"registry", "source", "measure", "slo", "expr"}, reason: "a policy judges SLOs by conditions"},
	{domain: "issues", uses: []string{"registry", "source", "measure", "slo", "policy", "change", "incident", "toil"}, reason: "issues tell of violations, action items and toil, and the tracker tells of deployments"},
	{domain: "change", uses: []string{"registry", "source", "measure", "slo"}, reason: "changes are of services, and precede alerts of SLOs"},
	{domain: "report", uses: []string{"registry", "source", "measure", "slo", "policy"}, reason: "a report tells what became of SLOs and policies"},
	{domain: "incident", uses: []string{"registry", "source", "measure", "slo"}, reason: "incidents happen to services, and take of the budgets of their SLOs"},
	{domain: "toil", uses: []string{"registry"}, reason: "toil belongs to teams"},
	{domain: "catalog", uses: []string{"registry"}, reason: "its entities are people, teams, systems and services"},
	{domain: "manifest", uses: []string{"registry", "source", "measure", "slo", "policy"}, above: []string{"./scorecards/..."}, reason: "a set of manifests says what there is of each, and of scorecards"},
	{domain: "adoption", reason: "it counts, in the store, what others keep"},
	{domain: "onboarding", uses: []string{"registry", "source", "measure", "slo"}, reason: "a wave registers services and declares SLOs"},
	{domain: "expr", reason: "facts are given to it"},
	{domain: "notify", uses: []string{"registry"}, reason: "it tells teams of events, whatever they are of"},
	{domain: "stats", alone: true, reason: "it counts events, whatever they are of"},
	{domain: "jobs", reason: "it runs what it is given"},
}

// clockCalls are the functions of package time that read or wait for the clock.
var clockCalls = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}
