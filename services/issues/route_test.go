package issues_test

import (
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/services/issues"
)

func TestAnIssueGoesToTheFirstRepositoryThatMayHaveIt(t *testing.T) {
	t.Parallel()
	private, public, without := issues.RepositoryFacts{}, issues.RepositoryFacts{Public: true}, issues.RepositoryFacts{IssuesDisabled: true}
	type known map[string]issues.RepositoryFacts
	const own, team, all = "https://github.com/acme/own", "https://github.com/acme/team", "https://github.com/acme/all"
	allowed := []issues.Kind{issues.KindBudgetViolation}
	for _, test := range []struct {
		name       string
		addresses  [3]string // of the service, its team, the organisation
		known      known
		public     []issues.Kind
		shared     bool
		restricted bool
		to         string
		by         issues.NamedBy
		look       bool
		label      string
		why        []string // of those passed, in their order
	}{
		{name: "the service's", addresses: [3]string{own, team, all}, known: known{"acme/own": private}, to: "acme/own", by: issues.ByService},
		{name: "that it shares", addresses: [3]string{own, team, all}, known: known{"acme/own": private}, shared: true,
			to: "acme/own", by: issues.ByService, label: "service:checkout"},
		{name: "its team's", addresses: [3]string{"", team, all}, known: known{"acme/team": private},
			to: "acme/team", by: issues.ByTeam, label: "service:checkout", why: []string{"the service names no repository"}},
		{name: "the organisation's", addresses: [3]string{"", "", all}, known: known{"acme/all": private},
			to: "acme/all", by: issues.ByOrganisation, label: "service:checkout", why: []string{"the service names no", "the team names no"}},
		{name: "nobody's", why: []string{"the service names no", "the team names no", "the organisation names no"}},
		{name: "on another host", addresses: [3]string{"https://gitlab.com/acme/own", team, all}, known: known{"acme/team": private},
			to: "acme/team", by: issues.ByTeam, label: "service:checkout", why: []string{`"https://gitlab.com/acme/own", which is no repository on github.com`}},
		{name: "with issues disabled", addresses: [3]string{own, team, all}, known: known{"acme/own": without, "acme/team": without, "acme/all": private},
			to: "acme/all", by: issues.ByOrganisation, label: "service:checkout", why: []string{"acme/own, which the service names, has issues disabled", "acme/team, which the team names"}},
		{name: "archived", addresses: [3]string{own, team, ""}, known: known{"acme/own": {Archived: true}, "acme/team": private},
			to: "acme/team", by: issues.ByTeam, label: "service:checkout", why: []string{"acme/own, which the service names, is archived"}},
		{name: "public", addresses: [3]string{own, team, ""}, known: known{"acme/own": public, "acme/team": private},
			to: "acme/team", by: issues.ByTeam, label: "service:checkout", why: []string{"acme/own, which the service names, is public"}},
		{name: "public, and allowed", addresses: [3]string{own, team, ""}, known: known{"acme/own": public}, public: allowed, to: "acme/own", by: issues.ByService},
		{name: "public, and another kind is allowed", addresses: [3]string{own, "", ""}, known: known{"acme/own": public}, public: []issues.Kind{"toil"},
			why: []string{"github.publicKinds does not have budget_violation", "the team names no", "the organisation names no"}},
		{name: "not looked at", addresses: [3]string{own, team, all}, to: "acme/own", by: issues.ByService, look: true},
		{name: "not looked at, after one that was", addresses: [3]string{own, team, all}, known: known{"acme/own": public},
			to: "acme/team", by: issues.ByTeam, look: true, label: "service:checkout", why: []string{"is public"}},
		{name: "restricted", addresses: [3]string{own, team, all}, known: known{"acme/own": private}, public: allowed, restricted: true, why: []string{"restricted to named readers"}},
	} {
		rules := issues.RouteRules{Host: issues.HostOfGitHub, PublicKinds: test.public}
		routed := issues.Routed{
			Kind: issues.KindBudgetViolation, Service: "checkout", Shared: test.shared, Restricted: test.restricted,
			Candidates: []issues.Candidate{{By: issues.ByService, Address: test.addresses[0]}, {By: issues.ByTeam, Address: test.addresses[1]}, {By: issues.ByOrganisation, Address: test.addresses[2]}},
		}
		got := rules.Route(routed, func(r issues.Repository) (issues.RepositoryFacts, bool) {
			facts, ok := test.known[r.String()]
			return facts, ok
		})
		if got.Found() != (test.to != "") || got.Found() && got.To.String() != test.to || got.By != test.by || got.Look != test.look || got.Found() && rules.Label(routed, got.To) != test.label {
			t.Errorf("%s: %+v", test.name, got)
		}
		if len(got.Passed) != len(test.why) {
			t.Errorf("%s: passed over %+v", test.name, got.Passed)
			continue
		}
		for i, why := range test.why {
			if !strings.Contains(got.Passed[i].Why, why) || !strings.Contains(got.Why(), why) {
				t.Errorf("%s: %q, want %q", test.name, got.Passed[i].Why, why)
			}
		}
	}
}

