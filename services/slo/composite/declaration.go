package composite

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/composite/formula"
)

// The bounds of what is declared.
const (
	MinMembers = 2
	MaxMembers = 20
)

// Declaration is what is said of a composite.
type Declaration struct {
	Slug        string
	Name        string // the slug when empty
	Description string
	Team        string // slug or identifier
	System      string // slug or identifier; empty where there is a journey
	Journey     Journey
	Method      formula.Method
	Objective   string // "99.9%"; empty with formula.Occurrences
	WindowDays  int    // 1 to slo.MaxWindowDays; 0 means slo.DefaultWindowDays, or a calendar's
	Calendar    *slo.CalendarInput
	SliceLength time.Duration // 0 where no slices are judged, else the longest slot of a member
	SliceTarget string        // "95%"; of formula.Timeslices alone
	Members     []MemberInput
	Rationale   string
}

// MemberInput is a member as it is declared.
type MemberInput struct {
	Service string // slug or identifier
	SLO     string // slug or identifier
	Weight  string // "1" when empty
	Missing formula.Missing
}

// orDefaults fills what is empty and has a default that follows from nothing else.
func (d Declaration) orDefaults() Declaration {
	d.Name = cmp.Or(d.Name, d.Slug)
	if d.WindowDays == 0 && d.Calendar == nil {
		d.WindowDays = slo.DefaultWindowDays
	}
	return d
}

// check returns what the declaration spells, but for what it refers to, and notes its
// faults.
func (d Declaration) check(check *fault.Check) (Composite, Terms) {
	registry.CheckSlug(check, "/slug", d.Slug)
	registry.CheckName(check, "/name", d.Name)
	registry.CheckText(check, "/description", d.Description, registry.MaxDescription)
	registry.CheckText(check, "/rationale", d.Rationale, registry.MaxDescription)
	switch {
	case d.System != "" && d.Journey != (Journey{}):
		check.Fail("/journey", d.Journey.Name, "must be left out where there is a system: a composite is promised of one of them")
	case d.System == "" && d.Journey == (Journey{}):
		check.Fail("/system", nil, "is required, or a journey in its place: what the composite is promised of")
	case d.System == "":
		registry.CheckName(check, "/journey/name", d.Journey.Name)
		registry.CheckText(check, "/journey/description", d.Journey.Description, registry.MaxDescription)
	}
	t := Terms{Method: d.Method, SliceLength: d.SliceLength, Rationale: d.Rationale}
	t.Over = slo.CheckWindow(check, "", d.WindowDays, d.Calendar)
	check.Require(slices.Contains(formula.Methods, d.Method), "/method", d.Method, "must be one of %s", fault.Or(formula.Methods))
	var err error
	if d.Method.Promises() {
		if t.Objective, err = budget.ParseObjective(d.Objective); err != nil {
			check.Fail("/objective", d.Objective, "%s", err)
		}
	} else {
		check.Require(d.Objective == "", "/objective", d.Objective, "must be left out: %s spends the budgets of the members, and has none of its own", formula.Occurrences)
	}
	d.checkSlices(check, &t)
	return Composite{Slug: d.Slug, Name: d.Name, Description: d.Description, Journey: d.Journey}, t
}

func (d Declaration) checkSlices(check *fault.Check, t *Terms) {
	seconds := int64(d.SliceLength / time.Second)
	switch {
	case d.Method.Slices() && d.SliceLength != 0:
		check.Require(d.SliceLength >= time.Minute && time.Hour%d.SliceLength == 0, "/sliceSeconds", seconds, "must be at least 60 and divide an hour")
	case !d.Method.Slices():
		check.Require(d.SliceLength == 0, "/sliceSeconds", seconds, "must be left out: %s judges no slices", d.Method)
	}
	if d.Method != formula.Timeslices {
		check.Require(d.SliceTarget == "", "/sliceTarget", d.SliceTarget, "must be left out: only %s judge slices by a target", formula.Timeslices)
		return
	}
	var err error
	if t.SliceTarget, err = budget.ParseSliceTarget(d.SliceTarget); err != nil {
		check.Fail("/sliceTarget", d.SliceTarget, "%s: the share of good events from which on a slice is good, of members that have no such target of their own", err)
	}
}

