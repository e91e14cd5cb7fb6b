package table

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/slo"
)

// sourcePointer is where a declaration says where measurements come from.
const sourcePointer = "/indicator/source"

// slo reads a row of a table of SLOs: one with queries is read from a data source, one without is pushed.
func (r *reader) slo(w row) {
	service, at := w.cell("service"), w.cell("slo")
	slug := foreign.Slug(at.text)
	key := "SLO " + foreign.Slug(service.text) + "/" + slug
	of, named := r.slug(service, "service", key), r.slug(at, "slo", key)
	if of == "" || named == "" || !r.once(key, at) {
		return
	}
	d := slo.Declaration{
		Slug: slug, Name: cmp.Or(w.text("slo_name"), w.text("name"), at.text), Description: w.text("description"), Objective: percentage(w.text("objective")), WindowDays: r.days(w.cell("window_days")),
		Category: slo.Category(cmp.Or(strings.ToLower(w.text("category")), string(slo.Availability))), GoodEvent: w.text("good_event"), Rationale: w.text("rationale"),
	}
	good, bad, total := w.text("good"), w.text("bad"), w.text("total")
	var check fault.Check
	if good != "" || bad != "" || total != "" {
		d.Origin = origin.Origin{DataSource: id.ID(w.text("data_source")), Ratio: &origin.Ratio{Good: good, Bad: bad, Total: total}}
		prometheus.Check(&check, sourcePointer, d.Origin)
	} else {
		r.note(at, key, false, "has no queries: its measurements are pushed")
	}
	judged := d
	if judged.Origin.Ratio != nil && judged.Origin.DataSource == "" {
		judged.Origin.DataSource = "any" // whoever reads the table says which
	}
	if refused := fault.As(judged.Validate()); refused != nil {
		for _, v := range refused.Violations {
			check.Fail(v.Pointer, v.Value, "%s", v.Message)
		}
	}
	r.judge(w, once(check.Err()), pointersOfSLOs)
	r.out.SLOs = append(r.out.SLOs, SLO{Origin: r.origin(at), SLO: foreign.SLO{Service: of, Name: d.Name, Declaration: d}})
}

// once is the fault with what is wrong at each place told once: the shape and the language of a query are
// judged apart.
func once(err error) error {
	refused := fault.As(err)
	if refused == nil {
		return err
	}
	var out fault.Check
	said := map[string]bool{}
	for _, v := range refused.Violations {
		if !said[v.Pointer] {
			out.Fail(v.Pointer, v.Value, "%s", v.Message)
		}
		said[v.Pointer] = true
	}
	return out.Err()
}

// percentage is an objective with its sign.
func percentage(text string) string {
	if text == "" || strings.HasSuffix(text, "%") {
		return strings.ReplaceAll(text, " ", "")
	}
	return text + "%"
}

// days are a number of days, perhaps with its unit, as in 28d; 0 where the cell is empty.
func (r *reader) days(at cell) int {
	if at.text == "" {
		return 0
	}
	number := strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(at.text), "days"), "d"))
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > slo.MaxWindowDays {
		r.fail(at, "window_days must be 1 to %d days", slo.MaxWindowDays)
		return 0
	}
	return n
}
