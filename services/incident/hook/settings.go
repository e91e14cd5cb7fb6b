package hook

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/label"
	"github.com/evenkeel/evenkeel/services/incident"
)

// Settings are how incidents of one source are taken over.
type Settings struct {
	// Secrets are those with which the source proves who it is: that which it has, and while it is
	// being changed the one before.
	Secrets []string
	// Team is the slug of the team as whose workload the source speaks, and which owns what it
	// declares. Without one it speaks for whichever team owns the services.
	Team string
	// Services are slugs, by what the source calls services: their identifiers or names.
	Services map[string]string
	// FallbackService is the slug of that which an incident is of where no other is found.
	FallbackService string
	// Severities are by what the source calls priorities and urgencies. They stand before
	// DefaultSeverities.
	Severities map[string]string
	// Issues are those of Jira that are incidents.
	Issues Issues
	// Link is the address of an alert of Opsgenie, with {id} for its identifier.
	Link string
}

// Otherwise is the name, among severities, of that of incidents of which the source names none that
// is known.
const Otherwise = "default"

// DefaultSeverities are those of the names that sources give to priorities, severities and urgencies,
// as labels: P1 to P5 of PagerDuty and Opsgenie, high and low of PagerDuty's urgency, those that
// incident.io and Jira have from the start, and those that many call them.
var DefaultSeverities = map[string]incident.Severity{
	"p0": "sev1", "p1": "sev1", "p2": "sev2", "p3": "sev3", "p4": "sev4", "p5": "sev4",
	"sev0": "sev1", "sev1": "sev1", "sev2": "sev2", "sev3": "sev3", "sev4": "sev4", "sev5": "sev4",
	"sev-0": "sev1", "sev-1": "sev1", "sev-2": "sev2", "sev-3": "sev3", "sev-4": "sev4", "sev-5": "sev4",
	"blocker": "sev1", "critical": "sev1", "major": "sev2", "minor": "sev3", "trivial": "sev4",
	"highest": "sev1", "high": "sev2", "medium": "sev3", "low": "sev4", "lowest": "sev4",
	Otherwise: "sev3",
}

// Check notes what of the settings cannot be, each with the name of its field. What exists is not
// asked.
func (s Settings) Check(source incident.Source, note func(field string, value any, message string)) {
	secrets := []string{"secret", "formerSecret"}
	for n, secret := range s.Secrets {
		if e := fault.As(CheckSecret(source, secret)); e != nil {
			note(secrets[n], nil, e.Violations[0].Message+" (the value is not shown)")
		}
	}
	slug := func(field, value string) {
		if !label.Is(value) {
			note(field, value, "must be the slug of a thing here: lower-case letters, digits and hyphens")
		}
	}
	if s.Team != "" {
		slug("team", s.Team)
	}
	if s.FallbackService != "" {
		slug("fallbackService", s.FallbackService)
	}
	same := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(s.Services)) {
		at := "services." + name
		slug(at, s.Services[name])
		if other, twice := same[key(name)]; twice && s.Services[other] != s.Services[name] {
			note(at, s.Services[name], fmt.Sprintf("is read as the same name as services.%s, for which there is another service", other))
		}
		same[key(name)] = name
	}
	for _, name := range slices.Sorted(maps.Keys(s.Severities)) {
		if severity := incident.Severity(s.Severities[name]); !slices.Contains(incident.Severities, severity) {
			note("severities."+name, string(severity), fmt.Sprintf("must be one of %s", fault.Or(incident.Severities)))
		}
	}
	if s.Link != "" && link(strings.ReplaceAll(s.Link, "{id}", "id")) == "" {
		note("link", nil, "must be an http or https address without a name or password in it, with {id} for the alert's identifier")
	}
}

// named is what of a map is under the name, however it is spelt; "" for none.
func named(all map[string]string, name string) string {
	if name == "" {
		return ""
	}
	if found := all[name]; found != "" {
		return found
	}
	for _, k := range slices.Sorted(maps.Keys(all)) {
		if key(k) == key(name) {
			return all[k]
		}
	}
	return ""
}

// severity is what the source's names for how bad it is mean; "" where it names none.
func (s Settings) severity(names []string) incident.Severity {
	for _, name := range names {
		if found := named(s.Severities, name); found != "" {
			return incident.Severity(found)
		}
		if found := DefaultSeverities[labelOf(name)]; found != "" {
			return found
		}
	}
	if len(names) == 0 {
		return ""
	}
	return s.otherwise()
}

func (s Settings) otherwise() incident.Severity {
	if found := s.Severities[Otherwise]; found != "" {
		return incident.Severity(found)
	}
	return DefaultSeverities[Otherwise]
}

// slugs are those of services that may be meant, what is told most clearly first.
func (s Settings) slugs(n Named) []string {
	var out []string
	for _, slug := range []string{named(s.Services, n.ID), named(s.Services, n.Name), labelOf(n.Name)} {
		if slug != "" && !slices.Contains(out, slug) {
			out = append(out, slug)
		}
	}
	if n.Hint {
		return slices.DeleteFunc(out, func(slug string) bool { return slug != named(s.Services, n.ID) && slug != named(s.Services, n.Name) })
	}
	return out
}

// key is how a name is compared: as a label, or where it has none of its characters as it is.
func key(name string) string {
	if l := labelOf(name); l != "" {
		return l
	}
	return strings.ToLower(name)
}

// labelOf makes a label of a name: "API Service (EU)" is api-service-eu. It is empty where the name
// has no letters and digits of ASCII.
func labelOf(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	l := b.String()
	return strings.Trim(l[:min(len(l), label.MaxLength)], "-")
}
