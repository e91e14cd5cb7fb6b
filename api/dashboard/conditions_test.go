package dashboard

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
	"github.com/evenkeel/evenkeel/services/slo/correction"
	"github.com/evenkeel/evenkeel/services/slo/outage"
)

// kindsOfSLO are what SLOs differ in, each with what it says beside what all say.
var kindsOfSLO = []struct {
	name string
	say  func(d *slo.Declaration)
}{
	{"occurrences", func(*slo.Declaration) {}},
	{"bad-events", func(d *slo.Declaration) { d.Counting, d.Category = slo.BadTotal, slo.Correctness }},
	{"slices", func(d *slo.Declaration) {
		d.Budgeting = slo.BudgetingInput{Method: slo.Timeslices, SliceTarget: "95%", SliceLength: measure.FiveMinutes}
	}},
	{"shares", func(d *slo.Declaration) {
		d.Budgeting = slo.BudgetingInput{Method: slo.RatioTimeslices, SliceLength: measure.FiveMinutes, Missing: lens.Ignored}
	}},
	{"month", func(d *slo.Declaration) {
		d.WindowDays, d.Calendar = 0, &slo.CalendarInput{Period: calendar.Month, TimeZone: "Europe/Berlin"}
	}},
	{"year", func(d *slo.Declaration) {
		d.WindowDays, d.Calendar = 0, &slo.CalendarInput{Period: calendar.Year, TimeZone: "America/New_York"}
	}},
	{"further", func(d *slo.Declaration) {
		d.Further = []slo.GoalInput{{Name: "in-a-week", Objective: "99.9%", WindowDays: 7}, {Name: "in-a-quarter", Objective: "98%", Calendar: &slo.CalendarInput{Period: calendar.Quarter}}}
	}},
	{"sure", func(d *slo.Declaration) { d.Confidence = "95%" }},
	{"grouped", func(d *slo.Declaration) { d.Origin = origin.Origin{GroupBy: "region", MaxGroups: 10} }},
	{"corrected", func(*slo.Declaration) {}},
}

// conditionsOfSLO are how an SLO can stand: from how many hours ago until how many it was
// measured, with so many events an hour, of which a share was bad, or all those of the last
// hours.
var conditionsOfSLO = []struct {
	name     string
	from, to int
	told     int // how many hours ago the measurements came
	total    float64
	share    float64
	badHours int
}{
	{name: "never"},
	{name: "fine", from: 672, total: 1000, share: .003},
	{name: "thin", from: 12, total: 1},
	// Of four weeks' 672 hours 6.72 may be bad: 87 are 12.9 budgets.
	{name: "deep", from: 672, total: 1000, badHours: 87},
	{name: "stale", from: 672, to: 50, told: 50, total: 1000, share: .003},
	{name: "late", from: 672, to: 50, total: 1000, share: .003},
	{name: "gone", from: 1700, to: 1400, told: 1400, total: 1000, share: .003},
}

// inEveryCondition builds a house with an SLO of each kind in each condition, measured and
// judged, and returns their paths too. What is measured no more was judged while it was.
func inEveryCondition(t *testing.T) (*house, []string) {
	t.Helper()
	h := buildAt(t, sampleNow.Add(-1400*time.Hour)) // when the first measurements end
	_, err := h.registry.CreateTeam(h.admin, registry.TeamInput{Slug: "shop", Name: "The shop"})
	h.must(err)
	now := sampleNow.Truncate(measure.FiveMinutes)
	ago := func(hours int) *time.Time { t := now.Add(-time.Duration(hours) * time.Hour); return &t }
	var paths []string
	told := map[int][]slo.Report{} // by how many hours ago it was
	var amend []func() error       // what is said of the time that is then over
	for _, kind := range kindsOfSLO {
		service, err := h.registry.CreateService(h.admin, registry.ServiceInput{Slug: kind.name, Team: "shop", Profile: registry.Profile{
			Name: kind.name, Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production, Repository: "https://github.com/example/" + kind.name,
		}})
		h.must(err)
		amend = append(amend, func() error {
			_, err := h.outages.Record(h.admin, service.ID, outage.Input{Class: "network", Note: "a switch died", Begins: *ago(60), Ends: ago(20)})
			return err
		})
		for _, c := range conditionsOfSLO {
			d := slo.Declaration{
				Slug: c.name, Name: kind.name + ", " + c.name, Objective: "99%", WindowDays: 28, MinEvents: 100, Category: slo.Availability,
				Resolution: measure.FiveMinutes, GoodEvent: "an order that was taken", Rationale: "fewer complaints",
			}
			kind.say(&d)
			v, _, err := h.slos.Declare(h.admin, service.ID, d)
			h.must(err)
			report := slo.Report{Name: slo.Name{Service: service.Slug, SLO: v.SLO.Slug}}
			for hour := c.from; hour > c.to; hour-- {
				bad := c.total * c.share
				if hour <= c.badHours {
					bad = c.total
				}
				good := c.total - bad
				s := slo.Slot{Start: ago(hour).Add(55 * time.Minute), Good: &good, Total: c.total}
				if d.Counting == slo.BadTotal {
					s.Good, s.Bad = nil, &bad
				}
				groups := []string{""}
				if d.Origin.GroupBy != "" {
					groups = []string{"eu-west", "us-east", "ap-south"}
				}
				for _, s.Group = range groups {
					report.Slots = append(report.Slots, s)
				}
			}
			told[c.told] = append(told[c.told], report)
			if kind.name == "corrected" {
				amend = append(amend, func() error {
					_, err := h.corrected.Declare(h.admin, v.SLO.ID, correction.Declaration{Effect: correction.Exclude, Kind: correction.Maintenance, Reason: "the database moved", From: ago(30), To: ago(6)})
					return err
				})
			}
			paths = append(paths, sloURL(service.Slug, v.SLO.Slug))
		}
		paths = append(paths, errorsURL(service.Slug, "deep"))
	}
	system := access.WithCaller(t.Context(), access.System("test"))
	for _, at := range slices.Backward(slices.Sorted(maps.Keys(told))) {
		h.clock.Advance(sampleNow.Add(-time.Duration(at) * time.Hour).Sub(h.clock.Now()))
		if at == 0 {
			for _, say := range amend {
				h.must(say())
			}
		}
		for _, report := range told[at] {
			h.pushAll(report)
		}
		_, err := h.evaluator.RunOnce(system)
		h.must(err)
	}
	h.govern()
	_, err = h.policies.ApplyOnce(system)
	h.must(err)
	return h, append(paths, "/", "/slos", "/alerts", "/violations", "/issues")
}

