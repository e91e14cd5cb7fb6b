package app_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/manifest"
	"github.com/evenkeel/evenkeel/services/registry"
)

// draw makes manifests at random, as JSON, which YAML is too. Some name what is not there, or end
// what something else needs: those are refused.
type draw struct{ *rand.Rand }

func (d draw) one(of ...any) any            { return of[d.IntN(len(of))] }
func (d draw) chance(percent int) bool      { return d.IntN(100) < percent }
func (d draw) word(most int) string         { return strings.Repeat("wort ", d.IntN(most)) + "ü" }
func (d draw) name(of string, n int) string { return fmt.Sprintf("%s%d", of, d.IntN(n)) }

type doc map[string]any

// maybe says some of the fields.
func (d draw) maybe(into doc, percent int, fields doc) {
	for _, name := range slices.Sorted(keys(fields)) {
		if d.chance(percent) {
			into[name] = fields[name]
		}
	}
}

func keys(of doc) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range of {
			if !yield(name) {
				return
			}
		}
	}
}

func head(kind, slug string) doc { return doc{"apiVersion": "evenkeel/v1", "kind": kind, "slug": slug} }

// set makes the manifests of a set, each thing at most once.
func (d draw) set() []doc {
	var out []doc
	drawn := map[string][]any{"team": {"engineering"}}
	some := func(kind, of string, n int, more func(doc)) {
		for i := range n {
			if d.chance(55) {
				one := head(kind, fmt.Sprintf("%s%d", of, i))
				more(one)
				out = append(out, one)
				drawn[of] = append(drawn[of], one["slug"])
			}
		}
	}
	// ref is one of those that were drawn, or now and then one that may be nowhere.
	ref := func(of string) any {
		if len(drawn[of]) == 0 || d.chance(3) {
			return d.name(of, 3)
		}
		return d.one(drawn[of]...)
	}
	some("Team", "team", 5, func(t doc) {
		t["name"] = d.one("Crew", "Gang", "Ü")
		d.maybe(t, 40, doc{"description": d.word(5), "contact": "#crew", "parent": ref("team")})
	})
	some("System", "system", 3, func(y doc) {
		y["team"] = ref("team")
		d.maybe(y, 50, doc{"name": d.one("Shop", "Bank"), "description": d.word(4)})
	})
	some("Service", "service", 8, func(s doc) {
		s["team"], s["type"], s["tier"] = ref("team"), d.one("http", "grpc", "batch"), d.one(1, 2, 3, 4)
		d.maybe(s, 40, doc{
			"name": d.one("Wallet", "Till"), "description": d.word(9), "lifecycle": d.one("production", "experimental", "deprecated"), "onCall": d.one("rota", "https://example.org/rota"), "runbook": "https://example.org/r", "labels": doc{"a": d.one("1", "2")}, "annotations": doc{"b": "c"}, "contact": "x",
		})
		if len(drawn["system"]) > 0 && d.chance(40) {
			s["system"] = ref("system")
		}
		if d.chance(40) {
			var needs []doc
			for _, on := range slices.Concat(drawn["service"], []any{"checkout", "ledger"}) {
				if d.chance(30) {
					need := doc{"service": on, "criticality": d.one("hard", "soft")}
					d.maybe(need, 40, doc{"timeoutMilliseconds": d.one(1, 2000), "retry": "twice", "failureMode": d.word(3)})
					needs = append(needs, need)
				}
			}
			s["dependsOn"] = needs
			if needs == nil {
				s["dependsOn"] = []doc{}
			}
		}
	})
	for _, service := range slices.Concat(drawn["service"], []any{"checkout"}) {
		for _, slug := range []string{"first", "second"} {
			if !d.chance(50) {
				continue
			}
			s := head("SLO", slug)
			s["service"], s["name"] = service, d.one("An SLO", "Another")
			indicator := doc{"category": d.one("availability", "latency", "freshness")}
			d.maybe(indicator, 30, doc{"resolutionSeconds": d.one(60, 300), "description": d.word(4), "counting": d.one("good_total", "bad_total")})
			s["indicator"] = indicator
			d.maybe(s, 35, doc{
				"objective": d.one("99.9%", "99%", "99.90%", "95.5%"), "description": d.word(5), "minEvents": d.one(1, 10), "confidence": "95%", "enforcement": d.one("policy", "observed"),
				"rationale": d.word(3), "reviewer": "Ada", "reviewBy": "2027-06-01", "windowDays": d.one(7, 28, 30),
				"alerts":            doc{"off": d.one([]string{}, []string{"page"}), "minBadEvents": d.one(3, 10)},
				"furtherObjectives": []doc{{"name": "quarter", "objective": "98%", "windowDays": 90}},
			})
			if d.chance(25) {
				s["budgeting"] = doc{"method": "timeslices", "sliceTarget": "95%", "sliceSeconds": d.one(300, 600)}
			}
			if _, rolling := s["windowDays"]; !rolling && d.chance(30) {
				s["calendar"] = doc{"period": d.one("month", "quarter"), "startDate": "2026-01-01", "timeZone": d.one("UTC", "Europe/Berlin")}
			}
			out = append(out, s)
		}
	}
	some("ErrorBudgetPolicy", "policy", 2, func(p doc) {
		p["name"] = d.one("Strict", "Mild")
		p["clauses"] = []doc{{"name": "spent", "when": d.one("consumed > 1.0", "consumed > 0.5"), "freeze": doc{"allow": []string{"config"}}}}
		d.maybe(p, 40, doc{"description": d.word(4), "reserve": d.one(0.1, 0.25), "disputeHours": d.one(0, 48)})
		if d.chance(60) {
			p["attachments"] = d.one([]doc{}, []doc{{"target": "tier", "tier": 1, "mode": "warn"}}, []doc{{"target": "tier", "tier": 2, "mode": "observe"}, {"target": "all", "mode": "observe"}})
		}
	})
	some("Scorecard", "card", 2, func(c doc) {
		c["name"], c["levels"] = d.one("Ready", "Steady"), []doc{{"name": "Bronze"}, {"name": "Silver"}}
		c["checks"] = []doc{{"id": "documented", "title": "Documented", "category": "docs", "level": d.one("Bronze", "Silver"), "passes": d.one("hasDocs", "tier < 3")}}
		d.maybe(c, 40, doc{"description": d.word(4), "owner": ref("team"), "appliesTo": "tier <= 2"})
	})
	d.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// filed writes the documents into a few files.
func (d draw) filed(docs []doc) []manifest.File {
	files := make([]manifest.File, 3)
	for i := range files {
		files[i].Path = fmt.Sprintf("file%d.yaml", i)
	}
	for _, one := range docs {
		text, err := json.MarshalIndent(one, "", "  ")
		if err != nil {
			panic(err)
		}
		f := &files[d.IntN(len(files))]
		f.Text += "---\n" + string(text) + "\n"
	}
	return files
}

// What is compared with what a plan says is what applying did and, of services, what the registry has
// then; and that nothing was done where anything was refused, which the audit log shows.
func TestAThousandRandomManifestsArePlannedAsTheyAreApplied(t *testing.T) {
	onEach(t, func(t *testing.T, h *house) {
		ctx := access.WithCaller(t.Context(), access.System("test"))
		most := 1000
		if testing.Short() {
			most = 200
		}
		d, seen, applied, refused := draw{rand.New(rand.NewPCG(1, 2))}, 0, 0, 0
		why := map[string]int{}
		for round := 0; seen < most; round++ {
			docs := d.set()
			in := manifest.Input{Set: "random", Prune: d.chance(60), Files: d.filed(docs)}
			seen += len(docs)
			plan, err := h.app.Manifests.Plan(ctx, in)
			if err != nil {
				t.Fatalf("round %d: plan: %v\n%s", round, err, in.Files)
			}
			in.Digest = plan.Digest
			was := entries(t, h)
			did, err := h.app.Manifests.Apply(ctx, in)
			if len(plan.Refused()) > 0 {
				refused++
				why[because(plan.Refused()[0])]++
				var f *fault.Error
				if !errors.As(err, &f) || f.Code != "manifests_refused" {
					t.Fatalf("round %d: the plan is refused, and applying answers %v", round, err)
				}
				if is := entries(t, h); is != was {
					t.Fatalf("round %d: it is refused, and %d entries of the audit log came", round, is-was)
				}
				continue
			}
			if err != nil {
				t.Fatalf("round %d: apply: %v", round, err)
			}
			applied++
			if !reflect.DeepEqual(plan.Steps, did.Steps) {
				t.Fatalf("round %d: planned\n%+v\napplied\n%+v", round, plan.Steps, did.Steps)
			}
			again, err := h.app.Manifests.Apply(ctx, in2(in))
			if err != nil || again.Changed() != 0 {
				t.Fatalf("round %d: again it does %+v, %v", round, changed(again), err)
			}
			servicesAre(t, h, docs)
		}
		t.Logf("%d manifests: %d sets applied, %d refused: %v", seen, applied, refused, why)
		if applied < 5 || refused < 2 {
			t.Errorf("%d sets were applied and %d refused: the draws are too much of one kind", applied, refused)
		}
	})
}

// in2 is the input for whatever the plan is.
func in2(in manifest.Input) manifest.Input { in.Digest = ""; return in }

func changed(p manifest.Plan) []manifest.Step {
	return slices.DeleteFunc(slices.Clone(p.Steps), func(s manifest.Step) bool { return !s.Action.Changes() })
}

// entries is how many entries the audit log has.
func entries(t *testing.T, h *house) int {
	t.Helper()
	n := 0
	for after := ""; ; {
		p, err := h.app.Audit.List(h.system(), audit.Filter{}, page.Request{Limit: page.MaxLimit, After: after})
		if err != nil {
			t.Fatal(err)
		}
		n += len(p.Items)
		if after = p.Next; after == "" {
			return n
		}
	}
}

// servicesAre compares services with what manifests say of them, field by field.
func servicesAre(t *testing.T, h *house, docs []doc) {
	t.Helper()
	for _, one := range docs {
		if one["kind"] != "Service" {
			continue
		}
		s, err := h.app.Registry.ServiceFor(h.system(), one["slug"].(string))
		if err != nil {
			t.Fatalf("%s: %v", one["slug"], err)
		}
		is := doc{
			"team": s.TeamSlug, "system": s.SystemSlug, "type": string(s.Kind), "tier": s.Tier, "name": s.Name, "description": s.Description, "lifecycle": string(s.Lifecycle),
			"onCall": s.OnCall, "runbook": s.Runbook, "contact": s.Contact, "labels": s.Labels, "annotations": s.Annotations,
		}
		for field, want := range one {
			if got, there := is[field]; there && fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s: %s is %v, and is said to be %v", one["slug"], field, got, want)
			}
		}
		if needs, said := one["dependsOn"].([]doc); said {
			has, err := h.app.Registry.Dependencies(h.system(), s.Slug)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range needs {
				if !slices.ContainsFunc(has, func(d registry.Dependency) bool {
					return d.OnSlug == n["service"] && string(d.Criticality) == n["criticality"]
				}) {
					t.Errorf("%s does not depend on %v, has %v", one["slug"], n, has)
				}
			}
		}
	}
}

// because is why a step is refused, in a few words.
func because(s manifest.Step) string {
	if len(s.Refused.Problems) > 0 {
		return fmt.Sprintf("%s %s: %s", s.Kind, s.Refused.Problems[0].Pointer, s.Refused.Problems[0].Message)
	}
	return fmt.Sprintf("%s: %s", s.Kind, s.Refused.Code)
}
