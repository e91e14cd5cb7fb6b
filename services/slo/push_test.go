package slo_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

func pointers(e *fault.Error) string {
	var out []string
	for _, v := range e.Violations {
		out = append(out, v.Pointer)
	}
	return strings.Join(out, " ")
}

func TestOnlyTheOwnersTeamPushes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.declare(t, "availability", "95%")
	r := slo.Report{Name: name("availability"), Slots: []slo.Slot{h.at(time.Minute, 1, 1)}}
	_, err := h.Push(h.bob, r)
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.PushMany(h.bob, []slo.Report{r})
	refused(t, err, fault.Forbidden, "forbidden")
	foreign := access.WithCaller(t.Context(), access.Caller{Kind: access.ByTeam, Team: "another", Scopes: []access.Scope{access.ScopePush}})
	_, err = h.Push(foreign, r)
	refused(t, err, fault.Forbidden, "forbidden")
	reader := access.WithCaller(t.Context(), access.Caller{Kind: access.ByTeam, Team: h.payments.ID, Scopes: []access.Scope{access.ScopeRead}})
	_, err = h.Push(reader, r)
	refused(t, err, fault.Forbidden, "forbidden")
	if receipt := ok(h.Push(h.bot, r))(t); receipt.Slots != 1 || receipt.Changed != 1 {
		t.Errorf("receipt %+v", receipt)
	}
	if receipt := ok(h.Push(h.ada, r))(t); receipt.Changed != 0 {
		t.Errorf("the same again changed something: %+v", receipt)
	}
}

func TestASlotCountsAsItsIndicatorDoes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.declare(t, "availability", "95%")
	d := valid()
	d.Slug, d.Counting = "errors", slo.BadTotal
	if _, _, err := h.Declare(h.ada, h.checkout.ID, d); err != nil {
		t.Fatal(err)
	}
	number := func(n float64) *float64 { return &n }
	when := h.at(time.Minute, 0, 0).Start
	for _, c := range []struct {
		slug string
		slot slo.Slot
		want string // pointers, "" when it is taken
	}{
		{"availability", slo.Slot{Start: when, Good: number(9), Total: 10}, ""},
		{"availability", slo.Slot{Start: when, Bad: number(1), Total: 10}, "/slots/0/bad /slots/0/good"},
		{"availability", slo.Slot{Start: when, Total: 10}, "/slots/0/good"},
		{"availability", slo.Slot{Start: when, Good: number(11), Total: 10}, "/slots/0/good"},
		{"availability", slo.Slot{Start: when, Good: number(-1), Total: 10}, "/slots/0/good"},
		{"availability", slo.Slot{Start: when, Good: number(math.NaN()), Total: math.Inf(1)}, "/slots/0/total /slots/0/good"},
		{"availability", slo.Slot{Start: when, Good: number(1), Total: 1e10}, "/slots/0/total"},
		{"availability", slo.Slot{Start: when, Good: number(-9.2e15), Total: 1e9}, "/slots/0/good"},
		{"availability", slo.Slot{Start: when.Add(time.Second), Good: number(1), Total: 1}, "/slots/0/start"},
		{"availability", slo.Slot{Start: when.Add(time.Hour), Good: number(1), Total: 1}, "/slots/0/start"},
		{"availability", slo.Slot{Start: when.AddDate(-1, 0, 0), Good: number(1), Total: 1}, "/slots/0/start"},
		{"errors", slo.Slot{Start: when, Bad: number(0.0005), Total: 0.3}, ""},
		{"errors", slo.Slot{Start: when, Good: number(1), Total: 10}, "/slots/0/good /slots/0/bad"},
		{"errors", slo.Slot{Start: when, Bad: number(11), Total: 10}, "/slots/0/bad"},
		{"errors", slo.Slot{Start: when, Bad: number(-9.2e15), Total: 1e9}, "/slots/0/bad"},
	} {
		_, err := h.Push(h.bot, slo.Report{Name: name(c.slug), Slots: []slo.Slot{c.slot}})
		got := ""
		if err != nil {
			got = pointers(refused(t, err, fault.Invalid, "invalid_input"))
		}
		if got != c.want {
			t.Errorf("%s %+v: faults at %q, want %q", c.slug, c.slot, got, c.want)
		}
	}
	errors, _, _ := h.Find(h.ada, name("errors"))
	slots := ok(h.Measurements(h.ada, errors.SLO.ID, "", time.Time{}, time.Time{}))(t).Reporters
	// 0.0005 bad events are rounded to one thousandth, 0.3 in all are 300.
	if len(slots) != 1 || slots[0].Reporter != measure.DefaultReporter || len(slots[0].Slots) != 1 || slots[0].Slots[0] != (measure.Slot{Start: when, Good: 299, Total: 300}) {
		t.Errorf("kept as %+v", slots)
	}
	_, err := h.Push(h.bot, slo.Report{Name: name("availability"), Reporter: "No Label"})
	if got := pointers(refused(t, err, fault.Invalid, "invalid_input")); got != "/slots" {
		t.Errorf("without slots: %s", got)
	}
}

