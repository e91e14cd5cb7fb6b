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

// wordsOfPolicy are what is said of a policy, with its approver as manifests name people.
func wordsOfPolicy(name, description string, terms policy.Terms, approver string) policyWords {
	terms.Approval.Approver = id.ID(approver)
	return policyWords{name, description, terms.Complete()}
}

// spot names a place among those of a policy.
func spot(p policy.Place) string {
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

// parts are where the policy is attached, as far as the manifest says so.
func (p Policy) parts(w *world, of id.ID) parts {
	out := parts{at: "/attachments"}
	if p.Attachments == nil {
		return out
	}
	for _, place := range p.Attachments {
		out.said = append(out.said, part{key: spot(place), value: place.Mode})
	}
	for _, a := range w.attachments[of] {
		out.there = append(out.there, part{spot(w.place(a)), a.Mode, a.Manager})
	}
	return out
}

func (p Policy) differ(w *world, path string) (change, error) {
	approver, err := w.people.named("/approval/approver", string(p.Approval.Approver))
	if err != nil {
		return change{}, err
	}
	after := wordsOfPolicy(p.Name, p.Description, p.Terms, approver)
	p.Approval.Approver = id.ID(w.people.identifier(approver))
	is, there := w.policies[p.Slug]
	p.Attachments = slices.Clone(p.Attachments)
	for _, a := range w.attachments[is.Policy.ID] { // what is named by its identifier
		for i, place := range p.Attachments {
			if place.Service != "" && place.Service == string(a.Service) {
				p.Attachments[i].Service = w.slugs[a.Service]
			}
		}
	}
	if err := p.parts(w, is.Policy.ID).once(""); err != nil {
		return change{}, err
	}
	if !there {
		return change{action: Create, fields: append(said(after), p.parts(w, "").differ(w)...), do: func(ctx context.Context) (id.ID, error) {
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
	before := wordsOfPolicy(is.Policy.Name, is.Policy.Description, is.Revision.Terms, w.people.name(is.Revision.Approval.Approver))
	fields := append(differences(before, after), p.parts(w, is.Policy.ID).differ(w)...)
	kept := w.set.Slug == "" || is.Policy.Manager == w.manager() && !p.parts(w, is.Policy.ID).takes(w)
	return change{action: settled(fields, false, kept), resource: is.Policy.ID, fields: fields, do: func(ctx context.Context) (id.ID, error) {
		ctx = w.acting(ctx, path, whole)
		v, err := w.hands.Policies.Revise(ctx, p.Slug, is.Policy.Version, p.Draft)
		if err != nil {
			return "", err
		}
		return v.Policy.ID, p.attach(ctx, w, v.Policy.ID)
	}}, nil
}

// attach has the policy be in force where the manifest says.
func (p Policy) attach(ctx context.Context, w *world, of id.ID) error {
	if p.Attachments == nil {
		return nil
	}
	var check fault.Check
	kept := map[string]bool{}
	for i, place := range p.Attachments {
		kept[spot(place)] = true
		n := slices.IndexFunc(w.attachments[of], func(a policy.Attachment) bool { return spot(w.place(a)) == spot(place) })
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
		if a.Manager == "" || a.Manager != w.manager() || kept[spot(w.place(a))] {
			continue
		}
		if err := w.hands.Policies.Detach(ctx, a.ID, a.Version); err != nil {
			return err
		}
	}
	return check.Err()
}
