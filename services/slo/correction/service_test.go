package correction_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

// account is one as a line: good/total events, and the remaining budget in percent.
func account(a correction.Account) string {
	if a.Remaining == nil {
		return fmt.Sprintf("%d/%d unknown", a.Sum.Good/measure.Event, a.Sum.Total/measure.Event)
	}
	return fmt.Sprintf("%d/%d %.2f%%", a.Sum.Good/measure.Event, a.Sum.Total/measure.Event, *a.Remaining*100)
}

func spans(of []window.Span) []string {
	var out []string
	for _, s := range of {
		out = append(out, s.From.Format(time.RFC3339)+"/"+s.To.Format("15:04")+fmt.Sprintf(" %d", s.Effect))
	}
	return out
}

// Of 99 %, 1 % may be bad. 30 bad of 3,000 are the whole budget: 0 % remains. Without the
// first slot 10 bad of 2,000 are half of theirs: 50 %. With that as good, 10 of 3,000 are
// a third: 66.67 %. Without either of the bad ones nothing is bad.
func TestAPreviewSaysWhatACorrectionWouldDo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.slot(t, "2026-03-20T10:00:00Z", 980, 1000)
	h.slot(t, "2026-03-21T10:00:00Z", 990, 1000)
	h.slot(t, "2026-03-21T10:05:00Z", 1000, 1000)
	for _, row := range []struct {
		d             correction.Declaration
		before, after string
	}{
		{once(t, correction.Exclude, "2026-03-20T10:00:00Z", "2026-03-20T10:05:00Z"), "2970/3000 0.00%", "1990/2000 50.00%"},
		{once(t, correction.CountGood, "2026-03-20T10:00:00Z", "2026-03-20T10:05:00Z"), "2970/3000 0.00%", "2990/3000 66.67%"},
		// It is rounded outward to whole slots.
		{once(t, correction.Exclude, "2026-03-20T10:04:59Z", "2026-03-20T10:05:00Z"), "2970/3000 0.00%", "1990/2000 50.00%"},
		{once(t, correction.Exclude, "2026-03-20T10:05:00Z", "2026-03-20T12:00:00Z"), "2970/3000 0.00%", "2970/3000 0.00%"},
		{once(t, correction.Exclude, "2026-03-01T00:00:00Z", "2026-03-27T12:00:00Z"), "2970/3000 0.00%", "0/0 unknown"},
		// Before summer time, eleven o'clock in Berlin is ten o'clock in UTC.
		{recurring("2026-03-20T11:00", "FREQ=DAILY;COUNT=2"), "2970/3000 0.00%", "0/0 unknown"},
		// What is to come changes nothing yet.
		{once(t, correction.Exclude, "2026-04-01T00:00:00Z", "2026-04-02T00:00:00Z"), "2970/3000 0.00%", "2970/3000 0.00%"},
	} {
		p := ok(h.Preview(h.ada, h.availability.SLO.ID, row.d))(t)
		if before, after := account(p.Own().Before), account(p.Own().After); before != row.before || after != row.after {
			t.Errorf("%+v: %s becomes %s, want %s becomes %s", row.d, before, after, row.before, row.after)
		}
	}
	if n := len(ok(h.List(h.bob, correction.Filter{}, page.Request{}))(t).Items); n != 0 {
		t.Errorf("previews wrote %d corrections", n)
	}

	// What stands already is in both, and where they overlap excluding wins.
	standing := ok(h.Declare(h.ada, h.availability.SLO.ID, once(t, correction.CountGood, "2026-03-20T10:00:00Z", "2026-03-20T10:05:00Z")))(t)
	p := ok(h.Preview(h.ada, h.availability.SLO.ID, once(t, correction.Exclude, "2026-03-20T00:00:00Z", "2026-03-21T00:00:00Z")))(t)
	if before, after := account(p.Own().Before), account(p.Own().After); before != "2990/3000 66.67%" || after != "1990/2000 50.00%" {
		t.Errorf("over another it makes %s of %s", after, before)
	}
	// Removing restores the figures.
	ok(h.Remove(h.ada, standing.ID, "it was not maintenance"))(t)
	p = ok(h.Preview(h.ada, h.availability.SLO.ID, once(t, correction.Exclude, "2026-03-26T00:00:00Z", "2026-03-27T00:00:00Z")))(t)
	if before := account(p.Own().Before); before != "2970/3000 0.00%" {
		t.Errorf("after the removal there is %s", before)
	}
}

