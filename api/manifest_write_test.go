package api_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
	"github.com/evenkeel/evenkeel/services/manifest"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// someText is what people type: several lines, quotes, what YAML takes for something else, other
// scripts. It, aText and aSlug are made anew each time: a generator names itself when it is first
// used, which tests side by side must not do with one.
func someText() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"", "no", "1e3", "0x1f", "2026-12-01", "~", "a: b", "- a", "# a", "\"a\"", "'", "{a}", "a\nb\n", " a ", "a \n b", "<b>&amp;</b>", "\u2028", "\ta", "C:\\x", "日本語 🎈"}),
		rapid.StringOf(rapid.RuneFrom([]rune("ab1:-#'\"{}[]&*!|>%@`\\ \n\tü🎈\u0085\u2029"))),
	)
}

func aText() *rapid.Generator[string] {
	return someText().Filter(func(s string) bool { return s != "" })
}

func aSlug() *rapid.Generator[string] { return rapid.StringMatching(`[a-z]([a-z0-9]{0,9})`) }

// among draws one of the values.
func among[T any](t *rapid.T, label string, of ...T) T {
	return rapid.SampledFrom(of).Draw(t, label)
}

// somewhat draws the value or nothing.
func somewhat[T any](t *rapid.T, label string, of *rapid.Generator[T]) T {
	return rapid.OneOf(rapid.Just(*new(T)), of).Draw(t, label)
}

// saying draws which of the fields a manifest says.
func saying(t *rapid.T, of ...string) []string {
	says := slices.Sorted(slices.Values(rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, len(of), rapid.ID).Draw(t, "says")))
	if len(says) == 0 {
		return nil
	}
	return says
}

// only is the struct with the fields that are said, by their names on the wire, and its slug.
func only[T any](of T, names map[string]string, says []string) T {
	var out T
	from, to := reflect.ValueOf(of), reflect.ValueOf(&out).Elem()
	to.FieldByName("Slug").Set(from.FieldByName("Slug"))
	for _, name := range says {
		if field, is := names[name]; is {
			to.FieldByName(field).Set(from.FieldByName(field))
		}
	}
	return out
}

func aTeam(t *rapid.T) manifest.Thing {
	says := saying(t, "name", "description", "parent", "contact", "defaultRepository", "issueAssigneeId")
	in := registry.TeamInput{
		Slug: aSlug().Draw(t, "slug"), Name: someText().Draw(t, "name"), Description: someText().Draw(t, "description"), Parent: aSlug().Draw(t, "parent"), Contact: someText().Draw(t, "contact"),
		DefaultRepository: someText().Draw(t, "repository"), IssueAssignee: among(t, "assignee", "", "01KKPEA9M7CYQ4AF3342Z8340C"),
	}
	names := map[string]string{"name": "Name", "description": "Description", "parent": "Parent", "contact": "Contact", "defaultRepository": "DefaultRepository", "issueAssigneeId": "IssueAssignee"}
	return manifest.Team{TeamInput: only(in, names, says), Says: says}
}

func aSystem(t *rapid.T) manifest.Thing {
	says := saying(t, "name", "description", "team")
	in := registry.SystemInput{Slug: aSlug().Draw(t, "slug"), Name: someText().Draw(t, "name"), Description: someText().Draw(t, "description"), Team: aSlug().Draw(t, "team")}
	return manifest.System{SystemInput: only(in, map[string]string{"name": "Name", "description": "Description", "team": "Team"}, says), Says: says}
}

