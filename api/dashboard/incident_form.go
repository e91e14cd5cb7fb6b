package dashboard

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/registry"
)

// formTime is how forms spell times, which are UTC.
const formTime = "2006-01-02T15:04"

func (d *Dashboard) newIncident(v *visit) (screen, error) {
	terms := incident.Terms{Severity: "sev2", ImpactStart: v.now.UTC().Truncate(time.Minute)}
	if slug := v.URL.Query().Get("service"); slug != "" {
		if owner, err := d.sources.Registry.ServiceFor(v.ctx, slug); err == nil {
			terms.Services = []incident.Involved{{Service: owner.ID, Part: incident.Affected}}
		}
	}
	return d.declaring(v, terms, filled{})
}

// declareIncident takes the form of a new one.
func (d *Dashboard) declareIncident(v *visit, in *filled) (string, screen, error) {
	terms, err := d.termsOf(v, in, incident.Terms{})
	if err != nil {
		return "", screen{}, err
	}
	if len(in.Faults) == 0 {
		made, err := d.sources.Incidents.Declare(v.ctx, incident.Input{Terms: terms})
		if err == nil {
			return incidentURL(made.ID), screen{}, nil
		}
		if !in.refused(err) {
			return "", screen{}, err
		}
	}
	s, err := d.declaring(v, terms, *in)
	return "", s, err
}

func (d *Dashboard) declaring(v *visit, terms incident.Terms, in filled) (screen, error) {
	p := sheetPage{
		Crumbs: []link{{URL: "/incidents", Text: "Incidents"}, {Text: "Declare"}}, Title: "Declare an incident", Action: "/incidents/new", Send: "Declare", Back: "/incidents",
		Lede: "Declare early: it can be closed again in a minute. What it took of the error budgets is worked out by itself. All times are UTC.",
	}
	if err := d.termFields(v, &p, terms, in, ""); err != nil {
		return screen{}, err
	}
	return screen{template: "sheet", title: "Declare an incident", section: "/incidents", page: p}, nil
}

func (d *Dashboard) editIncident(v *visit) (screen, error) {
	i, err := d.incidentOf(v)
	if err != nil {
		return screen{}, err
	}
	return d.editing(v, i, i.Version, filled{})
}

// amendIncident takes the form of one that is edited.
func (d *Dashboard) amendIncident(v *visit, in *filled) (string, screen, error) {
	i, err := d.incidentOf(v)
	if err != nil {
		return "", screen{}, err
	}
	terms, err := d.termsOf(v, in, i.Terms)
	if err != nil {
		return "", screen{}, err
	}
	version, err := strconv.ParseInt(in.Values.Get("version"), 10, 64)
	if err != nil {
		version = 0
	}
	if len(in.Faults) == 0 {
		_, err := d.sources.Incidents.Amend(v.ctx, i.ID, version, terms)
		switch {
		case err == nil:
			return incidentURL(i.ID), screen{}, nil
		case fault.Is(err, fault.Precondition):
			in.Wrong = append(in.Wrong, fmt.Sprintf("Somebody else changed it meanwhile, %s at %s. What it says now stands at the fields where that is something else; sending this form again puts it in place of that.", i.UpdatedBy, at(i.UpdatedAt).Text))
			version, in.Stale = i.Version, true
		case !in.refused(err):
			return "", screen{}, err
		}
	}
	s, err := d.editing(v, i, version, *in)
	return "", s, err
}

func (d *Dashboard) editing(v *visit, i incident.Incident, version int64, in filled) (screen, error) {
	p := sheetPage{
		Crumbs: []link{{URL: "/incidents", Text: "Incidents"}, {URL: incidentURL(i.ID), Text: i.Title}, {Text: "Edit"}}, Title: "Edit the incident", Version: version,
		Action: incidentURL(i.ID) + "/edit", Send: "Save", Back: incidentURL(i.ID),
		Lede: "All times are UTC. Links, readers and the owning team stay as they are: they are changed through the API.",
	}
	source := ""
	if i.Origin != nil {
		source = string(i.Origin.Source)
		p.Lede = "Title, severity, services and times are kept by " + source + ", and changed there. " + p.Lede
	}
	if err := d.termFields(v, &p, i.Terms, in, i.Team); err != nil {
		return screen{}, err
	}
	if in.Stale {
		var now sheetPage
		if err := d.termFields(v, &now, i.Terms, filled{}, i.Team); err != nil {
			return screen{}, err
		}
		beside(p.Fields, now.Fields)
	}
	return screen{template: "sheet", title: "Edit the incident", section: "/incidents", page: p}, nil
}

