package prometheus_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/source"
)

// told is a data source that tells rules and samples which no Prometheus can be had to have in
// time. What a real one tells is in services/promrules.
type told struct {
	mu      sync.Mutex
	rules   []map[string]any // of one group each
	status  int              // of the rules, unless it is 0
	samples map[string][][2]any
}

func (s *told) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var data any
	if strings.HasSuffix(r.URL.Path, "/rules") {
		if s.status != 0 {
			w.WriteHeader(s.status)
			return
		}
		data = map[string]any{"groups": s.rules}
	} else {
		var result []any
		for name, values := range s.samples {
			metric := map[string]string{}
			for part := range strings.SplitSeq(name, ",") {
				label, value, _ := strings.Cut(part, "=")
				metric[label] = value
			}
			result = append(result, map[string]any{"metric": metric, "values": values})
		}
		data = map[string]any{"resultType": "matrix", "result": result}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"status": "success", "data": data})
}

const (
	goodRule  = `last_over_time(((sum(increase(r{job="a"}[1m])) - (sum(increase(r{code="500",job="a"}[1m])) or vector(0))) >= 0)[1m:1m] offset 10s)`
	totalRule = `last_over_time((sum(increase(r{job="a"}[1m])) >= 0)[1m:1m] offset 10s)`
)

// pair is a group with the rules of an SLO.
func pair(good, total string, change ...func(group map[string]any, rules []map[string]any)) map[string]any {
	rules := []map[string]any{
		{"type": "recording", "health": "ok", "name": "slo:good_events:slot1m", "query": good, "labels": map[string]string{"slo": "x"}},
		{"type": "recording", "health": "ok", "name": "slo:total_events:slot1m", "query": total, "labels": map[string]string{"slo": "x"}},
	}
	group := map[string]any{"name": "evenkeel-a-x", "file": "rules.yaml", "interval": 60, "rules": rules}
	for _, c := range change {
		c(group, rules)
	}
	return group
}

func both(name string, value any) func(map[string]any, []map[string]any) {
	return func(_ map[string]any, rules []map[string]any) { rules[0][name], rules[1][name] = value, value }
}

