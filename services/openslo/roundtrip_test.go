package openslo_test

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/openslo"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// label is an RFC 1123 label; line and text are what people may write in one line and in many,
// among it what means something in YAML. They are made anew each time: a generator names itself when
// it is first used, which tests side by side must not do with one.
func label() *rapid.Generator[string] {
	return rapid.StringMatching(`[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?`)
}

func line() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringMatching(`[ -~]{0,40}[!-~]`),
		rapid.SampledFrom([]string{"true", "null", "~", "5", "1e3", "0x1", "- a", "a: b", "#c", "'", `"`, "{}", "[", "&a", "*a", "!x", "%", "@", "`", "|", ">", "ü🎈", "2026-01-01", "no", "<<"}),
	)
}

func text() *rapid.Generator[string] {
	return rapid.OneOf(line(), rapid.Just(""), rapid.StringMatching(`[!-~]{1,10}(\n[ -~]{0,10}[!-~]){0,3}`), rapid.SampledFrom([]string{"a\n  b\nc", "a\n\nb", "x\ty"}))
}

func percent() *rapid.Generator[string] {
	return rapid.StringMatching(`[1-9][0-9](\.[0-9]{1,7})?%`)
}

// draw makes a declaration that is valid but for chance: those that are not are left out.
func draw(t *rapid.T) slo.Declaration {
	d := slo.Declaration{
		Slug: label().Draw(t, "slug"), Name: line().Draw(t, "name"), Description: text().Draw(t, "description"),
		Objective: rapid.OneOf(percent(), rapid.SampledFrom([]string{"099.9%", "5%", "0.5%", "99.90%", "05%", "00.0000001%"})).Draw(t, "objective"),
		Category:  rapid.SampledFrom(slo.Categories).Draw(t, "category"), GoodEvent: text().Draw(t, "good event"),
		MinEvents: rapid.Int64Range(0, 1_000_000).Draw(t, "min events"), MinBadEvents: rapid.Int64Range(0, 9).Draw(t, "min bad events"),
		Confidence:  rapid.SampledFrom([]string{"", "95%", "99.90%"}).Draw(t, "confidence"),
		Enforcement: rapid.SampledFrom([]slo.Enforcement{"", slo.ByPolicy, slo.Observed}).Draw(t, "enforcement"),
		Resolution:  rapid.SampledFrom([]time.Duration{0, measure.Minute, measure.FiveMinutes}).Draw(t, "resolution"),
		Rationale:   text().Draw(t, "rationale"), Reviewer: rapid.OneOf(line(), rapid.Just("")).Draw(t, "reviewer"),
		AlertsOff: rapid.SampledFrom([][]string{nil, {"1h/5m"}, {"page", "3d/6h"}}).Draw(t, "alerts off"),
	}
	if rapid.Bool().Draw(t, "reviewed") {
		by := time.Date(2026, 1, rapid.IntRange(1, 400).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
		d.ReviewBy = &by
	}
	d.WindowDays, d.Calendar = window(t)
	for range rapid.IntRange(0, 2).Draw(t, "further") {
		g := slo.GoalInput{Name: label().Draw(t, "name of a further one"), Objective: percent().Draw(t, "its objective"), WindowDays: d.WindowDays, Calendar: d.Calendar}
		if rapid.Bool().Draw(t, "of another window") {
			g.WindowDays, g.Calendar = window(t)
		}
		d.Further = append(d.Further, g)
	}
	d.Budgeting.Method = rapid.SampledFrom(slo.Methods).Draw(t, "method")
	if d.Budgeting.Method != slo.Occurrences {
		d.Budgeting.SliceLength = rapid.SampledFrom([]time.Duration{0, 5 * time.Minute, time.Hour}).Draw(t, "slice")
		d.Budgeting.Missing = rapid.SampledFrom(append([]lens.Missing{""}, lens.Missings...)).Draw(t, "missing")
	}
	if d.Budgeting.Method == slo.Timeslices {
		d.Budgeting.SliceTarget = rapid.OneOf(percent(), rapid.SampledFrom([]string{"100%", "5%", "05%", "95.00%", "0.50%"})).Draw(t, "slice target")
	}
	d.Origin = source(t)
	if d.Origin.Pushed() {
		d.Counting = rapid.SampledFrom([]slo.Counting{"", slo.GoodTotal, slo.BadTotal}).Draw(t, "counting")
	}
	return d
}

func window(t *rapid.T) (days int, c *slo.CalendarInput) {
	if rapid.Bool().Draw(t, "rolls") {
		return rapid.IntRange(0, 90).Draw(t, "days"), nil
	}
	return 0, &slo.CalendarInput{
		Period:    rapid.SampledFrom(calendar.Units).Draw(t, "period"),
		StartDate: rapid.SampledFrom([]string{"", "2026-01-31", "1999-12-31"}).Draw(t, "start"),
		TimeZone:  rapid.SampledFrom([]string{"", "UTC", "Europe/Berlin", "Asia/Kathmandu"}).Draw(t, "zone"),
	}
}

// source draws a way of measuring. What is in queries is not looked at.
func source(t *rapid.T) origin.Origin {
	query := rapid.OneOf(rapid.Just(`sum(increase(requests_total{code!~"5.."}[$window]))`), line(), rapid.Just("sum(\n  a[$window])\n"), rapid.Just("{{.window}}"))
	metric := rapid.StringMatching(`[a-z_:][a-z0-9_:]{0,20}[a-z0-9]`)
	pairs := rapid.MapOfN(rapid.StringMatching(`[a-z_][a-z0-9_]{0,9}`), line(), 1, 3)
	matches := func(name string, least int) []origin.Match {
		return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) origin.Match {
			return origin.Match{Attribute: rapid.StringMatching(`[a-z.]{1,9}`).Draw(t, "attribute"), Op: rapid.SampledFrom([]origin.MatchOp{"", origin.Equal, origin.NotEqual}).Draw(t, "op"), Value: rapid.OneOf(line(), rapid.Just("")).Draw(t, "value")}
		}), least, 3).Draw(t, name)
	}
	o := origin.Origin{DataSource: id.ID(label().Draw(t, "data source"))}
	number := rapid.OneOf(rapid.Float64Range(1e-9, 1e9), rapid.SampledFrom([]float64{0.3, 1, 1e-300, 1e300, 100}))
	switch rapid.SampledFrom([]origin.Kind{origin.KindPushed, origin.KindRatio, origin.KindRawRatio, origin.KindThreshold, origin.KindLatency, origin.KindRecorded, origin.KindAdapter, origin.KindOTLP}).Draw(t, "kind") {
	case origin.KindPushed:
		o.DataSource = ""
	case origin.KindRatio:
		o.Ratio = &origin.Ratio{Total: query.Draw(t, "total")}
		if rapid.Bool().Draw(t, "bad") {
			o.Ratio.Bad = query.Draw(t, "bad ones")
		} else {
			o.Ratio.Good = query.Draw(t, "good ones")
		}
	case origin.KindRawRatio:
		o.RawRatio = &origin.RawRatio{Query: query.Draw(t, "query"), Failure: rapid.Bool().Draw(t, "failure"), Weight: rapid.OneOf(query, rapid.Just("")).Draw(t, "weight")}
	case origin.KindThreshold:
		o.Threshold = &origin.Threshold{Query: query.Draw(t, "query"), Op: rapid.SampledFrom(origin.Ops).Draw(t, "op"), Value: rapid.OneOf(number, rapid.SampledFrom([]float64{0, -1.5})).Draw(t, "value")}
	case origin.KindLatency:
		o.Latency = &origin.Latency{Metric: metric.Draw(t, "metric"), Selector: rapid.SampledFrom([]string{"", `job="a",code!~"5.."`}).Draw(t, "selector"), ThresholdSeconds: number.Draw(t, "threshold"), Native: rapid.Bool().Draw(t, "native")}
	case origin.KindRecorded:
		o.Recorded = &origin.Recorded{Total: metric.Draw(t, "total"), Labels: pairs.Draw(t, "labels")}
		if rapid.Bool().Draw(t, "bad") {
			o.Recorded.Bad = metric.Draw(t, "bad ones")
		} else {
			o.Recorded.Good = metric.Draw(t, "good ones")
		}
	case origin.KindAdapter:
		o.Adapter = &origin.Adapter{Indicator: label().Draw(t, "indicator")}
		if rapid.Bool().Draw(t, "parameters") {
			o.Adapter.Parameters = pairs.Draw(t, "parameters")
		}
	case origin.KindOTLP:
		o.DataSource = ""
		o.OTLP = &origin.OTLP{Metric: metric.Draw(t, "metric")}
		if rapid.Bool().Draw(t, "where") {
			o.OTLP.Where = matches("where", 1)
		}
		switch rapid.IntRange(0, 2).Draw(t, "form") {
		case 0:
			o.OTLP.Good = matches("good", 1)
		case 1:
			o.OTLP.Bad = matches("bad", 1)
		default:
			o.OTLP.Threshold = number.Draw(t, "bound")
		}
	}
	if rapid.Bool().Draw(t, "grouped") {
		o.GroupBy, o.MaxGroups = "region", rapid.IntRange(0, 100).Draw(t, "groups")
	}
	return o
}

func TestWhatIsWrittenIsReadAsTheSame(t *testing.T) {
	t.Parallel()
	drawn, valid := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		drawn++
		d := draw(t)
		if d.Validate() != nil {
			return
		}
		valid++
		written, err := openslo.Write("checkout", d, openslo.Extras{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := openslo.Read(written, openslo.Options{})
		if err != nil {
			t.Fatalf("%v\n%s", err, written)
		}
		if want := d.Complete(); !reflect.DeepEqual(r.Declaration, want) || r.Service != "checkout" {
			t.Fatalf("read was\n%+v\nwant\n%+v\n%s", r.Declaration, want, written)
		}
		if _, err := openslo.Read(written, openslo.Options{Strict: true}); err != nil {
			t.Fatalf("strict: %v\n%s", err, written)
		}
		for _, w := range r.Warnings {
			t.Fatalf("it warns: %+v\n%s", w, written)
		}
	})
	if valid*10 < drawn {
		t.Errorf("only %d of %d declarations were valid", valid, drawn)
	}
}