// termTimes are the times of the form.
var termTimes = []struct{ name, label, hint string }{
	{"impactStart", "Impact began", "when users were first affected, not when it was noticed"},
	{"impactEnd", "Impact ended", "empty while it lasts"},
	{"detectedAt", "Detected", ""}, {"mitigatedAt", "Mitigated", ""}, {"resolvedAt", "Resolved", "set with the status"},
}

func timesOf(t *incident.Terms) map[string]**time.Time {
	start := &t.ImpactStart
	if start.IsZero() {
		start = nil
	}
	return map[string]**time.Time{"impactStart": &start, "impactEnd": &t.ImpactEnd, "detectedAt": &t.DetectedAt, "mitigatedAt": &t.MitigatedAt, "resolvedAt": &t.ResolvedAt}
}

// partNames are the fields of services, by their part.
var partNames = []struct {
	part              incident.Part
	name, label, hint string
}{
	{incident.Affected, "affected", "Affected services", "by their slugs, with commas between them"},
	{incident.Cause, "cause", "Services that caused it", ""},
	{incident.Contributing, "contributing", "Services that contributed", ""},
}

// termsOf are the terms with what was filled in, and the rest as it is.
func (d *Dashboard) termsOf(v *visit, in *filled, terms incident.Terms) (incident.Terms, error) {
	q := in.Values
	in.Faults = map[string]string{}
	terms.Title, terms.Severity, terms.CustomerImpact = strings.TrimSpace(q.Get("title")), incident.Severity(q.Get("severity")), q.Get("customerImpact")
	terms.DataLoss, terms.OnCallIntervened, terms.Causes, terms.Tags = q.Has("dataLoss"), q.Has("onCall"), slices.Clone(q["causes"]), listOf(q.Get("tags"))
	for name, known := range timesOf(&terms) {
		text := strings.TrimSpace(q.Get(name))
		if *known != nil && text == (*known).UTC().Format(formTime) {
			continue // of what there is the seconds stay
		}
		*known = nil
		if text == "" {
			if name == "impactStart" {
				terms.ImpactStart = time.Time{}
			}
			continue
		}
		at, err := time.Parse(formTime, text[:min(len(text), len(formTime))])
		if err != nil {
			in.Faults["/"+name] = "must be a time such as 2026-11-27T10:00"
			continue
		}
		*known = &at
		if name == "impactStart" {
			terms.ImpactStart = at
		}
	}
	was := terms.Services
	terms.Services = nil
	for _, p := range partNames {
		for _, slug := range listOf(q.Get(p.name)) {
			owner, err := d.sources.Registry.ServiceFor(v.ctx, slug)
			switch {
			case fault.Is(err, fault.NotFound), fault.Is(err, fault.Moved):
				in.Faults["/services/"+p.name+"/"+slug] = sentence(fault.As(err).Message)
				continue
			case err != nil:
				return terms, err
			}
			terms.Services = append(terms.Services, incident.Involved{Service: owner.ID, Part: p.part})
		}
	}
	if sameServices(was, terms.Services) {
		terms.Services = was // in the order in which they were
	}
	if q.Has("version") { // roles are given to one that there is
		terms.Roles = map[incident.Role]id.ID{}
		for _, role := range incident.Roles {
			if person := q.Get("role-" + string(role)); person != "" {
				terms.Roles[role] = id.ID(person)
			}
		}
	}
	return terms, nil
}

func sameServices(a, b []incident.Involved) bool {
	return len(a) == len(b) && !slices.ContainsFunc(b, func(i incident.Involved) bool { return !slices.Contains(a, i) })
}

