package dashboard

import (
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// ofEveryKind adds a service with an SLO of each kind, and returns their paths.
func (s *sample) ofEveryKind() []string {
	kinds := s.service(s.teams[0], "kinds", "Kinds", registry.HTTP, 2)
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	add := func(slug, name string, state budget.State, consumed float64, sh shape, change func(v *slo.View)) {
		v := s.objective(kinds, slug, name, "99%", state, 2_000, consumed, .5, sh)
		v.SLO.CreatedAt = s.now.AddDate(0, 0, -400)
		change(v)
		s.revisions[v.SLO.ID] = []slo.RevisionWithIndicator{{Revision: v.Revision, Indicator: v.Indicator}}
	}
	over := func(unit calendar.Unit) slo.TimeWindow {
		return slo.TimeWindow{Calendar: calendar.New(unit, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), berlin)}
	}
	target, err := budget.ParseSliceTarget("95%")
	if err != nil {
		panic(err)
	}
	add("slices", "Minutes that are good", budget.OK, .4, shape{.9, .6, 0, 0, 0, .5}, func(v *slo.View) {
		v.Revision.Budgeting = slo.Budgeting{Method: slo.Timeslices, SliceTarget: target, SliceLength: time.Minute, Missing: lens.Bad}
	})
	add("shares", "The mean of minutes", budget.OK, .4, shape{.9, .6, 0, 0, 0, .5}, func(v *slo.View) {
		v.Revision.Budgeting = slo.Budgeting{Method: slo.RatioTimeslices, SliceLength: time.Minute, Missing: lens.Ignored}
		for _, sum := range []*window.Sum{&v.Status.Sums.Window, &v.Status.Sums.Policy} {
			*sum = window.Sum{Good: sum.Good * 1_000_000, Total: sum.Total * 1_000_000}
		}
		for i, sum := range v.Status.Sums.Lookbacks {
			v.Status.Sums.Lookbacks[i] = window.Sum{Good: sum.Good * 1_000_000, Total: sum.Total * 1_000_000}
		}
	})
	add("month", "Each month", budget.AtRisk, .9, shape{1, .32, 0, 0, 0, 2}, func(v *slo.View) { v.Revision.Over = over(calendar.Month) })
	add("year", "Each year", budget.Exhausted, 40, shape{1, -39, 0, 0, 0, .9}, func(v *slo.View) { v.Revision.Over = over(calendar.Year) })
	add("further", "Several objectives", budget.OK, .2, shape{1, .8, 0, 0, 0, .6}, func(v *slo.View) {
		strict := v.Revision.Objective
		v.Revision.Further = []slo.Goal{{Name: "in-a-week", Objective: strict, Over: slo.TimeWindow{Days: 7}}, {Name: "in-a-quarter", Objective: strict, Over: over(calendar.Quarter)}}
		v.Status.Further = []window.Sum{{Good: 480_000, Total: 500_000}, {}}
		v.Status.State = budget.Exhausted // by the week's: 20 bad of 500, where 5 may be
		v.Status.RemainingPPB = new(int64(-3 * budget.Billion))
	})
	add("corrected", "Corrected and revised", budget.OK, .3, shape{.9, .7, 0, .3, .35, .6}, func(v *slo.View) {
		v.Status.Raw = &window.Sum{Good: 1_950_000, Total: 2_000_000}
		v.Revision.Number, v.Revision.CreatedAt = 2, s.now.AddDate(0, 0, -11)
	})
	return s.pathsOf(kinds)
}

// pathsOf are those of the SLOs of a service.
func (s *sample) pathsOf(of registry.Service) []string {
	var paths []string
	for _, v := range s.views {
		if v.SLO.Service == of.ID {
			paths = append(paths, "/services/"+of.Slug+"/slos/"+v.SLO.Slug, "/services/"+of.Slug+"/slos/"+v.SLO.Slug+"/errors")
		}
	}
	return paths
}