func TestThroughTheServicesEveryKindIsWellMadeInEveryCondition(t *testing.T) {
	t.Parallel()
	h, paths := inEveryCondition(t)
	v := h.visitor()
	for _, path := range paths {
		doc, text := v.read(path)
		checkPage(t, doc, text)
	}
	for path, said := range map[string][]string{
		// 87 of 672 hours are bad where 6.72 may be: 12.946 budgets. So they are of each group.
		"/services/occurrences/slos/deep": {"−1,195 %", "87,000 bad of 6,720 allowed; overspent by 80,280", "Exhausted", "changes halt"},
		"/services/bad-events/slos/deep":  {"−1,195 %", "87,000 bad of 6,720 allowed"},
		"/services/slices/slos/deep":      {"−1,195 %", "87 bad of 6.7 allowed", "87 bad slices", "slices of 5 min, each good from 95 % good events on; slices without events do not count", "Judged from 100 slices on"},
		"/services/shares/slos/deep":      {"−1,195 %", "585 good of 672 slices", "the mean share of good events in slices of 5 min; slices without events do not count"},
		"/services/grouped/slos/deep":     {"3 groups", "eu-west Exhausted 87.05 % of 672,000 events −1,195 %"},
		"/services/sure/slos/deep":        {"With 95 % confidence: breached"},
		"/services/occurrences/slos/thin": {"12 events so far; nothing is concluded from fewer than 100", "too few events in this window"},
		"/services/shares/slos/thin":      {"12 slices so far; nothing is concluded from fewer than 100", "too few slices in this window"},
		// What is measured no more keeps the state that it had.
		"/services/occurrences/slos/stale": {"OK", "Stale", "measured until 2 days ago", "70.0 %", "No forecast: it is stale"},
		// It was measured, and never judged while it was.
		"/services/occurrences/slos/late": {"No data", "Stale", "622,000 events so far; nothing is concluded while no more come", "known once measurements come again"},
		"/services/slices/slos/late":      {"622 slices so far; nothing is concluded while no more come"},
		// Four weeks, or a month, without a measurement after there were some.
		"/services/occurrences/slos/gone":  {"No data", "nothing measured in 28 days", "Go on sending measurements", "no events in 28 days"},
		"/services/month/slos/gone":        {"No data", "nothing measured in a calendar month", "Go on sending measurements"},
		"/services/occurrences/slos/never": {"No data", "no measurement has come yet", "Send the first measurement"},
	} {
		doc, _ := v.read(path)
		says(t, words(within(t, doc, "main")), said...)
	}
	doc, _ := v.read("/services/occurrences/slos/deep")
	text := words(within(t, doc, "main"))
	if burns, past := strings.Index(text, "Burn rates"), strings.Index(text, "Revisions"); burns < 0 || past < burns {
		t.Error("what was agreed before comes before how the budget burns now")
	}
	doc, _ = v.read("/services/occurrences/slos/late")
	if text := words(within(t, doc, "main")); strings.Contains(text, "from fewer than 100") {
		t.Error("of 622,000 events it says that they are fewer than 100")
	}
	doc, _ = v.read("/services/occurrences/slos/gone")
	if text := words(within(t, doc, "main")); strings.Contains(text, "has come yet") || strings.Contains(text, "Nothing has been measured yet") {
		t.Error("of what was measured two months ago it says that it never was")
	}
}
