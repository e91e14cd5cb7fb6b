package foreign_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
)

// An objective keeps the digits that somebody wrote, and not those that came of binary fractions:
// 0.999 × 100 is 99.9 by hand, and 99.9000000000000057 in doubles.
func TestAPercentageIsExact(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"99.90": "99.90%", "99": "99%", "99.9000000000000057": "99.9%", "99.95": "99.95%", "9.99e1": "99.9%", "99.123456789": "99.123456789%", "many": "many%", "1e999999999": "1e999999999%",
	} {
		if got := foreign.Percent(text); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"0.999": "99.9%", "0.9990": "99.90%", "0.5": "50%", "1": "100%", "0.9990000000000001": "99.9%", "0.99995": "99.995%", "9.5e-1": "95%", "0": "0%", "many": "many",
	} {
		if got := foreign.PercentOf(text); got != want {
			t.Errorf("a share of %s is %s, want %s", text, got, want)
		}
	}
}

func TestADurationIsOfPrometheus(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"4w": 28, "28d": 28, "1w2d": 9, "720h": 30, "1y": 365, "12h": -1, "1M": -1, "": -1, "0d": -1, "999999999y": -1, "-1d": -1} {
		if got, ok := foreign.Days(text); ok != (want >= 0) || ok && got != want {
			t.Errorf("%s has %d days (%t), want %d", text, got, ok, want)
		}
	}
}

func TestWhatNobodyAskedForIsNoted(t *testing.T) {
	t.Parallel()
	const text = "name: a\nspec:\n  target: 99\n  more: {x: 1}\n  list:\n    - known: 1\n      unknown: 2\n  skipped: {y: 1}\n---\n# nothing but this\nname: b\nother: null\n"
	got, err := foreign.Documents([]byte(text), func(p *foreign.Place) {
		p.Required("name")
		spec := p.Member("spec")
		spec.Number("target")
		spec.Skip("skipped")
		for _, item := range spec.Items("list") {
			item.Integer("known")
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, n := range got.Notes {
		told = append(told, fmt.Sprintf("%d %d:%d %s %s", n.Document, n.Line, n.Column, n.Pointer, n.Message))
	}
	want := []string{"1 4:9 /spec/more is not known, and was left out", "1 7:16 /spec/list/0/unknown is not known, and was left out"}
	if strings.Join(told, "\n") != strings.Join(want, "\n") {
		t.Errorf("told is\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
}

func TestWhatIsWrongInAnyDocumentIsToldAtItsPlace(t *testing.T) {
	t.Parallel()
	const text = "name: [a]\ncount: many\n---\nflag: 1\nlist: {}\npairs: [{value: x}]\n"
	_, err := foreign.Documents([]byte(text), func(p *foreign.Place) {
		p.Required("name")
		p.Integer("count")
		p.Bool("flag", false)
		p.Texts("list")
		p.Pairs("pairs")
	})
	want := "1:7: /name: must be one value, and is a list\n2:8: /count: must be a whole number (it is \"many\")\n" +
		"4:1: /name: is required\n4:7: /flag: must be true or false (it is \"1\")\n5:7: /list: must be a list, and is names with values\n6:9: /pairs/0/key: is required"
	var wrong *yamldoc.Error
	if !errors.As(err, &wrong) || err.Error() != want {
		t.Errorf("told is\n%v\nwant\n%s", err, want)
	}
	if _, err := foreign.Documents(nil, func(*foreign.Place) {}); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "no document") {
		t.Errorf("of nothing: %v", err)
	}
	if _, err := foreign.Documents(make([]byte, 8<<20+1), func(*foreign.Place) {}); !errors.As(err, &wrong) {
		t.Errorf("of too much: %v", err)
	}
}

func TestNotesOfADocumentAreBounded(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range foreign.MaxNotes + 50 {
		fmt.Fprintf(&text, "x%d: 1\n", i)
	}
	got, err := foreign.Documents([]byte(text.String()), func(*foreign.Place) {})
	if last := len(got.Notes); err != nil || last != foreign.MaxNotes+1 || !strings.Contains(got.Notes[0].Message, "50 more notes") {
		t.Errorf("%d notes (%v)", last, err)
	}
}

func TestWhatCannotBeDeclaredIsLeft(t *testing.T) {
	t.Parallel()
	const text = "name: Fast\ntarget: 100\nquery: sum((\n"
	got, err := foreign.Documents([]byte(text), func(p *foreign.Place) {
		name := p.Required("name")
		for _, objective := range []string{"99%", "99%", p.Number("target") + "%"} {
			d := slo.Declaration{Name: name, Objective: objective, Category: slo.Latency}
			if objective == "100%" {
				d.Origin = origin.Origin{RawRatio: &origin.RawRatio{Query: p.TextOf("query")}}
			}
			p.Declare(foreign.SLO{Service: "shop", Name: name, Declaration: d}, map[string]*foreign.Place{"/objective": p.Member("target"), "/indicator/source": p.Member("query")})
		}
	})
	if err != nil || len(got.SLOs) != 2 || got.SLOs[0].Declaration.Slug != "fast" || got.SLOs[1].Declaration.Slug != "fast-2" {
		t.Fatalf("%+v (%v)", got.SLOs, err)
	}
	var told []string
	for _, n := range got.Notes {
		told = append(told, fmt.Sprintf("%d:%d %s %t %.48s", n.Line, n.Column, n.Pointer, n.Left, n.Message))
	}
	want := []string{
		`1:1  false is called as another SLO of the service is, and `,
		`2:9 /target true cannot be declared here: must be below 100%: at `, `3:8 /query true cannot be declared here: cannot be read as PromQ`,
	}
	if strings.Join(told, "\n") != strings.Join(want, "\n") {
		t.Errorf("told is\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
}

// The numbers behind a slug go on from the last: a hundred thousand of the same name would otherwise look
// each other up five billion times, which no test would wait for.
func TestSLOsThatAreCalledAlikeAreNumbered(t *testing.T) {
	t.Parallel()
	const many = 100_000
	got, err := foreign.Documents([]byte("a: 1\n"), func(p *foreign.Place) {
		p.Skip("a")
		for range many {
			p.Add(foreign.SLO{Service: "shop", Declaration: slo.Declaration{Slug: "fast"}})
		}
		p.Add(foreign.SLO{Service: "shop", Declaration: slo.Declaration{Slug: "fast-2"}})
	})
	if err != nil || len(got.SLOs) != many+1 {
		t.Fatalf("%d SLOs (%v)", len(got.SLOs), err)
	}
	for i, want := range map[int]string{0: "fast", 1: "fast-2", 2: "fast-3", many - 1: "fast-100000", many: "fast-2-2"} {
		if is := got.SLOs[i].Declaration.Slug; is != want {
			t.Errorf("SLO %d is %s, want %s", i, is, want)
		}
	}
}
