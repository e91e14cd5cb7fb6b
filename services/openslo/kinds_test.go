package openslo_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/openslo"
)

// maker draws documents of every kind with everything that they can hold.
type maker struct{ *rapid.T }

func (m maker) some(what string) bool { return rapid.Bool().Draw(m.T, what) }

func (m maker) text(what string) yamldoc.Text { return yamldoc.Text(text().Draw(m.T, what)) }

func (m maker) label(what string) yamldoc.Text { return yamldoc.Text(label().Draw(m.T, what)) }

func (m maker) number(what string, of ...string) yamldoc.Number {
	return yamldoc.Number(rapid.SampledFrom(of).Draw(m.T, what))
}

func maybe[V any](m maker, what string, draw func(string) V) *V {
	if !m.some("has " + what) {
		return nil
	}
	v := draw(what)
	return &v
}

func (m maker) bool(what string) bool { return m.some(what) }

func (m maker) duration(what string) yamldoc.Scalar {
	return yamldoc.Scalar(rapid.StringMatching(`[1-9][0-9]?[mhdwMQY]`).Draw(m.T, what))
}

// value is anything that YAML can say.
func (m maker) value(what string) yamldoc.Value {
	v, err := yamldoc.ValueOf(m.anything(what, 3))
	if err != nil {
		m.Fatal(err)
	}
	return v
}

func (m maker) anything(what string, deep int) any {
	switch rapid.IntRange(0, 6).Draw(m.T, what) {
	case 0:
		return m.number(what, "0", "1", "-5", "99.90", "1e3", "12345678901234567890")
	case 1:
		return m.some(what)
	case 2:
		return nil
	case 3:
		if deep > 0 {
			out := make([]any, rapid.IntRange(0, 3).Draw(m.T, what))
			for i := range out {
				out[i] = m.anything(what, deep-1)
			}
			return out
		}
	case 4:
		if deep > 0 {
			out := map[string]any{}
			for range rapid.IntRange(0, 3).Draw(m.T, what) {
				out[string(m.text(what))] = m.anything(what, deep-1)
			}
			return out
		}
	}
	return m.text(what)
}

func (m maker) metadata() openslo.Metadata {
	out := openslo.Metadata{Name: m.label("name"), DisplayName: yamldoc.Text(rapid.StringMatching(`[ -~]{0,30}`).Draw(m.T, "display name"))}
	for range rapid.IntRange(0, 2).Draw(m.T, "labels") {
		if out.Labels == nil {
			out.Labels = map[string]yamldoc.OneOrMany{}
		}
		one := yamldoc.OneOrMany{Of: []yamldoc.Text{m.text("label")}}
		if m.some("many") {
			one.Many, one.Of = true, make([]yamldoc.Text, rapid.IntRange(0, 2).Draw(m.T, "how many"))
			for i := range one.Of {
				one.Of[i] = m.text("label")
			}
		}
		out.Labels[rapid.StringMatching(`[a-zA-Z0-9]([-._a-zA-Z0-9]{0,8}[a-zA-Z0-9])?`).Draw(m.T, "key")] = one
	}
	for range rapid.IntRange(0, 2).Draw(m.T, "annotations") {
		if out.Annotations == nil {
			out.Annotations = map[string]yamldoc.Text{}
		}
		out.Annotations[rapid.StringMatching(`([a-z0-9]{1,5}\.[a-z]{2}/)?[a-zA-Z0-9]{1,9}`).Draw(m.T, "key")] = m.text("annotation")
	}
	return out
}

func (m maker) metric() *openslo.Metric {
	out := &openslo.Metric{MetricSource: openslo.MetricSource{Type: m.text("type")}}
	if m.some("ref") {
		out.MetricSource.Ref = m.label("ref")
	}
	v, err := yamldoc.ValueOf(map[string]any{"query": m.anything("query", 2), string(m.label("member")): m.anything("member", 2)})
	if err != nil {
		m.Fatal(err)
	}
	out.MetricSource.Spec = v
	return out
}