// GitHub takes at most 50 characters in the name of a label.
func TestTheLabelOfAServiceFits(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, slug := range []string{"a", strings.Repeat("a", 42), strings.Repeat("a", 43), strings.Repeat("a", 63), strings.Repeat("a", 62) + "b"} {
		label := issues.ServiceLabel(slug)
		if len(label) > 50 || seen[label] || !strings.HasPrefix(label, "service:a") {
			t.Errorf("%s: %s", slug, label)
		}
		seen[label] = true
	}
	if got := issues.ServiceLabel(strings.Repeat("a", 42)); got != "service:"+strings.Repeat("a", 42) {
		t.Errorf("one that fits is %s", got)
	}
}

func TestServicesTeamAndOrganisationNameWhereAnIssueGoes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := s.Registry()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		team := storetest.Team(t, s, "payments")
		team.DefaultRepository = "https://github.com/acme/payments"
		must(r.UpdateTeam(t.Context(), team))
		named := map[string]string{
			"checkout": "https://github.com/acme/mono/tree/main/checkout", "cards": "https://github.com/Acme/Mono.git",
			"alone": "https://github.com/acme/mono-2", "homeless": "",
		}
		rules := issues.RouteRules{Host: issues.HostOfGitHub, Default: "https://github.com/acme/reliability"}
		routed := map[string]issues.Routed{}
		ids := map[string]issues.Issue{}
		for slug, address := range named {
			v := storetest.Service(t, s, team.ID, slug)
			v.Repository = address
			must(r.UpdateService(t.Context(), v))
			ids[slug] = issues.Issue{Kind: issues.KindBudgetViolation, Service: v.ID}
		}
		for slug, issue := range ids {
			got, err := rules.Routed(t.Context(), r, issue)
			must(err)
			got, err = rules.Share(t.Context(), r, issue, got)
			must(err)
			routed[slug] = got
			want := []issues.Candidate{
				{By: issues.ByService, Address: named[slug]}, {By: issues.ByTeam, Address: "https://github.com/acme/payments"},
				{By: issues.ByOrganisation, Address: "https://github.com/acme/reliability"},
			}
			if got.Service != slug || got.Kind != issues.KindBudgetViolation || len(got.Candidates) != 3 || [3]issues.Candidate(got.Candidates) != [3]issues.Candidate(want) {
				t.Errorf("%s: %+v", slug, got)
			}
		}
		for slug, shared := range map[string]bool{"checkout": true, "cards": true, "alone": false, "homeless": false} {
			if routed[slug].Shared != shared {
				t.Errorf("%s shares its repository: %v", slug, routed[slug].Shared)
			}
		}
		if _, err := rules.Routed(t.Context(), r, issues.Issue{Service: "01JD3Z0Q8RC6W4N1M2V5999999"}); err == nil {
			t.Error("an issue of no service has a way")
		}
	})
}
