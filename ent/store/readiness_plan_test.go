package store_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
	"github.com/evenkeel/evenkeel/scorecards/exemption"
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/scorecards/launch"
)

// readiness are the statements of jobs and pages about readiness over tables that grow, with the index that
// each goes by.
func readiness(t *testing.T, card, service id.ID) map[string]lookup {
	t.Helper()
	s := storetest.SQLite(t)
	now := storetest.Start.AddDate(0, 0, 1)
	out := map[string]lookup{
		"pushed facts that lapse":        {store.LapsePushed, []any{now, 500}, "pushedfact_expiry"},
		"reviews of which is to be told": {store.SelectLaunches + store.LaunchReviewsBy, []any{now, time.Time{}, "", 200}, "launchreview_tells"},
		"campaigns that are open":        {store.SelectCampaigns + store.OpenCampaignsAfter, []any{"", 200}, "campaign_open"},
		"days of a campaign":             {store.CampaignDaysOf, []any{"a"}, "campaignday_campaign_id_day_team_id"},
		"exemptions that are open":       {store.SelectExemptions + store.OpenExemptionsAfter, []any{time.Time{}, "", 200}, "exemption_expiry"},
		"what services are excused from": {store.ExemptionsOf + "($2,$3)", []any{now, "a", "b"}, "exemption_"},
		"attestations that expire":       {store.Expiring, []any{now, time.Time{}, "", 200}, "attestation_expiry"},
	}
	text, args := store.ListedLaunches(launch.Filter{Service: service}, now)
	out["reviews of a service"] = lookup{text, args, "launchreview_service_id_id"}
	text, args = store.ListedExemptions(exemption.Filter{State: exemption.InForce}, now)
	out["exemptions in force"] = lookup{text, args, "exemption_expiry"}
	text, args = s.ListedCampaigns(campaign.Filter{Team: "a"}, now)
	out["campaigns of a team"] = lookup{text, args, "campaign_team_id_id"}
	for name, of := range map[string]struct {
		by string
		do func(x store.Scorecards) error
	}{
		"failures that are open": {"scorecardfailure_", func(x store.Scorecards) error {
			_, err := x.OpenFailures(t.Context(), card, []id.ID{service, id.New(now)}, now)
			return err
		}},
		"failures that nobody asks for": {"scorecardfailure_open", func(x store.Scorecards) error {
			_, err := x.StrayFailures(t.Context(), []scorecards.Asked{{Scorecard: card, Mode: scorecards.EachOne}}, 100)
			return err
		}},
		"positions by score": {"scorecardstanding_scorecard_id_level", func(x store.Scorecards) error {
			_, err := x.PositionPage(t.Context(), scorecards.PositionFilter{Scorecard: card, WorstFirst: true}, page.Request{Limit: 20})
			return err
		}},
	} {
		watched, pool, err := s.Watched(func(text string, args []any) { out[name] = lookup{text, args, of.by} })
		if err != nil {
			t.Fatal(err)
		}
		if err := of.do(watched.Scorecards()); err != nil {
			t.Fatal(err)
		}
		if err := pool.Close(); err != nil {
			t.Fatal(err)
		}
		if out[name].text == "" {
			t.Fatalf("no statement of the %s was seen", name)
		}
	}
	return out
}

// Of SQLite no table is read whole; positions by score are sorted, which is one scorecard's.
func TestSQLiteReadsNothingOfReadinessWhole(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	for name, l := range readiness(t, "a", "b") {
		plan := l.plan(t, s)
		whole := slices.ContainsFunc(plan, func(line string) bool {
			return strings.HasPrefix(line, "SCAN") && !strings.Contains(line, "INDEX "+l.by)
		})
		if whole || !strings.Contains(strings.Join(plan, "\n"), "INDEX "+l.by) {
			t.Errorf("%s: %s is found by %q, want %s", name, l.text, plan, l.by)
		}
	}
}

// Of 4,000 services and more than twenty scorecards nearly all is over, or another's: no table is read from
// one end to the other for the rest.
func TestPostgreSQLReadsNothingOfReadinessWhole(t *testing.T) {
	t.Parallel()
	s := storetest.Postgres(t)
	card, person, team := storetest.AScorecard("readiness"), storetest.Person(t, s, "ada").ID, storetest.Team(t, s, "payments").ID
	if err := s.Scorecards().CreateScorecard(t.Context(), card); err != nil {
		t.Fatal(err)
	}
	service := storetest.Service(t, s, team, "checkout").ID
	fill(t, s, card, service, person)
	for name, l := range readiness(t, card.Scorecard.ID, service) {
		if name == "positions by score" {
			l.args[slices.Index(l.args, any(string(card.Scorecard.ID)))] = "00000000000000000000000007" // one with 200 of them
		}
		plan := explained(t, s, l)
		if seq := whole(plan, grows); len(seq) > 0 {
			t.Errorf("%s: %s reads %v whole", name, l.text, seq)
		}
	}
}

// grows are the tables with more rows each day, or for each service.
var grows = []string{"pushed_facts", "attestations", "exemptions", "launch_reviews", "campaign_days", "scorecard_failures", "scorecard_standings", "campaigns"}

