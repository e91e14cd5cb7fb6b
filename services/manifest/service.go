package manifest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Service is a service, of which a manifest may leave out what others say.
type Service struct {
	registry.ServiceInput
	// DependsOn is what it needs, where the manifest says so.
	DependsOn []Need
	Says      []string // the fields that it says, as on the wire of the API, and dependsOn; but for the slug
}

// Need is a service that another depends on.
type Need struct {
	Service string
	registry.DependencyTerms
}

const needs = "dependsOn"

func (s Service) identity() Identity { return Identity{KindService, s.Slug} }

func (s Service) renamed(now called) Thing {
	s.Slug, s.Team, s.System = now(KindService, "/slug", s.Slug), now(KindTeam, "/team", s.Team), now(KindSystem, "/system", s.System)
	s.DependsOn = slices.Clone(s.DependsOn)
	for i, n := range s.DependsOn {
		s.DependsOn[i].Service = now(KindService, fmt.Sprintf("/%s/%d/service", needs, i), n.Service)
	}
	return s
}

// pointer: the manifest has its kind as type, for its kind is what it is a manifest of.
func (Service) pointer(p string) string {
	if p == "/kind" {
		return "/type"
	}
	return p
}

var servicePlaces placesOf[registry.ServiceInput] = func(in *registry.ServiceInput) words {
	return words{
		"team": &in.Team, "system": &in.System, "name": &in.Name, "description": &in.Description, "kind": &in.Kind, "tier": &in.Tier,
		"lifecycle": &in.Lifecycle, "repository": &in.Repository, "onCall": &in.OnCall, "runbook": &in.Runbook, "dashboard": &in.Dashboard,
		"docs": &in.Docs, "contact": &in.Contact, "labels": &in.Labels, "annotations": &in.Annotations,
	}
}

// need is a dependency as a manifest says it.
type need struct {
	Service     string               `json:"service"`
	Criticality registry.Criticality `json:"criticality"`
	FailureMode string               `json:"failureMode,omitempty"`
	TimeoutMS   int64                `json:"timeoutMilliseconds,omitempty"`
	Retry       string               `json:"retry,omitempty"`
	Breaker     string               `json:"breaker,omitempty"`
	Bulkhead    string               `json:"bulkhead,omitempty"`
}

func needOf(service string, t registry.DependencyTerms) need {
	return need{service, t.Criticality, t.FailureMode, int64(t.Timeout / time.Millisecond), t.Retry, t.Breaker, t.Bulkhead}
}

// parts are the services that it needs, as far as the manifest says so.
func (s Service) parts(w *world, of registry.Service) parts {
	out := parts{at: "/" + needs}
	if !slices.Contains(s.Says, needs) {
		return out
	}
	for _, n := range s.DependsOn {
		out.said = append(out.said, part{key: n.Service, value: needOf(n.Service, n.DependencyTerms)})
	}
	for _, d := range w.needs[of.ID] {
		out.there = append(out.there, part{d.OnSlug, needOf(d.OnSlug, d.DependencyTerms), d.Manager})
	}
	return out
}

// bare is what is declared of a service of which nothing is said.
var bare = registry.ServiceInput{Profile: registry.Profile{Lifecycle: registry.Production}}