// In Berlin clocks skip from 02:00 to 03:00 on Sunday, 29 March 2026: an hour from 01:30
// ends at 03:30 there.
func TestSpansAreTrueAcrossAChangeOfClocks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := ok(h.Declare(h.ada, h.availability.SLO.ID, recurring("2026-03-22T01:30", "FREQ=WEEKLY;COUNT=3")))(t)
	all := []string{"2026-03-22T00:30:00Z/01:30 2", "2026-03-29T00:30:00Z/01:30 2", "2026-04-04T23:30:00Z/00:30 2"}
	for _, row := range []struct {
		from, to string
		want     []string
	}{
		{"2026-03-01T00:00:00Z", "2026-05-01T00:00:00Z", all},
		{"2026-03-22T01:29:00Z", "2026-03-29T00:30:00Z", all[:1]},
		{"2026-03-22T01:30:00Z", "2026-03-29T00:30:01Z", all[1:2]},
		{"2026-04-05T00:30:00Z", "2027-03-29T00:30:01Z", nil},
	} {
		if got := spans(c.Spans(stamp(t, row.from), stamp(t, row.to))); !slices.Equal(got, row.want) {
			t.Errorf("in %s/%s there is %v, want %v", row.from, row.to, got, row.want)
		}
	}
	if c.Ends == nil || !c.Ends.Equal(stamp(t, "2026-04-05T00:30:00Z")) || !c.Begins.Equal(stamp(t, "2026-03-22T00:30:00Z")) {
		t.Errorf("it is from %s to %v", c.Begins, c.Ends)
	}
	read := ok(h.Get(h.bob, h.availability.SLO.ID, c.ID))(t)
	if got := spans(read.Spans(c.Begins, *c.Ends)); !slices.Equal(got, all) {
		t.Errorf("as it is read it has %v", got)
	}
	// Times that are longer than what is between them overlap.
	long := recurring("2026-03-22T00:00", "FREQ=DAILY")
	long.Recurrence.DurationSeconds = 36 * 3600
	c = ok(h.Declare(h.ada, h.availability.SLO.ID, long))(t)
	if got := len(c.Spans(stamp(t, "2026-05-01T00:00:00Z"), stamp(t, "2026-05-01T01:00:00Z"))); got != 2 || c.Ends != nil {
		t.Errorf("%d of them cover an hour; it ends at %v", got, c.Ends)
	}
}

