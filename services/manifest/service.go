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

func serviceWords(in registry.ServiceInput) words {
	return words{
		"team": in.Team, "system": in.System, "name": in.Name, "description": in.Description, "kind": in.Kind, "tier": in.Tier,
		"lifecycle": in.Lifecycle, "repository": in.Repository, "onCall": in.OnCall, "runbook": in.Runbook, "dashboard": in.Dashboard,
		"docs": in.Docs, "contact": in.Contact, "labels": in.Labels, "annotations": in.Annotations,
	}
}

// over is the input with what the manifest says.
func (s Service) over(in registry.ServiceInput) registry.ServiceInput {
	for _, field := range s.Says {
		switch field {
		case "team":
			in.Team = s.Team
		case "system":
			in.System = s.System
		case "name":
			in.Name = s.Name
		case "description":
			in.Description = s.Description
		case "kind":
			in.Kind = s.Kind
		case "tier":
			in.Tier = s.Tier
		case "lifecycle":
			in.Lifecycle = s.Lifecycle
		case "repository":
			in.Repository = s.Repository
		case "onCall":
			in.OnCall = s.OnCall
		case "runbook":
			in.Runbook = s.Runbook
		case "dashboard":
			in.Dashboard = s.Dashboard
		case "docs":
			in.Docs = s.Docs
		case "contact":
			in.Contact = s.Contact
		case "labels":
			in.Labels = s.Labels
		case "annotations":
			in.Annotations = s.Annotations
		}
	}
	return in
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

// fields are those that differ, by the names of the manifest.
func (s Service) fields(before, after words, needed []Field) []Field {
	out := append(partly(before, after, s.Says), needed...)
	for i, f := range out {
		out[i].Name = s.pointer(f.Name)
	}
	return out
}

// needed are the dependencies that the set keeps, and those that it says, by the other service.
func (s Service) needed(w *world, of registry.Service) []Field {
	if !slices.Contains(s.Says, needs) {
		return nil
	}
	before, after := map[string]need{}, map[string]need{}
	for _, n := range s.DependsOn {
		after[n.Service] = needOf(n.Service, n.DependencyTerms)
	}
	for _, d := range w.needs[of.ID] {
		if _, says := after[d.OnSlug]; says || d.Manager == w.manager() && d.Manager != "" {
			before[d.OnSlug] = needOf(d.OnSlug, d.DependencyTerms)
		}
	}
	var out []Field
	compare("/"+needs, asJSON(before), asJSON(after), &out)
	return out
}

func (s Service) differ(w *world, path string) (change, error) {
	says := append([]string{"slug"}, s.Says...)
	is, there := w.services[s.Slug]
	s.DependsOn = slices.Clone(s.DependsOn)
	for _, d := range w.needs[is.ID] { // what is named by its identifier
		for i, n := range s.DependsOn {
			if n.Service == string(d.On) {
				s.DependsOn[i].Service = d.OnSlug
			}
		}
	}
	if err := s.once(); err != nil {
		return change{}, err
	}
	if !there {
		in := s.ServiceInput
		in.Name, in.Team, in.Lifecycle = cmp.Or(in.Name, in.Slug), cmp.Or(in.Team, w.set.TeamSlug), cmp.Or(in.Lifecycle, registry.Production)
		fields := s.fields(nil, serviceWords(in), s.needed(w, is))
		return change{action: Create, fields: fields, do: func(ctx context.Context) (id.ID, error) {
			made, err := w.hands.Registry.CreateService(w.acting(ctx, path, says), in)
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
	unsaid := w.unsaid(is.Managed, says)
	in := Service{ServiceInput: registry.ServiceInput{Profile: registry.Profile{Lifecycle: registry.Production}}, Says: unsaid}.over(s.over(before))
	all := s
	all.Says = slices.Concat(s.Says, unsaid)
	fields := all.fields(serviceWords(before), serviceWords(in), all.needed(w, is))
	keeps, kept := w.taking(is.Managed, says, partly(serviceWords(before), serviceWords(in), all.Says))
	kept = kept && !s.takes(w, is)
	return change{
		action: settled(fields, is.RetiredAt != nil, kept), resource: is.ID, fields: fields,
		do:   func(ctx context.Context) (id.ID, error) { return s.write(w.acting(ctx, path, keeps), w, is, in) },
		then: func(ctx context.Context) error { return all.connect(ctx, w, path) },
	}, nil
}

// once refuses a service that is said to be needed twice.
func (s Service) once() error {
	var check fault.Check
	for i, n := range s.DependsOn {
		if first := slices.IndexFunc(s.DependsOn, func(o Need) bool { return o.Service == n.Service }); first < i {
			check.Fail(fmt.Sprintf("/%s/%d/service", needs, i), n.Service, "is said in /%s/%d already", needs, first)
		}
	}
	return check.Err()
}

// takes reports whether the set is to keep a dependency that nobody keeps.
func (s Service) takes(w *world, of registry.Service) bool {
	return w.set.Slug != "" && slices.ContainsFunc(w.needs[of.ID], func(d registry.Dependency) bool {
		return d.Manager == "" && slices.ContainsFunc(s.DependsOn, func(n Need) bool { return n.Service == d.OnSlug })
	})
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
