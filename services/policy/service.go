package policy

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// Services are the organisation's services, of which policies need to know team,
// tier and retirement.
type Services interface {
	Service(ctx context.Context, service id.ID) (registry.Service, error)
	ServiceBySlug(ctx context.Context, slug string) (registry.Service, error)
	// ServicesByID returns those that exist, retired ones too, by ID.
	ServicesByID(ctx context.Context, services []id.ID) (map[id.ID]registry.Service, error)
	Team(ctx context.Context, team id.ID) (registry.Team, error)
}

// Rereader has measurements read from where they come from once more.
type Rereader interface {
	// Reread asks for it within the transaction. Faults: Invalid "/reread…" where the SLO's
	// measurements are not read from anywhere, or not that far back; Conflict "slo_retired", or
	// "backfill_open" where that is being read already.
	Reread(ctx context.Context, slo id.ID, of Range) error
}

// People are those who can be named.
type People interface {
	Person(ctx context.Context, person id.ID) (access.Person, error)
	// PeopleByID returns those that there are.
	PeopleByID(ctx context.Context, people []id.ID) (map[id.ID]access.Person, error)
}

// Parts is what a Service is made of.
type Parts struct {
	Store      Store
	Slugs      registry.SlugStore
	Services   Services
	Budgets    Budgets
	People     People
	Facts      fact.Source[slo.View]
	Language   *expr.Environment // on their facts; see Language
	Pasts      Pasts
	Desk       Desk
	Teller     event.Teller // nil where nobody is told
	Rereader   Rereader
	Runner     tx.Runner
	Authorizer *access.Authorizer
	Recorder   access.Recorder
	Clock      clock.Clock
	Logger     *slog.Logger
}

// Service keeps policies and attachments, and opens and ends violations. Names
// given to it as strings are slugs or identifiers. Every method authorises the
// context's caller; every change is audited in its own transaction.
type Service struct {
	store      Store
	slugs      registry.SlugStore
	services   Services
	budgets    Budgets
	people     People
	facts      fact.Source[slo.View]
	conditions *conditions
	pasts      Pasts
	desk       Desk
	teller     event.Teller
	rereader   Rereader
	runner     tx.Runner
	authorizer *access.Authorizer
	recorder   access.Recorder
	now        clock.Clock
	log        *slog.Logger
}

// NewService returns a service of the parts.
func NewService(p Parts) *Service {
	return &Service{
		store: p.Store, slugs: p.Slugs, services: p.Services, budgets: p.Budgets, people: p.People, facts: p.Facts, conditions: &conditions{language: p.Language, log: p.Logger}, pasts: p.Pasts, desk: p.Desk, teller: p.Teller, rereader: p.Rereader,
		runner: p.Runner, authorizer: p.Authorizer, recorder: p.Recorder, now: p.Clock, log: p.Logger,
	}
}

// Create makes a policy with its first revision; it is in force nowhere until it
// is attached. Administrators only. Faults: Forbidden, Invalid, Conflict
// "slug_taken".
func (s *Service) Create(ctx context.Context, d Draft) (View, error) {
	if err := s.authorizer.Authorize(ctx, access.Create, access.Object{Kind: access.KindPolicy, Label: d.Slug}); err != nil {
		return View{}, err
	}
	if err := s.validate(ctx, d); err != nil {
		return View{}, err
	}
	now := clock.Round(s.now())
	var made View
	err := s.runner.InTx(ctx, func(ctx context.Context) (err error) {
		made, err = s.create(ctx, d, "", now)
		return err
	})
	if err != nil {
		return View{}, fmt.Errorf("create policy %s: %w", d.Slug, err)
	}
	return made, nil
}

