package dashboard

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	kinds "github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/services/registry"
)

const factsPath = "/services/{service}/facts"

func factsURL(slug string) string { return serviceURL(slug) + "/facts" }

// Given tells what is known of services, and takes what people attest; see given.Service.
type Given interface {
	Known(ctx context.Context, service registry.Service) ([]given.Known, error)
	Attestations(ctx context.Context, f given.Filter, r page.Request) (page.Page[given.Attestation], error)
	MayAttest(ctx context.Context, service registry.Service) (bool, error)

	Attest(ctx context.Context, service id.ID, in given.Statement) (given.Attestation, error)
	WithdrawAttestation(ctx context.Context, service, attestation id.ID, version int64, reason string) (given.Attestation, error)
}

type factsPage struct {
	Crumbs     []link
	Wrong      []string
	Known      []factRow
	KnownEmpty empty
	Unknown    []factRow
	Said       []attestedRow
	SaidEmpty  empty
	Pager      pager
	May        bool
	Form       *factForm
	Choose     factChoice
}

// factRow is one fact of a service.
type factRow struct {
	Name, Doc string
	Value     string
	When      moment // when it happened, of an age
	Way       badge
	From      link // the program, person or domain that says so, with what shows it
	At, Until moment
	Soon      bool   // it expires within two weeks
	Attest    string // where it is attested; empty for those who may not
	How       string // of what is not known: how it is given
}

// attestedRow is one attestation.
type attestedRow struct {
	Fact, Value, Note, By, Why string
	State                      badge
	At, Until                  moment
	Evidence                   link
	Withdraw                   string // where it is withdrawn; empty of what cannot be
	Version                    int64
}

// factForm attests one fact.
type factForm struct {
	Name, Doc, At, Back string
	Fields              []field
	Wrong               []string
}

// factChoice chooses the fact to attest.
type factChoice struct {
	At      string
	Options []choice
}

// wayBadges are how ways are called.
var wayBadges = map[given.Way]badge{given.ByPush: {"ok", "Pushed"}, given.ByAttestation: {"ok", "Attested"}}

func (d *Dashboard) facts(v *visit) (screen, error) {
	return d.factsScreen(v, v.URL.Query().Get("fact"), &filled{}, nil)
}

// factsScreen is the page of a service's facts, with the form of the fact that is named, if there is
// such a one, and what is wrong with what was sent.
func (d *Dashboard) factsScreen(v *visit, chosen string, in *filled, wrong []string) (screen, error) {
	of, err := d.sources.Registry.ServiceFor(v.ctx, v.PathValue("service"))
	if err != nil {
		return screen{}, err
	}
	owner, err := d.owner(v, of)
	if err != nil {
		return screen{}, err
	}
	p := factsPage{
		Crumbs: []link{{URL: "/", Text: "Overview"}, owner, {URL: serviceURL(of.Slug), Text: of.Name}, {Text: "Facts"}}, Wrong: wrong,
		KnownEmpty: empty{Title: "Nothing yet", Text: "Programs push what they know, such as that a load test ran; people attest what only they know, such as that an incident was drilled.", Call: "PUT " + factsURL(of.Slug) + "/loadTested"},
		SaidEmpty:  empty{Title: "None", Text: "What a person says of this service, with where it is seen and until when it holds, would be here.", Call: "POST " + serviceURL(of.Slug) + "/attestations"},
	}
	if p.May, err = d.sources.Given.MayAttest(v.ctx, of); err != nil {
		return screen{}, err
	}
	known, err := d.sources.Given.Known(v.ctx, of)
	if err != nil {
		return screen{}, err
	}
	d.factRows(v, &p, of, known, chosen)
	found, err := d.sources.Given.Attestations(v.ctx, given.Filter{Service: of.ID}, following(v, recentRows))
	if err != nil {
		return screen{}, err
	}
	p.Pager = pagerOf(v, found.Next)
	for _, a := range found.Items {
		p.Said = append(p.Said, attestedRowOf(v, of, a, p.May))
	}
	if i := slices.IndexFunc(known, func(k given.Known) bool { return k.Name == chosen }); p.May && i >= 0 && attestable(known[i]) {
		p.Form = factFormOf(v, of, known[i], in)
	}
	return screen{template: "facts", title: "Facts of " + of.Name, section: "/", page: p}, nil
}

func attestable(k given.Known) bool { return slices.Contains(k.Ways, given.ByAttestation) }

// factRows has the facts that are known apart from the others.
func (d *Dashboard) factRows(v *visit, p *factsPage, of registry.Service, known []given.Known, chosen string) {
	p.Choose = factChoice{At: factsURL(of.Slug)}
	for _, k := range known {
		row := factRowOf(v, k)
		if p.May && attestable(k) {
			row.Attest = factsURL(of.Slug) + "?fact=" + k.Name + "#attest"
			p.Choose.Options = append(p.Choose.Options, choice{k.Name, k.Name, k.Name == chosen})
		}
		if k.Value == nil {
			p.Unknown = append(p.Unknown, row)
		} else {
			p.Known = append(p.Known, row)
		}
	}
}

