package parity

import (
	"cmp"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
)

// number is the decimal number of that name; nil where there is none.
func number(p *foreign.Place, name string) *big.Rat {
	text := p.Number(name)
	if text == "" {
		return nil
	}
	r, ok := foreign.Rational(text)
	if !ok {
		p.Member(name).Fail("must be a decimal number")
		return nil
	}
	return r
}

// seconds is a time as seconds since 1970.
func seconds(p *foreign.Place, name string) time.Time {
	r := number(p, name)
	if r == nil || !r.IsInt() || !r.Num().IsInt64() {
		return time.Time{}
	}
	return time.Unix(r.Num().Int64(), 0).UTC()
}

// datadog reads the reply of /api/v1/slo/{id}/history. It does not say which SLO it is of, but
// for its name: slo_id is put beside data by who asked. SLIs and budgets are percentages there
// (SLOHistorySLIData of Datadog's reference).
func datadog(p *foreign.Place, days int) []Figure {
	data := p.Member("data")
	if !data.Names() {
		return nil
	}
	overall := data.Member("overall")
	if !overall.Names() {
		return nil
	}
	f := Figure{ID: p.TextOf("slo_id"), SLO: overall.TextOf("name"), Service: p.TextOf("service"), From: seconds(data, "from_ts"), To: seconds(data, "to_ts")}
	if f.ID == "" && f.SLO == "" {
		p.Fail("must say which SLO it is of: put its slo_id beside data")
	}
	if sli := number(overall, "sli_value"); sli != nil {
		f.SLI = percent(sli)
	}
	frame := fmt.Sprintf("%dd", days)
	if left := number(overall.Member("error_budget_remaining"), frame); left != nil {
		f.Remaining = percent(left)
	}
	if target := number(data.Member("thresholds").Member(frame), "target"); target != nil {
		f.Objective = percent(target)
	}
	if series := data.Member("series"); series.There() {
		f.Good, f.Total = number(series.Member("numerator"), "sum"), number(series.Member("denominator"), "sum")
	}
	return []Figure{f}
}

// nobl9 reads a reply of the SLO status API, in which reliability is a share. What is left of the
// budget follows from it and the target, by the same formula as here.
func nobl9(p *foreign.Place, _ int) []Figure {
	var out []Figure
	for _, s := range p.Items("data") {
		if !s.Names() {
			continue
		}
		named := func(name string) string { // version 1 has a text, version 2 an object
			if of := s.Member(name); of.Kind() == yamldoc.Names {
				return of.TextOf("name")
			}
			return s.TextOf(name)
		}
		slo, service, project := s.Required("name"), named("service"), named("project")
		for _, o := range s.Items("objectives") {
			if !o.Names() {
				continue
			}
			name := o.TextOf("name")
			f := Figure{Service: service, SLO: slo, ID: strings.Join([]string{project, slo, name}, "/"), SLI: number(o, "reliability"), Objective: number(o, "target")}
			if name != "" {
				f.SLO, f.Also = slo+"-"+name, []string{slo}
			}
			if counts := o.Member("counts"); counts.There() {
				f.Good, f.Total = number(counts, "good"), number(counts, "total")
			}
			out = append(out, f)
		}
	}
	return out
}