// create writes within a transaction.
func (s *Service) create(ctx context.Context, d Draft, reason string, now time.Time) (View, error) {
	p := Policy{
		ID: id.New(now), Slug: d.Slug, Name: d.Name, Description: d.Description,
		Revision: 1, Manager: managed.Taken(ctx, ""), CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	v := View{Policy: p, Revision: revision(ctx, p, d.Terms)}
	if err := s.slugs.ReserveSlug(ctx, registry.NounPolicy, "", p.Slug, p.ID); err != nil {
		return View{}, err
	}
	if err := s.store.CreatePolicy(ctx, v); err != nil {
		return View{}, err
	}
	return v, s.recorder.RecordDiff(ctx, access.Create, object(p), reason, nil, content(v))
}

// Revise changes what a policy says, given the version that the caller saw. A
// change of clauses makes a new revision; violations that are open are judged by
// it at the next pass. Administrators only. Faults: NotFound, Moved, Forbidden,
// Invalid, Precondition, Conflict "slug_taken".
func (s *Service) Revise(ctx context.Context, name string, version int64, d Draft) (View, error) {
	if err := s.authorizer.Permit(ctx, access.Rule{Verb: access.Update, Kind: access.KindPolicy}); err != nil {
		return View{}, err
	}
	var after View
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		before, err := s.find(ctx, name)
		if err != nil {
			return err
		}
		if err := s.authorizer.Authorize(ctx, access.Update, object(before.Policy)); err != nil {
			return err
		}
		if before.Policy.Version != version {
			return fault.Stale("policy")
		}
		if err := s.validate(ctx, d); err != nil {
			return err
		}
		after, err = s.revise(ctx, before, d)
		return err
	})
	if err != nil {
		return View{}, fmt.Errorf("revise a policy: %w", err)
	}
	return after, nil
}

func (s *Service) revise(ctx context.Context, before View, d Draft) (View, error) {
	after := before
	p := &after.Policy
	p.Slug, p.Name, p.Description = d.Slug, d.Name, d.Description
	p.Manager = managed.Taken(ctx, before.Policy.Manager)
	changed := !before.Revision.same(d.Terms)
	if !changed && *p == before.Policy {
		return before, nil
	}
	if err := managed.Refuse(ctx, before.Policy.Manager, "the policy"); err != nil {
		return View{}, err
	}
	p.UpdatedAt = clock.Round(s.now())
	if p.Slug != before.Policy.Slug {
		if err := s.slugs.ReserveSlug(ctx, registry.NounPolicy, "", p.Slug, p.ID); err != nil {
			return View{}, err
		}
	}
	if changed {
		p.Revision++
		after.Revision = revision(ctx, *p, d.Terms)
	}
	if err := s.store.UpdatePolicy(ctx, *p); err != nil {
		return View{}, err
	}
	p.Version++
	if changed {
		if err := s.store.AddPolicyRevision(ctx, after.Revision); err != nil {
			return View{}, err
		}
	}
	return after, s.recorder.RecordDiff(ctx, access.Update, object(*p), "", content(before), content(after))
}

// Get returns the policy of that name. Faults: NotFound, and Moved when it has
// another slug now.
func (s *Service) Get(ctx context.Context, name string) (View, error) {
	if err := s.authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindPolicy}); err != nil {
		return View{}, err
	}
	v, err := s.find(ctx, name)
	if err != nil {
		return View{}, fmt.Errorf("read a policy: %w", err)
	}
	return v, nil
}

// Facts are all that conditions can be written on: those of SLOs, and what the policy itself
// says.
func (s *Service) Facts() []fact.Declaration { return s.conditions.language.Facts() }

// Warnings are what somebody should look at of each of the policies as they are now, in
// sentences. It authorises nobody.
func (s *Service) Warnings(ctx context.Context, of []View) ([][]string, error) {
	var named []id.ID
	for _, v := range of {
		if a := v.Revision.Approval.Approver; a != "" && !slices.Contains(named, a) {
			named = append(named, a)
		}
	}
	approvers, err := s.people.PeopleByID(ctx, named)
	if err != nil {
		return nil, fmt.Errorf("read who approved %d policies: %w", len(of), err)
	}
	return each(of, func(v View) []string { return s.warnings(v, approvers) }), nil
}

