package scorecards

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Parts is what a Service is made of.
type Parts struct {
	Store      Store
	Slugs      registry.SlugStore
	Services   Services
	Fleet      Fleet
	Facts      Facts
	Exemptions Exemptions // nil where nobody is excused
	Failures   FailureStore
	Desk       Desk // nil where no issues are wanted
	Runner     tx.Runner
	Authorizer *access.Authorizer
	Recorder   access.Recorder
	Clock      clock.Clock
	Logger     *slog.Logger
}

// Service keeps scorecards and evaluates them. Names given to it as strings are slugs or
// identifiers. Every method that people call authorises the context's caller; every change is
// audited in its own transaction.
type Service struct {
	Parts
	languages *languages
}

// NewService returns a service of the parts.
func NewService(p Parts) *Service {
	return &Service{Parts: p, languages: &languages{facts: p.Facts, log: p.Logger}}
}

// Declared are all facts that conditions can be written on.
func (s *Service) Declared(ctx context.Context) ([]fact.Declaration, error) {
	if err := s.read(ctx); err != nil {
		return nil, err
	}
	return s.Facts.Declared(ctx)
}

// Create makes a scorecard with its first revision, which is evaluated from now on. Members of
// the team that is to keep it; of the platform, or with issues, administrators. Faults:
// Forbidden, Invalid, Conflict "slug_taken".
func (s *Service) Create(ctx context.Context, d Draft) (View, error) {
	if err := s.Authorizer.Permit(ctx, access.Rule{Verb: access.Create, Kind: access.KindScorecard}); err != nil {
		return View{}, err
	}
	now := clock.Round(s.Clock())
	var made View
	err := s.Runner.InTx(ctx, func(ctx context.Context) (err error) {
		owner, err := s.validate(ctx, d, s.may(ctx, access.Create, Scorecard{Slug: d.Slug}, d))
		if err != nil {
			return err
		}
		made, err = s.create(ctx, d, owner, "", now)
		return err
	})
	if err != nil {
		return View{}, fmt.Errorf("create scorecard %s: %w", d.Slug, err)
	}
	return made, nil
}

