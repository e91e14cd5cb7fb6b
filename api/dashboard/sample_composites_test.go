package dashboard

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/composite"
	"github.com/evenkeel/evenkeel/services/slo/composite/formula"
)

// wholes are composites of the first three SLOs of a sample: one by each method and in each
// state, one of them with a member that was retired, and one with a hostile name.
type wholes struct{ *sample }

// bads are how many of 10,000 events, or slices, each member had that were bad; -1: it has
// no data.
func (w wholes) whole(slug string, method formula.Method, state budget.State, objective string, bads ...int64) composite.View {
	v := composite.View{
		Composite: composite.Composite{ID: id.ID("01JD3Z0Q8RC6W4N1M2V5K7T" + strings.ToUpper(slug[:3])), Slug: slug, Name: "Whole " + slug, Description: "What a visitor does", Revision: 2, Team: w.teams[0].ID, Journey: composite.Journey{Name: "Buy a book"}},
		Revision:  composite.Revision{ID: "01JD3Z0Q8RC6W4N1M2V5K7REV1", Number: 2, CreatedAt: w.now.Add(-time.Hour), CreatedBy: "Ada Lovelace", Terms: composite.Terms{Method: method, Over: slo.TimeWindow{Days: 28}}},
		Status:    composite.Status{Revision: "01JD3Z0Q8RC6W4N1M2V5K7REV1", End: w.now, EvaluatedAt: w.now, Latest: w.now, Since: w.now.Add(-3 * time.Hour), State: state},
	}
	if objective != "" {
		v.Revision.Objective = target(objective)
	}
	if method.Slices() {
		v.Revision.SliceLength = 5 * time.Minute
	}
	part := func(of id.ID, bad int64) composite.Part {
		sum := window.Sum{Good: 10_000_000 - bad*1000, Total: 10_000_000}
		p := composite.Part{Of: of, Objective: target("99.9%"), Unit: 1000, End: w.now, Latest: w.now, Sums: budget.Sums{Window: sum, Policy: sum}}
		for i := range p.Sums.Lookbacks {
			p.Sums.Lookbacks[i] = sum
		}
		return p
	}
	for i, bad := range bads {
		of := w.views[i]
		owner, _ := organisation(w).ServiceFor(context.Background(), string(of.SLO.Service))
		m := composite.Member{ID: of.SLO.ID, Weight: formula.One, Missing: formula.Ignore, SLO: composite.Named{
			ID: of.SLO.ID, ServiceSlug: owner.Slug, Slug: of.SLO.Slug, Name: of.SLO.Name, Objective: target("99.9%"), Resolution: 5 * time.Minute, Retired: bad < -1,
		}}
		v.Revision.Members = append(v.Revision.Members, m)
		if bad >= 0 {
			v.Parts = append(v.Parts, part(m.ID, bad))
		}
	}
	if method == formula.Timeslices {
		v.Parts = append(v.Parts, part(v.Revision.ID, max(bads[0], bads[1])))
	}
	return v
}

func (w wholes) all() []composite.View {
	if len(w.views) < 3 {
		return nil
	}
	silent := w.whole("silent", formula.RatioTimeslices, budget.NoData, "99.9%", -1, -1)
	silent.Composite.Name, silent.Composite.Description, silent.Status.Stale, silent.Status.Latest, silent.Status.End = hostile, hostile, true, time.Time{}, time.Time{}
	return []composite.View{
		w.whole("browsing", formula.WeightedAverage, budget.OK, "99.9%", 2, 4, -2),
		w.whole("buying", formula.Occurrences, budget.Exhausted, "", 30, 10, 0),
		w.whole("paying", formula.Timeslices, budget.AtRisk, "99%", 60, 40),
		silent,
	}
}

func (w wholes) Find(_ context.Context, name string) (composite.View, error) {
	for _, v := range w.all() {
		if v.Composite.Slug == name || string(v.Composite.ID) == name {
			return v, nil
		}
	}
	return composite.View{}, fault.Missing("composite", name)
}

func (w wholes) List(_ context.Context, f composite.Filter, r page.Request) (page.Page[composite.View], error) {
	var out []composite.View
	for _, v := range w.all() {
		is := f.SLO == ""
		for _, m := range v.Revision.Members {
			is = is || m.SLO.ID == f.SLO
		}
		if is {
			out = append(out, v)
		}
	}
	return pageOf(out, r), nil
}

func (w wholes) Revisions(ctx context.Context, of id.ID, r page.Request) (page.Page[composite.Revision], error) {
	v, err := w.Find(ctx, string(of))
	return pageOf([]composite.Revision{v.Revision}, r), err
}

func (w wholes) Warnings(_ context.Context, v composite.View) ([]slo.Warning, error) {
	return []slo.Warning{{Code: composite.WarnMemberLooser, Message: "a member promises less: " + hostile}}, nil
}

func (w wholes) History(ctx context.Context, of id.ID, _, _ time.Time, _ time.Duration) (composite.History, error) {
	v, err := w.Find(ctx, string(of))
	h := composite.History{From: w.now.Add(-28 * 24 * time.Hour), To: w.now, Step: 6 * time.Hour, Window: v.Revision.Over, Revision: 2}
	left := v.Figures().Remaining
	for at := h.From; !at.After(h.To); at = at.Add(h.Step) {
		p := composite.Point{End: at}
		if at.After(h.From.Add(10 * 24 * time.Hour)) {
			p.Remaining = left
		}
		h.Points = append(h.Points, p)
	}
	return h, err
}

// Of budgets of 10 bad of 10,000 at 99.9 %: 30 and 10 bad are 3 and 1 budgets, 4 in all, of
// which the first has 75 %.
func TestACompositeShowsWhoSpendsItsBudget(t *testing.T) {
	t.Parallel()
	s := newSample()
	v := visiting(t, s)
	doc, _ := v.read("/composites/buying")
	text := words(doc)
	says(t, text, "Exhausted", "400.0 % burned", "−300.0 %", "75.0 %", "25.0 %", "0.0 %", "nothing of it remains", "journey: Buy a book")
	first, second := strings.Index(text, "75.0 %"), strings.Index(text, "25.0 %")
	if first > second {
		t.Error("the largest share does not come first")
	}
	doc, _ = v.read("/composites/silent")
	if text := words(within(t, doc, "numbers")); strings.Contains(text, "100") || !strings.Contains(text, "no data") {
		t.Errorf("without data it says %s", text)
	}
	doc, _ = v.read("/composites/browsing")
	says(t, words(doc), "99.97 %", "retired", "Left out")
	doc, _ = v.read("/composites")
	says(t, words(doc), "Whole browsing", "Whole buying", "Whole paying", "At risk")
	owner, _ := organisation{s}.ServiceFor(t.Context(), string(s.views[0].SLO.Service))
	doc, _ = v.read("/services/" + owner.Slug + "/slos/" + s.views[0].SLO.Slug)
	says(t, words(doc), "Member of", "Whole buying")
	doc, _ = v.read("/systems/ordering")
	says(t, words(doc), "Promised of the whole", "Objectives of its services")
}
