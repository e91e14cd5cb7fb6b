package nobl9

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	domain "github.com/evenkeel/evenkeel/services/slo"
)

// objective is one, with what it measures.
type objective struct {
	at, query     *foreign.Place
	name, display string
	primary       bool
	target        string
	sliceTarget   string
	origin        origin.Origin
	words         string // what is counted by a source that is not asked
	source        string
	category      domain.Category
}

// speaks are the sources whose queries are PromQL.
var speaks = map[string]bool{"prometheus": true, "amazonPrometheus": true, "azurePrometheus": true, "coralogix": true, "dash0": true}

// objective reads one; false where it was left, or is wrong.
func (r reader) objective(p *foreign.Place, i int, sliced bool) (objective, bool) {
	o := objective{at: p, display: p.TextOf("displayName"), primary: p.Bool("primary", false), query: p}
	o.name = cmp.Or(p.TextOf("name"), foreign.Slug(o.display), fmt.Sprintf("objective-%d", i+1))
	o.category = foreign.Category(r.name, r.display, o.display)
	target := p.Number("target")
	p.Required("target")
	o.target = foreign.PercentOf(target)
	if sliceTarget := p.Number("timeSliceTarget"); sliced {
		p.Required("timeSliceTarget")
		o.sliceTarget = foreign.PercentOf(sliceTarget)
	} else if sliceTarget != "" {
		p.Member("timeSliceTarget").Note("has no meaning with Occurrences")
	}
	var ok bool
	switch {
	case p.Has("composite"):
		composite(p.Member("composite"), o.target)
		p.Whole()
		return o, false
	case p.Has("countMetrics"):
		p.Skip("value", "op")
		ok = r.counts(p.Member("countMetrics"), &o)
	case p.Has("rawMetric"):
		ok = r.raw(p, p.Member("rawMetric").Member("query"), &o)
	case r.old.There():
		ok = r.raw(p, r.old, &o)
	default:
		p.Whole().Fail("must have one of countMetrics, rawMetric and composite")
	}
	return o, ok && target != ""
}

// composite tells what to declare of one, which a document of SLOs does not hold here.
func composite(p *foreign.Place, target string) {
	var members []string
	for _, of := range p.Member("components").Items("objectives") {
		if of.Kind() == yamldoc.Names {
			members = append(members, fmt.Sprintf("%s/%s/%s × %s", of.Peek("project"), of.Peek("slo"), of.Peek("objective"), cmp.Or(of.Peek("weight"), "1")))
		}
	}
	method := "weighted_average"
	p.Leave("is a composite, which is not imported: once its members are SLOs here, declare a composite with the method %s, the objective %s and the members %s", method, target, strings.Join(members, ", "))
}

// metric reads the one query of a metric: PromQL, or in words what another source is asked.
func metric(p *foreign.Place) (query *foreign.Place, promQL, words string, ok bool) {
	if !p.Names() {
		return p, "", "", false
	}
	names := p.MemberNames()
	if len(names) != 1 {
		p.Whole().Fail("must be of one source, is of %d", len(names))
		return p, "", "", false
	}
	of := p.Member(names[0])
	if !speaks[names[0]] || !of.Has("promql") {
		return of, "", names[0] + ": " + of.Words(), true
	}
	return of.Member("promql"), of.Required("promql"), "", true
}

// counts reads numbers of good, or bad, and all events.
func (r reader) counts(p *foreign.Place, o *objective) bool {
	if !p.Names() {
		return false
	}
	incremental := p.Bool("incremental", false)
	if p.Has("goodTotal") {
		query, _, words, ok := metric(p.Member("goodTotal"))
		return ok && r.pushed(query, "good and all: "+words, o)
	}
	part := "good"
	if p.Has("bad") && !p.Has("good") {
		part = "bad"
	}
	query, some, words, ok := metric(p.Member(part))
	_, total, wordsOfTotal, all := metric(p.Member("total"))
	if !ok || !all {
		return false
	}
	o.query = query
	if some == "" || total == "" {
		return r.pushed(query, fmt.Sprintf("%s: %s\nall: %s", part, cmp.Or(words, some), cmp.Or(wordsOfTotal, total)), o)
	}
	counted := func(at *foreign.Place, text string) (string, bool) {
		if incremental {
			out, ok := prometheus.OfCounter(text)
			if !ok {
				at.Leave("cannot be read as a sum of counters: write it as sum(x), or declare the SLO with a query over $window")
			}
			return out, ok
		}
		out, _, ok := prometheus.OfRange(text)
		if !ok {
			at.Leave("cannot be read as a sum of rates or increases over one range: write it so, or declare the SLO with a query over $window")
		}
		return out, ok
	}
	good, ok := counted(query, some)
	whole, all := counted(p.Member("total"), total)
	if !ok || !all {
		return false
	}
	o.origin.Ratio = &origin.Ratio{Good: good, Total: whole}
	if part == "bad" {
		o.origin.Ratio = &origin.Ratio{Bad: good, Total: whole}
	}
	o.source = r.source
	return true
}

// pushed has the measurements pushed, and says so.
func (r reader) pushed(at *foreign.Place, words string, o *objective) bool {
	o.query, o.words = at, words
	at.Note("is asked of %s, which is not asked by Evenkeel: push what it counts, or write an adapter that asks it; the query is in the words of the indicator", cmp.Or(r.source, "a source"))
	return true
}

// raw compares values with a limit, each of which is an event.
func (r reader) raw(p, at *foreign.Place, o *objective) bool {
	value, op := p.Number("value"), p.Required("op")
	p.Required("value")
	query, text, words, ok := metric(at)
	limit, is := foreign.Float(value)
	if !slices.Contains(origin.Ops, origin.Op(op)) {
		if op != "" {
			p.Member("op").Fail("must be one of lte, lt, gte and gt")
		}
		return false
	}
	if !ok || !is {
		return false
	}
	o.query = query
	if text == "" {
		return r.pushed(query, fmt.Sprintf("good where %s %s: %s", op, value, words), o)
	}
	o.origin.Threshold, o.source = &origin.Threshold{Query: text, Op: origin.Op(op), Value: limit}, r.source
	return true
}