func TestAPushForManyIsForAllOrNone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	availability, latency := h.declare(t, "availability", "95%"), h.declare(t, "latency", "95%")
	ledger := h.service(t, h.ada, "payments", "ledger")
	d := valid()
	d.Counting = slo.BadTotal
	balance, _, err := h.Declare(h.ada, ledger.ID, d)
	if err != nil {
		t.Fatal(err)
	}
	bad := 2.0
	reports := []slo.Report{
		{Name: name("availability"), Slots: []slo.Slot{h.at(time.Minute, 1, 2)}},
		{Name: slo.Name{Service: "ledger", SLO: "availability"}, Reporter: "eu", Slots: []slo.Slot{{Start: h.at(time.Minute, 0, 0).Start, Bad: &bad, Total: 8}}},
		{Name: slo.Name{Service: string(h.checkout.ID), SLO: string(latency.SLO.ID)}, Slots: []slo.Slot{h.at(time.Minute, 3, 3)}},
		{Name: name("availability"), Slots: []slo.Slot{h.at(2*time.Minute, 1, 1)}},
	}
	if receipt := ok(h.PushMany(h.bot, reports))(t); receipt.Series != 3 || receipt.Slots != 4 {
		t.Errorf("receipt %+v", receipt)
	}
	for _, c := range []struct {
		v           slo.View
		good, total int64
	}{{availability, 2000, 3000}, {balance, 6000, 8000}, {latency, 3000, 3000}} {
		if got := h.evaluate(t, c.v).Status.Sums.Window; got.Good != c.good || got.Total != c.total {
			t.Errorf("%s holds %+v", c.v.SLO.Slug, got)
		}
	}

	broken := append([]slo.Report{{Name: name("availability"), Slots: []slo.Slot{h.at(3*time.Minute, 9, 9)}}}, reports...)
	broken[2].Slots = []slo.Slot{h.at(time.Minute, 1, 1)}
	_, err = h.PushMany(h.bot, broken)
	if got := pointers(refused(t, err, fault.Invalid, "invalid_input")); got != "/series/2/slots/0/good /series/2/slots/0/bad" {
		t.Errorf("faults at %s", got)
	}
	if got := h.evaluate(t, availability).Status.Sums.Window.Total; got != 3000 {
		t.Errorf("a part of it was kept: %d", got)
	}
	_, err = h.PushMany(h.bot, nil)
	refused(t, err, fault.Invalid, "invalid_input")
	_, err = h.PushMany(h.bot, make([]slo.Report, 501))
	refused(t, err, fault.Invalid, "invalid_input")
}

func TestAPushForManyNamesWhatIsNowhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, "availability", "95%")
	renamed := v.Declared()
	renamed.Slug = "uptime"
	if _, _, err := h.Revise(h.ada, v.SLO.ID, 1, renamed); err != nil {
		t.Fatal(err)
	}
	slots := []slo.Slot{h.at(time.Minute, 1, 1)}
	_, err := h.PushMany(h.bot, []slo.Report{
		{Name: name("uptime"), Slots: slots}, {Name: name("availability"), Slots: slots},
		{Name: name("nothing"), Slots: slots}, {Name: slo.Name{Service: "nowhere", SLO: "uptime"}, Slots: slots},
		{Name: slo.Name{Service: "\x00", SLO: "'; DROP TABLE slos"}, Slots: slots},
	})
	e := refused(t, err, fault.Invalid, "invalid_input")
	if got := pointers(e); got != "/series/1/slo /series/2/slo /series/3/service /series/4/service" {
		t.Errorf("faults at %s", got)
	}
	if !strings.Contains(e.Violations[0].Message, `"uptime"`) {
		t.Errorf("the new name is not told: %s", e.Violations[0].Message)
	}
	many := make([]slo.Report, 500)
	for i := range many {
		many[i] = slo.Report{Name: name("nothing"), Slots: slots}
	}
	_, err = h.PushMany(h.bot, many)
	if e := refused(t, err, fault.Invalid, "invalid_input"); len(e.Violations) != 20 {
		t.Errorf("%d faults", len(e.Violations))
	}
}

func TestAPushForManyNeedsTheRightOnEachService(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.declare(t, "availability", "95%")
	ok(h.registry.CreateTeam(h.bob, registry.TeamInput{Slug: "others", Name: "Others"}))(t)
	theirs := h.service(t, h.bob, "others", "theirs")
	if _, _, err := h.Declare(h.bob, theirs.ID, valid()); err != nil {
		t.Fatal(err)
	}
	slots := []slo.Slot{h.at(time.Minute, 1, 1)}
	both := []slo.Report{{Name: name("availability"), Slots: slots}, {Name: slo.Name{Service: "theirs", SLO: "availability"}, Slots: slots}}
	_, err := h.PushMany(h.bot, both)
	refused(t, err, fault.Forbidden, "forbidden")
	ok(h.PushMany(h.root, both))(t)
}
