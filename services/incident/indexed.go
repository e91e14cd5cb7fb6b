package incident

import (
	"context"
	"strings"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/incident/search"
)

// Index takes texts in that are searched, within the context's transaction; search.Store is one.
type Index interface {
	Put(ctx context.Context, documents []search.Document) error
	Remove(ctx context.Context, kind search.Kind, subjects []id.ID) error
}

// index has the incident found by its words as they are now.
func (s *Service) index(ctx context.Context, i Incident) error {
	if s.Index == nil {
		return nil
	}
	lines := []string{i.CustomerImpact, strings.Join(i.Tags, ", "), strings.Join(i.Causes, ", ")}
	services, err := s.Registry.ServicesByID(ctx, i.services())
	if err != nil {
		return err
	}
	for _, one := range i.Services {
		lines = append(lines, services[one.Service].Name+" ("+services[one.Service].Slug+")")
	}
	for _, l := range i.Links {
		lines = append(lines, l.Name)
	}
	if i.Origin != nil {
		lines = append(lines, i.Origin.ExternalID)
	}
	return s.Index.Put(ctx, []search.Document{{Kind: search.OfIncident, Subject: i.ID, Incident: i.ID, Title: i.Title, Text: joined(lines), UpdatedAt: i.UpdatedAt}})
}

// joined are the lines that say something, below each other.
func joined(lines []string) string {
	var out []string
	for _, l := range lines {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}

// indexNotes has entries found that people wrote, or that were imported.
func (s *Service) indexNotes(ctx context.Context, i Incident, entries []Entry) error {
	if s.Index == nil {
		return nil
	}
	var out []search.Document
	for _, e := range entries {
		out = append(out, search.Document{Kind: search.OfNote, Subject: e.ID, Incident: i.ID, Title: i.Title, Text: e.Text, UpdatedAt: e.UpdatedAt})
	}
	return s.Index.Put(ctx, out)
}

// indexEdited has an entry found as it reads now, and not any more once it is withdrawn.
func (s *Service) indexEdited(ctx context.Context, i Incident, e Entry) error {
	switch {
	case s.Index == nil:
		return nil
	case e.WithdrawnAt != nil:
		return s.Index.Remove(ctx, search.OfNote, []id.ID{e.ID})
	}
	return s.indexNotes(ctx, i, []Entry{e})
}
