package prometheus

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

// Worked by hand from the rules in the comments of count.go and doc.go.
func TestNumbersOfEventsBecomeThousandthsOrAFlaw(t *testing.T) {
	t.Parallel()
	some := func(v float64) cell { return cell{value: v, series: 1} }
	var absent cell
	const most = float64(measure.MaxEventsPerSlot)
	for name, test := range map[string]struct {
		rule        rule
		part, total cell
		good, all   int64
		reason      origin.Reason
	}{
		"halves away from zero":                {rule{}, some(1.0005), some(2.0004), 1001, 2000, ""},
		"good that is rounded above":           {rule{}, some(1.9996), some(1.9994), 1999, 1999, ""},
		"bad that is rounded":                  {rule{bad: true}, some(0.0004), some(1), 1000, 1000, ""},
		"a large sum in another order":         {rule{}, some(9e8 + 1e-4), some(9e8), 9e11, 9e11, ""},
		"a large difference":                   {rule{}, some(9e8 + 2e-3), some(9e8), 0, 0, origin.GoodAbove},
		"as many as a slot holds":              {rule{}, some(most), some(most), int64(most) * 1000, int64(most) * 1000, ""},
		"more than a slot holds":               {rule{}, some(1), some(most + 1), 0, 0, origin.TooMany},
		"more than any number holds":           {rule{}, some(1), some(1e300), 0, 0, origin.TooMany},
		"slightly negative":                    {rule{}, some(-0.0004), some(1), 0, 1000, ""},
		"negative good":                        {rule{}, some(-0.0006), some(1), 0, 0, origin.Negative},
		"a negative total":                     {rule{}, some(0), some(-1), 0, 0, origin.Negative},
		"NaN":                                  {rule{}, some(math.NaN()), some(1), 0, 0, origin.NotNumber},
		"infinitely many good":                 {rule{}, some(math.Inf(1)), some(1), 0, 0, origin.GoodAbove},
		"infinitely many":                      {rule{}, some(1), some(math.Inf(1)), 0, 0, origin.NotNumber},
		"nothing of nothing":                   {rule{}, some(math.NaN()), some(0), 0, 0, ""},
		"none of nothing":                      {rule{}, absent, some(0), 0, 0, ""},
		"some of nothing":                      {rule{}, some(1), some(0), 0, 0, origin.GoodAbove},
		"some bad of nothing":                  {rule{bad: true}, some(1), some(0), 0, 0, origin.GoodAbove},
		"no total":                             {rule{}, absent, absent, 0, 0, origin.NoSample},
		"no total, and no good ones":           {rule{}, some(0), absent, 0, 0, origin.NoSample},
		"no total, and good ones":              {rule{}, some(2), absent, 0, 0, origin.Ambiguous},
		"no bad ones":                          {rule{bad: true}, absent, some(3), 3000, 3000, ""},
		"no good ones":                         {rule{}, absent, some(3), 0, 0, origin.Ambiguous},
		"no good ones among all":               {rule{absentIsNone: true}, absent, some(3), 0, 3000, ""},
		"several totals":                       {rule{}, some(1), cell{value: 3, series: 2}, 0, 0, origin.TooMany},
		"several totals where they are summed": {rule{several: true}, some(1), cell{value: 3, series: 2}, 1000, 3000, ""},
		"a NaN among several":                  {rule{several: true}, cell{value: math.NaN(), series: 2}, some(3), 0, 0, origin.NotNumber},
		"a NaN that is the good part of a NaN": {rule{}, some(math.NaN()), some(math.NaN()), 0, 0, origin.NotNumber},
		"a negative zero":                      {rule{}, some(math.Copysign(0, -1)), some(0), 0, 0, ""},
	} {
		good, all, f := test.rule.count(test.part, test.total)
		if good != test.good || all != test.all || f.reason != test.reason || (f.reason == "") != (f.detail == "") {
			t.Errorf("%s: %d of %d, %+v; want %d of %d, %q", name, good, all, f, test.good, test.all, test.reason)
		}
	}
}

func TestWhatIsCountedIsAlwaysASlotOrAFlaw(t *testing.T) {
	t.Parallel()
	value := rapid.OneOf(rapid.Float64(), rapid.Float64Range(-2, 2), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, 1e9, math.MaxFloat64}))
	cells := rapid.Custom(func(t *rapid.T) cell {
		return cell{value: value.Draw(t, "value"), series: rapid.Int32Range(0, 2).Draw(t, "series")}
	})
	rapid.Check(t, func(t *rapid.T) {
		r := rule{bad: rapid.Bool().Draw(t, "bad"), absentIsNone: rapid.Bool().Draw(t, "part"), several: rapid.Bool().Draw(t, "several")}
		part, total := cells.Draw(t, "part"), cells.Draw(t, "total")
		for name, count := range map[string]func(cell, cell) (int64, int64, flaw){"count": r.count, "share": r.share} {
			good, all, f := count(part, total)
			if f.reason == "" && (good < 0 || good > all || all > measure.MaxEventsPerSlot*measure.Event) {
				t.Fatalf("%s of %+v and %+v is %d of %d", name, part, total, good, all)
			}
			if f.reason != "" && (good != 0 || all != 0 || len([]rune(f.detail)) > maxDetail) {
				t.Fatalf("%s of %+v and %+v is %d of %d with %+v", name, part, total, good, all, f)
			}
		}
	})
}