func (m maker) sli() openslo.SLISpec {
	out := openslo.SLISpec{Description: m.text("description")}
	counter := maybe(m, "counter", m.bool)
	switch rapid.IntRange(0, 3).Draw(m.T, "metric") {
	case 0:
		out.ThresholdMetric = m.metric()
	case 1:
		out.RatioMetric = &openslo.RatioMetric{Counter: counter, Good: m.metric(), Total: m.metric()}
	case 2:
		out.RatioMetric = &openslo.RatioMetric{Counter: counter, Bad: m.metric(), Total: m.metric()}
	default:
		out.RatioMetric = &openslo.RatioMetric{Counter: counter, RawType: "failure", Raw: m.metric()}
	}
	return out
}

func (m maker) condition() openslo.AlertConditionSpec {
	return openslo.AlertConditionSpec{Description: m.text("description"), Severity: "page", Condition: openslo.Condition{
		Kind: "burnrate", Op: "gte", Threshold: m.number("threshold", "2", "14.40", "0", "-1"), LookbackWindow: m.duration("lookback"), AlertAfter: maybe(m, "after", m.duration),
	}}
}

func (m maker) target() openslo.AlertNotificationTargetSpec {
	return openslo.AlertNotificationTargetSpec{Description: m.text("description"), Target: m.label("target")}
}

func (m maker) policy() openslo.AlertPolicySpec {
	out := openslo.AlertPolicySpec{Description: m.text("description"), AlertWhenNoData: maybe(m, "no data", m.bool), AlertWhenResolved: maybe(m, "resolved", m.bool), AlertWhenBreaching: maybe(m, "breaching", m.bool)}
	c := openslo.ConditionRef{ConditionRef: maybe(m, "condition ref", m.label)}
	if c.ConditionRef == nil {
		metadata, spec := m.metadata(), m.condition()
		c.Kind, c.Metadata, c.Spec = openslo.KindAlertCondition, &metadata, &spec
	}
	out.Conditions = []openslo.ConditionRef{c}
	for range rapid.IntRange(1, 2).Draw(m.T, "targets") {
		r := openslo.TargetRef{TargetRef: maybe(m, "target ref", m.label)}
		if r.TargetRef == nil {
			metadata, spec := m.metadata(), m.target()
			r.Kind, r.Metadata, r.Spec = openslo.KindAlertNotificationTarget, &metadata, &spec
		}
		out.NotificationTargets = append(out.NotificationTargets, r)
	}
	return out
}

func (m maker) policies() []openslo.PolicyRef {
	var out []openslo.PolicyRef
	for range rapid.IntRange(0, 2).Draw(m.T, "policies") {
		p := openslo.PolicyRef{AlertPolicyRef: maybe(m, "policy ref", m.label)}
		if p.AlertPolicyRef == nil {
			metadata, spec := m.metadata(), m.policy()
			p.Kind, p.Metadata, p.Spec = openslo.KindAlertPolicy, &metadata, &spec
		}
		out = append(out, p)
	}
	return out
}

func (m maker) slo() openslo.SLOSpec {
	out := openslo.SLOSpec{Description: m.text("description"), Service: m.label("service"), BudgetingMethod: "Timeslices", AlertPolicies: m.policies()}
	rolls := m.some("rolls")
	w := openslo.TimeWindow{Duration: m.duration("window"), IsRolling: &rolls}
	if !rolls {
		w.Calendar = &openslo.Calendar{StartTime: "2026-01-31 12:00:00", TimeZone: "Europe/Berlin"}
	}
	out.TimeWindow = []openslo.TimeWindow{w}
	composite := m.some("composite")
	indicator := func() (*openslo.SLI, *yamldoc.Text) {
		ref := maybe(m, "indicator ref", m.label)
		if ref != nil {
			return nil, ref
		}
		return &openslo.SLI{Metadata: m.metadata(), Spec: m.sli()}, nil
	}
	if !composite {
		out.Indicator, out.IndicatorRef = indicator()
	}
	threshold := out.Indicator != nil && out.Indicator.Spec.ThresholdMetric != nil
	for range rapid.IntRange(1, 2).Draw(m.T, "objectives") {
		length := m.duration("slice")
		o := openslo.Objective{DisplayName: m.text("display name"), TargetPercent: m.number("percent", "99.90", "0", "5e1"), TimeSliceTarget: m.number("slice target", "1", "0.50"), TimeSliceWindow: &length}
		if m.some("target") {
			o.Target, o.TargetPercent = m.number("target", "0.990", "0", "5e-1"), ""
		}
		if threshold || out.Indicator == nil {
			o.Op, o.Value = "lt", m.number("value", "0.50", "-1", "1e9")
		}
		if composite {
			o.Indicator, o.IndicatorRef = indicator()
			o.CompositeWeight = m.number("weight", "1", "0.50")
		}
		out.Objectives = append(out.Objectives, o)
		if threshold {
			break
		}
	}
	return out
}

