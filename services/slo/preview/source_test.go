package preview_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
	"github.com/evenkeel/evenkeel/services/slo/preview"
)

// Four weeks are 8,064 slots of 300 requests: 2,419,200, of which 12 slots of an incident have
// 30 bad ones each, 360.
var fourWeeks = window.Sum{Good: (2_419_200 - 360) * measure.Event, Total: 2_419_200 * measure.Event}

func TestAPreviewTellsWhatARealPrometheusWouldHaveGiven(t *testing.T) {
	t.Parallel()
	h := open(t, promtest.Start(t, promtest.Options{Series: requests()}), time.Minute)

	t.Run("the SLI, the budget and the alerts of four weeks", func(t *testing.T) {
		entries, slos := h.kept(t)
		before := h.requests.Load()
		p := h.preview(t, "", availability("99.9%"))
		// 31 days in pieces of a week, of two queries each.
		if asked := h.requests.Load() - before; asked != 10 {
			t.Errorf("it took %d requests", asked)
		}
		s := p.Seen
		if p.Basis != preview.BySource || p.Reason != nil || s == nil {
			t.Fatalf("it goes by %s, %v", p.Basis, p.Reason)
		}
		if !s.From.Equal(lookBack) || !s.To.Equal(noon) || s.Slots != 8064 || len(s.Missing) != 0 {
			t.Errorf("looked at are %s to %s, %d slots, without %v", s.From, s.To, s.Slots, s.Missing)
		}
		if s.Window.Sum != fourWeeks || s.Window.Outcome != preview.Met || s.State != budget.OK {
			t.Errorf("the window is %+v, the state %s", s.Window, s.State)
		}
		// 360 bad ones of 2,419.2 that are allowed.
		near(t, "the SLI", s.Window.SLI, 1-360./2_419_200)
		near(t, "what remains", s.Window.Remaining, 1-360/2_419.2)
		near(t, "what remains by the account", s.Account.RemainingRatio, 1-360/2_419.2)
		if known, missed := s.Whole(); known != 1 || missed != 0 {
			t.Errorf("%d windows are known, %d missed", known, missed)
		}
		// 360 are more than four fifths of 99.99 %'s 241.92, and less than those of 99.95 %'s 1,209.6.
		if s.Suggested.String() != "99.95%" {
			t.Errorf("%s is suggested", s.Suggested)
		}
		if top := s.Rungs[0]; top.Objective.String() != "99.99%" || top.Missed != 1 || top.Known != 1 {
			t.Errorf("the highest objective is %+v", top)
		}
		near(t, "what remains of 99.99 %", s.Rungs[0].Remaining, 1-360/241.92)
		if got := codes(p); len(got) > 0 {
			t.Errorf("it warns of %v", got)
		}
		checkPoints(t, s.Points)
		checkAlerts(t, *s)
		if e, n := h.kept(t); e != entries || n != slos {
			t.Errorf("there were %d entries and %d SLOs, and now %d and %d", entries, slos, e, n)
		}
	})

	t.Run("an objective that is too high", func(t *testing.T) {
		p := h.preview(t, "", availability("99.99%"))
		if p.Seen.State != budget.Exhausted || p.Seen.Window.Outcome != preview.Missed {
			t.Errorf("the state is %s, the window %+v", p.Seen.State, p.Seen.Window)
		}
		// 1 − 360 ÷ 2,419,200 = 99.98512 %.
		want := "the objective of 99.99 % would have been missed in 1 of the last 1 whole windows; the last window reached 99.9851 %; 99.95 % would have been kept, with a fifth of its budget to spare"
		if got := message(p, preview.WarnMissed); got != want {
			t.Errorf("it warns: %s", got)
		}
	})

	t.Run("windows of a week, of which the incident is in one", func(t *testing.T) {
		p := h.preview(t, "", availability("99.95%", func(d *slo.Declaration) { d.WindowDays = 7 }))
		// A week has 604,800 requests, of which 302.4 may be bad. The incident is ten days ago.
		var got []preview.Outcome
		for _, w := range p.Seen.Windows {
			got = append(got, w.Outcome)
		}
		if !slices.Equal(got, []preview.Outcome{preview.Met, preview.Met, preview.Missed, preview.Met}) {
			t.Errorf("the weeks are %v", got)
		}
		near(t, "what the third left", p.Seen.Windows[2].Remaining, 1-360/302.4)
		near(t, "what the fourth left", p.Seen.Window.Remaining, 1)
		if p.Seen.State != budget.OK || !slices.Contains(codes(p), preview.WarnMissed) {
			t.Errorf("the state is %s, the warnings %v", p.Seen.State, codes(p))
		}
		// Over all four, 99.95 % would have 849.6 to spare, but not in each.
		if p.Seen.Suggested.String() != "99.9%" {
			t.Errorf("%s is suggested", p.Seen.Suggested)
		}
	})

	t.Run("slices of time", func(t *testing.T) {
		p := h.preview(t, "", availability("99.9%", func(d *slo.Declaration) {
			d.Budgeting = slo.BudgetingInput{Method: slo.Timeslices, SliceTarget: "95%", SliceLength: 10 * time.Minute}
		}))
		// 4,032 slices of ten minutes, of which six have nine tenths of good requests, and four may be bad.
		if want := (window.Sum{Good: 4026 * 1000, Total: 4032 * 1000}); p.Seen.Window.Sum != want {
			t.Errorf("the window holds %+v", p.Seen.Window.Sum)
		}
		near(t, "what remains", p.Seen.Window.Remaining, 1-6/4.032)
	})

	t.Run("the months of a calendar", func(t *testing.T) {
		p := h.preview(t, "", availability("99.99%", func(d *slo.Declaration) { d.Calendar = &slo.CalendarInput{Period: calendar.Month} }))
		ws := p.Seen.Windows
		if len(ws) != 2 || ws[0].Outcome != preview.Missed || ws[1].Outcome != preview.Running || !ws[0].From.Equal(time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)) {
			t.Fatalf("the windows are %+v", ws)
		}
		// February has samples from its 7th at noon on: 21.5 days of 86,400 requests, and both
		// incidents; March has 9.5 days of 31, and none.
		if want := (window.Sum{Good: (1_857_600 - 720) * measure.Event, Total: 1_857_600 * measure.Event}); ws[0].Sum != want {
			t.Errorf("February holds %+v", ws[0].Sum)
		}
		near(t, "what February left", ws[0].Remaining, 1-720/185.76)
		near(t, "what March has left", ws[1].Remaining, 1)
		near(t, "what March allows", p.Seen.Account.Allowed, 820_800*0.0001*31/9.5)
		if p.Seen.Missing[origin.NoSample] != 1872 || !strings.Contains(message(p, preview.WarnPartly), "1872 slots without a sample") {
			t.Errorf("missing is %v: %s", p.Seen.Missing, message(p, preview.WarnPartly))
		}
	})

	t.Run("a data source that stops to answer", func(t *testing.T) {
		// What lies more than ten days back is refused.
		h.refuse = func(r *http.Request) error {
			body, err := r.GetBody()
			if err != nil {
				return err
			}
			text, err := io.ReadAll(body)
			if err != nil {
				return err
			}
			form, err := url.ParseQuery(string(text))
			if err != nil {
				return err
			}
			start, err := strconv.ParseFloat(form.Get("start"), 64)
			if err != nil {
				return fmt.Errorf("no start in %q: %w", text, err)
			}
			if start < float64(noon.Add(-10*24*time.Hour).Unix()) {
				return errors.New("the line is cut")
			}
			return nil
		}
		defer func() { h.refuse = nil }()
		p := h.preview(t, "", availability("99.9%"))
		if p.Basis != preview.BySource || p.Reason == nil || p.Reason.Code != "source_unreachable" {
			t.Fatalf("it goes by %s, %+v", p.Basis, p.Reason)
		}
		// One week was read.
		w := p.Seen.Window
		if !w.Part || !w.From.Equal(noon.Add(-7*24*time.Hour)) || w.Sum.Total != 604_800*measure.Event || w.Outcome != preview.Unknown {
			t.Errorf("the window is %+v", w)
		}
		if !slices.Contains(codes(p), preview.WarnShortened) {
			t.Errorf("it warns of %v", codes(p))
		}
	})

	t.Run("values that are looked at coarsely", func(t *testing.T) {
		p := h.preview(t, "", availability("99.9%", func(d *slo.Declaration) {
			d.Origin.Ratio, d.Origin.Threshold = nil, &origin.Threshold{Query: `sum(requests_total)`, Op: origin.GT, Value: 0}
		}))
		// One value in five minutes, each of which is above none.
		if want := (window.Sum{Good: 8064 * measure.Event, Total: 8064 * measure.Event}); p.Seen.Window.Sum != want || !slices.Contains(codes(p), preview.WarnCoarse) {
			t.Errorf("the window holds %+v; it warns of %v", p.Seen.Window.Sum, codes(p))
		}
	})

	t.Run("nothing that the query finds", func(t *testing.T) {
		p := h.preview(t, "", availability("99.9%", func(d *slo.Declaration) {
			d.Origin.Ratio = &origin.Ratio{Good: `sum(increase(nothing_total[$window]))`, Total: `sum(increase(nothing_total[$window]))`}
		}))
		if p.Seen.State != budget.NoData || p.Seen.Window.SLI != nil || p.Seen.Slots != 0 || !p.Seen.Suggested.IsZero() || !slices.Contains(codes(p), preview.WarnNoEvents) {
			t.Errorf("it is %s, %+v; it warns of %v", p.Seen.State, p.Seen.Window, codes(p))
		}
	})

	t.Run("a query that the data source refuses", func(t *testing.T) {
		p := h.preview(t, "", availability("99.9%", func(d *slo.Declaration) {
			// Both sides of the division have many series of a label set.
			d.Origin.Ratio = &origin.Ratio{Good: `sum(increase(requests_total[$window]) * ignoring(code) requests_total)`, Total: `sum(increase(requests_total[$window]))`}
		}))
		if p.Basis != preview.ByNothing || p.Reason == nil || p.Reason.Code != "query_refused" || p.Seen != nil {
			t.Errorf("it goes by %s, %+v", p.Basis, p.Reason)
		}
	})
}

