package postmortem

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/lint"
	"github.com/evenkeel/evenkeel/services/incident/postmortem/document"
)

// maxNamed bounds the names of members of a team that lint knows.
const maxNamed = 500

// Lint looks at the saved text for blame, single causes and the like: warnings, by which nothing is
// ever refused. None where nothing was written here; NotFound.
func (s *Service) Lint(ctx context.Context, of id.ID) ([]lint.Finding, error) {
	v, err := s.Get(ctx, of)
	if err != nil {
		return nil, err
	}
	return s.find(ctx, v.Incident, v.Current.Text)
}

// LintText looks at a text that is being written. Of an incident, the people in it are known by
// name; without one, nobody is. NotFound; Invalid where it is no text that could be saved.
func (s *Service) LintText(ctx context.Context, of id.ID, text string) ([]lint.Finding, error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	var i incident.Incident
	var err error
	if of != "" {
		if i, err = s.About(ctx, of); err != nil {
			return nil, err
		}
	}
	var check fault.Check
	TextInput{Text: text}.check(&check)
	if err := check.Err(); err != nil {
		return nil, err
	}
	return s.find(ctx, i, text)
}

func (s *Service) find(ctx context.Context, i incident.Incident, text string) ([]lint.Finding, error) {
	if i.ID == "" {
		return lint.Text(text, nil), nil
	}
	people, err := s.named(ctx, i)
	if err != nil {
		return nil, fmt.Errorf("name the people of an incident: %w", err)
	}
	out := lint.Text(text, people)
	actions, err := s.Parts.Actions.Actions(ctx, i.ID)
	if err != nil {
		return nil, fmt.Errorf("read the action items of an incident: %w", err)
	}
	titles := make([]string, len(actions))
	for n, a := range actions {
		titles[n] = a.Title
	}
	if lint.Actions(titles) {
		out = append(out, trainingOnly(text))
	}
	return out, nil
}

// trainingOnly is the finding that no action item changes more than people, at the heading of the
// section of action items, or at the end of the text.
func trainingOnly(text string) lint.Finding {
	f := lint.Finding{Rule: lint.TrainingOnly, Line: strings.Count(text, "\n") + 1, Column: 1, Advice: lint.Advice(lint.TrainingOnly), From: len(text), To: len(text)}
	lines := strings.SplitAfter(text, "\n")
	for _, section := range document.Sections(text) {
		if !strings.EqualFold(section.Name, "action items") {
			continue
		}
		f.Line, f.From = section.Line, len(strings.Join(lines[:section.Line-1], ""))
		f.Text = strings.TrimRight(lines[section.Line-1], "\r\n")
		f.To = f.From + len(f.Text)
		break
	}
	return f
}

// named are the names of who is in a role of the incident, reads it, or is of its team.
func (s *Service) named(ctx context.Context, i incident.Incident) ([]string, error) {
	all := slices.Concat(slices.Sorted(maps.Values(i.Roles)), i.Readers)
	slices.Sort(all)
	var out []string
	for _, one := range slices.Compact(all) {
		p, err := s.People.Person(ctx, one)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, p.DisplayName)
	}
	members, err := s.members(ctx, i.Team)
	for _, m := range members {
		out = append(out, m.DisplayName)
	}
	return out, err
}

// members are the people of the team, the first of them.
func (s *Service) members(ctx context.Context, team id.ID) ([]access.Person, error) {
	var out []access.Person
	for r := (page.Request{Limit: page.MaxLimit}); ; {
		some, err := s.Registry.Members(ctx, team, r)
		if err != nil {
			return nil, err
		}
		for _, m := range some.Items {
			out = append(out, access.Person{ID: m.Person, DisplayName: m.Name})
		}
		if r.After = some.Next; r.After == "" || len(out) >= maxNamed {
			return out, nil
		}
	}
}

// Reviewers are people who are likely to be asked for a review by the caller, by name: who is in a
// role, reads the incident or is of its team, but not the caller. Anybody else who may read the
// incident can be asked as well. NotFound.
func (s *Service) Reviewers(ctx context.Context, of id.ID) ([]access.Person, error) {
	i, err := s.About(ctx, of)
	if err != nil {
		return nil, err
	}
	all := slices.Concat(slices.Sorted(maps.Values(i.Roles)), i.Readers)
	found, err := s.members(ctx, i.Team)
	if err != nil {
		return nil, fmt.Errorf("read the members of a team: %w", err)
	}
	for _, m := range found {
		all = append(all, m.ID)
	}
	slices.Sort(all)
	caller := access.CallerFrom(ctx).Person
	var out []access.Person
	for _, one := range slices.Compact(all) {
		if one == caller {
			continue
		}
		p, err := s.People.Person(ctx, one)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read the people of an incident: %w", err)
		}
		if p.DeactivatedAt == nil && i.ReadBy(p) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b access.Person) int { return strings.Compare(a.DisplayName, b.DisplayName) })
	return out, nil
}