// listOf are the words between commas, each once.
func listOf(text string) []string {
	out := []string{}
	for one := range strings.SplitSeq(text, ",") {
		if one = strings.TrimSpace(one); one != "" && !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return out
}

// termFields are the fields of the form. Of an incident of a team there are roles too.
func (d *Dashboard) termFields(v *visit, p *sheetPage, terms incident.Terms, in filled, team id.ID) error {
	add := func(f field, pointers ...string) {
		f.Fault = in.take(pointers...)
		p.Fields = append(p.Fields, f)
	}
	add(field{Name: "title", Label: "Title", Hint: "what users notice, in a few words", Kind: asLine, Required: true, Wide: true, Value: in.value("title", terms.Title)}, "/title")
	severities := make([]choice, len(incident.Severities))
	for n, s := range incident.Severities {
		severities[n] = choice{string(s), severityText(s), in.value("severity", string(terms.Severity)) == string(s)}
	}
	add(field{Name: "severity", Label: "Severity", Hint: "SEV1 is the worst", Kind: asChoice, Options: severities}, "/severity")
	var involved []id.ID
	for _, s := range terms.Services {
		involved = append(involved, s.Service)
	}
	services, err := d.sources.Registry.ServicesByID(v.ctx, involved)
	if err != nil {
		return err
	}
	for _, part := range partNames {
		var slugs []string
		for _, s := range terms.Services {
			if s.Part == part.part {
				slugs = append(slugs, services[s.Service].Slug)
			}
		}
		pointers := []string{"/services/" + part.name}
		if part.part == incident.Affected {
			pointers = append(pointers, "/team")
			for n := range 50 { // faults of single services are told at the first field
				pointers = append(pointers, fmt.Sprintf("/services/%d", n))
			}
		}
		f := field{Name: part.name, Label: part.label, Hint: part.hint, Kind: asLine, Required: part.part == incident.Affected, Value: in.value(part.name, strings.Join(slugs, ", "))}
		f.Fault = in.take(pointers...)
		if _, left := in.Faults["/services"]; left && part.part == incident.Affected {
			f.Fault = strings.TrimPrefix(f.Fault+"; "+in.Faults["/services"], "; ")
			delete(in.Faults, "/services")
		}
		p.Fields = append(p.Fields, f)
	}
	known := timesOf(&terms)
	for _, one := range termTimes {
		is := ""
		if at := *known[one.name]; at != nil {
			is = at.UTC().Format(formTime)
		}
		add(field{Name: one.name, Label: one.label, Hint: one.hint, Kind: asTime, Required: one.name == "impactStart", Value: in.value(one.name, is)}, "/"+one.name)
	}
	add(field{Name: "customerImpact", Label: "Impact on customers", Kind: asText, Wide: true, Value: in.value("customerImpact", terms.CustomerImpact)}, "/customerImpact")
	chosen := terms.Causes
	if in.Values != nil {
		chosen = in.Values["causes"]
	}
	causes := make([]choice, len(incident.Causes))
	for n, c := range incident.Causes {
		causes[n] = choice{c, sentenceCase(causeOf[c]), slices.Contains(chosen, c)}
	}
	add(field{Name: "causes", Label: "Kind of cause", Hint: "as policies tell them apart; one that excuses the team counts once whoever approved the policy says so of the objective", Kind: asTicks, Wide: true, Options: causes}, "/causes")
	add(field{Name: "tags", Label: "Tags", Hint: "with commas between them; one such as class:network has it count as an outage of that class", Kind: asLine, Wide: true, Value: in.value("tags", strings.Join(terms.Tags, ", "))}, "/tags")
	tick := func(name, label string, is bool) {
		if in.Values != nil {
			is = in.Values.Has(name)
		}
		add(field{Name: name, Label: label, Kind: asTick, Ticked: is})
	}
	tick("dataLoss", "Data was lost", terms.DataLoss)
	tick("onCall", "Somebody on call had to act", terms.OnCallIntervened)
	if team != "" {
		if err := d.roleFields(v, terms, in, team, add); err != nil {
			return err
		}
	}
	p.Wrong = in.rest()
	found, err := d.sources.Registry.Services(v.ctx, registry.ServiceFilter{}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return err
	}
	for _, s := range found.Items {
		p.Services = append(p.Services, s.Slug)
	}
	return nil
}

// roleFields give roles to members of the team, and to whoever has one.
func (d *Dashboard) roleFields(v *visit, terms incident.Terms, in filled, team id.ID, add func(f field, pointers ...string)) error {
	members, err := d.sources.Registry.Members(v.ctx, string(team), page.Request{Limit: page.MaxLimit})
	if err != nil {
		return err
	}
	people := []choice{{Text: "nobody"}}
	for _, m := range members.Items {
		people = append(people, choice{Value: string(m.Person), Text: m.Name})
	}
	for _, role := range incident.Roles {
		if who := string(terms.Roles[role]); who != "" && !slices.ContainsFunc(people, func(c choice) bool { return c.Value == who }) {
			p, err := d.sources.Access.Person(v.ctx, id.ID(who))
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			if err == nil {
				people = append(people, choice{Value: who, Text: p.DisplayName})
			}
		}
	}
	for _, role := range incident.Roles {
		name := "role-" + string(role)
		options := slices.Clone(people)
		for n := range options {
			options[n].Chosen = options[n].Value == in.value(name, string(terms.Roles[role]))
		}
		add(field{Name: name, Label: sentenceCase(string(role)), Kind: asChoice, Options: options}, "/roles/"+string(role))
	}
	return nil
}

// forms are those of the incident's own page.
func (p *incidentPage) forms(i incident.Incident, in *filled) {
	if i.Origin == nil {
		for _, s := range incident.Statuses {
			later := slices.Index(incident.Statuses, s) > slices.Index(incident.Statuses, i.Status)
			if later || i.Status.Over() && s == incident.Investigating {
				p.Status = append(p.Status, choice{Value: string(s), Text: statusWord[s], Chosen: in.value("status", "") == string(s)})
			}
		}
	}
	p.Fields = map[string]field{
		"status": {Name: "status", Label: "Status", Kind: asChoice, Options: p.Status, Fault: in.take("/status")},
		"reason": {Name: "reason", Label: "Reason", Hint: "needed to reopen", Kind: asLine, Value: in.value("reason", ""), Fault: in.take("/reason", "/at")},
		"text":   {Name: "text", Label: "What happened", Kind: asText, Required: true, Value: in.value("text", ""), Fault: in.take("/text")},
		"at":     {Name: "at", Label: "When", Hint: "UTC; now where it is empty", Kind: asTime, Value: in.value("at", ""), Fault: in.take("/entryAt")},
		"link":   {Name: "link", Label: "Link", Kind: asLine, Value: in.value("link", ""), Fault: in.take("/link")},
	}
	p.Wrong = in.rest()
}

// moveIncident takes the form of a change of status.
func (d *Dashboard) moveIncident(v *visit, in *filled) (string, screen, error) {
	i, err := d.incidentOf(v)
	if err != nil {
		return "", screen{}, err
	}
	version, err := strconv.ParseInt(in.Values.Get("version"), 10, 64)
	if err != nil {
		version = 0
	}
	_, err = d.sources.Incidents.Move(v.ctx, i.ID, version, incident.Move{Status: incident.Status(in.Values.Get("status")), Reason: strings.TrimSpace(in.Values.Get("reason"))})
	if err == nil {
		return incidentURL(i.ID), screen{}, nil
	}
	if !in.refused(err) {
		return "", screen{}, err
	}
	s, err := d.showIncident(v, i, *in)
	return "", s, err
}

// noteIncident takes the form of an entry of the timeline.
func (d *Dashboard) noteIncident(v *visit, in *filled) (string, screen, error) {
	i, err := d.incidentOf(v)
	if err != nil {
		return "", screen{}, err
	}
	entry := incident.EntryInput{Text: in.Values.Get("text"), Link: strings.TrimSpace(in.Values.Get("link"))}
	if text := in.Values.Get("at"); text != "" {
		at, err := time.Parse(formTime, text[:min(len(text), len(formTime))])
		if err != nil {
			in.Faults = map[string]string{"/entryAt": "must be a time such as 2026-11-27T10:00"}
			s, err := d.showIncident(v, i, *in)
			return "", s, err
		}
		entry.At = &at
	}
	_, err = d.sources.Incidents.Write(v.ctx, i.ID, entry)
	if err == nil {
		return incidentURL(i.ID) + "#timeline-h", screen{}, nil
	}
	if !in.refused(err) {
		return "", screen{}, err
	}
	if text, there := in.Faults["/at"]; there {
		delete(in.Faults, "/at")
		in.Faults["/entryAt"] = text
	}
	s, err := d.showIncident(v, i, *in)
	return "", s, err
}

// addIncidents adds the pages of incidents, and what takes their forms.
func (d *Dashboard) addIncidents() {
	d.page("/incidents", "/incidents", d.incidents)
	d.page("/incidents/new", "/incidents/new", d.newIncident)
	d.page("/incidents/{incident}", "/incidents/{incident}", d.incident)
	d.page("/incidents/{incident}/edit", "/incidents/{incident}/edit", d.editIncident)
	d.page("/learning", "/learning", d.learning)
	d.filledForm("/incidents/new", d.declareIncident)
	d.filledForm("/incidents/{incident}/edit", d.amendIncident)
	d.filledForm("/incidents/{incident}/status", d.moveIncident)
	d.filledForm("/incidents/{incident}/timeline", d.noteIncident)
}
