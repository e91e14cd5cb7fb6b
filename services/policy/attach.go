package policy

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Place is where a policy is attached, and how far it acts there.
type Place struct {
	Target  TargetKind
	Service string // its slug or identifier; of ToService only
	Tier    int    // of ToTier only, 1 to 4
	Mode    Mode
}

func (p Place) check(check *fault.Check) {
	check.Require(p.Target.rank() >= 0, "/target", p.Target, "must be %q, %q or %q", ToService, ToTier, ToAll)
	check.Require(p.Target == ToService || p.Service == "", "/service", p.Service, "is only for the target %q", ToService)
	if p.Target == ToTier {
		check.Require(p.Tier >= 1 && p.Tier <= 4, "/tier", p.Tier, "must be 1 to 4")
	} else {
		check.Require(p.Tier == 0, "/tier", p.Tier, "is only for the target %q", ToTier)
	}
	checkMode(check, p.Mode)
}

// Attach puts the policy into force at the place; it acts from the next pass on.
// To a service: its team's members and administrators; to a tier or all:
// administrators. Faults: NotFound, Moved, Forbidden, "mode_weaker" for a mode that
// is weaker than one that administrators gave to tier or all, Invalid, Conflict
// "already_attached" or "service_retired".
func (s *Service) Attach(ctx context.Context, policy string, place Place) (Attachment, error) {
	if err := s.authorizer.Permit(ctx, access.Rule{Verb: access.Create, Kind: access.KindAttachment}); err != nil {
		return Attachment{}, err
	}
	now := clock.Round(s.now())
	var made Attachment
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		v, err := s.find(ctx, policy)
		if err != nil {
			return err
		}
		var check fault.Check
		place.check(&check)
		var service registry.Service
		if place.Target == ToService {
			if service, _, err = registry.Refer(ctx, &check, "/service", place.Service, s.service); err != nil {
				return err
			}
		}
		o := access.Object{Kind: access.KindAttachment, Label: attachmentLabel(v.Policy.Slug, place.Target, service.Slug, place.Tier), Team: service.Team}
		if invalid := check.Err(); invalid != nil && place.Target == ToService && service.ID == "" {
			return invalid // there is nothing yet on which to authorise
		}
		if err := s.authorizer.Authorize(ctx, access.Create, o); err != nil {
			return err
		}
		if err := check.Err(); err != nil {
			return err
		}
		if err := service.Live(); err != nil {
			return err
		}
		if err := s.notWeaker(ctx, v.Policy.ID, service, place.Mode); err != nil {
			return err
		}
		made, err = s.attach(ctx, v.Policy, place, service, o, now)
		return err
	})
	if err != nil {
		return Attachment{}, fmt.Errorf("attach a policy: %w", err)
	}
	return made, nil
}

// notWeaker keeps a team from switching off what administrators enforce on all or
// on its tier, by an attachment of the same policy to its own service, which is the
// more specific and decides.
func (s *Service) notWeaker(ctx context.Context, policy id.ID, service registry.Service, mode Mode) error {
	if c := access.CallerFrom(ctx); service.ID == "" || c.Kind == access.BySystem || c.Administers() {
		return nil
	}
	attachments, policies, err := s.store.AllAttachments(ctx)
	if err != nil {
		return fmt.Errorf("read attachments: %w", err)
	}
	broader := slices.DeleteFunc(attachments, func(a Attachment) bool { return a.Target == ToService })
	for _, rule := range newForce(broader, policies).of(service) {
		if given := rule.Attachment.Mode; rule.Policy.ID == policy && slices.Index(Modes, mode) < slices.Index(Modes, given) {
			return fault.New(fault.Forbidden, "mode_weaker", "the policy %q is in force there in mode %q by its attachment to %s; only administrators may weaken it to %q",
				rule.Policy.Slug, given, rule.Attachment.Target, mode)
		}
	}
	return nil
}

// service loads the one that a slug or an identifier names.
func (s *Service) service(ctx context.Context, name string) (registry.Service, error) {
	return registry.Find(ctx, s.slugs, registry.NounService, "", name, s.services.Service, s.services.ServiceBySlug)
}

// attach writes within a transaction.
func (s *Service) attach(ctx context.Context, p Policy, place Place, service registry.Service, o access.Object, now time.Time) (Attachment, error) {
	a := Attachment{
		ID: id.New(now), Policy: p.ID, Target: place.Target, Service: service.ID, Tier: place.Tier, Mode: place.Mode,
		CreatedAt: now, UpdatedAt: now, CreatedBy: access.CallerFrom(ctx).Name, Manager: managed.Taken(ctx, ""), Version: 1,
	}
	if err := s.store.CreateAttachment(ctx, a); err != nil {
		return Attachment{}, err
	}
	o.ID = a.ID
	return a, s.recorder.RecordDiff(ctx, access.Create, o, "", nil, a)
}