// fill writes one of each, and copies it to 4,000 other services, where it is over.
func fill(t *testing.T, s *store.Store, card scorecards.View, service, person id.ID) {
	t.Helper()
	now := storetest.Start
	until := now.AddDate(0, 0, 90)
	key := exemption.Key{Service: service, Scorecard: card.Scorecard.ID, Check: "one"}
	campaigns := campaign.Campaign{ID: id.New(now), CreatedAt: now, UpdatedAt: now, Version: 1, Terms: campaign.Terms{Scorecard: card.Scorecard.ID, Team: storetest.Team(t, s, "platform").ID, StartsOn: "2026-01-01", DueOn: "2026-12-31"}}
	for _, err := range []error{
		s.Given().WritePushed(t.Context(), []given.Pushed{{ID: id.New(now), Service: service, Fact: "a", At: now, Until: until, PushedAt: now, Version: 1}}),
		s.Given().CreateAttestation(t.Context(), given.Attestation{ID: id.New(now), Service: service, Fact: "a", At: now, Until: until, Person: person, Version: 1}),
		s.Exemptions().CreateExemption(t.Context(), exemption.Exemption{ID: id.New(now), Key: key, AskedAt: now, Until: until, Person: person, Version: 1}),
		s.Launches().CreateLaunchReview(t.Context(), launch.Review{ID: id.New(now), Service: service, Scorecard: card.Scorecard.ID, Revision: card.Revision.ID, PlannedOn: "2026-12-31", AskedAt: now, Person: person, Conditions: []launch.Condition{}, Version: 1}),
		s.Campaigns().CreateCampaign(t.Context(), campaigns),
		s.Campaigns().WriteCampaignDay(t.Context(), campaigns.ID, "2026-01-01", []campaign.Day{{Team: campaigns.Team}}),
		s.Scorecards().CreateFailure(t.Context(), scorecards.Failure{ID: id.New(now), Scorecard: card.Scorecard.ID, Service: service, Check: "one", Checks: []string{"one"}, OpenedAt: now, Version: 1}),
		s.Scorecards().WriteStandings(t.Context(), []scorecards.Standing{storetest.AStanding(card, service, "11", 0, now)}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	writer, _ := s.Pools()
	// The last row of a table is the one that is copied, with other values of what is named.
	copied := func(table, rows, values string) {
		t.Helper()
		text := "INSERT INTO " + table + " SELECT (jsonb_populate_record(o, jsonb_build_object(" + values + "))).* FROM " + table + " o, generate_series(1, " + rows + ") n WHERE o.id = (SELECT max(id) FROM " + table + ")"
		for _, one := range []string{text, "ANALYZE " + table} {
			if _, err := writer.ExecContext(t.Context(), one); err != nil {
				t.Fatalf("%s: %v", one, err)
			}
		}
	}
	const each, of = "'id', lpad(n::text, 26, '0')", ", 'service_id', lpad(n::text, 26, '0')"
	copied("services", "4000", each+", 'slug', 's' || n")
	copied("scorecards", "20", each+", 'slug', 's' || n")
	copied("pushed_facts", "4000", each+of+", 'lapsed_at', o.until")
	copied("attestations", "4000", each+of+", 'ended_at', o.until")
	copied("exemptions", "4000", each+of+", 'ended_at', o.until")
	copied("launch_reviews", "4000", each+of+", 'decided_at', o.asked_at")
	copied("campaigns", "2000", each+", 'ended_at', o.created_at, 'team_id', (SELECT id FROM teams WHERE slug = 'payments')")
	copied("campaign_days", "4000", "'id', 1000 + n, 'campaign_id', lpad((1 + n / 2 % 2000)::text, 26, '0'), 'day', n::text")
	copied("scorecard_failures", "4000", each+of+", 'ended_at', o.opened_at")
	copied("scorecard_standings", "4000", "'id', 1000 + n"+of+", 'scorecard_id', lpad((1 + n % 20)::text, 26, '0')")
}

// explained is how PostgreSQL would find it.
func explained(t *testing.T, s *store.Store, l lookup) scanned {
	t.Helper()
	writer, _ := s.Pools()
	var text []byte
	if err := writer.QueryRowContext(t.Context(), "EXPLAIN (FORMAT JSON) "+l.text, l.args...).Scan(&text); err != nil {
		t.Fatalf("%s: %v", l.text, err)
	}
	var plans []struct{ Plan scanned }
	if err := json.Unmarshal(text, &plans); err != nil || len(plans) != 1 {
		t.Fatalf("%s: %v", text, err)
	}
	return plans[0].Plan
}

// scanned is a part of a plan of PostgreSQL's.
type scanned struct {
	Kind  string `json:"Node Type"`
	Table string `json:"Relation Name"`
	Plans []scanned
}

// whole are those of the tables that are read from one end to the other.
func whole(n scanned, of []string) []string {
	var out []string
	if n.Kind == "Seq Scan" && slices.Contains(of, n.Table) {
		out = append(out, n.Table)
	}
	for _, below := range n.Plans {
		out = append(out, whole(below, of)...)
	}
	return out
}