func TestOnlyRulesThatCountTheSlotsOfTheIndicatorAreReadFrom(t *testing.T) {
	t.Parallel()
	a := minutes(origin.Origin{Ratio: &origin.Ratio{Bad: `sum(increase(r{job="a",code="500"}[$window]))`, Total: `sum(increase(r{job="a"}[$window]))`}}, 4)
	a.Indicator = "i"
	whole := pair(goodRule, totalRule)
	for name, test := range map[string]struct {
		rules  []map[string]any
		status int
		source func(*source.Source)
		ask    func(*origin.Ask)
		want   bool
	}{
		"as they are written":         {rules: []map[string]any{whole}, want: true},
		"written otherwise":           {rules: []map[string]any{pair("last_over_time ( (((sum(increase(r{job=\"a\"}[60s])) - ((sum (increase(r{job=\"a\",code=\"500\"}[1m]))) or vector(0))) >= 0))[1m:60s]  offset 10s )", totalRule)}, want: true},
		"of another name in Sloth":    {rules: []map[string]any{pair(goodRule, totalRule, both("labels", map[string]string{"sloth_id": "a-x"}))}, want: true},
		"beside those of others":      {rules: []map[string]any{pair(totalRule, totalRule, both("labels", map[string]string{"slo": "y"})), whole}, want: true},
		"not evaluated yet":           {rules: []map[string]any{pair(goodRule, totalRule, both("health", "unknown"))}, want: true},
		"other matchers":              {rules: []map[string]any{pair(strings.ReplaceAll(goodRule, "500", "5.."), totalRule)}},
		"another length":              {rules: []map[string]any{pair(strings.ReplaceAll(goodRule, "1m", "5m"), strings.ReplaceAll(totalRule, "1m", "5m"))}},
		"no offset":                   {rules: []map[string]any{pair(strings.Replace(goodRule, " offset 10s", "", 1), totalRule)}},
		"a half":                      {rules: []map[string]any{pair(goodRule, totalRule, func(g map[string]any, rules []map[string]any) { g["rules"] = rules[:1] })}},
		"not evaluated well":          {rules: []map[string]any{pair(goodRule, totalRule, both("health", "err"))}},
		"evaluated too seldom":        {rules: []map[string]any{pair(goodRule, totalRule, func(g map[string]any, _ []map[string]any) { g["interval"] = 120 })}},
		"twice":                       {rules: []map[string]any{whole, whole}},
		"another of the same series":  {rules: []map[string]any{whole, pair(totalRule, totalRule)}},
		"without labels":              {rules: []map[string]any{pair(goodRule, totalRule, both("labels", map[string]string{}))}},
		"of vmalert":                  {rules: []map[string]any{pair(goodRule, totalRule, both("datasourceType", "prometheus"))}},
		"none":                        {},
		"no API of rules":             {rules: []map[string]any{whole}, status: http.StatusNotFound},
		"a silent one":                {rules: []map[string]any{whole}, status: http.StatusServiceUnavailable},
		"of a source with matchers":   {rules: []map[string]any{whole}, source: func(s *source.Source) { s.Matchers = []source.Matcher{{Label: "team", Op: "=", Value: "$team"}} }},
		"of a source for some":        {rules: []map[string]any{whole}, source: func(s *source.Source) { s.MatchersRequired = true }},
		"of a source that is hurried": {rules: []map[string]any{whole}, source: func(s *source.Source) { s.Delay = 10 * time.Second }},
		"of groups":                   {rules: []map[string]any{whole}, ask: func(a *origin.Ask) { a.Origin.GroupBy, a.Origin.MaxGroups = "route", 10 }},
		"of what may be several": {rules: []map[string]any{whole}, ask: func(a *origin.Ask) {
			a.Origin.Ratio = &origin.Ratio{Bad: `increase(r{job="a",code="500"}[$window])`, Total: a.Origin.Ratio.Total}
		}},
		"of another indicator": {rules: []map[string]any{whole}, ask: func(a *origin.Ask) {
			a.Origin.Ratio = &origin.Ratio{Good: a.Origin.Ratio.Total, Total: a.Origin.Ratio.Total}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(&told{rules: test.rules, status: test.status})
			t.Cleanup(server.Close)
			book, src := bookOf(server.URL)
			a := a
			if test.source != nil {
				test.source(&src)
			}
			if test.ask != nil {
				test.ask(&a)
			}
			book.Look(t.Context(), src, ten.Add(-time.Hour))
			if _, is := book.Recorded(src, a); is != test.want {
				t.Errorf("it is read from rules: %v", is)
			}
		})
	}
}

func bookOf(address string) (*prometheus.Rulebook, source.Source) {
	reader := prometheus.New(func(context.Context, source.Source) (*http.Client, error) { return http.DefaultClient, nil })
	return prometheus.NewRulebook(reader, measure.Minute), source.Source{
		ID: "s", Slug: "main", Access: source.Access{Address: address}, Limits: source.Limits{Timeout: 5 * time.Second, Delay: time.Minute},
	}
}

func TestRulesCountFromWhenTheyWereFoundAndNoLongerThanTheyAre(t *testing.T) {
	t.Parallel()
	prom := &told{rules: []map[string]any{pair(goodRule, totalRule)}}
	server := httptest.NewServer(prom)
	t.Cleanup(server.Close)
	book, src := bookOf(server.URL)
	a := minutes(origin.Origin{Ratio: &origin.Ratio{Bad: `sum(increase(r{job="a",code="500"}[$window]))`, Total: `sum(increase(r{job="a"}[$window]))`}}, 4)
	a.Indicator = "i"
	at := func(minute int) bool {
		a.From, a.To = ten.Add(time.Duration(minute-5)*time.Minute), ten.Add(time.Duration(minute-1)*time.Minute)
		book.Look(t.Context(), src, ten.Add(time.Duration(minute)*time.Minute))
		_, is := book.Recorded(src, a)
		return is
	}
	// The first of the four slots that are read at minute m begins at m−5, and is recorded 70 s
	// later or more; the clocks may differ by a minute.
	for _, minute := range []int{0, 3, 4, 5, 8} {
		if is := at(minute); is != (minute >= 5) {
			t.Errorf("in minute %d it is read from rules: %v", minute, is)
		}
	}
	prom.mu.Lock()
	prom.rules = []map[string]any{pair(totalRule, totalRule)} // changed, unseen for two minutes
	prom.mu.Unlock()
	if at(9) != true || at(11) != false {
		t.Error("a rule that was changed is still read from after the next look")
	}
	prom.mu.Lock()
	prom.rules = []map[string]any{pair(goodRule, totalRule)}
	prom.mu.Unlock()
	if at(13) || at(17) || !at(18) {
		t.Error("a rule that was changed back is not looked at anew")
	}
}