// The factors are those of 28 days: 13.44, 5.6, 2.8 and 14/15, at 99.9 % shares of bad requests of
// 1.344 %, 0.56 %, 0.28 % and 0.0933… %. With k slots of the incident, the long windows hold 30·k
// bad ones of 3,600, 21,600, 86,400 and 259,200: more than the share from k = 2, 5, 9 and 9 on. The
// short ones are above it as long as any of the incident is in them, until 65, 90, 180 and 420
// minutes after it began, and the alert ends when they were not for as long as they are.
func checkAlerts(t *testing.T, s preview.Seen) {
	t.Helper()
	type alert struct {
		pair     string
		from, to time.Time
	}
	minutes := func(of time.Time, n int) time.Time { return of.Add(time.Duration(n) * time.Minute) }
	want := []alert{
		// The early incident ended an hour before the first judgement, and its last slot leaves the
		// short windows of two and six hours 180 and 420 minutes after it began.
		{"1d/2h", minutes(lookBack, 5), minutes(early, 180+120)}, {"3d/6h", minutes(lookBack, 5), minutes(early, 420+360)},
		{"1h/5m", minutes(within, 10), minutes(within, 65+5)}, {"6h/30m", minutes(within, 25), minutes(within, 90+30)},
		{"1d/2h", minutes(within, 45), minutes(within, 180+120)}, {"3d/6h", minutes(within, 45), minutes(within, 420+360)},
	}
	var got []alert
	for _, a := range s.Alerts {
		if a.EndedAt == nil {
			t.Errorf("%s from %s on lasts", a.Kind, a.StartedAt)
			continue
		}
		got = append(got, alert{string(a.Kind), a.StartedAt, *a.EndedAt})
	}
	if !slices.Equal(got, want) {
		t.Errorf("alerts are\n%v, want\n%v", got, want)
	}
	if s.Counts != [4]int{1, 1, 2, 2} {
		t.Errorf("counted are %v", s.Counts)
	}
}