func TestWhatIsDeclaredWrongIsNamed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	from := stamp(t, "2026-03-20T00:00:00Z")
	oneOff := func(change func(*correction.Declaration)) correction.Declaration {
		d := once(t, correction.Exclude, "2026-03-20T00:00:00Z", "2026-03-21T00:00:00Z")
		change(&d)
		return d
	}
	again := func(change func(*correction.RecurrenceInput)) correction.Declaration {
		d := recurring("2026-03-22T01:30", "FREQ=WEEKLY")
		change(d.Recurrence)
		return d
	}
	for _, row := range []struct {
		pointer, says string
		d             correction.Declaration
	}{
		{"/effect", "exclude", oneOff(func(d *correction.Declaration) { d.Effect = "ignore" })},
		{"/kind", "maintenance", oneOff(func(d *correction.Declaration) { d.Kind = "holiday" })},
		{"/reason", "must say why", oneOff(func(d *correction.Declaration) { d.Reason = " " })},
		{"/reason", "at most 1000", oneOff(func(d *correction.Declaration) { d.Reason = strings.Repeat("a", 1001) })},
		{"/from", "is required", oneOff(func(d *correction.Declaration) { d.From = nil })},
		{"/to", "is required", oneOff(func(d *correction.Declaration) { d.To = nil })},
		{"/to", "must be after from", oneOff(func(d *correction.Declaration) { d.To = &from })},
		{"/to", "at most 90 days", oneOff(func(d *correction.Declaration) { to := from.Add(90*24*time.Hour + 1000); d.To = &to })},
		{"/from", "400 days back", oneOff(func(d *correction.Declaration) {
			at := start.Add(-401 * 24 * time.Hour)
			to := at.Add(time.Hour)
			d.From, d.To = &at, &to
		})},
		{"/from", "or ahead", oneOff(func(d *correction.Declaration) {
			at := start.Add(401 * 24 * time.Hour)
			to := at.Add(time.Hour)
			d.From, d.To = &at, &to
		})},
		{"/recurrence", "once, or comes again", oneOff(func(d *correction.Declaration) {
			d.Recurrence = recurring("2026-03-22T01:30", "FREQ=WEEKLY").Recurrence
		})},
		{"/recurrence/start", "as the clocks", again(func(r *correction.RecurrenceInput) { r.Start = "2026-03-22T01:30:00Z" })},
		{"/recurrence/start", "400 days back", again(func(r *correction.RecurrenceInput) { r.Start = "2024-03-22T01:30" })},
		{"/recurrence/start", "which begins at 2026-03-23T01:30", again(func(r *correction.RecurrenceInput) { r.Rule = "FREQ=WEEKLY;BYDAY=MO" })},
		{"/recurrence/start", "which begins at 2026-04-05T02:30", again(func(r *correction.RecurrenceInput) { r.Start = "2026-03-29T02:30" })}, // it is skipped
		{"/recurrence/timeZone", "IANA", again(func(r *correction.RecurrenceInput) { r.TimeZone = "Mars/Olympus" })},
		{"/recurrence/rule", "FREQ of HOURLY", again(func(r *correction.RecurrenceInput) { r.Rule = "FREQ=MINUTELY" })},
		{"/recurrence/rule", "within a year", again(func(r *correction.RecurrenceInput) { r.Rule = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30" })},
		{"/recurrence/rule", "at most 10000 times", again(func(r *correction.RecurrenceInput) { r.Rule = "FREQ=HOURLY" })},
		{"/recurrence/durationSeconds", "whole minutes", again(func(r *correction.RecurrenceInput) { r.DurationSeconds = 90 })},
		{"/recurrence/durationSeconds", "whole minutes", again(func(r *correction.RecurrenceInput) { r.DurationSeconds = 91 * 24 * 3600 })},
	} {
		for name, do := range map[string]func() error{
			"declared":  func() error { _, err := h.Declare(h.ada, h.availability.SLO.ID, row.d); return err },
			"previewed": func() error { _, err := h.Preview(h.ada, h.availability.SLO.ID, row.d); return err },
		} {
			err := do()
			f := fault.As(err)
			if f == nil || f.Kind != fault.Invalid || len(f.Violations) != 1 || f.Violations[0].Pointer != row.pointer || !strings.Contains(f.Violations[0].Message, row.says) {
				t.Errorf("%s with a fault at %s is %v", name, row.pointer, err)
			}
		}
	}
	if _, err := h.List(h.bob, correction.Filter{Effect: "ignore"}, page.Request{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an effect that is none lists %v", err)
	}
}

func TestCorrectionsAreTheTeamsAndAudited(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := once(t, correction.Exclude, "2026-03-20T00:00:00Z", "2026-03-21T00:00:00Z")
	if _, err := h.Declare(h.bob, h.availability.SLO.ID, d); !fault.Is(err, fault.Forbidden) {
		t.Errorf("Bob declares: %v", err)
	}
	if _, err := h.Preview(h.bob, h.availability.SLO.ID, d); !fault.Is(err, fault.Forbidden) {
		t.Errorf("Bob previews: %v", err)
	}
	if c := ok(h.Declare(h.robot, h.availability.SLO.ID, d))(t); c.CreatedBy != "deploy" || c.ApprovedBy != "deploy" {
		t.Errorf("a pipeline declares %+v", c)
	}
	c := ok(h.Declare(h.ada, h.availability.SLO.ID, d))(t)
	if _, err := h.Remove(h.bob, c.ID, "no"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("Bob removes: %v", err)
	}
	if _, err := h.Remove(h.ada, c.ID, ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a reason: %v", err)
	}
	h.clock.Advance(time.Hour)
	removed := ok(h.Remove(h.robot, c.ID, "it was another day"))(t)
	if removed.RemovedAt == nil || !removed.RemovedAt.Equal(start.Add(time.Hour)) || removed.RemovedBy != "deploy" || removed.RemovedFor != "it was another day" {
		t.Errorf("it is removed as %+v", removed)
	}
	if _, err := h.Remove(h.ada, c.ID, "again"); !fault.Is(err, fault.Conflict) {
		t.Errorf("removed twice: %v", err)
	}
	var actions []string
	for _, e := range ok(h.log.List(h.root, audit.Filter{ObjectID: c.ID}, page.Request{}))(t).Items {
		actions = append(actions, e.Action+" "+e.ActorName+" "+e.Reason)
	}
	if want := []string{"correction.delete deploy it was another day", "correction.create ada the database moved"}; !slices.Equal(actions, want) {
		t.Errorf("the log has %q, want %q", actions, want)
	}
	ok(h.slos.Retire(h.ada, h.availability.SLO.ID, 1, ""))(t)
	if _, err := h.Declare(h.ada, h.availability.SLO.ID, d); !fault.Is(err, fault.Conflict) {
		t.Errorf("of a retired SLO: %v", err)
	}
	if _, err := h.Get(h.bob, h.checkout.ID, c.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("of another SLO it is %v", err)
	}
}

// Every second hour of 400 days is 4,800 times.
func TestAllCorrectionsOfAnSLOTogetherAreBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	often := recurring("2026-03-27T14:00", "FREQ=HOURLY;INTERVAL=2")
	for range 2 {
		ok(h.Declare(h.ada, h.availability.SLO.ID, often))(t)
	}
	_, err := h.Declare(h.ada, h.availability.SLO.ID, often)
	if f := fault.As(err); f == nil || f.Code != "too_many_corrections" || !strings.Contains(f.Message, "may come 10000 times") {
		t.Errorf("a third is %v", err)
	}
	ok(h.Declare(h.ada, h.availability.SLO.ID, once(t, correction.Exclude, "2026-03-27T14:00:00Z", "2026-03-27T15:00:00Z")))(t)
}