func aService(t *rapid.T) manifest.Thing {
	names := map[string]string{
		"name": "Name", "description": "Description", "system": "System", "kind": "Kind", "tier": "Tier", "lifecycle": "Lifecycle", "repository": "Repository", "onCall": "OnCall",
		"runbook": "Runbook", "dashboard": "Dashboard", "docs": "Docs", "contact": "Contact", "labels": "Labels", "annotations": "Annotations", "team": "Team",
	}
	all := []string{"dependsOn"}
	for name := range names {
		all = append(all, name)
	}
	slices.Sort(all)
	says := saying(t, all...)
	pairs := rapid.MapOf(aText(), someText())
	in := registry.ServiceInput{
		Slug: aSlug().Draw(t, "slug"), Team: aSlug().Draw(t, "team"), System: aSlug().Draw(t, "system"),
		Profile: registry.Profile{
			Name: someText().Draw(t, "name"), Description: someText().Draw(t, "description"), Kind: rapid.SampledFrom(registry.Kinds).Draw(t, "kind"), Tier: rapid.IntRange(1, 4).Draw(t, "tier"),
			Lifecycle: among(t, "lifecycle", registry.Experimental, registry.Production, registry.Deprecated), Repository: someText().Draw(t, "repository"), OnCall: someText().Draw(t, "on call"),
			Runbook: someText().Draw(t, "runbook"), Dashboard: someText().Draw(t, "dashboard"), Docs: someText().Draw(t, "docs"), Contact: someText().Draw(t, "contact"),
			Labels: pairs.Draw(t, "labels"), Annotations: pairs.Draw(t, "annotations"),
		},
	}
	out := manifest.Service{ServiceInput: only(in, names, says), Says: says}
	if slices.Contains(says, "dependsOn") {
		out.DependsOn = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) manifest.Need {
			return manifest.Need{Service: aSlug().Draw(t, "needs"), DependencyTerms: registry.DependencyTerms{
				Criticality: among(t, "criticality", registry.Hard, registry.Soft), FailureMode: someText().Draw(t, "failure"), Timeout: time.Duration(rapid.IntRange(0, 600_000).Draw(t, "timeout")) * time.Millisecond,
				Retry: someText().Draw(t, "retry"), Breaker: someText().Draw(t, "breaker"), Bulkhead: someText().Draw(t, "bulkhead"),
			}}
		}), 1, 3).Draw(t, "depends on")
	}
	return out
}

func anOrigin(t *rapid.T) origin.Origin {
	source := id.ID(aSlug().Draw(t, "source"))
	matches := []origin.Match{{Attribute: "http.status", Op: origin.Equal, Value: someText().Draw(t, "value")}}
	o := among(t, "form",
		origin.Origin{},
		origin.Origin{DataSource: source, Ratio: &origin.Ratio{Bad: aText().Draw(t, "bad"), Total: aText().Draw(t, "total")}},
		origin.Origin{DataSource: source, RawRatio: &origin.RawRatio{Query: aText().Draw(t, "query"), Failure: rapid.Bool().Draw(t, "failure"), Weight: someText().Draw(t, "weight")}},
		origin.Origin{DataSource: source, Threshold: &origin.Threshold{Query: aText().Draw(t, "query"), Op: origin.LTE, Value: rapid.Float64Range(-1e9, 1e9).Draw(t, "limit")}},
		origin.Origin{DataSource: source, Latency: &origin.Latency{Metric: "seconds", Selector: someText().Draw(t, "selector"), ThresholdSeconds: rapid.Float64Range(1e-6, 100).Draw(t, "threshold"), Native: rapid.Bool().Draw(t, "native")}},
		origin.Origin{DataSource: source, Recorded: &origin.Recorded{Good: "good", Total: "total", Labels: map[string]string{"a": someText().Draw(t, "label")}}},
		origin.Origin{DataSource: source, Adapter: &origin.Adapter{Indicator: aText().Draw(t, "indicator"), Parameters: map[string]string{"p": someText().Draw(t, "parameter")}}},
		origin.Origin{OTLP: &origin.OTLP{Metric: "requests", Good: matches}},
	)
	if !o.Pushed() && rapid.Bool().Draw(t, "grouped") {
		o.GroupBy, o.MaxGroups = "region", rapid.IntRange(0, 100).Draw(t, "groups")
	}
	return o
}

func aCalendar(t *rapid.T) *slo.CalendarInput {
	return among(t, "calendar", nil, &slo.CalendarInput{Period: calendar.Month}, &slo.CalendarInput{Period: calendar.Week, StartDate: "2026-01-05", TimeZone: "Europe/Berlin"})
}

