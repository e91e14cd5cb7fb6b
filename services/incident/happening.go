package incident

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Happening is something that is known of a service from elsewhere: an alert that began, an
// answer of the gate, or a change that began.
type Happening struct {
	Kind    EntryKind
	ID      id.ID
	Service id.ID
	At      time.Time
	// What it is: of an alert its SLO, of the gate the class of change, of a change its kind.
	Subject string
	// Detail is the burn pair, the gate's answer, or the release.
	Detail string
	// Outcome is the severity of an alert, and how a change ended.
	Outcome string
}

// Compare orders what happened as a timeline does.
func (h Happening) Compare(other Happening) int {
	return Moment{h.At, h.ID}.compare(Moment{other.At, other.ID})
}

// entry is what a timeline says of it.
func (h Happening) entry(i id.ID, of registry.Service) Entry {
	e := Entry{ID: h.ID, Incident: i, At: h.At, Kind: h.Kind, CreatedAt: h.At, UpdatedAt: h.At, Version: 1}
	at := "/v1/services/" + string(h.Service)
	switch h.Kind {
	case Alert:
		e.Text, e.Link = fmt.Sprintf("Alert %s (%s) of %s/%s began.", h.Detail, h.Outcome, of.Slug, h.Subject), "/v1/alerts/"+string(h.ID)
	case Gate:
		e.Text, e.Link = fmt.Sprintf("The gate answered %q to a change of the class %s of %s.", h.Detail, h.Subject, of.Slug), at+"/gate/decisions/"+string(h.ID)
	case Change:
		what := strings.TrimSpace(h.Subject + " " + h.Detail)
		e.Text, e.Link = fmt.Sprintf("The change %s of %s began; its outcome is %s.", what, of.Slug, h.Outcome), at+"/changes/"+string(h.ID)
	}
	return e
}

// happened are the alerts, answers of the gate and changes of the incident's services while its
// impact lasts, the first of them, and from when on there would be more.
func (s *Service) happened(ctx context.Context, i Incident) ([]Entry, *time.Time, error) {
	to := clock.Round(s.Clock())
	if until := i.Until(); until != nil {
		to = *until
	}
	found, err := s.Happenings.Happenings(ctx, i.services(), i.ImpactStart, to, MostHappenings+1)
	if err != nil {
		return nil, nil, fmt.Errorf("read what happened to the services of an incident: %w", err)
	}
	var cutAt *time.Time
	if len(found) > MostHappenings {
		cutAt = &found[MostHappenings].At
		found = found[:MostHappenings]
	}
	services, err := s.Registry.ServicesByID(ctx, i.services())
	if err != nil {
		return nil, nil, fmt.Errorf("name the services of an incident: %w", err)
	}
	out := make([]Entry, len(found))
	for n, h := range found {
		out[n] = h.entry(i.ID, services[h.Service])
	}
	return out, cutAt, nil
}
