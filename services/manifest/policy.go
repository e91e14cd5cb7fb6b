package manifest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/policy"
)

// Policy is an error-budget policy; its manifest says all of it.
type Policy struct {
	policy.Draft
	// Attachments are where it is in force, where the manifest says so: none and nil differ.
	Attachments []policy.Place
}

func (p Policy) identity() Identity { return Identity{KindPolicy, p.Slug} }

func (p Policy) renamed(now called) Thing {
	p.Slug = now(KindPolicy, "/slug", p.Slug)
	p.Attachments = slices.Clone(p.Attachments)
	for i, place := range p.Attachments {
		p.Attachments[i].Service = now(KindService, fmt.Sprintf("/attachments/%d/service", i), place.Service)
	}
	return p
}

func (Policy) pointer(p string) string { return p }

type policyWords struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	policy.Terms
}

// at names a place among those of a policy.
func at(p policy.Place) string {
	return strings.TrimSpace(fmt.Sprintf("%s %s", p.Target, p.Service+tier(p.Tier)))
}

func tier(of int) string {
	if of == 0 {
		return ""
	}
	return fmt.Sprint(of)
}

// place is where a policy is attached.
func (w *world) place(a policy.Attachment) policy.Place {
	return policy.Place{Target: a.Target, Service: w.slugs[a.Service], Tier: a.Tier, Mode: a.Mode}
}

// attached are where the policy is attached, as far as the manifest says or the set keeps that.
func (p Policy) attached(w *world, of id.ID) []Field {
	if p.Attachments == nil {
		return nil
	}
	before, after := map[string]policy.Mode{}, map[string]policy.Mode{}
	for _, place := range p.Attachments {
		after[at(place)] = place.Mode
	}
	for _, a := range w.attachments[of] {
		place := w.place(a)
		if _, says := after[at(place)]; says || a.Manager != "" && a.Manager == w.manager() {
			before[at(place)] = a.Mode
		}
	}
	var out []Field
	compare("/attachments", asJSON(before), asJSON(after), &out)
	return out
}

func (p Policy) differ(w *world, path string) (change, error) {
	after := policyWords{p.Name, p.Description, p.Complete()}
	is, there := w.policies[p.Slug]
	p.Attachments = slices.Clone(p.Attachments)
	for _, a := range w.attachments[is.Policy.ID] { // what is named by its identifier
		for i, place := range p.Attachments {
			if place.Service != "" && place.Service == string(a.Service) {
				p.Attachments[i].Service = w.slugs[a.Service]
			}
		}
	}
	if err := p.once(); err != nil {
		return change{}, err
	}
	if !there {
		return change{action: Create, fields: append(said(after), p.attached(w, "")...), do: func(ctx context.Context) (id.ID, error) {
			ctx = w.acting(ctx, path, whole)
			made, err := w.hands.Policies.Create(ctx, p.Draft)
			if err != nil {
				return "", err
			}
			return made.Policy.ID, p.attach(ctx, w, made.Policy.ID)
		}}, nil
	}
	if err := w.others(p.identity(), is.Policy.Manager); err != nil {
		return change{}, err
	}
	before := policyWords{is.Policy.Name, is.Policy.Description, is.Revision.Complete()}
	fields := append(differences(before, after), p.attached(w, is.Policy.ID)...)
	kept := w.set.Slug == "" || is.Policy.Manager == w.manager() && !p.takes(w, is.Policy.ID)
	return change{action: settled(fields, false, kept), resource: is.Policy.ID, fields: fields, do: func(ctx context.Context) (id.ID, error) {
		ctx = w.acting(ctx, path, whole)
		v, err := w.hands.Policies.Revise(ctx, p.Slug, is.Policy.Version, p.Draft)
		if err != nil {
			return "", err
		}
		return v.Policy.ID, p.attach(ctx, w, v.Policy.ID)
	}}, nil
}

// once refuses a place that is said twice.
func (p Policy) once() error {
	var check fault.Check
	for i, place := range p.Attachments {
		if first := slices.IndexFunc(p.Attachments, func(o policy.Place) bool { return at(o) == at(place) }); first < i {
			check.Fail(fmt.Sprintf("/attachments/%d", i), at(place), "is said in /attachments/%d already", first)
		}
	}
	return check.Err()
}

// takes reports whether the set is to keep an attachment that nobody keeps.
func (p Policy) takes(w *world, of id.ID) bool {
	return slices.ContainsFunc(w.attachments[of], func(a policy.Attachment) bool {
		return a.Manager == "" && slices.ContainsFunc(p.Attachments, func(place policy.Place) bool { return at(place) == at(w.place(a)) })
	})
}

// attach has the policy be in force where the manifest says.
func (p Policy) attach(ctx context.Context, w *world, of id.ID) error {
	if p.Attachments == nil {
		return nil
	}
	var check fault.Check
	kept := map[string]bool{}
	for i, place := range p.Attachments {
		kept[at(place)] = true
		n := slices.IndexFunc(w.attachments[of], func(a policy.Attachment) bool { return at(w.place(a)) == at(place) })
		var err error
		if n < 0 {
			_, err = w.hands.Policies.Attach(ctx, string(of), place)
		} else {
			a := w.attachments[of][n]
			_, err = w.hands.Policies.ChangeMode(ctx, a.ID, a.Version, place.Mode)
		}
		if err := within(&check, fmt.Sprintf("/attachments/%d", i), err); err != nil {
			return err
		}
	}
	for _, a := range w.attachments[of] {
		if a.Manager == "" || a.Manager != w.manager() || kept[at(w.place(a))] {
			continue
		}
		if err := w.hands.Policies.Detach(ctx, a.ID, a.Version); err != nil {
			return err
		}
	}
	return check.Err()
}
