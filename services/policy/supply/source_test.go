package supply

import (
	"reflect"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
)

var now = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func share(of float64) *float64 { return &of }

func TestWhatPeopleSaidGoesBeforeWhatIncidentsTell(t *testing.T) {
	t.Parallel()
	incidents := func(causes ...string) []Incident {
		var out []Incident
		for n, c := range causes {
			i := Incident{ID: id.ID(rune('A' + n))}
			switch c {
			case "":
			case "two":
				i.Causes = []string{Own[0], Own[1]}
			default:
				i.Causes = []string{c}
			}
			out = append(out, i)
		}
		return out
	}
	said := func(f Fact, ago time.Duration) Fact {
		f.Until = now.Add(-ago)
		return f
	}
	cause := Fact{Name: Cause, Value: Value{Text: Excusing[0]}}
	shares := Fact{Name: IncidentShares, Value: Value{Numbers: map[string]float64{"A": 0.5, "INC-7": 0.1}}}
	for name, c := range map[string]struct {
		facts     []Fact
		incidents []Incident
		shares    []*float64
		want      fact.Set
	}{
		"nothing": {want: fact.Set{Cause: Unclassified, IncidentShares: map[string]float64{}}},
		"the cause of the one that took most": {
			incidents: incidents(Own[0], Own[1]), shares: []*float64{share(0.1), share(0.2)},
			want: fact.Set{Cause: Own[1], IncidentShares: map[string]float64{"A": 0.1, "B": 0.2}},
		},
		"one that excuses, though another is the team's own": {
			incidents: incidents(Own[0], Excusing[0]), shares: []*float64{share(0.1), share(0.2)},
			want: fact.Set{Cause: Unclassified, IncidentShares: map[string]float64{"A": 0.1, "B": 0.2}},
		},
		"one of two causes": {
			incidents: incidents("two", Own[2]), shares: []*float64{share(0.2), share(0.1)},
			want: fact.Set{Cause: Unclassified, IncidentShares: map[string]float64{"A": 0.2, "B": 0.1}},
		},
		"two that took as much": {
			incidents: incidents(Own[0], Own[1], Own[0]), shares: []*float64{share(0.2), share(0.2), share(0.1)},
			want: fact.Set{Cause: Unclassified, IncidentShares: map[string]float64{"A": 0.2, "B": 0.2, "C": 0.1}},
		},
		"two of one cause that took as much": {
			incidents: incidents(Own[0], Own[0]), shares: []*float64{share(0.2), share(0.2)},
			want: fact.Set{Cause: Own[0], IncidentShares: map[string]float64{"A": 0.2, "B": 0.2}},
		},
		"one that took nothing": {
			incidents: incidents(Own[0]), shares: []*float64{share(0)},
			want: fact.Set{Cause: Unclassified, IncidentShares: map[string]float64{"A": 0}},
		},
		"what one took is not known": {
			incidents: incidents(Own[0], Own[1]), shares: []*float64{share(0.3), nil},
			want: fact.Set{Cause: Unclassified},
		},
		"what one took is not known, and people said it": {
			facts: []Fact{said(shares, -time.Hour)}, incidents: incidents(Own[0], Own[1]), shares: []*float64{nil, share(0.3)},
			want: fact.Set{Cause: Unclassified, IncidentShares: map[string]float64{"A": 0.5, "INC-7": 0.1, "B": 0.3}},
		},
		"people said all": {
			facts: []Fact{said(cause, -time.Hour), said(shares, -time.Hour)}, incidents: incidents(Own[0], Own[1]), shares: []*float64{share(0.3), share(0.2)},
			want: fact.Set{Cause: Excusing[0], IncidentShares: map[string]float64{"A": 0.5, "INC-7": 0.1, "B": 0.2}},
		},
		"what people said is over": {
			facts: []Fact{said(cause, time.Hour), said(shares, 0)}, incidents: incidents(Own[0]), shares: []*float64{share(0.3)},
			want: fact.Set{Cause: Own[0], IncidentShares: map[string]float64{"A": 0.3}},
		},
	} {
		if got := (Known{Facts: c.facts, Incidents: c.incidents}).facts(now, c.shares); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