// create writes within a transaction.
func (s *Service) create(ctx context.Context, d Draft, owner registry.Team, reason string, now time.Time) (View, error) {
	card := Scorecard{
		ID: id.New(now), Slug: d.Slug, Name: d.Name, Description: d.Description, Owner: owner.ID, OwnerSlug: owner.Slug,
		Revision: 1, Manager: managed.Taken(ctx, ""), CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	v := View{Scorecard: card, Revision: revision(ctx, card, d.Terms)}
	if err := s.Slugs.ReserveSlug(ctx, registry.NounScorecard, "", card.Slug, card.ID); err != nil {
		return View{}, err
	}
	if err := s.Store.CreateScorecard(ctx, v); err != nil {
		return View{}, err
	}
	return v, s.Recorder.RecordDiff(ctx, access.Create, card.object(), reason, nil, content(v))
}

// Revise changes what a scorecard says, given the version that the caller saw. Changed terms are
// a new revision, by which services are evaluated from now on; what they came to by the last
// stays in the past. Who may create it may. Faults: NotFound, Moved, Forbidden, Invalid,
// Precondition, Conflict "slug_taken", "scorecard_retired".
func (s *Service) Revise(ctx context.Context, name string, version int64, d Draft) (View, error) {
	var after View
	err := s.change(ctx, name, version, access.Update, func(ctx context.Context, before View, now time.Time) (err error) {
		if before.Scorecard.RetiredAt != nil {
			return fault.New(fault.Conflict, "scorecard_retired", "the scorecard %q was retired; restore it first", before.Scorecard.Slug)
		}
		owner, err := s.validate(ctx, d, s.may(ctx, access.Update, before.Scorecard, d))
		if err != nil {
			return err
		}
		after, err = s.revise(ctx, before, d, owner, now)
		return err
	})
	if err != nil {
		return View{}, fmt.Errorf("revise a scorecard: %w", err)
	}
	return after, nil
}

func (s *Service) revise(ctx context.Context, before View, d Draft, owner registry.Team, now time.Time) (View, error) {
	after := before
	card := &after.Scorecard
	card.Slug, card.Name, card.Description, card.Owner, card.OwnerSlug = d.Slug, d.Name, d.Description, owner.ID, owner.Slug
	card.Manager = managed.Taken(ctx, before.Scorecard.Manager)
	changed := !before.Revision.same(d.Terms)
	if !changed && *card == before.Scorecard {
		return before, nil
	}
	if err := managed.Refuse(ctx, before.Scorecard.Manager, "the scorecard"); err != nil {
		return View{}, err
	}
	card.UpdatedAt = now
	if card.Slug != before.Scorecard.Slug {
		if err := s.Slugs.ReserveSlug(ctx, registry.NounScorecard, "", card.Slug, card.ID); err != nil {
			return View{}, err
		}
	}
	if changed {
		card.Revision++
		after.Revision = revision(ctx, *card, d.Terms)
	}
	if err := s.Store.UpdateScorecard(ctx, *card); err != nil {
		return View{}, err
	}
	card.Version++
	if changed {
		if err := s.Store.AddScorecardRevision(ctx, after.Revision); err != nil {
			return View{}, err
		}
	}
	return after, s.Recorder.RecordDiff(ctx, access.Update, card.object(), "", content(before), content(after))
}

// Retire ends the evaluation of a scorecard, given the version that the caller saw; what came of
// it stays. Faults: NotFound, Moved, Forbidden, Precondition, Conflict "scorecard_retired".
func (s *Service) Retire(ctx context.Context, name string, version int64, reason string) (View, error) {
	return s.end(ctx, name, version, access.Retire, reason, func(v *View, now time.Time) error {
		if v.Scorecard.RetiredAt != nil {
			return fault.New(fault.Conflict, "scorecard_retired", "the scorecard %q is retired already", v.Scorecard.Slug)
		}
		v.Scorecard.RetiredAt = &now
		return nil
	})
}

// Restore has a retired scorecard evaluated again: with issues, administrators. Faults: as Retire,
// Conflict "scorecard_not_retired".
func (s *Service) Restore(ctx context.Context, name string, version int64) (View, error) {
	return s.end(ctx, name, version, access.Restore, "", func(v *View, _ time.Time) error {
		if v.Scorecard.RetiredAt == nil {
			return fault.New(fault.Conflict, "scorecard_not_retired", "the scorecard %q is not retired", v.Scorecard.Slug)
		}
		v.Scorecard.RetiredAt = nil
		return nil
	})
}

func (s *Service) end(ctx context.Context, name string, version int64, verb access.Verb, reason string, do func(*View, time.Time) error) (View, error) {
	var after View
	err := s.change(ctx, name, version, verb, func(ctx context.Context, before View, now time.Time) error {
		if verb == access.Restore { // issues are opened again
			if err := s.mayAsk(ctx, verb, before.Scorecard, before.Revision.Issues); err != nil {
				return err
			}
		}
		var check fault.Check
		registry.CheckText(&check, "/reason", reason, registry.MaxReason)
		if err := check.Err(); err != nil {
			return err
		}
		if err := managed.Refuse(ctx, before.Scorecard.Manager, "the scorecard"); err != nil {
			return err
		}
		after = before
		after.Scorecard.Manager = managed.Taken(ctx, before.Scorecard.Manager)
		if err := do(&after, now); err != nil {
			return err
		}
		after.Scorecard.UpdatedAt = now
		if err := s.Store.UpdateScorecard(ctx, after.Scorecard); err != nil {
			return err
		}
		after.Scorecard.Version++
		return s.Recorder.RecordDiff(ctx, verb, after.Scorecard.object(), reason, content(before), content(after))
	})
	if err != nil {
		return View{}, fmt.Errorf("%s a scorecard: %w", verb, err)
	}
	return after, nil
}

// change loads the scorecard within a transaction, and authorises the caller on it.
func (s *Service) change(ctx context.Context, name string, version int64, verb access.Verb, do func(context.Context, View, time.Time) error) error {
	if err := s.Authorizer.Permit(ctx, access.Rule{Verb: verb, Kind: access.KindScorecard}); err != nil {
		return err
	}
	now := clock.Round(s.Clock())
	return s.Runner.InTx(ctx, func(ctx context.Context) error {
		before, err := s.find(ctx, name)
		if err != nil {
			return err
		}
		if err := s.Authorizer.Authorize(ctx, verb, before.Scorecard.object()); err != nil {
			return err
		}
		if before.Scorecard.Version != version {
			return fault.Stale("scorecard")
		}
		return do(ctx, before, now)
	})
}

// Get returns the scorecard of that name. Faults: NotFound, and Moved when it has another slug
// now.
func (s *Service) Get(ctx context.Context, name string) (View, error) {
	if err := s.read(ctx); err != nil {
		return View{}, err
	}
	v, err := s.find(ctx, name)
	if err != nil {
		return View{}, fmt.Errorf("read a scorecard: %w", err)
	}
	return v, nil
}

// List lists scorecards by slug. Faults: NotFound for the owner.
func (s *Service) List(ctx context.Context, owner string, retired *bool, r page.Request) (page.Page[View], error) {
	if err := s.read(ctx); err != nil {
		return page.Page[View]{}, err
	}
	f := Filter{Retired: retired}
	if owner != "" {
		team, err := s.Services.TeamFor(ctx, owner)
		if err != nil {
			return page.Page[View]{}, err
		}
		f.Owner = team.ID
	}
	views, err := s.Store.Scorecards(ctx, f, r)
	if err != nil {
		return page.Page[View]{}, fmt.Errorf("list scorecards: %w", err)
	}
	return views, nil
}

// Revisions lists what the scorecard said, the newest first.
func (s *Service) Revisions(ctx context.Context, name string, r page.Request) (page.Page[Revision], error) {
	v, err := s.Get(ctx, name)
	if err != nil {
		return page.Page[Revision]{}, err
	}
	revisions, err := s.Store.ScorecardRevisions(ctx, v.Scorecard.ID, r)
	if err != nil {
		return page.Page[Revision]{}, fmt.Errorf("list revisions of scorecard %s: %w", v.Scorecard.Slug, err)
	}
	return revisions, nil
}

// Warnings are what its owner should look at, in sentences: conditions that are not understood
// any more. It authorises nobody.
func (s *Service) Warnings(ctx context.Context, v View) ([]string, error) {
	language, err := s.languages.now(ctx)
	if err != nil {
		return nil, err
	}
	warnings := []string{}
	for _, p := range s.languages.of(language, v.Revision).problems {
		if p.Check == "" {
			warnings = append(warnings, fmt.Sprintf("Whom the scorecard is for is not understood any more: %s. It is evaluated of nobody until it is revised.", p.Why))
			continue
		}
		warnings = append(warnings, fmt.Sprintf("The check %q is not understood any more: %s. It comes to an error for every service until it is revised.", p.Check, p.Why))
	}
	return warnings, nil
}

func (s *Service) read(ctx context.Context) error {
	return s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindScorecard})
}