func factRowOf(v *visit, k given.Known) factRow {
	row := factRow{Name: k.Name, Doc: k.Doc, Value: factText(k.Value, k.Type, k.Unit), From: link{Text: k.By}, Way: badge{"none", "Told"}}
	if len(k.Ways) == 0 {
		row.How = "told by " + k.By
	} else {
		var ways []string
		for _, w := range k.Ways {
			ways = append(ways, string(w))
		}
		row.How = strings.Join(ways, " or ")
	}
	g := k.Given
	if g == nil {
		return row
	}
	row.Way, row.At, row.Until, row.From = wayBadges[g.By], ago(v.now, g.At), ago(v.now, g.Until), link{Text: g.Source}
	row.Soon = g.Until.Sub(v.now) < 14*24*time.Hour
	if there := outside(g.Link); there.Away {
		row.From.URL, row.From.Away = there.URL, true
	}
	if g.Raw.Time != nil {
		row.Value, row.When = "", ago(v.now, *g.Raw.Time)
	}
	return row
}

// shownNames is how many names of a fact by name are shown.
const shownNames = 8

// factText is a value in words.
func factText(value any, is kinds.Type, unit string) string {
	switch value := value.(type) {
	case float64:
		if is == kinds.Age {
			unit = "days"
		}
		return strings.TrimSpace(numberText(value) + " " + unit)
	case string:
		return value
	case bool:
		if value {
			return "yes"
		}
		return "no"
	case map[string]float64:
		return namesText(value, func(n float64) string { return strings.TrimSpace(numberText(n) + " " + unit) })
	case map[string]string:
		return namesText(value, func(s string) string { return s })
	}
	return ""
}

func numberText(n float64) string {
	return chart.Typeset(strconv.FormatFloat(n, 'g', 6, 64))
}