func (s *Service) warnings(v View, approvers map[id.ID]access.Person) []string {
	warnings := []string{}
	if due := v.Revision.Approval.RevisitOn; due.Past(s.now()) {
		warnings = append(warnings, fmt.Sprintf("It was to be looked at again on %s: revise it, or give it another day.", due))
	}
	const left = "disputes are left to administrators, and suspend nothing."
	switch approver, there := approvers[v.Revision.Approval.Approver]; {
	case v.Revision.Approval.Approver == "":
		warnings = append(warnings, "Nobody is named who approved it: "+left)
	case !there:
		warnings = append(warnings, "The person who approved it is not known any more. Name another approver: until then "+left)
	case approver.DeactivatedAt != nil:
		warnings = append(warnings, fmt.Sprintf("%s, who approved it, was deactivated. Name another approver: until then %s", approver.DisplayName, left))
	}
	for i, condition := range s.conditions.of(v.Revision) {
		if condition == nil {
			warnings = append(warnings, fmt.Sprintf("The condition of the clause %q is not understood any more: it does nothing until it is revised.", v.Revision.Clauses[i].Name))
		}
	}
	return warnings
}

// List lists policies by slug.
func (s *Service) List(ctx context.Context, r page.Request) (page.Page[View], error) {
	if err := s.authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindPolicy}); err != nil {
		return page.Page[View]{}, err
	}
	views, err := s.store.Policies(ctx, r)
	if err != nil {
		return page.Page[View]{}, fmt.Errorf("list policies: %w", err)
	}
	return views, nil
}

// Revisions lists what the policy said, the newest first.
func (s *Service) Revisions(ctx context.Context, name string, r page.Request) (page.Page[Revision], error) {
	v, err := s.Get(ctx, name)
	if err != nil {
		return page.Page[Revision]{}, err
	}
	revisions, err := s.store.PolicyRevisions(ctx, v.Policy.ID, r)
	if err != nil {
		return page.Page[Revision]{}, fmt.Errorf("list revisions of policy %s: %w", v.Policy.Slug, err)
	}
	return revisions, nil
}

// find loads the policy that a slug or an identifier names, or says how it is
// called now.
func (s *Service) find(ctx context.Context, name string) (View, error) {
	return registry.Find(ctx, s.slugs, registry.NounPolicy, "", name, s.store.Policy, s.store.PolicyBySlug)
}

// validate is Draft.Validate, and looks up the approver.
func (s *Service) validate(ctx context.Context, d Draft) error {
	if err := d.Validate(s.conditions.language); err != nil || d.Approval.Approver == "" {
		return err
	}
	var check fault.Check
	switch p, err := s.people.Person(ctx, d.Approval.Approver); {
	case fault.Is(err, fault.NotFound):
		check.Fail("/approval/approver", d.Approval.Approver, "must be the identifier of a person; there is none")
	case err != nil:
		return fmt.Errorf("read the approver: %w", err)
	case p.DeactivatedAt != nil:
		check.Fail("/approval/approver", d.Approval.Approver, "must be somebody who is still here; %s was deactivated", p.DisplayName)
	}
	return check.Err()
}

// revision is the policy's current one with those terms.
func revision(ctx context.Context, p Policy, terms Terms) Revision {
	return Revision{
		ID: id.New(p.UpdatedAt), Policy: p.ID, Number: p.Revision, Terms: terms.Complete(),
		RevisedBy: access.CallerFrom(ctx).Name, CreatedAt: p.UpdatedAt,
	}
}

func object(p Policy) access.Object {
	return access.Object{Kind: access.KindPolicy, ID: p.ID, Label: p.Slug}
}

// content is what the audit log compares.
func content(v View) any {
	return struct {
		Slug, Name, Description string
		Revision                int
		Terms
	}{v.Policy.Slug, v.Policy.Name, v.Policy.Description, v.Policy.Revision, v.Revision.Terms}
}