// sloGenerator reads a report, of which there is one for each step of an error-budget policy: those
// of other windows are passed over (report.py of slo-generator).
func sloGenerator(p *foreign.Place, days int) []Figure {
	labels := p.Member("metadata").Member("labels")
	text := func(name string) string { // version 1 has it at the top
		if of := labels.TextOf(name); of != "" {
			return of
		}
		return p.TextOf(name)
	}
	f := Figure{ID: p.TextOf("name"), Service: text("service_name")}
	f.SLO = strings.Trim(text("feature_name")+"-"+text("slo_name"), "-")
	if f.ID == "" {
		f.ID = strings.Trim(f.Service+"-"+f.SLO, "-")
	}
	if f.ID == "" {
		p.Fail("must say which SLO it is of: name, or the labels of its metadata")
	}
	if f.SLO == "" {
		f.SLO = f.ID
	}
	if !p.Bool("valid", true) {
		return nil // no report came of it
	}
	if window, given := p.Integer("window"); !given || window != int64(days)*86400 {
		return nil
	}
	f.To = seconds(p, "timestamp")
	if !f.To.IsZero() {
		f.From = f.To.AddDate(0, 0, -days)
	}
	f.SLI, f.Objective = number(p, "sli_measurement"), number(p, "goal")
	good, bad := number(p, "good_events_count"), number(p, "bad_events_count")
	if good != nil && bad != nil && good.Sign() >= 0 && bad.Sign() >= 0 { // −1 is of no counts
		f.Good, f.Total = good, new(big.Rat).Add(good, bad)
	}
	return []Figure{f}
}

// rated is a metric of Sloth with the length of its window.
var rated = regexp.MustCompile(`^slo:sli_error:ratio_rate([0-9]+[a-z]+)$`)

// prometheus reads an instant vector. A metric whose name was dropped by a function is taken for
// what the labels say: that of Sloth is a share of errors, others are of good events.
func prometheus(p *foreign.Place, days int) []Figure {
	if status := p.TextOf("status"); status != "" && status != "success" {
		p.Member("status").Fail("tells that the query was refused: ask again")
		return nil
	}
	data := p.Member("data")
	if !data.Names() {
		return nil
	}
	if kind := data.TextOf("resultType"); kind != "" && kind != "vector" {
		data.Member("resultType").Fail("must be vector: ask with an instant query")
		return nil
	}
	var out []Figure
	for _, r := range data.Items("result") {
		if !r.Names() {
			continue
		}
		labels, value := r.Map("metric"), r.Items("value")
		if len(value) != 2 {
			r.Member("value").Fail("must be a time and a value")
			continue
		}
		f := Figure{}
		if at, ok := foreign.Float(value[0].Text()); ok {
			f.To = time.UnixMilli(int64(at * 1000)).UTC()
		}
		over := days
		errors := false
		switch found := rated.FindStringSubmatch(labels["__name__"]); {
		case found == nil && labels["sloth_id"] != "" && labels["__name__"] != "":
			r.Member("metric").Fail("must be slo:sli_error:ratio_rate of Sloth with its window, and is %s", fault.Clip(labels["__name__"], 64))
			continue
		case found != nil, labels["sloth_id"] != "":
			errors = true
			f.Service, f.SLO, f.ID = labels["sloth_service"], labels["sloth_slo"], labels["sloth_id"]
			if found != nil {
				if d, whole := foreign.Days(found[1]); whole {
					over = d
				} else {
					over = 0
				}
			}
		case labels["slo_uuid"] != "":
			f.SLO, f.ID = labels["slo_name"], labels["slo_uuid"]
		default:
			// Pyrra puts its labels pyrra.dev/… on what it records, service among them.
			f.Service, f.SLO, f.ID = cmp.Or(labels["service"], labels["namespace"]), labels["slo"], strings.Trim(labels["namespace"]+"/"+labels["slo"], "/")
		}
		if f.SLO == "" && f.ID == "" {
			r.Member("metric").Fail("must have the labels of Sloth (sloth_service, sloth_slo), Pyrra (slo) or Grafana (slo_uuid)")
			continue
		}
		if over != days {
			continue // of another window
		}
		if !f.To.IsZero() {
			f.From = f.To.AddDate(0, 0, -days)
		}
		if text := value[1].Text(); text != "NaN" {
			share, ok := foreign.Rational(text)
			if !ok || !between(share) {
				value[1].Fail("must be a share between 0 and 1, or NaN")
				continue
			}
			if f.SLI = share; errors {
				f.SLI = new(big.Rat).Sub(one, share)
			}
		}
		out = append(out, f)
	}
	return out
}