func namesText[T any](values map[string]T, text func(T) string) string {
	names := slices.Sorted(maps.Keys(values))
	if len(names) == 0 {
		return "of none"
	}
	var out []string
	for _, name := range names[:min(len(names), shownNames)] {
		out = append(out, name+": "+text(values[name]))
	}
	if more := len(names) - len(out); more > 0 {
		out = append(out, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(out, ", ")
}

// attestedBadges are the states of attestations.
var attestedBadges = map[given.State]badge{
	given.InForce: {"ok", "In force"}, given.Expired: {"risk", "Expired"}, given.Replaced: {"none", "Replaced"}, given.Withdrawn: {"none", "Withdrawn"}, given.Removed: {"none", "Removed"},
}

func attestedRowOf(v *visit, of registry.Service, a given.Attestation, may bool) attestedRow {
	state := a.State(v.now)
	row := attestedRow{
		Fact: a.Fact, Value: givenText(a.Value), Note: a.Note, By: a.By, State: attestedBadges[state], At: ago(v.now, a.At), Until: ago(v.now, a.Until), Evidence: outside(a.Evidence), Version: a.Version,
	}
	if a.Ended != nil && a.Ended.Reason != "" {
		row.Why = a.Ended.By + ": " + a.Ended.Reason
	}
	if may && state == given.InForce {
		row.Withdraw = serviceURL(of.Slug) + "/attestations/" + string(a.ID) + "/withdraw"
	}
	return row
}

// givenText is a value as it was given.
func givenText(value given.Value) string {
	if value.Time != nil {
		return at(*value.Time).Text
	}
	return factText(value.Told(time.Time{}), "", "")
}

// attestFact takes the form of an attestation.
func (d *Dashboard) attestFact(v *visit, in *filled) (string, screen, error) {
	of, err := d.sources.Registry.ServiceFor(v.ctx, v.PathValue("service"))
	if err != nil {
		return "", screen{}, err
	}
	known, err := d.sources.Given.Known(v.ctx, of)
	if err != nil {
		return "", screen{}, err
	}
	name := v.typed("fact")
	s := given.Statement{Fact: name, Evidence: strings.TrimSpace(v.typed("evidence")), Note: v.typed("note"), Until: in.time("expiresAt")}
	if i := slices.IndexFunc(known, func(k given.Known) bool { return k.Name == name }); i >= 0 {
		s.Value = in.factValue(known[i], v.typed("value"))
	}
	if len(in.Faults) == 0 {
		if _, err := d.sources.Given.Attest(v.ctx, of.ID, s); err == nil {
			return factsURL(of.Slug), screen{}, nil
		} else if !in.refused(err) {
			return "", screen{}, err
		}
	}
	shown, err := d.factsScreen(v, name, in, nil)
	if err == nil {
		if p := shown.page.(factsPage); p.Form == nil { // of what cannot be attested there is no form
			p.Wrong = in.rest()
			shown.page = p
		}
	}
	return "", shown, err
}

// withdrawAttestation takes the form that withdraws one.
func (d *Dashboard) withdrawAttestation(v *visit) (outcome, error) {
	of, err := d.sources.Registry.ServiceFor(v.ctx, v.PathValue("service"))
	if err != nil {
		return outcome{}, err
	}
	known, spelled := id.Parse(v.PathValue("attestation"))
	if !spelled {
		return outcome{}, fault.Missing("attestation", v.PathValue("attestation"))
	}
	version, err := strconv.ParseInt(v.typed("version"), 10, 64)
	if err != nil {
		version = 0 // which no attestation has
	}
	_, err = d.sources.Given.WithdrawAttestation(v.ctx, of.ID, known, version, v.typed("reason"))
	if err == nil {
		return outcome{to: factsURL(of.Slug)}, nil
	}
	said, status, refused := wrong(err)
	if !refused {
		return outcome{}, err
	}
	shown, err := d.factsScreen(v, "", &filled{}, said)
	return outcome{screen: shown, status: status}, err
}

// time is a field that holds a time; none is zero.
func (f *filled) time(name string) time.Time {
	text := f.Values.Get(name)
	at, err := time.Parse(formTime, text[:min(len(text), len(formTime))])
	if err != nil {
		f.fault("/"+name, "must be a time such as 2026-11-27T10:00, in UTC")
	}
	return at
}

// factValue reads what was typed as the value of a fact, as its type asks.
func (f *filled) factValue(k given.Known, text string) given.Value {
	text = strings.TrimSpace(text)
	switch k.Type {
	case kinds.Number:
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			f.fault("/value", "must be a number such as 1200 or 0.5")
		}
		return given.Value{Number: &n}
	case kinds.Truth:
		truth := text == "yes"
		if !truth && text != "no" {
			f.fault("/value", "must be yes or no")
		}
		return given.Value{Truth: &truth}
	case kinds.Age:
		at := f.time("value")
		return given.Value{Time: &at}
	case kinds.Numbers, kinds.Texts:
		return f.byName(k.Type, text)
	}
	return given.Value{Text: &text}
}

// byName reads lines of "name = value".
func (f *filled) byName(is kinds.Type, text string) given.Value {
	out := given.Value{}
	if is == kinds.Numbers {
		out.Numbers = map[string]float64{}
	} else {
		out.Texts = map[string]string{}
	}
	for n, line := range strings.Split(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		name, value, cut := strings.Cut(line, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		number, err := strconv.ParseFloat(value, 64)
		switch {
		case !cut || is == kinds.Numbers && err != nil:
			f.fault("/value", fmt.Sprintf("has in line %d no name = value, such as eu-west = 12", n+1))
		case is == kinds.Numbers:
			out.Numbers[name] = number
		default:
			out.Texts[name] = value
		}
	}
	return out
}

// factFormOf is the form that attests a fact, with what was filled in.
func factFormOf(v *visit, of registry.Service, k given.Known, in *filled) *factForm {
	value := field{Name: "value", Label: "Value", Kind: asLine, Required: true, Hint: k.Unit}
	value.Value = in.value("value", "")
	value.Fault = in.take("/value", "/number", "/text", "/truth", "/numbers", "/texts", "/time")
	switch k.Type {
	case kinds.Age:
		value.Label, value.Kind, value.Hint = "When it happened", asTime, "in UTC"
	case kinds.Truth:
		value.Kind, value.Options = asChoice, valueChoices([]string{"yes", "no"}, value.Value)
	case kinds.Text:
		if len(k.Values) > 0 {
			value.Kind, value.Options = asChoice, valueChoices(k.Values, value.Value)
		}
	case kinds.Numbers, kinds.Texts:
		value.Kind, value.Wide, value.Hint = asText, true, "a line for each: name = value"
	}
	last := v.now.UTC().AddDate(0, 0, k.LongestDays)
	return &factForm{
		Name: k.Name, Doc: k.Doc, At: factsURL(of.Slug), Back: factsURL(of.Slug),
		Fields: []field{
			value,
			{Name: "expiresAt", Label: "Holds until", Kind: asTime, Required: true, Value: in.value("expiresAt", last.Format(formTime)), Fault: in.take("/expiresAt"), Hint: fmt.Sprintf("in UTC, at most %d days from now", k.LongestDays)},
			{Name: "evidence", Label: "Evidence", Kind: asLine, Required: true, Wide: true, Value: in.value("evidence", ""), Fault: in.take("/evidence"), Hint: "an https address where it is seen"},
			{Name: "note", Label: "Note", Kind: asText, Wide: true, Value: in.value("note", ""), Fault: in.take("/note")},
		},
		Wrong: in.rest(),
	}
}

func valueChoices(values []string, chosen string) []choice {
	var out []choice
	for _, value := range values {
		out = append(out, choice{value, value, value == cmp.Or(chosen, values[0])})
	}
	return out
}