func object[S any](m maker, kind yamldoc.Text, spec S) *openslo.Object[S] {
	return &openslo.Object[S]{APIVersion: openslo.APIVersion, Kind: kind, Metadata: m.metadata(), Spec: spec}
}

func (m maker) document(kind string) any {
	switch kind {
	case openslo.KindDataSource:
		return object(m, openslo.KindDataSource, openslo.DataSourceSpec{Description: m.text("description"), Type: m.label("type"), ConnectionDetails: m.value("details")})
	case openslo.KindService:
		return object(m, openslo.KindService, openslo.ServiceSpec{Description: m.text("description")})
	case openslo.KindSLI:
		return object(m, openslo.KindSLI, m.sli())
	case openslo.KindSLO:
		return object(m, openslo.KindSLO, m.slo())
	case openslo.KindAlertPolicy:
		return object(m, openslo.KindAlertPolicy, m.policy())
	case openslo.KindAlertCondition:
		return object(m, openslo.KindAlertCondition, m.condition())
	}
	return object(m, openslo.KindAlertNotificationTarget, m.target())
}

func TestADocumentOfAnyKindIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	for _, kind := range openslo.Kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				want := maker{t}.document(kind)
				written, err := openslo.WriteDocuments(want)
				if err != nil {
					t.Fatal(err)
				}
				for _, strict := range []bool{true, false} {
					got, err := again(written, openslo.Options{Strict: strict})
					if err != nil || !reflect.DeepEqual(got, want) {
						t.Fatalf("strict %v: read was %+v, want %+v (%v)\n%s", strict, got, want, err, written)
					}
				}
			})
		})
	}
}

// again reads a text of one document.
func again(text []byte, o openslo.Options) (any, error) {
	docs, err := yamldoc.Parse(text)
	if err != nil {
		return nil, err
	}
	if len(docs) != 1 {
		return nil, fmt.Errorf("%d documents", len(docs))
	}
	of, _, err := openslo.ReadDocument(docs[0], o)
	return of, err
}

// What was read, written and read again is the same, and everything told is at a place.
func FuzzADocumentOfAnyKindIsReadAsItWasWritten(f *testing.F) {
	for _, text := range []string{dataSourceRight, serviceRight, rawRight, eventsRight, conditionRight, targetRight, policyRight, thresholdRight, slicesRight, ratioRight, compositeRight} {
		f.Add([]byte(text))
	}
	f.Add([]byte("apiVersion: openslo/v1\nkind: DataSource\nmetadata: {name: a}\nspec: {type: b, connectionDetails: [{c}]}")) // a name within brackets without a value
	f.Fuzz(func(t *testing.T, text []byte) {
		docs, err := openslo.ReadAll([]yamldoc.File{{Name: "a", Text: text}}, openslo.Options{})
		var refused *yamldoc.Error
		if errors.As(err, &refused) {
			lines := strings.Count(string(text), "\n") + 1
			for _, p := range refused.Problems {
				if p.Line < 1 || p.Line > lines || p.Column < 1 || p.Document < 1 || p.In != "a" {
					t.Errorf("%+v is no place in %q", p, text)
				}
			}
		} else if err != nil {
			t.Fatal(err)
		}
		_ = docs
		of, err := again(text, openslo.Options{})
		if err != nil {
			return
		}
		written, err := openslo.WriteDocuments(of)
		if err != nil {
			t.Fatal(err)
		}
		got, err := again(written, openslo.Options{})
		if err != nil || !reflect.DeepEqual(got, of) {
			t.Fatalf("read was %+v, written\n%s\nread again %+v (%v)", of, written, got, err)
		}
	})
}
