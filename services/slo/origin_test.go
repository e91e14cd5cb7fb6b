package slo_test

import (
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/source"
)

// ratio is read from the data source of that name.
func ratio(from string) origin.Origin {
	return origin.Origin{DataSource: id.ID(from), Ratio: &origin.Ratio{
		Good: `sum(increase(http_requests_total{code!~"5.."}[$window]))`, Total: `sum(increase(http_requests_total[$window]))`,
	}}
}

// prometheus writes a data source of that slug.
func (h *house) prometheus(t *testing.T, slug string) source.Source {
	t.Helper()
	s := storetest.Source(t, h.store, slug)
	if err := h.store.Registry().ReserveSlug(t.Context(), registry.NounDataSource, "", slug, s.ID); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAnSLOSaysWhereItsMeasurementsComeFrom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.prometheus(t, "prometheus-eu")
	d := valid()
	d.Origin = ratio("prometheus-eu")
	d.Origin.GroupBy = "region"
	v, _, err := h.Declare(h.ada, h.checkout.ID, d)
	if err != nil {
		t.Fatal(err)
	}
	kept := ok(h.View(h.ada, v.SLO.ID))(t).Indicator.Origin
	if kept.DataSource != s.ID || kept.Ratio == nil || *kept.Ratio != *d.Origin.Ratio || kept.GroupBy != "region" || kept.MaxGroups != 20 {
		t.Errorf("kept %s", kept)
	}
	e := ok(h.Explain(h.ada, v.SLO.ID, ""))(t)
	if want := `Read from the data source "prometheus-eu": two queries count good and all events of each slot. Each value of the label region is a group, up to 20 of them.`; e.Measured != want {
		t.Errorf("measured: %s", e.Measured)
	}
	entries := ok(h.log.List(h.root, audit.Filter{ObjectID: v.SLO.ID}, page.Request{}))(t).Items
	if len(entries) != 1 || !strings.Contains(string(entries[0].Changes), string(s.ID)) {
		t.Errorf("the log does not say where measurements come from: %s", entries[0].Changes)
	}
	pushed := h.declare(t, "pushed", "95%")
	if e := ok(h.Explain(h.ada, pushed.SLO.ID, ""))(t); e.Measured != "Reporters push slots of good, or bad, and all events." {
		t.Errorf("measured: %s", e.Measured)
	}
}

func TestAnotherOriginStartsAnotherIndicator(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.prometheus(t, "prometheus-eu")
	d := valid()
	d.Counting = slo.BadTotal
	v, _, err := h.Declare(h.ada, h.checkout.ID, d)
	if err != nil {
		t.Fatal(err)
	}
	d.Counting, d.Origin = "", ratio("prometheus-eu") // the counting of reporters does not stay
	read, _, err := h.Revise(h.ada, v.SLO.ID, 1, d)
	if err != nil {
		t.Fatal(err)
	}
	if read.Indicator.ID == v.Indicator.ID || read.SLO.Revision != 2 || read.Indicator.Counting != slo.GoodTotal {
		t.Errorf("revised to %+v", read)
	}
	d.Description = "in better words"
	again, _, err := h.Revise(h.ada, v.SLO.ID, 2, d)
	if err != nil || again.Indicator.ID != read.Indicator.ID || again.SLO.Revision != 2 {
		t.Errorf("words alone: %+v, %v", again, err)
	}
	d.Origin = origin.Origin{}
	back, _, err := h.Revise(h.ada, v.SLO.ID, 3, d)
	if err != nil || !back.Indicator.Origin.Pushed() || back.Indicator.ID == again.Indicator.ID {
		t.Errorf("pushed again: %+v, %v", back, err)
	}
}