func TestTooManyGroupsAreRefused(t *testing.T) {
	t.Parallel()
	var matrix model.Matrix
	for i := range maxGroups + 1 {
		matrix = append(matrix, &model.SampleStream{Metric: model.Metric{"user": model.LabelValue(fmt.Sprint(i))}})
	}
	at := time.Unix(0, 0)
	c := newColumns(at, at.Add(time.Minute), time.Minute)
	if err := c.addAll(matrix, "user", nil); !fault.Is(err, fault.Invalid) {
		t.Errorf("%d groups are %v", len(matrix), err)
	}
	c = newColumns(at, at.Add(time.Minute), time.Minute)
	if err := c.addAll(matrix[1:], "user", nil); err != nil {
		t.Errorf("%d groups are %v", len(matrix)-1, err)
	}
	if err := c.addAll(make(model.Matrix, maxSeries+1), "", nil); !fault.Is(err, fault.Invalid) {
		t.Errorf("too many series are %v", err)
	}
}

// A caller who makes up a path for each request has a series of each, with a sample in
// one slot: what is kept grows with the samples, and not with the slots of each path.
func TestMadeUpValuesCostNoMoreThanTheirSamples(t *testing.T) {
	t.Parallel()
	const slots = 240
	var matrix model.Matrix
	for i := range maxSeries {
		matrix = append(matrix, &model.SampleStream{
			Metric: model.Metric{"path": model.LabelValue(fmt.Sprintf("/\u202e%d", i))},
			Values: []model.SamplePair{{Timestamp: model.Time(60_000 * (1 + i%slots)), Value: 1}},
		})
	}
	c := newColumns(time.Unix(0, 0), time.Unix(slots*60, 0), time.Minute)
	if err := c.addAll(matrix, "path", nil); err != nil {
		t.Fatal(err)
	}
	kept := 0
	for _, cells := range c.values {
		kept += cap(cells)
	}
	if kept > maxSeries {
		t.Errorf("of %d samples %d cells are kept", maxSeries, kept)
	}
	if got := c.at("/\u202e241", 1); got.series != 1 || got.value != 1 {
		t.Errorf("the second slot of the path 241 has %+v", got)
	}
	if got := c.at("/\u202e241", 2); got.series != 0 {
		t.Errorf("the third has %+v", got)
	}
	counted := 0
	answer := assemble(origin.Ask{Origin: origin.Origin{GroupBy: "path"}}, func(value string, i int) (int64, int64, flaw) {
		counted++
		return rule{}.count(c.at(value, i), c.at(value, i))
	}, c, c)
	if counted != maxSeries || len(answer.Slots) != slots {
		t.Errorf("of %d samples %d cells are counted, into %d slots", maxSeries, counted, len(answer.Slots))
	}
}

// Three series of one value, by slot: 1, 2, 3 of the first; 10, and one that is no
// number, of the second; 100 of the third. Worked by hand.
func TestSeriesOfOneValueAreAddedUpSlotBySlot(t *testing.T) {
	t.Parallel()
	c := newColumns(time.Unix(0, 0), time.Unix(5*60, 0), time.Minute)
	pair := func(slot int, v float64) model.SamplePair {
		return model.SamplePair{Timestamp: model.Time(60_000 * (slot + 1)), Value: model.SampleValue(v)}
	}
	below := func(v float64) bool { return v < 5 }
	for _, values := range [][]model.SamplePair{{pair(1, 1), pair(3, 2), pair(4, 3)}, {pair(0, 10), pair(3, math.NaN())}, {pair(2, 100), pair(7, 1)}} {
		if err := c.add("a", &model.SampleStream{Values: values}, below); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []cell{{value: 10, series: 1, numbers: 1}, {value: 1, series: 1, good: 1, numbers: 1}, {value: 100, series: 1, numbers: 1}, {value: math.NaN(), series: 2, good: 1, numbers: 1}, {value: 3, series: 1, good: 1, numbers: 1}} {
		got := c.at("a", i)
		want.slot = int32(i)
		if math.IsNaN(want.value) && math.IsNaN(got.value) {
			got.value, want.value = 0, 0
		}
		if got != want {
			t.Errorf("slot %d has %+v, want %+v", i, got, want)
		}
	}
}

func TestRecordedIndicatorsOfTheSameMetricsAreReadTogether(t *testing.T) {
	t.Parallel()
	var r *Reader
	recorded := func(good, bad, total, slo string) origin.Origin {
		return origin.Origin{Recorded: &origin.Recorded{Good: good, Bad: bad, Total: total, Labels: map[string]string{"slo": slo}}}
	}
	key := r.Together(recorded("a", "", "b", "x"))
	if key == "" || key != r.Together(recorded("a", "", "b", "y")) {
		t.Errorf("two of the same metrics have the keys %q and %q", key, r.Together(recorded("a", "", "b", "y")))
	}
	for _, o := range []origin.Origin{recorded("", "a", "b", "x"), recorded("a", "", "c", "x"), recorded(`a","b`, "", "", "x"), {Threshold: &origin.Threshold{}}} {
		if r.Together(o) == key {
			t.Errorf("%s has the same key", o)
		}
	}
	if got := r.Together(origin.Origin{Threshold: &origin.Threshold{}}); got != "" {
		t.Errorf("what is read alone has the key %q", got)
	}
}
