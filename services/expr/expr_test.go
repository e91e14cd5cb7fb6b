package expr_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/services/expr"
)

func environment(t testing.TB) *expr.Environment {
	t.Helper()
	e, err := expr.New([]fact.Declaration{
		{Name: "consumed", Type: fact.Number},
		{Name: "events", Type: fact.Number},
		{Name: "state", Type: fact.Text, Values: []string{"ok", "at_risk", "exhausted"}},
		{Name: "cause", Type: fact.Text},
		{Name: "stale", Type: fact.Truth},
		{Name: "burn", Type: fact.Numbers, Values: []string{"1h", "6h"}},
		{Name: "shares", Type: fact.Numbers},
		{Name: "labels", Type: fact.Texts},
		{Name: "drill", Type: fact.Age},
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func compiled(t testing.TB, text string) *expr.Condition {
	t.Helper()
	c, err := environment(t).Compile(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return c
}

// The outcomes follow from CEL's definition: && and || are decided by one side wherever it
// is enough, whatever the other is (CEL specification, "Logical operators").
func TestAConditionIsJudgedOnWhatIsKnown(t *testing.T) {
	t.Parallel()
	facts := fact.Set{"consumed": 1.5, "state": "exhausted", "stale": false, "burn": map[string]float64{"1h": 14.4}, "shares": map[string]float64{"network": 0.25, "deploy": 0.1}, "labels": map[string]string{"pci": "yes"}, "drill": 12.5}
	for text, want := range map[string]expr.Outcome{
		"consumed > 1":                                         expr.Holds,
		"consumed > 1.5":                                       expr.Fails, // exactly is not more
		"consumed >= 1.5 && !stale":                            expr.Holds,
		"consumed * 100.0 > 149.0":                             expr.Holds,
		"state == 'exhausted'":                                 expr.Holds,
		"state in ['at_risk', 'ok']":                           expr.Fails,
		"burn['1h'] >= 14.4":                                   expr.Holds,
		"burn['6h'] > 1":                                       expr.Unknown, // none is known
		"'6h' in burn":                                         expr.Fails,
		"burn[?'6h'].orValue(0.0) > 1.0":                       expr.Fails,
		"burn['6h'] > 1 || consumed > 1":                       expr.Holds,
		"burn['6h'] > 1 && consumed < 1":                       expr.Fails,
		"shares.exists(class, shares[class] > 0.2)":            expr.Holds,
		"shares.exists(class, shares[class] > 0.25)":           expr.Fails,
		"shares.exists(class, class == 'deploy')":              expr.Holds,
		"shares[?'database'].orValue(0.0) > 0.2":               expr.Fails,
		"shares[?'network'].orValue(0.0) > 0.2":                expr.Holds,
		"'network' in shares":                                  expr.Holds,
		"has(shares.database)":                                 expr.Fails,
		"events > 100":                                         expr.Unknown,
		"events > 100 || consumed > 1":                         expr.Holds,
		"events > 100 && consumed > 2":                         expr.Fails,
		"events > 100 && consumed > 1":                         expr.Unknown,
		"!(events > 100)":                                      expr.Unknown,
		"events > 100 ? true : true":                           expr.Unknown,
		"cause == 'dependency'":                                expr.Unknown,
		"cause == 'dependency' || state == 'exhausted'":        expr.Holds,
		"consumed / 0.0 > 1":                                   expr.Holds, // infinity, IEEE 754
		"shares.all(class, shares[class] > 0.2 || events > 1)": expr.Unknown,
		"true":                                expr.Holds,
		"labels[?'pci'].orValue('') == 'yes'": expr.Holds,
		"'gdpr' in labels":                    expr.Fails,
		"drill <= 180":                        expr.Holds,
		"int(labels[?'pci'].orValue('')) > 1": expr.Errored, // "yes" is no number
	} {
		outcome, why := compiled(t, text).Judge(facts)
		if outcome != want {
			t.Errorf("%s: %s (%s), want %s", text, outcome, why, want)
		}
		if outcome.Decided() != (why == "") {
			t.Errorf("%s is %s, and why is %q", text, outcome, why)
		}
	}
}

func TestWhyAConditionIsUnknownNamesWhatIsNot(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"events > 100 && cause == 'x'": "events, cause",
		"burn['6h'] > 1":               "6h",
	} {
		if _, why := compiled(t, text).Judge(fact.Set{"burn": map[string]float64{}}); !strings.Contains(why, want) {
			t.Errorf("%s: %q does not name %s", text, why, want)
		}
	}
}

// Facts are bounded by those who give them, and a condition by what they may be: one that is
// given more ends all the same, and says nothing.
func TestAConditionOnMoreThanWasAssumedIsAnError(t *testing.T) {
	t.Parallel()
	many := make(map[string]float64, 200_000)
	for i := range 200_000 {
		many[fmt.Sprint(i)] = 1
	}
	for text, want := range map[string]expr.Outcome{
		"shares.all(class, shares[class] >= 0.0)":                   expr.Errored,
		"consumed > 1 && shares.exists(class, shares[class] > 2.0)": expr.Errored,
		"cause.contains('zebra')":                                   expr.Errored,
		"consumed > 1 && shares[?'7'].orValue(0.0) > 0.5":           expr.Holds, // it goes through nothing
	} {
		outcome, why := compiled(t, text).Judge(fact.Set{"consumed": 2.0, "shares": many, "cause": strings.Repeat("horse ", 5_000_000)})
		if outcome != want {
			t.Errorf("%s: %s (%s), want %s", text, outcome, why, want)
		}
	}
}

func TestAConditionNamesWhatItReads(t *testing.T) {
	t.Parallel()
	if got := compiled(t, "shares.exists(class, shares[class] > consumed) || events > 1").Reads(); !slices.Equal(got, []string{"consumed", "events", "shares"}) {
		t.Errorf("reads %v", got)
	}
}

// Places are counted by hand.
func TestARefusedConditionNamesEachProblemAtItsPlace(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"consummed > 1":                         `line 1, column 1: there is no fact "consummed"; there are consumed, events, state, cause, stale, burn, shares, labels, drill`,
		"consumed > 1 &&\n  evnts > 2":          `line 2, column 3: there is no fact "evnts"`,
		"consumed >":                            "line 1, column 11: ",
		"consumed > 1 \u202e":                   `at: '\u202e'`,
		"consumed > 'much'":                     `line 1, column 10: ">" cannot be between these: a number, a text. Both sides`,
		"shares > 1":                            `line 1, column 8: ">" cannot be between these: numbers by name, a number`,
		"size(consumed) > 1":                    `line 1, column 5: "size" cannot be used with: a number`,
		"consumed":                              "line 1, column 1: a condition is true or false; this is a number",
		"cause":                                 "line 1, column 1: a condition is true or false; this is a text",
		"shares":                                "line 1, column 1: a condition is true or false; this is of the type map(string, double)",
		"state == 'exhuasted'":                  `line 1, column 10: "exhuasted" is never among what "state" can be: ok, at_risk, exhausted`,
		"'bad' != state":                        `line 1, column 1: "bad" is never`,
		"state in ['ok', 'never']":              `line 1, column 17: "never" is never`,
		"stale || burn['7d'] > 1":               `line 1, column 15: "7d" is never among what "burn" knows: 1h, 6h`,
		"burn[?'7d'].orValue(0.0) > 1.0":        `"7d" is never among what "burn" knows`,
		"burn.d > 1":                            `"d" is never among what "burn" knows`,
		"'7d' in burn":                          `line 1, column 1: "7d" is never`,
		"":                                      "line 1, column 1: ",
		"cause.matches('(')":                    "line 1, column 15: ",
		strings.Repeat("consumed > 1 || ", 700): "",
		"shares.all(a, shares.all(b, shares.all(c, a == b)))": "all, exists, filter and map may be within one another at most 2 deep",
		"shares.all(a, shares.all(b, shares[a] > shares[b]))": "steps, more than 50000",
		"shares['network'] > 0.2":                             `line 1, column 8: "shares" may know no "network"`,
		"shares.network > 0.2":                                `write shares[?"network"].orValue(0.0)`,
		"shares.exists(stale, shares[stale] > 1)":             `line 1, column 14: "stale" is a fact`,
		"a > 1 || b > 1":                                      `line 1, column 1: there is no fact "a"; there are consumed, events, state, cause, stale, burn, shares, labels, drill; line 1, column 10: there is no fact "b"`,
	} {
		_, err := environment(t).Compile(text)
		var refused *expr.Error
		if !errors.As(err, &refused) || len(refused.Problems) == 0 {
			t.Errorf("%.60s: taken, or no problem is named (%v)", text, err)
			continue
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %s\nwant %s", text, err, want)
		}
	}
}

// Constants are known whatever the facts are, also where others are not.
func TestConstantsAreNamedLikeFactsAndAlwaysKnown(t *testing.T) {
	t.Parallel()
	e, err := environment(t).With(expr.Constant{Declaration: fact.Declaration{Name: "parameters", Type: fact.Numbers, Values: []string{"days"}}, Value: map[string]float64{"days": 90}})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]expr.Outcome{
		"drill <= parameters.days":                        expr.Holds,
		"drill > parameters.days":                         expr.Fails,
		"events > parameters.days":                        expr.Unknown,
		"events > 1 || parameters.days == 90.0":           expr.Holds,
		"'days' in parameters && parameters['days'] > 89": expr.Holds,
	} {
		c, err := e.Compile(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if outcome, why := c.Judge(fact.Set{"drill": 90.0}); outcome != want {
			t.Errorf("%s: %s (%s), want %s", text, outcome, why, want)
		}
		if slices.Contains(c.Reads(), "parameters") {
			t.Errorf("%s reads %v: a constant is no fact", text, c.Reads())
		}
	}
	if _, err := e.Compile("parameters.weeks > 1"); err == nil || !strings.Contains(err.Error(), `"weeks" is never among what "parameters" knows: days`) {
		t.Errorf("a parameter that there is not: %v", err)
	}
	if _, err := environment(t).Compile("drill < parameters.days"); err == nil {
		t.Error("another environment knows them too")
	}
	if _, err := environment(t).With(expr.Constant{Declaration: fact.Declaration{Name: "events", Type: fact.Number}, Value: 1.0}); err == nil {
		t.Error("a constant was given the name of a fact")
	}
}

// Places are counted by hand.
func TestAConditionTellsTheNamesOfWhichThereIsNoFact(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]expr.Unnamed{
		"consumed > 1 && state == 'ok'":                               nil,
		"ours > 1 ||\n  shares.exists(c, shares[c] > theirs) && ours": {{1, 1, "ours"}, {2, 32, "theirs"}, {2, 43, "ours"}},
		"ours >": nil,
	} {
		if got := environment(t).Unnamed(text); !slices.Equal(got, want) {
			t.Errorf("%s names %v, want %v", text, got, want)
		}
	}
}

func TestWhatIsDoneWithASupposedFactIsRightAndAllElseIsChecked(t *testing.T) {
	t.Parallel()
	e, err := environment(t).Supposing("ours", "theirs")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{ // what is wrong; nothing where it is right
		"ours": "", "!ours": "", "ours > 3": "", "ours == 'x' || theirs <= 30.5": "", "ours > theirs": "", "ours.contains('x')": "", "ours in ['a', 'b']": "", "'a' in ours": "",
		"ours[?'a'].orValue(0.0) > 1.0": "", "ours.exists(name, ours[name] > consumed)": "", "ours ? stale : theirs": "", "consumed > 1 && ours.startsWith('x')": "",
		"ours > 3 && state > 1": `line 1, column 19: ">" cannot be between these: a text, a number`, "ours && state == 'never'": `"never" is never among what "state" can be`,
		"ours && others": `line 1, column 9: there is no fact "others"`, "ours && consumed": "line 1, column 9: expected type", "shares.exists(ours, true)": `"ours" is a fact`, "ours ? 1 : 2": "a condition is true or false; this is a number",
		"ours.all(a, theirs.all(b, shares.all(c, a == b)))": "at most 2 deep", "ours >": "line 1, column 7: ",
	} {
		switch _, err := e.Compile(text); {
		case want == "" && err != nil:
			t.Errorf("%s: %v", text, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	with, err := e.With(expr.Constant{Declaration: fact.Declaration{Name: "parameters", Type: fact.Numbers, Values: []string{"days"}}, Value: map[string]float64{"days": 90}})
	if err != nil {
		t.Fatal(err)
	}
	for text, right := range map[string]bool{"ours": true, "ours < parameters.days": true, "ours < parameters.weeks": false} {
		if _, err := with.Compile(text); (err == nil) != right {
			t.Errorf("%s with parameters: %v", text, err)
		}
	}
	if _, err := environment(t).Supposing("events"); err == nil {
		t.Error("a fact that is known is supposed")
	}
}

func TestAFactOfAnUnknownTypeIsAMistake(t *testing.T) {
	t.Parallel()
	if _, err := expr.New([]fact.Declaration{{Name: "x", Type: "colour"}}); err == nil {
		t.Error("it was taken")
	}
}

// What a condition says of known facts it says too when facts that it does not need are
// absent: absence never turns one outcome into the other.
func TestAbsenceMakesUnknownAndNeverTheOpposite(t *testing.T) {
	t.Parallel()
	conditions := []*expr.Condition{}
	for _, text := range []string{
		"consumed > 1 && events > 10", "consumed > 1 || stale", "!(stale && state == 'ok')", "consumed > 1 ? events > 5 : stale",
		"shares.exists(c, shares[c] > consumed)", "shares.all(c, shares[c] < 1 || stale)", "burn['1h'] > consumed", "cause == state || events > 3",
	} {
		conditions = append(conditions, compiled(t, text))
	}
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Float64Range(0, 3)
		numbers := func(names ...string) *rapid.Generator[map[string]float64] {
			return rapid.MapOf(rapid.SampledFrom(names), number)
		}
		all := fact.Set{
			"consumed": number.Draw(t, "consumed"), "events": rapid.Float64Range(0, 20).Draw(t, "events"), "stale": rapid.Bool().Draw(t, "stale"),
			"state": rapid.SampledFrom([]string{"ok", "at_risk"}).Draw(t, "state"), "cause": rapid.SampledFrom([]string{"ok", "x"}).Draw(t, "cause"),
			"burn": numbers("1h", "6h").Draw(t, "burn"), "shares": numbers("a", "b", "c").Draw(t, "shares"),
		}
		some := maps.Clone(all)
		for name := range all {
			if rapid.Bool().Draw(t, "without "+name) {
				delete(some, name)
			}
		}
		for _, c := range conditions {
			whole, _ := c.Judge(all)
			part, _ := c.Judge(some)
			if part != expr.Unknown && part != whole {
				t.Fatalf("%s: %s on %v, and %s on %v", c.Text(), whole, all, part, some)
			}
		}
	})
}

func FuzzCompile(f *testing.F) {
	for _, seed := range []string{"consumed > 1", "burn['1h'] > 14.4 && !stale", "shares.exists(c, shares[c] > 0.2)", "state in ['ok']", "((", "\x00", "cause.matches('a+')"} {
		f.Add(seed)
	}
	e := environment(f)
	facts := fact.Set{"consumed": 1.5, "state": "ok", "burn": map[string]float64{"1h": 1}, "shares": map[string]float64{"a": 1}}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := e.Compile(text)
		if err != nil {
			var refused *expr.Error
			if !errors.As(err, &refused) {
				t.Fatalf("%q: %v", text, err)
			}
			for _, p := range refused.Problems {
				if p.Line < 1 || p.Column < 1 || p.Message == "" {
					t.Fatalf("%q: %+v", text, p)
				}
			}
			return
		}
		if outcome, why := c.Judge(facts); outcome.Decided() != (why == "") {
			t.Fatalf("%q: %s %q", text, outcome, why)
		}
	})
}

// What a pass over ten thousand SLOs with ten clauses each judges.
func BenchmarkJudge(b *testing.B) {
	facts := fact.Set{"consumed": 0.5, "state": "ok", "stale": false, "burn": map[string]float64{"1h": 1.5, "6h": 0.5}, "shares": map[string]float64{"network": 0.1, "deploy": 0.1}}
	for _, text := range []string{"consumed > 1", "shares.exists(c, shares[c] > 0.2)", "burn['1h'] > 14.4 && !stale", "events > 100 && cause == 'x'"} {
		c := compiled(b, text)
		b.Run(fmt.Sprint(text), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Judge(facts)
			}
		})
	}
}