func (s Service) differ(w *world, path string) (change, error) {
	is, there := w.services[s.Slug]
	s.DependsOn = slices.Clone(s.DependsOn)
	for _, d := range w.needs[is.ID] { // what is named by its identifier
		for i, n := range s.DependsOn {
			if n.Service == string(d.On) {
				s.DependsOn[i].Service = d.OnSlug
			}
		}
	}
	if err := s.parts(w, is).once("/service"); err != nil {
		return change{}, err
	}
	if !there {
		in := s.ServiceInput
		in.Name, in.Team, in.Lifecycle = cmp.Or(in.Name, in.Slug), cmp.Or(in.Team, w.set.TeamSlug), cmp.Or(in.Lifecycle, bare.Lifecycle)
		fields := append(at(s, partly(nil, servicePlaces.words(in), s.Says)), s.parts(w, is).differ(w)...)
		return change{action: Create, fields: fields, do: func(ctx context.Context) (id.ID, error) {
			made, err := w.hands.Registry.CreateService(w.acting(ctx, path, append([]string{"slug"}, s.Says...)), in)
			if err == nil {
				w.services[made.Slug] = made
			}
			return made.ID, err
		}, then: func(ctx context.Context) error { return s.connect(ctx, w, path) }}, nil
	}
	before := registry.ServiceInput{Slug: is.Slug, Team: is.TeamSlug, System: is.SystemSlug, Profile: is.Profile}
	if s.Team == string(is.Team) {
		s.Team = is.TeamSlug
	}
	if s.System == string(is.System) {
		s.System = is.SystemSlug
	}
	p := servicePlaces.differ(w, is.Managed, before, s.ServiceInput, bare, s.Says)
	all := s
	all.Says = slices.Concat(s.Says, p.unsaid)
	fields := append(at(s, p.fields), all.parts(w, is).differ(w)...)
	kept := p.kept && !s.parts(w, is).takes(w)
	return change{
		action: settled(fields, is.RetiredAt != nil, kept), resource: is.ID, fields: fields,
		do:   func(ctx context.Context) (id.ID, error) { return s.write(w.acting(ctx, path, p.keeps), w, is, p.in) },
		then: func(ctx context.Context) error { return all.connect(ctx, w, path) },
	}, nil
}

// write has the service be restored, handed over and changed, as far as that differs.
func (s Service) write(ctx context.Context, w *world, is registry.Service, in registry.ServiceInput) (id.ID, error) {
	r, after := w.hands.Registry, is
	var err error
	if is.RetiredAt != nil {
		if after, err = r.Restore(ctx, s.Slug, after.Version); err != nil {
			return "", err
		}
	}
	to := in.Team
	in.Team = ""
	if after, err = r.UpdateService(ctx, s.Slug, after.Version, in); err != nil {
		return "", err
	}
	if to != is.TeamSlug { // last, for then it is others who may change it
		if after, err = r.Transfer(ctx, s.Slug, after.Version, to, w.reason()); err != nil {
			return "", err
		}
	}
	w.services[s.Slug] = after
	return after.ID, nil
}

// reason is what the audit log has as the reason of what is done.
func (w *world) reason() string {
	if w.set.Slug == "" {
		return "It is so in a manifest."
	}
	return fmt.Sprintf("It is so in the set of manifests %s.", w.set.Slug)
}

// connect has the service depend on what the manifest says, once all services are there.
func (s Service) connect(ctx context.Context, w *world, path string) error {
	if !slices.Contains(s.Says, needs) {
		return nil
	}
	is := w.services[s.Slug]
	by := func(keeps ...string) context.Context { return w.acting(ctx, path, keeps) }
	known, said := map[string]registry.Dependency{}, map[string]bool{}
	for _, n := range s.DependsOn {
		said[n.Service] = true
	}
	for _, d := range w.needs[is.ID] {
		known[d.OnSlug] = d
		if said[d.OnSlug] || d.Manager == "" || d.Manager != w.manager() {
			continue // said, or somebody else's
		}
		// First, so that there is room for others.
		if err := w.hands.Registry.DeleteDependency(by(needs), s.Slug, d.ID, d.Version); err != nil {
			return err
		}
	}
	var check fault.Check
	for i, n := range s.DependsOn {
		var err error
		if d, there := known[n.Service]; there {
			_, err = w.hands.Registry.UpdateDependency(by(needs), s.Slug, d.ID, d.Version, n.DependencyTerms)
		} else {
			_, err = w.hands.Registry.CreateDependency(by(needs), s.Slug, n.Service, n.DependencyTerms)
		}
		if err := within(&check, fmt.Sprintf("/%s/%d", needs, i), err); err != nil {
			return err
		}
	}
	return check.Err()
}

// within notes what is invalid of a part of a thing, and returns any other error.
func within(check *fault.Check, at string, err error) error {
	refused := fault.As(err)
	if refused == nil || refused.Kind != fault.Invalid {
		return err
	}
	for _, v := range refused.Violations {
		pointer := at + v.Pointer
		if v.Pointer == "/on" {
			pointer = at + "/service"
		}
		check.Fail(pointer, v.Value, "%s", v.Message)
	}
	return nil
}
