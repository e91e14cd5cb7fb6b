package dashboard

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/onboarding"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/source"
)

// newWave is the form that plans one.
func (d *Dashboard) newWave(v *visit) (screen, error) {
	if !v.caller.Administers() {
		return screen{}, fault.New(fault.Forbidden, "not_administrator", "only administrators plan waves")
	}
	return d.waveForm(v, &filled{})
}

// createWave takes it.
func (d *Dashboard) createWave(v *visit, in *filled) (string, screen, error) {
	draft := in.wave(v)
	if len(in.Faults) == 0 {
		made, err := d.sources.Onboarding.CreateWave(v.ctx, draft)
		if err == nil {
			return waveURL(made.Slug), screen{}, nil
		}
		if !in.refused(err) {
			return "", screen{}, err
		}
		in.ofTheSLO(err)
	}
	s, err := d.waveForm(v, in)
	return "", s, err
}

// ofTemplate is where the faults of the form's one template are.
const ofTemplate = "/templates/0/slo"

// templateTexts are the fields of the template that are empty when there is to be none.
var templateTexts = []string{"sloSlug", "sloName", "objective", "dataSource", "good", "total"}

// wave is what was filled in. Without anything of the SLO, services are only registered.
func (f *filled) wave(v *visit) onboarding.Draft {
	d := onboarding.Draft{Slug: strings.TrimSpace(v.typed("slug")), Name: v.typed("name"), Description: v.typed("description"), DueOn: clock.Date(v.typed("dueOn"))}
	line := func(name string) string { return strings.TrimSpace(v.typed(name)) }
	if !slices.ContainsFunc(templateTexts, func(name string) bool { return line(name) != "" }) {
		return d
	}
	of := slo.Declaration{Slug: line("sloSlug"), Name: line("sloName"), Objective: line("objective"), Category: slo.Category(v.typed("category"))}
	days, err := strconv.Atoi(line("windowDays"))
	if err != nil || days < 1 {
		f.fault(ofTemplate+"/windowDays", "must be a number of days such as 28")
	}
	of.WindowDays = days
	if line("dataSource") != "" || line("good") != "" || line("total") != "" {
		of.Origin = origin.Origin{DataSource: id.ID(line("dataSource")), Ratio: &origin.Ratio{Good: line("good"), Total: line("total")}}
	}
	d.Templates = []onboarding.Template{{SLO: of}}
	return d
}

func (d *Dashboard) waveForm(v *visit, in *filled) (screen, error) {
	p := sheetPage{
		Crumbs: []link{{URL: onboardingPath, Text: "Onboarding"}, {Text: "Plan a wave"}}, Title: "Plan a wave", Action: newWavePath, Send: "Plan it", Back: onboardingPath,
		Lede: "A wave brings many services in one go, each with the SLO that is said here; without one they are only registered. In texts of the SLO ${service}, ${team}, ${system}, ${tier} and ${labels.KEY} stand for what each service has. Waves with several SLOs, for services of some kinds, or measured in other ways come from the API: POST /v1/onboarding/waves.",
	}
	sources, err := d.sources.DataSources.List(v.ctx, source.Filter{}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return screen{}, err
	}
	places := []choice{{Text: "None: measurements are pushed"}}
	for _, s := range sources.Items {
		places = append(places, choice{Value: s.Source.Slug, Text: s.Source.Name})
	}
	p.Fields = waveFields(places, in)
	p.Wrong = in.rest()
	return screen{template: "sheet", title: p.Title, section: onboardingPath, page: p}, nil
}

// ofTheSLO says what is wrong with the SLO as a whole, such as a placeholder that there is not.
func (f *filled) ofTheSLO(err error) {
	for _, v := range fault.As(err).Violations {
		if v.Pointer == ofTemplate {
			f.Wrong = append(f.Wrong, sentence(fmt.Sprintf("the SLO: “%v” %s", v.Value, v.Message)))
		}
	}
	delete(f.Faults, ofTemplate)
}

func waveFields(places []choice, in *filled) []field {
	const measured = ofTemplate + "/indicator"
	var categories []choice
	for _, c := range slo.Categories {
		categories = append(categories, choice{Value: string(c), Text: sentenceCase(string(c))})
	}
	return []field{
		{Name: "name", Label: "Name of the wave", Kind: asLine, Required: true, Value: in.value("name", ""), Fault: in.take("/name"), Hint: "such as First wave: tier 1"},
		{Name: "slug", Label: "Slug of the wave", Kind: asLine, Required: true, Value: in.value("slug", ""), Fault: in.take("/slug"), Hint: "lower case and hyphens, such as first"},
		{Name: "dueOn", Label: "All of it is to be brought by", Kind: asDay, Value: in.value("dueOn", ""), Fault: in.take("/dueOn")},
		{Name: "description", Label: "About it", Kind: asText, Wide: true, Value: in.value("description", ""), Fault: in.take("/description")},
		{Name: "sloName", Label: "Name of the SLO", Kind: asLine, Value: in.value("sloName", ""), Fault: in.take(ofTemplate + "/name"), Hint: "such as ${service.name} answers"},
		{Name: "sloSlug", Label: "Slug of the SLO", Kind: asLine, Value: in.value("sloSlug", ""), Fault: in.take(ofTemplate + "/slug"), Hint: "such as availability; a service that has one of it keeps its own"},
		chooser("category", "Category", categories, in.value("category", string(slo.Availability)), in.take(measured+"/category")),
		{Name: "objective", Label: "Objective", Kind: asLine, Value: in.value("objective", ""), Fault: in.take(ofTemplate + "/objective"), Hint: "such as 99.9%"},
		{Name: "windowDays", Label: "Over how many days", Kind: asNumber, Value: in.value("windowDays", strconv.Itoa(slo.DefaultWindowDays)), Fault: in.take(ofTemplate + "/windowDays")},
		chooser("dataSource", "Data source", places, in.value("dataSource", ""), in.take(measured+"/source/dataSource")),
		{Name: "good", Label: "PromQL for good events", Kind: asText, Wide: true, Value: in.value("good", ""), Fault: in.take(measured + "/source/ratio/good"), Hint: `such as sum(increase(http_requests_total{service="${service}",code!~"5.."}[$window]))`},
		{Name: "total", Label: "PromQL for all events", Kind: asText, Wide: true, Value: in.value("total", ""), Fault: in.take(measured + "/source/ratio/total"), Hint: `such as sum(increase(http_requests_total{service="${service}"}[$window]))`},
	}
}
