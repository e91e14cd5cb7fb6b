package policy

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// FactStore gives what is in force and what is open. A Store of policies is one.
type FactStore interface {
	// AllAttachments returns every one, and each policy of them once with its current revision.
	AllAttachments(ctx context.Context) ([]Attachment, []View, error)
	// OpenViolationsOf returns those open for the SLOs.
	OpenViolationsOf(ctx context.Context, slos []id.ID) ([]Violation, error)
}

// ServiceFacts tells which policies hold for services, and what was said of their violations. It
// authorises nobody.
type ServiceFacts struct {
	Store  FactStore
	SLOs   slo.Objectives
	People interface {
		PeopleByID(ctx context.Context, people []id.ID) (map[id.ID]access.Person, error)
	}
	Clock clock.Clock
}

var _ fact.Source[registry.Service] = ServiceFacts{}

const (
	inForce        = "policyInForce"
	approved       = "policyApproved"
	unacknowledged = "violationsUnacknowledged"
	overspent      = "slosOverspentUnacknowledged"
)

// Facts are what is told of services.
func (ServiceFacts) Facts() []fact.Declaration {
	return fact.By("policy",
		fact.Declaration{Name: inForce, Type: fact.Truth, Doc: "An error-budget policy is attached to it, to its tier or to all, in whatever mode: one that only observes counts, too."},
		fact.Declaration{Name: approved, Type: fact.Truth, Doc: "One of these policies names who approved it, and that person was not deactivated."},
		fact.Declaration{Name: unacknowledged, Type: fact.Number, Doc: "The number of violations that are open of its SLOs, in mode warn or enforce, and that nobody acknowledged with a plan."},
		fact.Declaration{Name: overspent, Type: fact.Number, Doc: "The number of its SLOs that have consumed more than the budget of their window, and of which nobody acknowledged an open violation with a plan. Not known where there is none, and of one it is not known what it consumed."},
	)
}

// FactsOf tells it of the services, in a few statements for every few hundred.
func (f ServiceFacts) FactsOf(ctx context.Context, services []registry.Service, names ...string) (map[id.ID]fact.Set, error) {
	out := make(map[id.ID]fact.Set, len(services))
	for _, s := range services {
		out[s.ID] = fact.Set{}
	}
	if fact.Asks(names, inForce, approved) {
		if err := f.attached(ctx, services, out); err != nil {
			return nil, err
		}
	}
	if fact.Asks(names, unacknowledged, overspent) {
		if err := f.violated(ctx, services, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// attached adds which policies are in force.
func (f ServiceFacts) attached(ctx context.Context, services []registry.Service, into map[id.ID]fact.Set) error {
	attachments, policies, err := f.Store.AllAttachments(ctx)
	if err != nil {
		return fmt.Errorf("read what is attached: %w", err)
	}
	var named []id.ID
	for _, p := range policies {
		if p.Revision.Approval.Approver != "" {
			named = append(named, p.Revision.Approval.Approver)
		}
	}
	people, err := f.People.PeopleByID(ctx, named)
	if err != nil {
		return fmt.Errorf("read who approved %d policies: %w", len(policies), err)
	}
	force := newForce(attachments, policies)
	for _, s := range services {
		rules := force.of(s)
		into[s.ID][inForce] = len(rules) > 0
		into[s.ID][approved] = slices.ContainsFunc(rules, func(r Rule) bool {
			p, known := people[r.Revision.Approval.Approver]
			return known && p.DeactivatedAt == nil
		})
	}
	return nil
}

// violated adds what nobody said anything of.
func (f ServiceFacts) violated(ctx context.Context, services []registry.Service, into map[id.ID]fact.Set) error {
	now := f.Clock()
	views, err := f.SLOs.ViewsOf(ctx, registry.IDs(services))
	if err != nil {
		return fmt.Errorf("read the SLOs of %d services: %w", len(services), err)
	}
	of := make(map[id.ID][]slo.View, len(services))
	slos := make([]id.ID, len(views))
	for i, v := range views {
		of[v.SLO.Service], slos[i] = append(of[v.SLO.Service], v), v.SLO.ID
	}
	found, err := f.Store.OpenViolationsOf(ctx, slos)
	if err != nil {
		return fmt.Errorf("read the open violations of %d SLOs: %w", len(slos), err)
	}
	open := make(map[id.ID][]Violation)
	for _, v := range found {
		open[v.SLO] = append(open[v.SLO], v)
	}
	for _, s := range services {
		ignored(of[s.ID], open, now, into[s.ID])
	}
	return nil
}

// ignored adds how much of the SLOs of a service nobody said anything of.
func ignored(views []slo.View, open map[id.ID][]Violation, now time.Time, into fact.Set) {
	violations, spent, unknown := 0.0, 0.0, false
	for _, v := range views {
		planned := false
		for _, violation := range open[v.SLO.ID] {
			switch {
			case violation.Handling.Acknowledgement != nil:
				planned = true
			case violation.Mode != Observe:
				violations++
			}
		}
		switch left := v.Remaining(now); {
		case planned:
		case left == nil:
			unknown = true
		case *left < 0:
			spent++
		}
	}
	into[unacknowledged] = violations
	if spent > 0 || !unknown {
		into[overspent] = spent
	}
}