// refer finds what the declaration refers to, and notes what does not exist. A member, team
// or system that stands already may be retired since.
func (s *Service) refer(ctx context.Context, check *fault.Check, d Declaration, standing *View, now time.Time) (registry.Team, Composite, Terms, error) {
	head, t := d.check(check)
	team, _, err := registry.Refer(ctx, check, "/team", d.Team, func(ctx context.Context, name string) (registry.Team, error) {
		return registry.Find(ctx, s.Registry, registry.NounTeam, "", name, s.Registry.Team, s.Registry.TeamBySlug)
	})
	if err != nil {
		return team, head, t, err
	}
	head.Team = team.ID
	if d.System != "" {
		system, _, err := registry.Refer(ctx, check, "/system", d.System, func(ctx context.Context, name string) (registry.System, error) {
			return registry.Find(ctx, s.Registry, registry.NounSystem, "", name, s.Registry.System, s.Registry.SystemBySlug)
		})
		if err != nil {
			return team, head, t, err
		}
		head.System = system.ID
	}
	t.Members, err = s.members(ctx, check, d, standing, now)
	if t.Method.Slices() && t.SliceLength == 0 {
		for _, m := range t.Members { // 60 and 300 seconds, of which each divides the longer ones
			t.SliceLength = max(t.SliceLength, m.SLO.Resolution)
		}
	}
	return team, head, t, err
}

func (s *Service) members(ctx context.Context, check *fault.Check, d Declaration, standing *View, now time.Time) ([]Member, error) {
	check.Require(len(d.Members) >= MinMembers && len(d.Members) <= MaxMembers, "/members", len(d.Members), "must be %d to %d SLOs", MinMembers, MaxMembers)
	var members []Member
	for i, in := range d.Members[:min(len(d.Members), MaxMembers)] {
		at := fmt.Sprintf("/members/%d", i)
		m := Member{ID: id.New(now), Weight: formula.One, Missing: cmp.Or(in.Missing, formula.Ignore)}
		check.Require(slices.Contains(formula.Missings, m.Missing), at+"/missing", in.Missing, "must be one of %s", fault.Or(formula.Missings))
		switch {
		case !d.Method.Weighs():
			check.Require(in.Weight == "", at+"/weight", in.Weight, "must be left out: with %s a slice is bad or it is not, whichever member is", formula.Timeslices)
		case in.Weight != "":
			var err error
			if m.Weight, err = formula.ParseWeight(in.Weight); err != nil {
				check.Fail(at+"/weight", in.Weight, "%s", err)
			}
		}
		v, owner, found, err := s.member(ctx, check, at, in)
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}
		m.SLO = Named{
			ID: v.SLO.ID, Service: owner.ID, ServiceSlug: owner.Slug, Slug: v.SLO.Slug, Name: v.SLO.Name,
			Objective: v.Revision.Objective, Resolution: v.Indicator.Resolution, Retired: v.SLO.RetiredAt != nil || owner.RetiredAt != nil,
		}
		check.Require(!m.SLO.Retired || standing.has(m.SLO.ID), at+"/slo", in.SLO, "must be an SLO that is not retired, of a service that is not")
		check.Require(!slices.ContainsFunc(members, func(o Member) bool { return o.SLO.ID == m.SLO.ID }), at+"/slo", in.SLO, "must be another than those before it")
		if d.Method.Slices() && d.SliceLength > 0 {
			check.Require(d.SliceLength%m.SLO.Resolution == 0, "/sliceSeconds", int64(d.SliceLength/time.Second),
				"must be a whole multiple of the %d seconds of a slot of %s", int64(m.SLO.Resolution/time.Second), m.SLO.Label())
		}
		members = append(members, m)
	}
	return members, nil
}

// has reports whether the SLO is a member.
func (v *View) has(of id.ID) bool {
	return v != nil && slices.ContainsFunc(v.Revision.Members, func(m Member) bool { return m.SLO.ID == of })
}

// member finds the SLO that is named, and its service.
func (s *Service) member(ctx context.Context, check *fault.Check, at string, in MemberInput) (slo.View, registry.Service, bool, error) {
	owner, found, err := registry.Refer(ctx, check, at+"/service", in.Service, func(ctx context.Context, name string) (registry.Service, error) {
		return registry.Find(ctx, s.Registry, registry.NounService, "", name, s.Registry.Service, s.Registry.ServiceBySlug)
	})
	if err != nil || !found {
		return slo.View{}, owner, false, err
	}
	byID := func(ctx context.Context, of id.ID) (slo.View, error) {
		v, err := s.SLOs.View(ctx, of)
		if err == nil && v.SLO.Service != owner.ID {
			return slo.View{}, fault.Missing("slo", string(of))
		}
		return v, err
	}
	v, found, err := registry.Refer(ctx, check, at+"/slo", in.SLO, func(ctx context.Context, name string) (slo.View, error) {
		return registry.Find(ctx, s.Registry, registry.NounSLO, owner.ID, name, byID,
			func(ctx context.Context, slug string) (slo.View, error) {
				return s.SLOs.ViewBySlug(ctx, owner.ID, slug)
			})
	})
	return v, owner, found, err
}