func anSLO(t *rapid.T) manifest.Thing {
	d := slo.Declaration{
		Slug: aSlug().Draw(t, "slug"), Name: someText().Draw(t, "name"), Description: someText().Draw(t, "description"), Objective: among(t, "objective", "", "99.9%", "99.90%", "50%"),
		Calendar: aCalendar(t), MinEvents: rapid.Int64Range(0, 3).Draw(t, "events"), Confidence: among(t, "confidence", "", "95%"), MinBadEvents: rapid.Int64Range(0, 30).Draw(t, "bad events"),
		AlertsOff: among(t, "off", nil, []string{"ticket"}), Enforcement: among(t, "enforcement", "", slo.ByPolicy, slo.Observed), Category: rapid.SampledFrom(slo.Categories).Draw(t, "category"),
		Resolution: among(t, "resolution", 0, measure.Minute, measure.FiveMinutes), GoodEvent: someText().Draw(t, "good event"), Origin: anOrigin(t),
		Rationale: someText().Draw(t, "rationale"), Reviewer: someText().Draw(t, "reviewer"),
		Budgeting: among(t, "budgeting", slo.BudgetingInput{}, slo.BudgetingInput{Method: slo.Timeslices, SliceTarget: "95%"}, slo.BudgetingInput{Method: slo.RatioTimeslices, SliceLength: 5 * time.Minute, Missing: "bad"}),
	}
	if d.Calendar == nil {
		d.WindowDays = rapid.IntRange(0, 90).Draw(t, "window")
	}
	if d.Origin.Pushed() {
		d.Counting = among(t, "counting", "", slo.GoodTotal, slo.BadTotal)
	}
	if rapid.Bool().Draw(t, "further") {
		d.Further = []slo.GoalInput{{Name: "quarter", Objective: "99%", Calendar: &slo.CalendarInput{Period: calendar.Quarter}}, {Name: "week", Objective: "98%", WindowDays: rapid.IntRange(0, 90).Draw(t, "week")}}
	}
	if rapid.Bool().Draw(t, "reviewed") {
		by := time.Date(2027, 6, rapid.IntRange(1, 30).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
		d.ReviewBy = &by
	}
	return manifest.SLO{Service: aSlug().Draw(t, "service"), Declaration: d.Complete()}
}

func aPolicy(t *rapid.T) manifest.Thing {
	places := []policy.Place{{Target: policy.ToAll, Mode: policy.Observe}, {Target: policy.ToTier, Tier: 2, Mode: policy.Enforce}, {Target: policy.ToService, Service: "checkout", Mode: policy.Warn}}
	return manifest.Policy{
		Draft: policy.Draft{Slug: aSlug().Draw(t, "slug"), Name: someText().Draw(t, "name"), Description: someText().Draw(t, "description"), Terms: policy.Terms{
			DisputeHours: rapid.IntRange(1, 100).Draw(t, "hours"),
			Clauses:      []policy.Clause{{Name: "spent", When: aText().Draw(t, "when"), Freeze: &policy.Freeze{Allow: []policy.ChangeClass{policy.Reliability}}}},
		}},
		Attachments: among(t, "attachments", nil, []policy.Place{}, places[:1], places),
	}
}

func aScorecard(t *rapid.T) manifest.Thing {
	return manifest.Scorecard{Draft: scorecards.Draft{
		Slug: aSlug().Draw(t, "slug"), Name: someText().Draw(t, "name"), Description: someText().Draw(t, "description"), Owner: somewhat(t, "owner", aSlug()),
		Terms: scorecards.Terms{
			Issues: scorecards.IssueTerms{Mode: scorecards.NoIssues},
			Levels: []scorecards.Level{{Name: aText().Draw(t, "level"), Description: someText().Draw(t, "of the level")}},
			Checks: []scorecards.Check{{ID: "a", Title: aText().Draw(t, "title"), Why: someText().Draw(t, "why"), Level: "b", Weight: rapid.IntRange(1, 9).Draw(t, "weight"), Passes: aText().Draw(t, "passes")}},
		},
	}}
}

func aCampaign(t *rapid.T) manifest.Thing {
	return manifest.Campaign{Draft: campaign.Draft{
		Name: aText().Draw(t, "name"), Why: aText().Draw(t, "why"), Scorecard: aSlug().Draw(t, "scorecard"), Checks: rapid.SliceOfN(aSlug(), 1, 3).Draw(t, "checks"), AppliesTo: someText().Draw(t, "applies"),
		Team: aSlug().Draw(t, "team"), StartsOn: clock.Date("2026-12-01"), DueOn: clock.Date("2027-03-01"), GraceDays: rapid.IntRange(0, 90).Draw(t, "grace"), Issues: rapid.Bool().Draw(t, "issues"),
	}}
}

// same compares things. What an SLO leaves out is what it would be by default, so declarations are
// compared complete; lists that are empty and that are not there say the same, but for attachments.
func same(a, b manifest.Thing) bool {
	if p, is := a.(manifest.Policy); is && (p.Attachments == nil) != (b.(manifest.Policy).Attachments == nil) {
		return false
	}
	return reflect.DeepEqual(settled(a), settled(b))
}

func settled(t manifest.Thing) any {
	if s, is := t.(manifest.SLO); is {
		s.Declaration = s.Complete()
		t = s
	}
	v := reflect.New(reflect.TypeOf(t)).Elem()
	v.Set(reflect.ValueOf(t))
	withoutEmpty(v)
	return v.Interface()
}

func withoutEmpty(v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		if v.Len() == 0 {
			v.SetZero()
		}
		for i := 0; v.Kind() == reflect.Slice && i < v.Len(); i++ {
			withoutEmpty(v.Index(i))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			withoutEmpty(v.Field(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			withoutEmpty(v.Elem())
		}
	}
}

func TestWhatIsWrittenAsAManifestIsReadAsTheSame(t *testing.T) {
	t.Parallel()
	for name, draw := range map[string]func(*rapid.T) manifest.Thing{
		"a team": aTeam, "a system": aSystem, "a service": aService, "an SLO": anSLO, "a policy": aPolicy, "a scorecard": aScorecard, "a campaign": aCampaign,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				want := draw(t)
				text, err := api.WriteManifest(want)
				if err != nil {
					t.Fatal(err)
				}
				read, _, err := api.Manifests{}.Read([]manifest.File{{Path: "a.yaml", Text: string(text)}})
				if err != nil || len(read) != 1 {
					t.Fatalf("%d are read: %v\n%s", len(read), err, text)
				}
				if got := read[0].Thing; !same(got, want) {
					t.Fatalf("written was\n%+v\nas\n%s\nread is\n%+v", want, text, got)
				}
			})
		})
	}
}

// By hand: all that is left out is as it would be by default, see the reference of declareSLO.
func TestAManifestOfAnSLOSaysNothingThatIsSoByDefault(t *testing.T) {
	t.Parallel()
	of := manifest.SLO{Service: "checkout", Declaration: slo.Declaration{Slug: "availability", Name: "Availability", Objective: "99.9%", Category: "availability", Origin: origin.Origin{
		DataSource: "prometheus", Ratio: &origin.Ratio{Bad: "sum(increase(failed[$window]))", Total: "sum(increase(all[$window]))"},
	}}}
	of.Declaration = of.Complete()
	text, err := api.WriteManifest(of)
	if err != nil {
		t.Fatal(err)
	}
	want := `apiVersion: evenkeel/v1
kind: SLO
service: checkout
slug: availability
name: Availability
objective: "99.9%"
indicator:
  category: availability
  source:
    dataSource: prometheus
    ratio:
      bad: "sum(increase(failed[$window]))"
      total: "sum(increase(all[$window]))"
`
	if string(text) != want {
		t.Errorf("written is\n%s\nwant\n%s", text, want)
	}
}
