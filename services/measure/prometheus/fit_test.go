package prometheus

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

// Written by hand.
func TestATemplateIsFittedToAService(t *testing.T) {
	t.Parallel()
	of := map[string]string{"job": `a"b`, "env": "prod"}
	for text, want := range map[string]string{
		`sum(increase(x{le="$bound"}[$window]))`:                 `sum(increase(x{env="prod",job="a\"b",le=~"0*250([.]0*)?|2[.]50*[eE][+]?0*2"}[$window]))`,
		`sum(rate(x[{{.window}}] offset {{.window}})) * $window`: `sum(rate(x{env="prod",job="a\"b"}[$window] offset $window)) * $window`,
		`max_over_time(x997y5m13s[$window:$window])`:             `max_over_time(x997y5m13s{env="prod",job="a\"b"}[$window:$window])`,
		`sum(increase(x{a="97y5m13s [$"}[$window])) - $window`:   `sum(increase(x{a="97y5m13s [$",env="prod",job="a\"b"}[$window])) - $window`,
	} {
		got, err := Fit(origin.Origin{Threshold: &origin.Threshold{Query: text}}, "", of, 250)
		if err != nil || got.Threshold.Query != want {
			t.Errorf("%s becomes\n%s and not\n%s (%v)", text, got.Threshold.Query, want, err)
		}
	}
	got, err := Fit(origin.Origin{Latency: &origin.Latency{Metric: "x", Selector: `code!~"5.."`, ThresholdSeconds: 1}}, `region=~"eu|us"`, of, 0.25)
	if err != nil || *got.Latency != (origin.Latency{Metric: "x", Selector: `code!~"5..",region=~"eu|us",env="prod",job="a\"b"`, ThresholdSeconds: 0.25}) {
		t.Errorf("it becomes %+v (%v)", got.Latency, err)
	}
	for _, o := range []origin.Origin{{Threshold: &origin.Threshold{Query: "sum("}}, {Recorded: &origin.Recorded{Good: "a", Total: "b"}}, {}} {
		if got, err := Fit(o, "", of, 0); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s becomes %s (%v)", o, got, err)
		}
	}
	if got, err := Fit(origin.Origin{Threshold: &origin.Threshold{Query: "x"}}, `a="b"} or y{`, of, 0); !fault.Is(err, fault.Invalid) {
		t.Errorf("a selector that is none becomes %s (%v)", got, err)
	}
}

func TestFittingAndEnforcingGiveTheSameQuery(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := origin.Origin{Threshold: &origin.Threshold{Query: vectors(rapid.IntRange(0, 3).Draw(t, "depth")).Draw(t, "expression")}}
		enforced, err := Compile("", o, time.Minute, []*labels.Matcher{labels.MustNewMatcher(labels.MatchEqual, "job", "a\n\"w")})
		if fault.Is(err, fault.Invalid) && strings.Contains(err.Error(), "selectors") {
			t.Skip("too large")
		}
		if err != nil {
			t.Fatalf("%s: %v", o.Threshold.Query, err)
		}
		fitted, err := Fit(o, "", map[string]string{"job": "a\n\"$window"}, 0)
		if err != nil {
			t.Fatal(err)
		}
		// A value that looks like a placeholder is a value: it is refused, not replaced.
		if _, err := Compile("", fitted, time.Minute, nil); !fault.Is(err, fault.Invalid) {
			t.Fatalf("%s becomes %s, which is taken", o.Threshold.Query, fitted.Threshold.Query)
		}
		fitted, _ = Fit(o, "", map[string]string{"job": "a\n\"w"}, 0)
		q, err := Compile("", fitted, time.Minute, nil)
		if err != nil || q.Value != enforced.Value {
			t.Fatalf("%s becomes %s and then %s (%v), not %s", o.Threshold.Query, fitted.Threshold.Query, q.Value, err, enforced.Value)
		}
	})
}