// inEveryCondition adds, for each kind of SLO that there is, a service with one that was
// never measured, one with too few events, one that is overspent a hundredfold, and one that
// is measured no more; and returns their paths.
func (s *sample) inEveryCondition() []string {
	of := func(slug string) slo.View {
		for _, v := range s.views {
			if v.SLO.Slug == slug {
				return v
			}
		}
		panic("the sample lacks " + slug)
	}
	var paths []string
	for _, kind := range []slo.View{of("slices"), of("shares"), of("month"), of("year"), of("further"), of("corrected"), of("by-region")} {
		svc := s.service(s.teams[0], "in-"+kind.SLO.Slug, kind.SLO.Name, registry.HTTP, 3)
		for _, c := range []struct {
			slug, name string
			state      budget.State
			events     int64
			consumed   float64
			shape      shape
			stale      bool
		}{
			{"never", "Never measured", budget.NoData, -1, 0, shape{}, false},
			{"thin", "Too few events", budget.NoData, 12, 0, shape{1, 1, 2, 0, 0, 0}, false},
			{"deep", "Far overspent", budget.Exhausted, 2_000_000, 98.7, shape{1, -97.7, 0, 0, 0, .4}, false},
			{"stale", "Measured no more", budget.OK, 2_000_000, .3, shape{.9, .7, 0, .5, .6, .7}, true},
		} {
			v := s.objective(svc, c.slug, c.name, "99%", c.state, c.events, c.consumed, min(c.consumed, 30), c.shape)
			unit := kind.Revision.Budgeting.Unit() / budget.PerEvent
			scale := func(sum *window.Sum) { sum.Good, sum.Total = sum.Good*unit, sum.Total*unit }
			scale(&v.Status.Sums.Window)
			scale(&v.Status.Sums.Policy)
			for i := range v.Status.Sums.Lookbacks {
				scale(&v.Status.Sums.Lookbacks[i])
			}
			v.SLO.CreatedAt = s.now.AddDate(0, 0, -400)
			v.Revision.Budgeting, v.Revision.Over, v.Revision.Further = kind.Revision.Budgeting, kind.Revision.Over, kind.Revision.Further
			for range v.Revision.Further {
				v.Status.Further = append(v.Status.Further, v.Status.Sums.Window)
			}
			if kind.Status.Raw != nil && v.Status.Evaluated() {
				v.Status.Raw = &window.Sum{Total: v.Status.Sums.Window.Total}
			}
			if by := kind.Indicator.Origin.GroupBy; by != "" && c.events > 100 {
				s.split(v, by, "eu-west", "us-east", "ap-south")
			}
			if c.stale {
				v.Status.Stale, v.Status.Latest = true, s.now.Add(-50*time.Hour)
			}
			s.revisions[v.SLO.ID] = []slo.RevisionWithIndicator{{Revision: v.Revision, Indicator: v.Indicator}}
		}
		paths = append(paths, s.pathsOf(svc)...)
	}
	return paths
}

func TestEveryKindIsWellMadeInEveryCondition(t *testing.T) {
	t.Parallel()
	s := newGroupedSample()
	paths := append(s.ofEveryKind(), s.inEveryCondition()...)
	for _, path := range paths {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			doc, text := visiting(t, s).read(path)
			checkPage(t, doc, text)
		})
	}
}

func TestTheBurnDownOfACalendarHasAnEvenPaceAndTheForecastItsFan(t *testing.T) {
	t.Parallel()
	s := newSample()
	s.ofEveryKind()
	_, month := visiting(t, s).read("/services/kinds/slos/month")
	says(t, month, `class="even"`, "by which the budget lasts exactly until 30 Nov 2026, 23:00 UTC", `class="fan-range"`, "spent in the middle 90 % of futures")
	_, rolling := visiting(t, s).read("/services/kinds/slos/slices")
	if strings.Contains(rolling, `class="even"`) {
		t.Error("a rolling window has an even pace")
	}
}

// The month began on 1 November at midnight in Berlin, which is 23:00 UTC of 31 October.
func TestTheBurnDownOfACalendarBeginsWithItsWindowBeforeAnythingIsMeasured(t *testing.T) {
	t.Parallel()
	s := newGroupedSample()
	s.ofEveryKind()
	s.inEveryCondition()
	_, never := visiting(t, s).read("/services/in-month/slos/never")
	if strings.Contains(never, "−28 d") || !strings.Contains(never, "−21 d") {
		t.Error("before the first measurement the axis does not begin on 31 October, 23 days ago")
	}
	says(t, never, "no data in this window")
	for path, words := range map[string]string{"/services/in-month/slos/thin": "too few events in this window", "/services/in-slices/slos/thin": "too few slices in this window"} {
		_, thin := visiting(t, s).read(path)
		says(t, thin, words)
	}
}