// Four weeks in at most 400 steps are steps of two hours, 336 of them; the incident is the first
// hour of that of number 216.
func checkPoints(t *testing.T, points []preview.Point) {
	t.Helper()
	if len(points) != 336 {
		t.Fatalf("there are %d points", len(points))
	}
	for i, p := range points {
		if from := lookBack.Add(time.Duration(i) * 2 * time.Hour); !p.Start.Equal(from) || !p.End.Equal(from.Add(2*time.Hour)) || p.Sum.Total != 7200*measure.Event {
			t.Fatalf("point %d is %+v", i, p)
		}
		sli, remaining := 1., 1.
		if i == 216 {
			sli = 0.95
		}
		if i >= 216 {
			remaining = 1 - 360/2_419.2
		}
		near(t, fmt.Sprintf("the SLI of point %d", i), p.SLI, sli)
		near(t, fmt.Sprintf("what remains at point %d", i), p.Remaining, remaining)
	}
}

func TestADataSourceWithoutAnAnswerIsToldOf(t *testing.T) {
	t.Parallel()
	hung := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hung:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() { close(hung); silent.Close() })
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for _, c := range []struct {
		name, base, code string
		within           time.Duration
	}{
		{"nobody is there", gone.URL, "source_unreachable", time.Minute},
		{"it does not answer", silent.URL, preview.TooLate, 50 * time.Millisecond},
	} {
		h := open(t, c.base, c.within)
		p := h.preview(t, "", availability("99.9%", func(d *slo.Declaration) { d.WindowDays, d.ReviewBy = 3, nil }))
		if p.Basis != preview.ByNothing || p.Reason == nil || p.Reason.Code != c.code || p.Seen != nil {
			t.Errorf("%s: it goes by %s, %+v", c.name, p.Basis, p.Reason)
		}
		// What follows from the terms is told all the same.
		if got := codes(p); !slices.Contains(got, slo.WarnWindowShort) || !slices.Contains(got, slo.WarnReviewDateMissing) {
			t.Errorf("%s: it warns of %v", c.name, got)
		}
	}
}

func near(t *testing.T, what string, got *float64, want float64) {
	t.Helper()
	if got == nil || math.Abs(*got-want) > 1e-12*math.Max(1, math.Abs(want)) {
		t.Errorf("%s is %v, want %g", what, show(got), want)
	}
}

func show(v *float64) string {
	if v == nil {
		return "unknown"
	}
	return strconv.FormatFloat(*v, 'g', -1, 64)
}

func codes(p preview.Preview) []string {
	var out []string
	for _, w := range p.Warnings {
		out = append(out, w.Code)
	}
	return out
}

func message(p preview.Preview, code string) string {
	for _, w := range p.Warnings {
		if w.Code == code {
			return w.Message
		}
	}
	return ""
}
