package openslo_test

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/openslo"
)

// declarable draws an SLO that can be declared, and the SLI where that is a document of its own,
// with what has no place in a declaration.
func (m maker) declarable() (*openslo.SLO, *openslo.SLI) {
	s := object(m, openslo.KindSLO, m.slo())
	rolls := true
	s.Metadata.DisplayName = yamldoc.Text(line().Draw(m.T, "display name"))
	s.Spec.TimeWindow = []openslo.TimeWindow{{Duration: "4w", IsRolling: &rolls}}
	s.Spec.BudgetingMethod = "Occurrences"
	query := func(text string) *openslo.Metric {
		v, err := yamldoc.ValueOf(map[string]any{"query": text, "member": m.anything("member", 2)})
		if err != nil {
			m.Fatal(err)
		}
		return &openslo.Metric{MetricSource: openslo.MetricSource{Ref: "prometheus", Type: "Prometheus", Spec: v}}
	}
	sli := openslo.SLI{Metadata: m.metadata(), Spec: openslo.SLISpec{Description: m.text("of the sli"), RatioMetric: &openslo.RatioMetric{Counter: maybe(m, "counter", m.bool), Good: query("sum(ok[$window])"), Total: query("sum(all[$window])")}}}
	s.Spec.Indicator, s.Spec.IndicatorRef = &sli, nil
	name, seen := m.label("objective"), s.Spec.Objectives
	s.Spec.Objectives = nil
	for i := range seen {
		o := openslo.Objective{DisplayName: name, TargetPercent: m.number("percent", "99.90", "99", "9.9e1"), Op: "gt", TimeSliceTarget: "0.50"}
		if m.some("target") {
			o.Target, o.TargetPercent = m.number("target", "0.990", "0.9"), ""
		}
		if i > 0 {
			o.DisplayName = yamldoc.Text("Other " + string(name))
		}
		s.Spec.Objectives = append(s.Spec.Objectives, o)
	}
	if !m.some("apart") {
		return s, nil
	}
	sli.APIVersion, sli.Kind = openslo.APIVersion, openslo.KindSLI
	s.Spec.Indicator, s.Spec.IndicatorRef = nil, &sli.Metadata.Name
	return s, &sli
}

func TestWhatHasNoPlaceInADeclarationIsWrittenAsItWasRead(t *testing.T) {
	t.Parallel()
	drawn, read := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		drawn++
		s, sli := maker{t}.declarable()
		want := []any{s}
		if sli != nil {
			want = []any{sli, s}
		}
		text, err := openslo.WriteDocuments(want...)
		if err != nil {
			t.Fatal(err)
		}
		r, err := openslo.Read(text, openslo.Options{})
		if err != nil {
			return // by chance, such as a description of characters that nobody sees
		}
		read++
		written, err := openslo.Write(r.Service, r.Declaration, r.Extras)
		if err != nil {
			t.Fatal(err)
		}
		docs, err := yamldoc.Parse(written)
		if err != nil || len(docs) != len(want) {
			t.Fatalf("%d documents, want %d (%v)\n%s", len(docs), len(want), err, written)
		}
		for i, d := range docs {
			got, _, err := openslo.ReadDocument(d, openslo.Options{})
			if err != nil || !reflect.DeepEqual(got, want[i]) {
				t.Fatalf("written is\n%s\nof\n%s\n(%v)", written, text, err)
			}
		}
	})
	if read*10 < drawn {
		t.Errorf("only %d of %d documents were read", read, drawn)
	}
}

func TestAnyChangeOfADeclarationIsWrittenIntoItsDocument(t *testing.T) {
	t.Parallel()
	drawn, read := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		drawn++
		s, sli := maker{t}.declarable()
		of := []any{s}
		if sli != nil {
			of = append(of, sli)
		}
		text, err := openslo.WriteDocuments(of...)
		if err != nil {
			t.Fatal(err)
		}
		r, err := openslo.Read(text, openslo.Options{})
		if err != nil {
			return
		}
		d := r.Declaration
		other := draw(t)
		for _, change := range []func(){
			func() { d.Objective = other.Objective }, func() { d.Description = other.Description }, func() { d.WindowDays, d.Calendar = other.WindowDays, other.Calendar },
			func() { d.Further = other.Further }, func() { d.GoodEvent = other.GoodEvent }, func() { d.AlertsOff = other.AlertsOff },
			func() { d.Budgeting = other.Budgeting }, func() { d.Origin, d.Counting = other.Origin, other.Counting },
			func() {
				d.Confidence, d.Rationale, d.MinEvents, d.Resolution = other.Confidence, other.Rationale, other.MinEvents, other.Resolution
			},
			func() { d.Slug, d.Name = other.Slug, other.Name },
		} {
			if rapid.IntRange(0, 3).Draw(t, "changes") == 0 {
				change()
			}
		}
		if d.Validate() != nil {
			return
		}
		read++
		written, err := openslo.Write(r.Service, d, r.Extras)
		if err != nil {
			t.Fatal(err)
		}
		got, err := openslo.Read(written, openslo.Options{})
		if err != nil || !reflect.DeepEqual(got.Declaration, d.Complete()) {
			t.Fatalf("read again is\n%+v\nwant\n%+v\n(%v)\n%s\nof\n%s", got.Declaration, d.Complete(), err, written, text)
		}
	})
	if read*10 < drawn {
		t.Errorf("only %d of %d declarations were valid", read, drawn)
	}
}

func TestAChangedDeclarationIsWrittenIntoItsDocument(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"ratio": ratioDocument, "threshold": thresholdDocument} {
		r, err := openslo.Read([]byte(text), openslo.Options{})
		if err != nil {
			t.Fatal(err)
		}
		r.Declaration.Description, r.Declaration.GoodEvent = "What it is now", "It went well"
		written, err := openslo.Write("elsewhere", r.Declaration, r.Extras)
		if err != nil {
			t.Fatal(err)
		}
		got, err := openslo.Read(written, openslo.Options{})
		if err != nil || got.Service != "elsewhere" || !reflect.DeepEqual(got.Declaration, r.Declaration) {
			t.Errorf("%s: read again is %+v, want %+v (%v)\n%s", name, got, r.Declaration, err, written)
		}
		kept := map[string][]string{
			"ratio":     {"team: - shop - web", "displayName: Baskets that could be opened", "alertPolicyRef: on-call", "region: eu", "target: 0.98", "duration: 4w", "displayName: All errors"},
			"threshold": {"kind: SLI", "indicatorRef: search-time", "value: 5e2", "targetPercent: 99.50", "duration: 2w"},
		}
		words := strings.Join(strings.Fields(string(written)), " ")
		for _, part := range kept[name] {
			if !strings.Contains(words, part) {
				t.Errorf("%s has no %s any more:\n%s", name, part, written)
			}
		}
	}
}