func TestADataSourceHasToFitTheSLO(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.prometheus(t, "prometheus")
	gone, adapter, closed := storetest.ASource("gone"), storetest.ASource("adapter"), storetest.ASource("closed")
	gone.RetiredAt, adapter.Kind = &start, source.Adapter
	closed.MatchersRequired = true
	closed.Matchers = []source.Matcher{{Team: "01JD3Z0Q8RC6W4N1M2V5K7T9XY", Label: "namespace", Op: "=", Value: "search"}}
	opened := closed
	opened.ID, opened.Slug = storetest.ASource("x").ID, "opened"
	opened.Matchers = []source.Matcher{{Team: h.payments.ID, Label: "namespace", Op: "=", Value: "$team"}}
	for _, s := range []source.Source{gone, adapter, closed, opened} {
		if err := h.store.Sources().CreateSource(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	shapeless := ratio("prometheus")
	shapeless.GroupBy = "no label"
	for _, c := range []struct {
		name             string
		origin           origin.Origin
		pointer, message string
	}{
		{"one that there is not", ratio("nowhere"), "/indicator/source/dataSource", "names nothing that exists"},
		{"none", ratio(""), "/indicator/source/dataSource", "is required"},
		{"a retired one", ratio("gone"), "/indicator/source/dataSource", "was retired"},
		{"one of another kind", ratio("adapter"), "/indicator/source/ratio", "of kind adapter and not prometheus"},
		{"an adapter's way of a Prometheus", origin.Origin{DataSource: "prometheus", Adapter: &origin.Adapter{Indicator: "x"}}, "/indicator/source/adapter", "of kind prometheus and not adapter"},
		{"one for other teams", ratio("closed"), "/indicator/source/dataSource", `the team "payments" has none`},
		{"one with a matcher for the team", ratio("opened"), "", ""},
		{"by its identifier", ratio(string(opened.ID)), "", ""},
		{"a query that does not compile", origin.Origin{DataSource: "prometheus", Threshold: &origin.Threshold{Query: "max(", Op: origin.LT}}, "/indicator/source/threshold/query", ""},
		{"no shape", shapeless, "/indicator/groupBy", "name of a label"},
		{"only a data source", origin.Origin{DataSource: "prometheus"}, "/indicator/source", "must say how"},
	} {
		d := valid()
		d.Slug = strings.ReplaceAll(strings.ToLower(c.name), " ", "-")
		d.Slug = strings.NewReplacer("'", "").Replace(d.Slug)
		d.Origin = c.origin
		_, _, err := h.Declare(h.ada, h.checkout.ID, d)
		if c.pointer == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		e := fault.As(err)
		if e == nil || len(e.Violations) != 1 || e.Violations[0].Pointer != c.pointer || !strings.Contains(e.Violations[0].Message, c.message) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	d := valid()
	d.Slug, d.Objective, d.Origin = "UPPER", "1000%", ratio("gone")
	_, _, err := h.Declare(h.ada, h.checkout.ID, d)
	if got := pointers(refused(t, err, fault.Invalid, "invalid_input")); got != "/slug /objective /indicator/source/dataSource" {
		t.Errorf("not all faults are told at once: %s", got)
	}
}

// A data source may be retired with force while SLOs name it: those can still be
// given other words, and other data sources.
func TestAnOriginThatStandsIsNotJudgedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.prometheus(t, "prometheus")
	d := valid()
	d.Origin = ratio("prometheus")
	v, _, err := h.Declare(h.ada, h.checkout.ID, d)
	if err != nil {
		t.Fatal(err)
	}
	s.RetiredAt = &start
	if err := h.store.Sources().UpdateSource(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	d.Description = "other words"
	if v, _, err = h.Revise(h.ada, v.SLO.ID, 1, d); err != nil {
		t.Fatal(err)
	}
	d.Origin.GroupBy = "region"
	_, _, err = h.Revise(h.ada, v.SLO.ID, v.SLO.Version, d)
	if got := pointers(refused(t, err, fault.Invalid, "invalid_input")); got != "/indicator/source/dataSource" {
		t.Errorf("faults at %s", got)
	}
}

func TestWhatIsReadFromElsewhereIsNotPushed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.prometheus(t, "prometheus-eu")
	h.declare(t, "pushed", "95%")
	d := valid()
	d.Origin = ratio("prometheus-eu")
	if _, _, err := h.Declare(h.ada, h.checkout.ID, d); err != nil {
		t.Fatal(err)
	}
	d.Slug, d.Origin = "received", origin.Origin{OTLP: &origin.OTLP{Metric: "requests", Good: []origin.Match{{Attribute: "ok", Op: origin.Equal, Value: "true"}}}}
	v, _, err := h.Declare(h.ada, h.checkout.ID, d)
	if err != nil {
		t.Fatal(err)
	}
	slots := []slo.Slot{h.at(time.Minute, 1, 1)}
	_, err = h.Push(h.bot, slo.Report{Name: name("availability"), Slots: slots})
	if e := refused(t, err, fault.Conflict, "not_pushed"); !strings.Contains(e.Message, `from the data source "prometheus-eu"`) {
		t.Errorf("says %s", e.Message)
	}
	_, err = h.Push(h.bot, slo.Report{Name: slo.Name{Service: "checkout", SLO: string(v.SLO.ID)}, Slots: slots})
	if e := refused(t, err, fault.Conflict, "not_pushed"); !strings.Contains(e.Message, "OpenTelemetry") {
		t.Errorf("says %s", e.Message)
	}
	_, err = h.PushMany(h.bot, []slo.Report{{Name: name("pushed"), Slots: slots}, {Name: name("received"), Slots: slots}})
	refused(t, err, fault.Conflict, "not_pushed")
	_, err = h.Push(h.bob, slo.Report{Name: name("availability"), Slots: slots})
	refused(t, err, fault.Forbidden, "forbidden") // before anything is said of where it is read
	if receipt := ok(h.Push(h.bot, slo.Report{Name: name("pushed"), Slots: slots}))(t); receipt.Changed != 1 {
		t.Errorf("a refused push left something: %+v", receipt)
	}
}
