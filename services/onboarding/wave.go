package onboarding

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Wave brings many services in one go, each with SLOs from templates.
type Wave struct {
	ID id.ID
	Draft
	CreatedAt time.Time
	CreatedBy string
	UpdatedAt time.Time
	StartedAt *time.Time // nil before somebody started it
	StartedBy string
	Version   int64

	// Tally is how many members there are in each state.
	Tally Tally `audit:"-"`
}

// Draft is what is declared of a wave.
type Draft struct {
	Slug        string // RFC 1123 label, unique among waves
	Name        string
	Description string
	DueOn       clock.Date // by when all of it is to be brought; empty for none
	Templates   []Template // in whose order SLOs are declared; none only registers services
}

// Tally is how many members of a wave are in each state.
type Tally struct {
	Waiting, Brought, Failed int
}

// All is how many members there are.
func (t Tally) All() int { return t.Waiting + t.Brought + t.Failed }

// WaveState is how far a wave is.
type WaveState string

// The states of a wave.
const (
	Planned WaveState = "planned" // nobody started it
	Started WaveState = "started" // some of its members wait, or failed
	Done    WaveState = "done"
)

// State is how far it is.
func (w Wave) State() WaveState {
	switch {
	case w.StartedAt == nil:
		return Planned
	case w.Tally.Waiting+w.Tally.Failed > 0:
		return Started
	}
	return Done
}

func (d Draft) settled() Draft {
	d.Name, d.Description = strings.TrimSpace(d.Name), strings.TrimSpace(d.Description)
	d.Templates = append([]Template{}, d.Templates...)
	for i := range d.Templates {
		if t := &d.Templates[i]; len(t.Kinds) == 0 {
			t.Kinds = nil
		}
		if t := &d.Templates[i]; len(t.Tiers) == 0 {
			t.Tiers = nil
		}
	}
	return d
}

// check notes what is wrong with it. before is nil of a new one.
func (d Draft) check(check *fault.Check, before *Wave, now time.Time) error {
	registry.CheckSlug(check, "/slug", d.Slug)
	registry.CheckName(check, "/name", d.Name)
	registry.CheckText(check, "/description", d.Description, registry.MaxDescription)
	if d.DueOn != "" {
		d.DueOn.Check(check, "/dueOn")
		if before == nil || before.DueOn != d.DueOn {
			check.Require(d.DueOn >= clock.DateOf(now), "/dueOn", d.DueOn, "must be today, %s, or later", clock.DateOf(now))
		}
	}
	if len(d.Templates) > MaxTemplates {
		check.Fail("/templates", len(d.Templates), "must be at most %d templates", MaxTemplates)
		return nil
	}
	for i, t := range d.Templates {
		at := fmt.Sprintf("/templates/%d", i)
		if err := t.check(check, at); err != nil {
			return err
		}
		other := slices.IndexFunc(d.Templates[:i], t.overlaps)
		check.Require(other < 0, at+"/slo/slug", t.SLO.Slug, "is that of template %d too, which some services get as well: have their kinds or tiers differ", other)
	}
	return nil
}

// object is a wave as it is authorised on.
func (w Wave) object() access.Object {
	return access.Object{Kind: access.KindOnboarding, ID: w.ID, Label: w.Slug}
}

// record is what the audit log keeps of a wave.
func (w Wave) record() any {
	return struct {
		Draft
		StartedAt *time.Time
		StartedBy string
	}{w.Draft, w.StartedAt, w.StartedBy}
}