func TestTheBurnDownMarksCorrectionsAndRevisionsAndListsThem(t *testing.T) {
	t.Parallel()
	s := newSample()
	s.ofEveryKind()
	doc, page := visiting(t, s).read("/services/kinds/slos/corrected")
	says(t, page, `class="marker calm"`, "<title>revision 2 by Ada Lovelace, 99\u00a0% over 28 days, since 12 Nov 2026, 14:27 UTC</title>")
	// 50 of 2,000 are bad, where 20 may be: 30 are too many, and 30 ÷ 20 = 150 %.
	says(t, words(within(t, doc, "main")), "Without corrections 1,950 good of 2,000 events: 97.50 %, with −150.0 % of the budget remaining.")
	says(t, words(within(t, doc, "main")), "What is marked", "12 Nov 2026, 14:27 UTC Revision 2 by Ada Lovelace")
	doc, page = visiting(t, s).read("/services/checkout/slos/availability")
	says(t, page, `class="band-strip"`)
	says(t, words(within(t, doc, "main")), "Corrected, events are left out: from 21 Nov 2026, 12:00 UTC until 21 Nov 2026, 13:00 UTC", "Corrected, events are counted as good: from 23 Nov 2026, 13:00 UTC until 23 Nov 2026, 16:00 UTC")
	if strings.Contains(page, "left out: from 20 Nov 2026, 06:00 UTC") {
		t.Error("a correction that was removed is marked")
	}
}

func TestThePastThatIsShownIsChosenByLinks(t *testing.T) {
	t.Parallel()
	s := newSample()
	s.ofEveryKind()
	for query, current := range map[string]string{"": "Window", "?range=90d": "90 days", "?range=1y": "1 year", "?range=all": "All", "?range=nonsense": "Window"} {
		_, page := visiting(t, s).read("/services/kinds/slos/slices" + query)
		says(t, page, `aria-current="page">`+current+"<", `href="/services/kinds/slos/slices?range=1y#burndown-h"`)
	}
}

// Of 2,000 events 4 are bad where 20 may be, so that 80 % of the first budget remains; of the
// week's 500 there are 20 where 5 may be, which is 4 budgets.
func TestARowSaysWhichObjectiveItsStateIsOf(t *testing.T) {
	t.Parallel()
	s := newSample()
	s.ofEveryKind()
	for _, path := range []string{"/services/kinds", "/slos", "/"} {
		doc, page := visiting(t, s).read(path)
		says(t, words(within(t, doc, "main")), "80.0 % worst objective: in-a-week over 7 days, −300.0 %, exhausted")
		says(t, page, `href="/services/kinds/slos/further#goals-h"`)
		if path == "/services/kinds" && strings.Count(page, "worst objective:") != 1 {
			t.Error("an objective that stands alone is called the worst")
		}
	}
	doc, page := visiting(t, s).read("/services/kinds/slos/further")
	says(t, words(within(t, doc, "numbers")), "80.0 %")
	if numbers, _, _ := strings.Cut(page, `class="notes"`); strings.Contains(numbers, `class="fill bad"`) {
		t.Error("the bar of a budget that remains is of the tone of another objective")
	}
}

func TestNothingIsConcludedFromTooFewEventsWithoutCorrectionsEither(t *testing.T) {
	t.Parallel()
	s := newGroupedSample()
	s.ofEveryKind()
	s.inEveryCondition()
	doc, _ := visiting(t, s).read("/services/in-corrected/slos/thin")
	says(t, words(within(t, doc, "main")), "Without corrections 0 good of 12 events, from which nothing is concluded.")
	if strings.Contains(words(within(t, doc, "main")), "−9,900") {
		t.Error("a budget is concluded from 12 events, where it takes 100")
	}
}

func TestOfTooFewEventsThePageSaysFromHowManyOnItIsKnown(t *testing.T) {
	t.Parallel()
	s := newGroupedSample()
	s.ofEveryKind()
	s.inEveryCondition()
	for path, noun := range map[string]string{"/services/in-slices/slos/thin": "slices", "/services/in-month/slos/thin": "events"} {
		doc, _ := visiting(t, s).read(path)
		says(t, words(within(t, doc, "numbers")), "12 "+noun+" so far", "known from 100 "+noun+" on")
	}
}
