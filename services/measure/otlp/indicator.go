package otlp

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	commonpb "go.opentelemetry.io/proto/otlp/common/v1"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

// Indicator is one that counts OpenTelemetry metrics.
type Indicator struct {
	ID         id.ID
	Team       id.ID // owns the service
	Resolution time.Duration
	Origin     origin.Origin // its OTLP is set
}

// counter is an indicator made ready to count.
type counter struct {
	Indicator
	where, judged []condition
	good          bool // judged are the conditions of good events, not of bad ones
	err           error
}

// condition is a comparison with the text of an attribute.
type condition struct {
	attribute string
	holds     func(text string) bool
}

// ready compiles the conditions. An indicator that cannot be read counts nothing,
// and says so of every point: the others of its team go on.
func ready(i Indicator) *counter {
	c := &counter{Indicator: i, good: len(i.Origin.OTLP.Good) > 0}
	judged := i.Origin.OTLP.Bad
	if c.good {
		judged = i.Origin.OTLP.Good
	}
	if c.where, c.err = compile(i.Origin.OTLP.Where); c.err == nil {
		c.judged, c.err = compile(judged)
	}
	return c
}

func compile(matches []origin.Match) ([]condition, error) {
	out := make([]condition, len(matches))
	for i, m := range matches {
		out[i].attribute = m.Attribute
		switch m.Op {
		case origin.Equal:
			out[i].holds = func(text string) bool { return text == m.Value }
		case origin.NotEqual:
			out[i].holds = func(text string) bool { return text != m.Value }
		case origin.MatchesRE, origin.MatchesNoRE:
			re, err := regexp.Compile("^(?s:" + m.Value + ")$")
			if err != nil {
				return nil, fmt.Errorf("the expression for the attribute %s is no RE2", quote(m.Attribute))
			}
			wanted := m.Op == origin.MatchesRE
			out[i].holds = func(text string) bool { return re.MatchString(text) == wanted }
		default:
			return nil, fmt.Errorf("the comparison %s of the attribute %s is unknown", quote(string(m.Op)), quote(m.Attribute))
		}
	}
	return out, nil
}

// attributes are those of a point, and behind them those of its resource.
type attributes struct {
	point, resource []*commonpb.KeyValue
}

// text returns an attribute as text, empty when it is absent or is a list, a map
// or bytes.
func (a attributes) text(key string) string {
	for _, of := range [][]*commonpb.KeyValue{a.point, a.resource} {
		for _, kv := range of {
			if kv.GetKey() == key {
				return textOf(kv.GetValue())
			}
		}
	}
	return ""
}

func textOf(v *commonpb.AnyValue) string {
	switch v := v.GetValue().(type) {
	case *commonpb.AnyValue_StringValue:
		return v.StringValue
	case *commonpb.AnyValue_BoolValue:
		return strconv.FormatBool(v.BoolValue)
	case *commonpb.AnyValue_IntValue:
		return strconv.FormatInt(v.IntValue, 10)
	case *commonpb.AnyValue_DoubleValue:
		return strconv.FormatFloat(v.DoubleValue, 'g', -1, 64)
	}
	return ""
}

func all(conditions []condition, a attributes) bool {
	for _, c := range conditions {
		if !c.holds(a.text(c.attribute)) {
			return false
		}
	}
	return true
}

// wants reports whether the events of a point are the indicator's.
func (c *counter) wants(a attributes) bool { return all(c.where, a) }

// judges reports whether the events of a point are good, by its attributes.
func (c *counter) judges(a attributes) bool { return all(c.judged, a) == c.good }

// group is the group that a point's events are of.
func (c *counter) group(a attributes) string {
	if c.Origin.GroupBy == "" {
		return ""
	}
	return measure.GroupOf(a.text(c.Origin.GroupBy))
}

// maxGroups is how many groups there may be; 0 where there are none.
func (c *counter) maxGroups() int {
	if c.Origin.GroupBy != "" && c.Origin.MaxGroups == 0 {
		return origin.DefaultMaxGroups
	}
	return c.Origin.MaxGroups
}
