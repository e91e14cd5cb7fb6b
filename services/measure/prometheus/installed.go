package prometheus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/client_golang/api"

	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/source"
)

// rulesReply is what the API answers of rules: of Prometheus, of the rulers of Thanos and
// Mimir, and of vmalert, which says more of each rule than the others.
type rulesReply struct {
	Data struct {
		Groups []struct {
			Name, File string
			Interval   float64 // seconds
			Rules      []struct {
				Name, Query, Type, Health string
				Labels                    map[string]string
				DatasourceType            string // vmalert (VictoriaMetrics, app/vmalert/rule/web.go)
			}
		}
	}
}

// installed returns what the rules that are installed in a data source record of slots, by what
// they count; see meant. Those that are left out are alone in being so, and cost nothing but a
// query of their own:
//   - a rule that Prometheus could not evaluate last, or one that is evaluated less than once
//     in each slot, and the rules of vmalert, whose subqueries nobody has compared;
//   - a rule that has no labels of its own, by which its series could be told from others;
//   - one of whose series another rule records as well: two groups with the same rule each
//     leave samples there, and nobody can say which is whose.
func (b *Rulebook) installed(ctx context.Context, src source.Source) (map[string]origin.Recording, error) {
	reply, err := b.rules(ctx, src)
	if err != nil {
		return nil, err
	}
	type half struct{ good, total string } // expressions, by what they mean
	found := map[string]*half{}
	of := map[string]origin.Recording{}
	writers := map[string]int{} // of a series
	for g, group := range reply.Data.Groups {
		for _, rule := range group.Rules {
			length, good, is := b.countsSlots(rule.Name)
			if !is || rule.Type != "recording" {
				continue
			}
			series := rule.Name + " " + labelled(rule.Labels)
			writers[series]++
			tree, err := lang.ParseExpr(rule.Query)
			if err != nil || rule.Health == "err" || rule.DatasourceType != "" || len(rule.Labels) == 0 ||
				group.Interval <= 0 || time.Duration(group.Interval*float64(time.Second)) > length {
				continue
			}
			key := fmt.Sprint(g, " ", length, " ", labelled(rule.Labels))
			if found[key] == nil {
				found[key] = &half{}
				of[key] = origin.Recording{
					Group: group.Name, File: group.File, Good: GoodSlots + Length(length), Total: TotalSlots + Length(length), Labels: rule.Labels, Resolution: length,
				}
			}
			if good {
				found[key].good = meaning(tree)
			} else {
				found[key].total = meaning(tree)
			}
		}
	}
	out := map[string]origin.Recording{}
	for _, key := range slices.Sorted(maps.Keys(found)) { // of several that are the same, always the same one
		pair, is := found[key], of[key]
		if pair.good == "" || pair.total == "" || writers[is.Good+" "+labelled(is.Labels)] > 1 || writers[is.Total+" "+labelled(is.Labels)] > 1 {
			continue
		}
		if what := meant(pair.good, pair.total); out[what].Group == "" {
			out[what] = is
		}
	}
	return out, nil
}

// countsSlots reports whether a metric counts the good or all events of slots, and of which
// length they are.
func (b *Rulebook) countsSlots(metric string) (length time.Duration, good, is bool) {
	for _, length := range b.lengths {
		switch metric {
		case GoodSlots + Length(length):
			return length, true, true
		case TotalSlots + Length(length):
			return length, false, true
		}
	}
	return 0, false, false
}

// labelled writes labels in their order, so that those that are the same are the same text.
func labelled(of map[string]string) string {
	parts := make([]string, 0, 2*len(of))
	for _, name := range slices.Sorted(maps.Keys(of)) {
		parts = append(parts, name, of[name])
	}
	return node(parts...)
}

// rules asks for the recording rules of slots. A Prometheus before 2.51 knows no filter by
// names, and answers all.
func (b *Rulebook) rules(ctx context.Context, src source.Source) (rulesReply, error) {
	var reply rulesReply
	way, err := b.reader.client(ctx, src)
	if err != nil {
		return reply, err
	}
	client, err := api.NewClient(api.Config{Address: src.Address, Client: way})
	if err != nil {
		return reply, fmt.Errorf("making a client for the data source %s: %w", src.Slug, err)
	}
	at := client.URL("/api/v1/rules", nil)
	query := at.Query()
	query.Set("type", "record")
	for _, length := range b.lengths {
		query.Add("rule_name[]", GoodSlots+Length(length))
		query.Add("rule_name[]", TotalSlots+Length(length))
	}
	at.RawQuery = query.Encode()
	x := &exchange{Client: client, src: src}
	req, err := http.NewRequest(http.MethodGet, at.String(), nil)
	if err != nil {
		return reply, fmt.Errorf("asking for the rules of the data source %s: %w", src.Slug, err)
	}
	resp, body, err := x.Do(outbound.Repeatable(ctx), req)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = errors.New(resp.Status)
	}
	if err == nil {
		err = json.Unmarshal(body, &reply)
	}
	if err != nil {
		return reply, x.fault(err)
	}
	return reply, nil
}
