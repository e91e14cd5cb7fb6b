package given

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
)

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// anyValue has often the one member of the type, and else any of them, in any combination.
func anyValue(t *rapid.T, of fact.Type) Value {
	var v Value
	fitting := rapid.IntRange(0, 4).Draw(t, "fitting") > 0
	some := func(name string) bool {
		if fitting {
			return name == member[of]
		}
		return rapid.IntRange(0, 2).Draw(t, "has "+name) == 0
	}
	text := rapid.OneOf(rapid.SampledFrom([]string{"a", "held"}), rapid.SampledFrom([]string{"", "b", " x", "a\nb", "\u202e", strings.Repeat("x", 301)}), rapid.StringMatching(`[a-z]{1,9}`), rapid.String())
	number := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, math.NaN(), math.Inf(1), -1}))
	if some("number") {
		v.Number = new(number.Draw(t, "number"))
	}
	if some("text") {
		v.Text = new(text.Draw(t, "text"))
	}
	if some("truth") {
		v.Truth = new(rapid.Bool().Draw(t, "truth"))
	}
	if some("numbers") {
		v.Numbers = rapid.MapOfN(text, number, 0, 3).Draw(t, "numbers")
	}
	if some("texts") {
		v.Texts = rapid.MapOfN(text, text, 0, 3).Draw(t, "texts")
	}
	if some("time") {
		v.Time = new(noon.Add(time.Duration(rapid.Int64Range(-1<<60, 1<<60).Draw(t, "time"))))
	}
	return v
}

// keeps asks that a value which passes the check is, once it was stored and read, one that a book of
// facts takes as what was declared, and told the same before and after; whether it passes is returned.
func keeps(t interface{ Fatalf(string, ...any) }, d Declaration, v Value) bool {
	var check fault.Check
	v.check(&check, "", d, noon)
	if check.Err() != nil {
		return false
	}
	v = v.settled(noon)
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("%+v cannot be stored: %v", v, err)
	}
	var stored Value
	if err := json.Unmarshal(raw, &stored); err != nil {
		t.Fatalf("%s cannot be read: %v", raw, err)
	}
	told := stored.Told(noon)
	if !stored.fits(d) || !reflect.DeepEqual(told, v.Told(noon)) {
		t.Fatalf("%s was %+v, told %v", raw, v, told)
	}
	kind := map[fact.Type]any{fact.Number: 0.0, fact.Age: 0.0, fact.Text: "", fact.Truth: false, fact.Numbers: map[string]float64{}, fact.Texts: map[string]string{}}[d.Type]
	if reflect.TypeOf(told) != reflect.TypeOf(kind) {
		t.Fatalf("a %s is told as %T", d.Type, told)
	}
	if age, is := told.(float64); is && d.Type == fact.Age && (age < 0 || age > 10_000) { // since 2000 there are fewer days
		t.Fatalf("an age is %v days", age)
	}
	return true
}

func TestWhatPassesTheCheckIsOfTheDeclaredTypeForEver(t *testing.T) {
	t.Parallel()
	for is, v := range map[fact.Type]Value{
		fact.Number: {Number: new(-0.1)}, fact.Text: {Text: new("held")}, fact.Truth: {Truth: new(false)}, fact.Age: {Time: new(noon.Add(time.Minute))},
		fact.Numbers: {Numbers: map[string]float64{"a": 0}}, fact.Texts: {Texts: map[string]string{"a": ""}},
	} {
		for _, values := range [][]string{nil, {"a", "held"}} {
			if values != nil && is != fact.Text && is != fact.Numbers {
				continue
			}
			if !keeps(t, Declaration{Name: "aFact", Terms: Terms{Type: is, Values: values}}, v) {
				t.Errorf("%+v is no %s of %v", v, is, values)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d := Declaration{Name: "aFact", Terms: Terms{Type: rapid.SampledFrom(Types).Draw(t, "type")}}
		if d.Type == fact.Text || d.Type == fact.Numbers {
			d.Values = rapid.SampledFrom([][]string{nil, {"a", "held"}}).Draw(t, "values")
		}
		keeps(t, d, anyValue(t, d.Type))
	})
}

// By hand: 36 hours are a day and a half; what a clock that is ahead gave as to come is now.
func TestAnAgeIsTheDaysSinceItHappened(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ago  time.Duration
		want float64
	}{{36 * time.Hour, 1.5}, {0, 0}, {-time.Minute, 0}, {time.Hour, 1.0 / 24}} {
		v := Value{Time: new(noon.Add(-c.ago))}.settled(noon)
		if got := v.Told(noon); got != c.want {
			t.Errorf("%s ago is %v days, want %v", c.ago, got, c.want)
		}
	}
}

func TestAFileOfBuiltInFactsIsReadStrictly(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		"facts: [{name: aFact, type: number, doc: d, ways: [pushed], unknown: 1}]":                                    "unknown",
		"facts: [{name: a-fact, type: number, doc: d, ways: [pushed]}]":                                               "camel case",
		"facts: [{name: aFact, type: number, doc: d, ways: [told]}]":                                                  "at least one of",
		"facts: [{name: aFact, type: much, doc: d, ways: [pushed]}]":                                                  "must be one of",
		"facts: [{name: aFact, type: age, doc: d, ways: [pushed]}, {name: aFact, type: age, doc: d, ways: [pushed]}]": "is there twice",
	} {
		if _, err := readBuiltin([]byte(text)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
	}
}
