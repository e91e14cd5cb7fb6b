package statistics

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/incident"
)

// berlin was at UTC+1 until 29 March 2026, and at UTC+2 from then on.
func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// table are seven incidents, whose statistics are worked out by hand below. Times of detection,
// mitigation and resolution are minutes after the start, -1 where they are not known.
func table(zone *time.Location) []incident.Incident {
	var out []incident.Incident
	for n, r := range []struct {
		start                     string
		detect, mitigate, resolve int
		severity, services, cause string
		tags                      string
		called                    bool
	}{
		{"2026-03-02 10:00", 4, 30, 60, "sev1", "checkout ledger", "own-code-or-procedure", "deploy eu", true},    // a Monday
		{"2026-03-07 12:00", 10, 40, 90, "sev2", "checkout", "own-code-or-procedure", "deploy", true},             // a Saturday
		{"2026-03-11 16:58", 2, -1, 20, "sev2", "search", "company-network", "", false},                           // a Wednesday, detected at 17:00
		{"2026-03-12 16:58", 1, -1, 240, "sev3", "mail", "", "eu", false},                                         // a Thursday, detected at 16:59
		{"2026-03-29 23:30", -1, -1, -1, "sev1", "ledger", "", "", true},                                          // a Sunday, when the clocks changed
		{"2026-03-30 00:00", 0, 8, 60, "sev4", "search", "company-network own-code-or-procedure", "deploy", true}, // a Monday at midnight
		{"2026-06-30 11:00", 5, 1500, 13000, "sev2", "ledger", "", "", false},                                     // a Tuesday, 92 days later
	} {
		start, err := time.ParseInLocation("2006-01-02 15:04", r.start, zone)
		if err != nil {
			panic(err)
		}
		after := func(minutes int) *time.Time {
			if minutes < 0 {
				return nil
			}
			at := start.Add(time.Duration(minutes) * time.Minute)
			return &at
		}
		i := incident.Incident{ID: id.ID(fmt.Sprint(n)), Terms: incident.Terms{
			Severity: incident.Severity(r.severity), ImpactStart: start, DetectedAt: after(r.detect), MitigatedAt: after(r.mitigate), ResolvedAt: after(r.resolve),
			Causes: strings.Fields(r.cause), Tags: strings.Fields(r.tags), OnCallIntervened: r.called,
		}}
		for _, s := range strings.Fields(r.services) {
			i.Services = append(i.Services, incident.Involved{Service: id.ID(s), Part: incident.Affected})
		}
		out = append(out, i)
	}
	return out
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-6 {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func TestStatisticsAreThoseOfTheTable(t *testing.T) {
	t.Parallel()
	zone := berlin(t)
	from, to := time.Date(2026, 3, 1, 0, 0, 0, 0, zone), time.Date(2026, 7, 1, 0, 0, 0, 0, zone)
	s := Of(table(zone), from, to, to, zone)

	// Detected after 0, 1, 2, 4, 5 and 10 minutes: the quarter is at place 1.25, the half at
	// 2.5, three quarters at 3.75, and 0.9 at 4.5.
	d := s.Detect
	if d.N != 6 || d.Unknown != 1 || d.Values != nil {
		t.Errorf("detected %+v", d)
	}
	for what, pair := range map[string][2]float64{
		"the least": {d.Quantiles.Min, 0}, "the quarter": {d.Quantiles.P25, 1.25}, "the half": {d.Quantiles.Median, 3},
		"three quarters": {d.Quantiles.P75, 4.75}, "0.9": {d.Quantiles.P90, 7.5}, "the most": {d.Quantiles.Max, 10},
	} {
		near(t, what+" in minutes", pair[0]/60, pair[1])
	}
	// Below a minute 0; from 1 to 2 the 1; from 2 to 5 the 2 and 4; from 5 to 10 the 5; from 10 on the 10.
	if want := []int{1, 1, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}; !slices.Equal(d.Bins, want) {
		t.Errorf("bins %v, want %v", d.Bins, want)
	}
	// Four are below five: 8, 30, 40 and 1,500 minutes themselves.
	if m := s.Mitigate; m.N != 4 || m.Unknown != 3 || m.Quantiles != nil || !slices.Equal(m.Values, []float64{480, 1800, 2400, 90_000}) {
		t.Errorf("mitigated %+v", m)
	}
	// 13,000 minutes are 9 days.
	if r := s.Resolve; r.N != 6 || r.Bins[len(r.Bins)-1] != 1 {
		t.Errorf("resolved %+v", r)
	}

	if !slices.Equal(s.Causes, []Count{{"own-code-or-procedure", 3}, {"company-network", 2}}) || !slices.Equal(s.Tags, []Count{{"deploy", 3}, {"eu", 2}}) {
		t.Errorf("causes %v, tags %v", s.Causes, s.Tags)
	}
	var repeats []string
	for _, r := range s.Repeats {
		var of []string
		for _, i := range r.Incidents {
			of = append(of, string(i.ID))
		}
		repeats = append(repeats, r.Cause+string(r.Service)+" "+strings.Join(of, ","))
	}
	// The ledger's of 2 and 29 March; that of 30 June is 92 days and more after it.
	// Of two that are as long and came back at the same time the service is first.
	if want := []string{"own-code-or-procedure 0,1,5", "search 2,5", "company-network 2,5", "ledger 0,4", "checkout 0,1"}; !slices.Equal(repeats, want) {
		t.Errorf("repeats %q, want %q", repeats, want)
	}

	// 1 March is a Sunday, of the week that began on 23 February; 1 July is a Wednesday.
	if first, last := s.Periods[0], s.Periods[len(s.Periods)-1]; !s.Weekly || len(s.Periods) != 19 || !first.From.Equal(time.Date(2026, 2, 22, 23, 0, 0, 0, time.UTC)) || !last.From.Equal(time.Date(2026, 6, 28, 22, 0, 0, 0, time.UTC)) || last.Severities["sev2"] != 1 {
		t.Errorf("%d weeks from %v to %v", len(s.Periods), first, last)
	}
	// The week of 23 March has the Sunday of the 29th, at 23:30; it is an hour shorter.
	if w := s.Periods[4]; w.To.Sub(w.From) != 167*time.Hour || w.Severities["sev1"] != 1 || len(w.Severities) != 1 {
		t.Errorf("the week of the change %+v", w)
	}
	var shifts []string
	for _, w := range s.OnCall.Shifts[:6] {
		shifts = append(shifts, fmt.Sprintf("%d %d %d %t", w.Incidents, w.Intervened, w.OutOfHours, w.Whole))
	}
	if want := []string{"0 0 0 false", "2 2 1 true", "2 0 1 true", "0 0 0 true", "1 1 1 true", "1 1 1 true"}; !slices.Equal(shifts, want) {
		t.Errorf("shifts %q, want %q", shifts, want)
	}
	// 17 whole weeks with 2, 2, 1 and 1 incidents, and 13 with none: three quarters are at place 12.
	if l := s.OnCall.Load; l.N != 17 || l.Unknown != 2 || l.Quantiles.Median != 0 || l.Quantiles.P75 != 0 || l.Quantiles.Max != 2 {
		t.Errorf("load %+v %+v", l, l.Quantiles)
	}
}

func TestALongRangeIsCountedByMonths(t *testing.T) {
	t.Parallel()
	zone := berlin(t)
	from, to := time.Date(2026, 1, 15, 0, 0, 0, 0, zone), time.Date(2026, 12, 31, 0, 0, 0, 0, zone)
	s := Of(table(zone), from, to, to, zone)
	var got []int
	for _, p := range s.Periods {
		n := 0
		for _, of := range p.Severities {
			n += of
		}
		got = append(got, n)
	}
	if want := []int{0, 0, 6, 0, 0, 1, 0, 0, 0, 0, 0, 0}; s.Weekly || !slices.Equal(got, want) {
		t.Errorf("by month %v, want %v", got, want)
	}
}

func TestOfNothingNothingIsSaid(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	s := Of(nil, now.Add(-day), now, now, time.UTC)
	if s.Detect.N != 0 || s.Detect.Quantiles != nil || len(s.Repeats) != 0 || s.OnCall.Load.N != 0 || s.OnCall.Load.Unknown != 1 {
		t.Errorf("%+v", s)
	}
}