// find loads the scorecard that a slug or an identifier names, or says how it is called now.
func (s *Service) find(ctx context.Context, name string) (View, error) {
	return registry.Find(ctx, s.Slugs, registry.NounScorecard, "", name, s.Store.Scorecard, s.Store.ScorecardBySlug)
}

// may authorises the caller on a scorecard of that owner with such issues: what opens issues with
// other teams is the platform's affair.
func (s *Service) may(ctx context.Context, verb access.Verb, of Scorecard, d Draft) func(registry.Team) error {
	return func(owner registry.Team) error {
		of.Owner = owner.ID
		if err := s.Authorizer.Authorize(ctx, verb, of.object()); err != nil {
			return err
		}
		return s.mayAsk(ctx, verb, of, d.Issues)
	}
}

// mayAsk refuses whoever may not keep a scorecard that asks for such issues.
func (s *Service) mayAsk(ctx context.Context, verb access.Verb, of Scorecard, asked IssueTerms) error {
	if c := access.CallerFrom(ctx); asked.Mode != "" && asked.Mode != NoIssues && !c.Administers() && c.Kind != access.BySystem {
		return access.Refused(ctx, verb, of.object(), "scorecard_issues", "issues are opened with every team whose services fail: only administrators keep a scorecard that asks for them")
	}
	return nil
}

// validate is Draft.Validate, and looks up the owner. Whether the caller may is asked first, where
// the owner is known.
func (s *Service) validate(ctx context.Context, d Draft, may func(owner registry.Team) error) (registry.Team, error) {
	language, err := s.languages.now(ctx)
	if err != nil {
		return registry.Team{}, err
	}
	var check fault.Check
	var owner registry.Team
	if d.Owner != "" {
		owner, err = s.Services.TeamFor(ctx, d.Owner)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Moved) {
			check.Fail("/owner", d.Owner, "must be the slug or identifier of a team; there is none of it")
		} else if err != nil {
			return registry.Team{}, err
		}
	}
	if owner.ID != "" || d.Owner == "" {
		if err := may(owner); err != nil {
			return registry.Team{}, err
		}
	}
	err = d.Validate(language)
	if refused := fault.As(err); refused != nil && refused.Kind == fault.Invalid {
		for _, v := range refused.Violations {
			check.Fail(v.Pointer, v.Value, "%s", v.Message)
		}
	} else if err != nil {
		return registry.Team{}, err
	}
	return owner, check.Err()
}

// revision is the scorecard's current one with those terms.
func revision(ctx context.Context, s Scorecard, terms Terms) Revision {
	return Revision{
		ID: id.New(s.UpdatedAt), Scorecard: s.ID, Number: s.Revision, Terms: terms.Complete(),
		RevisedBy: access.CallerFrom(ctx).Name, CreatedAt: s.UpdatedAt,
	}
}

func (s Scorecard) object() access.Object {
	return access.Object{Kind: access.KindScorecard, ID: s.ID, Label: s.Slug, Team: s.Owner}
}

// content is what the audit log compares.
func content(v View) any {
	return struct {
		Slug, Name, Description string
		Owner                   id.ID
		Revision                int
		Retired                 bool
		Terms
	}{v.Scorecard.Slug, v.Scorecard.Name, v.Scorecard.Description, v.Scorecard.Owner, v.Scorecard.Revision, v.Scorecard.RetiredAt != nil, v.Revision.Terms}
}
