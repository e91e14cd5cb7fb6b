package dashboard

import (
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/onboarding"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// longName is as long as a repository's may be at GitHub: 100 characters, none of which breaks.
var longName = strings.Repeat("settlement", 10)

// towed is a house with services and repositories at each stage. The shop has a service without an SLO
// (search), one whose SLO has no data (ledger), one that is measured (checkout), and the repository
// basket; nobody's is the one of the long name. Four repositories more count at no stage: one is archived,
// one dismissed, one gone, and one is checkout's.
type towed struct {
	*house
	repositories map[string]id.ID // by name without the owner
}

func tow(t *testing.T) towed {
	t.Helper()
	h := towed{build(t), map[string]id.ID{}}
	checkout := h.checkout()
	_, err := h.registry.CreateTeam(h.admin, registry.TeamInput{Slug: "labs", Name: "Labs"})
	h.must(err)
	shop, err := h.registry.TeamFor(h.admin, "shop")
	h.must(err)
	h.serviceOf("shop", "search")
	h.declare(h.serviceOf("shop", "ledger"), "availability")
	h.push(checkout, h.declare(checkout, "availability"), 1, func(float64) float64 { return 0 })
	_, err = h.evaluator.RunOnce(access.WithCaller(t.Context(), access.System("test")))
	h.must(err)
	now := h.clock.Now()
	found := func(name string, change func(*onboarding.Repository)) {
		r := onboarding.Repository{
			ID: id.New(now), HostID: name, FullName: "acme/" + name, Address: "https://github.com/acme/" + name, SeenAt: now, CreatedAt: now, Version: 1,
			Facts: onboarding.Facts{Language: "Go", Visibility: "internal"},
		}
		change(&r)
		h.repositories[name] = r.ID
		h.must(h.store.Onboarding().CreateRepository(t.Context(), r))
	}
	found("basket", func(r *onboarding.Repository) {
		r.Facts.Description, r.Team, r.TeamBy = hostile, shop.ID, onboarding.ByCodeOwners
		r.Look = onboarding.Look{Owners: []string{"@acme/shop"}, Problem: "line 3: " + hostile}
	})
	found(longName, func(r *onboarding.Repository) { r.Facts.Description = strings.Repeat("Settles what is owed. ", 40) })
	found("attic", func(r *onboarding.Repository) { r.Facts.Archived = true })
	found("library", func(r *onboarding.Repository) {
		r.DismissedAt, r.DismissedBy, r.DismissedFor = &now, "Ada", "It is a library. "+hostile
	})
	found("gone", func(r *onboarding.Repository) { r.GoneAt = &now })
	found("checkout", func(r *onboarding.Repository) { r.Service = checkout.ID })
	return h
}

// firstWave has a template that is read from a data source, due tomorrow, and all in it that is found.
func (h towed) firstWave() {
	h.Helper()
	_, err := h.onboarded.CreateWave(h.admin, onboarding.Draft{
		Slug: "first", Name: "First " + hostile[:40], Description: "Tier 1 before Christmas. " + hostile, DueOn: clock.DateOf(h.clock.Now().AddDate(0, 0, 1)),
		Templates: []onboarding.Template{
			{SLO: slo.Declaration{Slug: "answers", Name: "${service.name} answers", Objective: "99.5%", WindowDays: 30, Category: slo.Availability}},
			{Kinds: []registry.Kind{registry.GRPC, registry.LLM}, Tiers: []int{1}, SLO: slo.Declaration{
				Slug: "calls", Name: "Calls succeed", Objective: "99.9%", Category: slo.Availability, Origin: origin.Origin{DataSource: "prometheus-eu", Ratio: &origin.Ratio{
					Good: `sum(increase(grpc_server_handled_total{service="${service}",grpc_code="OK"}[$window]))`, Total: `sum(increase(grpc_server_handled_total{service="${service}"}[$window]))`,
				}},
			}},
		},
	})
	h.must(err)
	_, err = h.onboarded.Add(h.admin, "first", onboarding.Pick{Match: &onboarding.Match{}})
	h.must(err)
}

// In Chromium, where words and names are the longest, before a wave was started and after.
func TestThePagesOfOnboardingInABrowser(t *testing.T) {
	t.Parallel()
	var h towed
	b := browser(t, func(opts Options) *Dashboard {
		h = tow(t)
		opts.Now = h.clock.Now
		return New(h.sources, opts)
	})
	b.signIn(h.session())
	b.looks(sizedPage{onboardingPath, []string{"20 % measured: 1 of 5", "No wave yet"}, map[string]int64{rowsOf: 2, "main .standing .bar": 2}})
	h.firstWave()
	b.looks(sizedPage{wavePreviewURL("first"), []string{"Registers the service basket for shop", "Would fail"}, map[string]int64{rowsOf: 3}})
	b.looks(sizedPage{waveURL("first"), []string{"Start: bring the 3 that wait"}, map[string]int64{rowsOf: 3, "main .do form": 3}})
	_, err := h.onboarded.Start(h.admin, "first", false)
	h.must(err)
	for _, p := range []sizedPage{
		{waveURL("first"), []string{"2 of 3 brought, 1 failed"}, map[string]int64{rowsOf: 3, "main .do form": 1}},
		{onboardingPath, []string{"First"}, map[string]int64{"main .thin .bar": 1}},
		{repositoriesPath, []string{longName}, map[string]int64{rowsOf: 6}},
		{repositoryURL(h.repositories[longName]), []string{"not known: choose one"}, map[string]int64{"main .sheet": 2}},
		{repositoryURL(h.repositories["library"]), []string{"said that it is no service"}, map[string]int64{"main .sheet": 2}},
		{stagesPath, []string{"basket"}, map[string]int64{rowsOf: 4}},
		{newWavePath, []string{"Plan a wave"}, map[string]int64{"main .field": 12}},
	} {
		b.looks(p)
	}
}