// ChangeMode changes how far the attached policy acts, given the version that the
// caller saw; open violations follow at the next pass. Who may attach may change.
// Faults: NotFound, Forbidden (as of Attach), Invalid, Precondition.
func (s *Service) ChangeMode(ctx context.Context, attachment id.ID, version int64, mode Mode) (Attachment, error) {
	before, o, err := s.attachment(ctx, attachment, access.Update)
	if err != nil {
		return Attachment{}, err
	}
	var check fault.Check
	checkMode(&check, mode)
	if err := check.Err(); err != nil {
		return Attachment{}, err
	}
	if before.Version != version {
		return Attachment{}, fault.Stale("attachment")
	}
	after := before
	after.Mode, after.Manager = mode, managed.Taken(ctx, before.Manager)
	if after == before {
		return before, nil
	}
	if err := managed.Refuse(ctx, before.Manager, "the attachment"); err != nil {
		return Attachment{}, err
	}
	if before.Target == ToService {
		service, err := s.services.Service(ctx, before.Service)
		if err != nil {
			return Attachment{}, fmt.Errorf("read the service of attachment %s: %w", attachment, err)
		}
		if err := s.notWeaker(ctx, before.Policy, service, mode); err != nil {
			return Attachment{}, err
		}
	}
	after.UpdatedAt = clock.Round(s.now())
	err = s.runner.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.UpdateAttachment(ctx, after); err != nil {
			return err
		}
		return s.recorder.RecordDiff(ctx, access.Update, o, "", before, after)
	})
	if err != nil {
		return Attachment{}, fmt.Errorf("change the mode of attachment %s: %w", attachment, err)
	}
	after.Version++
	return after, nil
}

// Detach takes the policy out of force at that place, given the version that the
// caller saw; violations that no attachment covers any more end at the next pass
// as Detached. Who may attach may detach. Faults: NotFound, Forbidden,
// Precondition.
func (s *Service) Detach(ctx context.Context, attachment id.ID, version int64) error {
	before, o, err := s.attachment(ctx, attachment, access.Delete)
	if err != nil {
		return err
	}
	if before.Version != version {
		return fault.Stale("attachment")
	}
	if err := managed.Refuse(ctx, before.Manager, "the attachment"); err != nil {
		return err
	}
	err = s.runner.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.DeleteAttachment(ctx, attachment, version); err != nil {
			return err
		}
		return s.recorder.RecordDiff(ctx, access.Delete, o, "", before, nil)
	})
	if err != nil {
		return fmt.Errorf("detach %s: %w", attachment, err)
	}
	return nil
}

// Attachment returns one, or NotFound.
func (s *Service) Attachment(ctx context.Context, attachment id.ID) (Attachment, error) {
	a, _, err := s.attachment(ctx, attachment, access.Read)
	return a, err
}

// Attachments lists attachments.
func (s *Service) Attachments(ctx context.Context, f AttachmentFilter, r page.Request) (page.Page[Attachment], error) {
	if err := s.authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindAttachment}); err != nil {
		return page.Page[Attachment]{}, err
	}
	attachments, err := s.store.Attachments(ctx, f, r)
	if err != nil {
		return page.Page[Attachment]{}, fmt.Errorf("list attachments: %w", err)
	}
	return attachments, nil
}

// attachment loads one and authorises the caller on it.
func (s *Service) attachment(ctx context.Context, attachment id.ID, verb access.Verb) (Attachment, access.Object, error) {
	if err := s.authorizer.Permit(ctx, access.Rule{Verb: verb, Kind: access.KindAttachment}); err != nil {
		return Attachment{}, access.Object{}, err
	}
	a, err := s.store.Attachment(ctx, attachment)
	if err != nil {
		return Attachment{}, access.Object{}, fmt.Errorf("read attachment %s: %w", attachment, err)
	}
	var service registry.Service
	if a.Target == ToService {
		if service, err = s.services.Service(ctx, a.Service); err != nil {
			return Attachment{}, access.Object{}, fmt.Errorf("read the service of attachment %s: %w", attachment, err)
		}
	}
	v, err := s.store.Policy(ctx, a.Policy)
	if err != nil {
		return Attachment{}, access.Object{}, fmt.Errorf("read the policy of attachment %s: %w", attachment, err)
	}
	o := access.Object{Kind: access.KindAttachment, ID: a.ID, Label: attachmentLabel(v.Policy.Slug, a.Target, service.Slug, a.Tier), Team: service.Team}
	return a, o, s.authorizer.Authorize(ctx, verb, o)
}

func attachmentLabel(policy string, target TargetKind, service string, tier int) string {
	switch target {
	case ToService:
		return fmt.Sprintf("%s to service %s", policy, service)
	case ToTier:
		return fmt.Sprintf("%s to tier %d", policy, tier)
	default:
		return fmt.Sprintf("%s to %s", policy, target)
	}
}

// inForce are the rules by what is attached, for each service.
func (s *Service) inForce(attachments []Attachment, policies []View) func(registry.Service) []Rule {
	force, known := newForce(attachments, policies), make(map[id.ID][]Rule)
	return func(service registry.Service) []Rule {
		rules, asked := known[service.ID]
		if !asked {
			rules = force.of(service)
			for i, r := range rules {
				rules[i].Conditions = s.conditions.of(r.Revision)
			}
			known[service.ID] = rules
		}
		return rules
	}
}
