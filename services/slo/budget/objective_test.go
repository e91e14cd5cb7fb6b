package budget

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"
)

func TestObjectivesAreExactPartsPerBillion(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"99.9%": 999_000_000, "95%": 950_000_000, "99.99%": 999_900_000, "99.9999999%": 999_999_999,
		"0.0000001%": 1, "50.0%": 500_000_000, "7%": 70_000_000, "099.90%": 999_000_000,
	} {
		o, err := ParseObjective(text)
		if err != nil || o.PPB() != want || o.String() != text || o.BudgetPPB() != 1_000_000_000-want {
			t.Errorf("%q is %d parts per billion and prints as %q (%v), want %d", text, o.PPB(), o, err, want)
		}
	}
}

func TestWhatIsNoObjectiveIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "%", "99.9", "0%", "0.0%", "100%", "100.0000000%", "100.1%", "101%", "1000%", "-1%", "+1%", "NaN%", "Inf%",
		"9e1%", "99,9%", " 99.9%", "99.9 %", "99.9%%", "99.%", ".9%", "99.99999999%", "99.9%\x00", "٩٩%", "0x1p3%", "1_0%",
	} {
		if o, err := ParseObjective(text); err == nil {
			t.Errorf("%q is taken for %d parts per billion", text, o.PPB())
		}
	}
}

func TestAnObjectiveTravelsThroughJSONAsItWasWritten(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(objective(t, "99.90%"))
	if err != nil || string(raw) != `"99.90%"` {
		t.Fatalf("written as %s (%v)", raw, err)
	}
	var back Objective
	if err := json.Unmarshal(raw, &back); err != nil || back != objective(t, "99.90%") {
		t.Fatalf("read as %v (%v)", back, err)
	}
	if err := json.Unmarshal([]byte(`"100%"`), &back); err == nil {
		t.Error("100% is read as an objective")
	}
}

func FuzzParseObjective(f *testing.F) {
	for _, seed := range []string{"99.9%", "95%", "100%", "0%", "99.9999999%", "NaN%", "1e2%", "%", "099.90%", "-5%"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		o, err := ParseObjective(text)
		if err != nil {
			if !o.IsZero() {
				t.Fatalf("%q is refused and yet %v", text, o)
			}
			return
		}
		if again, err := ParseObjective(o.String()); err != nil || again != o || o.String() != text {
			t.Fatalf("%q comes back as %v (%v)", text, again, err)
		}
		exact, ok := new(big.Rat).SetString(strings.TrimSuffix(text, "%"))
		if !ok {
			t.Fatalf("%q is taken, and no number", text)
		}
		if exact.Mul(exact, rat(10_000_000, 1)).Cmp(rat(o.PPB(), 1)) != 0 {
			t.Fatalf("%q is %s parts per billion, not %d", text, exact, o.PPB())
		}
		if o.PPB() <= 0 || o.PPB() >= Billion {
			t.Fatalf("%q is %d parts per billion", text, o.PPB())
		}
	})
}