// By hand: of the events of each minute a tenth is bad. A sample at 10:01:42 is of the slot from
// 10:00 to 10:01, for at 10:01:32 that is the last that has ended; so is one at 10:02:09, and one
// at 10:02:10 is of the next.
func TestASampleIsOfTheSlotThatHadSettledWhenItWasRecorded(t *testing.T) {
	t.Parallel()
	at := func(minute, second int, value string) [2]any {
		return [2]any{ten.Add(time.Duration(minute)*time.Minute + time.Duration(second)*time.Second).Unix(), value}
	}
	const good, total = "__name__=slo:good_events:slot1m,slo=x", "__name__=slo:total_events:slot1m,slo=x"
	for name, test := range map[string]struct {
		samples map[string][][2]any
		want    string // "" where the slots are not recorded
	}{
		"once in each slot":        {map[string][][2]any{good: {at(0, 42, "1"), at(1, 42, "9"), at(2, 42, "18"), at(3, 42, "1")}, total: {at(0, 42, "1"), at(1, 42, "10"), at(2, 42, "20"), at(3, 42, "1")}}, "9/10 18/20"},
		"at the edges":             {map[string][][2]any{good: {at(2, 9, "9"), at(2, 10, "18")}, total: {at(2, 9, "10"), at(2, 10, "20")}}, "9/10 18/20"},
		"twice after a reload":     {map[string][][2]any{good: {at(1, 20, "8"), at(1, 50, "9"), at(2, 50, "18")}, total: {at(1, 20, "9"), at(1, 50, "10"), at(2, 50, "20")}}, "9/10 18/20"},
		"others beside":            {map[string][][2]any{good: {at(1, 42, "9"), at(2, 42, "18")}, total: {at(1, 42, "10"), at(2, 42, "20")}, total + "y": {at(1, 42, "5")}}, "9/10 18/20"},
		"rounded as bad events":    {map[string][][2]any{good: {at(1, 42, "7.0002"), at(2, 42, "18")}, total: {at(1, 42, "10.0006"), at(2, 42, "20")}}, "7.001/10.001 18/20"},
		"one evaluation missed":    {map[string][][2]any{good: {at(1, 42, "9")}, total: {at(1, 42, "10")}}, ""},
		"the total missed":         {map[string][][2]any{good: {at(1, 42, "9"), at(2, 42, "18")}, total: {at(1, 42, "10")}}, ""},
		"of different evaluations": {map[string][][2]any{good: {at(1, 42, "9"), at(2, 12, "18")}, total: {at(1, 42, "10"), at(2, 12, "19"), at(2, 42, "20")}}, ""},
		"more good than all":       {map[string][][2]any{good: {at(1, 42, "11"), at(2, 42, "18")}, total: {at(1, 42, "10"), at(2, 42, "20")}}, ""},
		"of two replicas":          {map[string][][2]any{good: {at(1, 42, "9"), at(2, 42, "18")}, good + ",replica=b": {at(1, 43, "9")}, total: {at(1, 42, "10"), at(2, 42, "20")}}, ""},
		"of nobody":                {map[string][][2]any{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(&told{rules: []map[string]any{pair(goodRule, totalRule)}, samples: test.samples})
			t.Cleanup(server.Close)
			book, src := bookOf(server.URL)
			book.Look(t.Context(), src, ten.Add(-time.Hour))
			a := minutes(origin.Origin{Ratio: &origin.Ratio{Bad: `sum(increase(r{job="a",code="500"}[$window]))`, Total: `sum(increase(r{job="a"}[$window]))`}}, 2)
			got := book.Read(t.Context(), src, []origin.Ask{a})[0]
			if test.want == "" && got.Err == nil || test.want != "" && text(got) != test.want {
				t.Errorf("it is read as %s (%v), want %s", text(got), got.Err, test.want)
			}
		})
	}
	if got := fmt.Sprint(prometheus.SlotAt(ten.Add(69*time.Second), time.Minute).Sub(ten), prometheus.SlotAt(ten.Add(70*time.Second), time.Minute).Sub(ten)); got != "0s 1m0s" {
		t.Errorf("a minute has settled after %s", got)
	}
}
