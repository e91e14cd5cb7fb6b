package fact_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
)

// told is a source that knows one fact of each thing that it names.
type told struct {
	fact.Declaration
	of map[id.ID]any
}

func (t told) Facts() []fact.Declaration { return []fact.Declaration{t.Declaration} }

func (t told) FactsOf(_ context.Context, things []id.ID, _ ...string) (map[id.ID]fact.Set, error) {
	out := map[id.ID]fact.Set{}
	for _, thing := range things {
		if value, known := t.of[thing]; known {
			out[thing] = fact.Set{t.Name: value}
		}
	}
	return out, nil
}

func TestABookJoinsWhatIsKnownAndLeavesOutWhatIsNot(t *testing.T) {
	t.Parallel()
	b := fact.NewBook[id.ID](
		told{fact.Declaration{Name: "state", Type: fact.Text}, map[id.ID]any{"a": "ok", "b": "at_risk"}},
		told{fact.Declaration{Name: "burn", Type: fact.Numbers}, map[id.ID]any{"b": map[string]float64{"1h": 2}}},
	)
	got, err := b.FactsOf(t.Context(), []id.ID{"a", "b", "c"})
	want := map[id.ID]fact.Set{"a": {"state": "ok"}, "b": {"state": "at_risk", "burn": map[string]float64{"1h": 2}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v (%v), want %v", got, err, want)
	}
	if names := b.Facts(); len(names) != 2 || names[0].Name != "state" || names[1].Name != "burn" {
		t.Errorf("declared %v", names)
	}
}

func TestAValueOfAnotherTypeIsAMistake(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		declared fact.Type
		value    any
	}{{fact.Number, 1}, {fact.Text, 1.0}, {fact.Truth, "true"}, {fact.Numbers, map[string]int{}}} {
		_, err := fact.NewBook[id.ID](told{fact.Declaration{Name: "x", Type: c.declared}, map[id.ID]any{"a": c.value}}).FactsOf(t.Context(), []id.ID{"a"})
		if err == nil || !strings.Contains(err.Error(), `the fact "x" of a is the`) {
			t.Errorf("%v as %s: %v", c.value, c.declared, err)
		}
	}
	for _, value := range []any{"gone", map[string]float64{"1h": 1, "7d": 2}} {
		d := fact.Declaration{Name: "x", Type: fact.Text, Values: []string{"ok", "1h"}}
		if _, numbers := value.(map[string]float64); numbers {
			d.Type = fact.Numbers
		}
		if _, err := fact.NewBook[id.ID](told{d, map[id.ID]any{"a": value}}).FactsOf(t.Context(), []id.ID{"a"}); err == nil {
			t.Errorf("%v is not among %v, and was taken", value, d.Values)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("one name was declared twice")
		}
	}()
	fact.NewBook[id.ID](told{Declaration: fact.Declaration{Name: "x"}}, told{Declaration: fact.Declaration{Name: "x"}})
}

// silent is a source that cannot be asked.
type silent struct{ told }

func (silent) FactsOf(context.Context, []id.ID, ...string) (map[id.ID]fact.Set, error) {
	return nil, errors.New("it was asked")
}

func TestOnlySourcesThatTellWhatIsAskedForAreAsked(t *testing.T) {
	t.Parallel()
	b := fact.NewBook[id.ID](
		told{fact.Declaration{Name: "state", Type: fact.Text}, map[id.ID]any{"a": "ok"}},
		silent{told{fact.Declaration{Name: "forecast", Type: fact.Number}, nil}},
	)
	if got, err := b.FactsOf(t.Context(), []id.ID{"a"}, "state", "burn"); err != nil || got["a"]["state"] != "ok" {
		t.Errorf("%v (%v)", got, err)
	}
	for _, names := range [][]string{{"forecast"}, nil} {
		if _, err := b.FactsOf(t.Context(), []id.ID{"a"}, names...); err == nil {
			t.Errorf("asked for %q, nobody was asked", names)
		}
	}
}

func TestDeclarationsSayWhoTells(t *testing.T) {
	t.Parallel()
	got := fact.By("slo", fact.Declaration{Name: "slos", Type: fact.Number}, fact.Declaration{Name: "state", Type: fact.Text, By: "other"})
	if want := []fact.Declaration{{Name: "slos", Type: fact.Number, By: "slo"}, {Name: "state", Type: fact.Text, By: "slo"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// 36 hours are a day and a half.
func TestAnAgeCountsPartsOfDaysAndNothingOfWhatIsToCome(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 14, 15, 0, 0, 0, time.UTC)
	for ago, want := range map[time.Duration]float64{36 * time.Hour: 1.5, 0: 0, -time.Minute: 0, 90 * 24 * time.Hour: 90} {
		if got := fact.DaysSince(now.Add(-ago), now); got != want {
			t.Errorf("%s ago is %v days, want %v", ago, got, want)
		}
	}
}
