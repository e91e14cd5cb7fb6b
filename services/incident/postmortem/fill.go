package postmortem

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/postmortem/document"
	"github.com/evenkeel/evenkeel/services/issues/markdown"
	"github.com/evenkeel/evenkeel/services/registry"
)

// known is what is known of an incident when its postmortem is begun.
type known struct {
	incident.Incident
	services map[id.ID]registry.Service
	people   map[id.ID]string
	entries  []incident.Entry // what people wrote into the timeline, in its order
	more     bool             // whether they wrote more
}

const (
	mostFilled    = 300    // entries of the timeline that a text begins with
	timelineBytes = 40_000 // and their size; people have as much left to write
)

func (s *Service) known(ctx context.Context, i incident.Incident) (known, error) {
	k := known{Incident: i, people: map[id.ID]string{}}
	var services []id.ID
	for _, one := range i.Services {
		services = append(services, one.Service)
	}
	var err error
	if k.services, err = s.Registry.ServicesByID(ctx, services); err != nil {
		return k, fmt.Errorf("name the services of an incident: %w", err)
	}
	for _, role := range slices.Sorted(maps.Keys(i.Roles)) {
		p, err := s.People.Person(ctx, i.Roles[role])
		if err != nil {
			return k, fmt.Errorf("name the people of an incident: %w", err)
		}
		k.people[p.ID] = p.DisplayName
	}
	const atOnce = 500
	for after := (incident.Moment{}); ; {
		some, err := s.Kept.Entries(ctx, i.ID, after, atOnce)
		if err != nil {
			return k, fmt.Errorf("read the timeline of an incident: %w", err)
		}
		for _, e := range some {
			if e.WithdrawnAt != nil || e.Kind != incident.Note && e.Kind != incident.Imported {
				continue
			}
			if len(k.entries) == mostFilled {
				k.more = true
				return k, nil
			}
			k.entries = append(k.entries, e)
		}
		if len(some) < atOnce {
			return k, nil
		}
		after = incident.Moment{At: some[len(some)-1].At, ID: some[len(some)-1].ID}
	}
}

// fill is the template with what is known: in front of it what it is about, and in its section
// "Timeline", where it has one, what people wrote. What they typed has no effect there.
func fill(t document.Template, k known) string {
	text := t.Markdown
	for _, section := range document.Sections(text) {
		if !strings.EqualFold(section.Name, "timeline") {
			continue
		}
		if table := k.timeline(); table != "" {
			rest := strings.TrimLeft(text[section.To:], "\n")
			if rest != "" {
				rest = "\n" + rest
			}
			text = strings.TrimRight(text[:section.To], "\n") + "\n\n" + table + rest
		}
		break
	}
	if whole := k.facts() + "\n" + text; len(whole) <= document.MaxText {
		return whole
	}
	return t.Markdown // a template that leaves no room
}

func (k known) facts() string {
	var b strings.Builder
	fact := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "- **%s:** %s\n", name, value)
		}
	}
	fact("Incident", markdown.Escape(k.Title))
	fact("Severity", string(k.Severity))
	impact := minute(k.ImpactStart)
	if until := k.Until(); until != nil {
		impact += " to " + minute(*until) + ", " + length(until.Sub(k.ImpactStart))
	} else {
		impact = "since " + impact
	}
	fact("Impact", impact)
	for _, t := range []struct {
		name string
		at   *time.Time
	}{{"Detected", k.DetectedAt}, {"Mitigated", k.MitigatedAt}, {"Resolved", k.ResolvedAt}} {
		if t.at != nil {
			fact(t.name, minute(*t.at))
		}
	}
	var services, roles []string
	for _, s := range k.Services {
		services = append(services, markdown.Escape(k.services[s.Service].Name)+" ("+string(s.Part)+")")
	}
	fact("Services", strings.Join(services, ", "))
	for _, role := range incident.Roles {
		if person, has := k.Roles[role]; has {
			roles = append(roles, markdown.Escape(k.people[person])+" ("+string(role)+")")
		}
	}
	fact("People", strings.Join(roles, ", "))
	return b.String()
}

// timeline is a table of what people wrote; empty where nobody did.
func (k known) timeline() string {
	if len(k.entries) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("| Time (UTC) | What happened |\n|---|---|\n")
	left := 0
	for _, e := range k.entries {
		row := fmt.Sprintf("| %s | %s |\n", e.At.UTC().Format("2006-01-02 15:04"), cell(e.Text))
		if left > 0 || b.Len()+len(row) > timelineBytes {
			left++
			continue
		}
		b.WriteString(row)
	}
	switch {
	case k.more:
		b.WriteString("\nThere is more in the timeline of the incident.\n")
	case left > 0:
		fmt.Fprintf(&b, "\nThere are %d more entries in the timeline of the incident.\n", left)
	}
	return b.String()
}

// cell is text as one line that stays within its cell: by GFM, section "Tables (extension)", a bar
// that is escaped does, within code too.
func cell(text string) string { return strings.ReplaceAll(markdown.Escape(text), "|", `\|`) }

func minute(at time.Time) string { return at.UTC().Format("2006-01-02 15:04 UTC") }

// length spells a duration to the minute.
func length(d time.Duration) string {
	d = d.Round(time.Minute)
	days, hours, minutes := d/(24*time.Hour), d%(24*time.Hour)/time.Hour, d%time.Hour/time.Minute
	var parts []string
	for _, p := range []struct {
		n    time.Duration
		unit string
	}{{days, "d"}, {hours, "h"}, {minutes, "min"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.unit))
		}
	}
	if len(parts) == 0 {
		return "less than a minute"
	}
	return strings.Join(parts, " ")
}
