package given

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/sweep"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// lapsedAtOnce is of how many pushed facts it is noted in one transaction that they hold no more.
const lapsedAtOnce = 500

// ChaseOnce tells the team and the author of attestations that expire within 14 days, and of those
// that did, once each. Each is changed in a transaction of its own, with what is told; a repeat
// changes nothing. Of retired services nothing is told. What fails does not hold the rest up: the first errors are returned joined.
// It counts "expiring", "expired" and "failed".
func (s *Service) ChaseOnce(ctx context.Context) (map[string]int64, error) {
	now := clock.Round(s.Clock())
	ctx = access.WithCaller(ctx, access.System("chase-attestations"))
	counts := map[string]int64{"expiring": 0, "expired": 0, "failed": 0}
	return counts, s.chaseAll(ctx, counts, now.Add(notice), now)
}

// LapseOnce has services be judged anew of which something that was given holds no more since: a check
// that asks for it turns unknown then, and not with the next pass over all. What was attested ends, and that
// is told; as with ChaseOnce. It counts attestations that "expired", pushed facts that "lapsed", and what
// "failed".
func (s *Service) LapseOnce(ctx context.Context) (map[string]int64, error) {
	now := clock.Round(s.Clock())
	ctx = access.WithCaller(ctx, access.System("evaluate-due-scorecards"))
	counts := map[string]int64{"expired": 0, "lapsed": 0, "failed": 0}
	failed := s.chaseAll(ctx, counts, now, now)
	for {
		var of []id.ID
		err := s.Runner.InTx(ctx, func(ctx context.Context) error {
			var err error
			if of, err = s.Store.LapsePushed(ctx, now, lapsedAtOnce); err != nil {
				return err
			}
			slices.Sort(of)
			return s.due(ctx, slices.Compact(slices.Clone(of))...)
		})
		if err != nil {
			return counts, errors.Join(failed, fmt.Errorf("note which pushed facts hold no more: %w", err))
		}
		counts["lapsed"] += int64(len(of))
		if len(of) < lapsedAtOnce {
			return counts, failed
		}
	}
}

// chaseAll tells what is to be told of attestations that hold until a time at most, and ends them.
func (s *Service) chaseAll(ctx context.Context, counts map[string]int64, by, now time.Time) error {
	return sweep.Each(ctx, counts, func(after Attestation, most int) ([]Attestation, error) {
		found, err := s.Store.Expiring(ctx, by, after, most)
		if err != nil {
			return nil, fmt.Errorf("read which attestations expire: %w", err)
		}
		return found, nil
	}, func(a Attestation) (string, error) {
		if a.news(now) == "" {
			return "", nil
		}
		what, err := s.chase(ctx, a, now)
		if err != nil {
			return "", fmt.Errorf("chase the attestation %s: %w", a.ID, err)
		}
		return what, nil
	})
}

// news is what is to be told of an attestation; empty for nothing.
func (a Attestation) news(now time.Time) event.Type {
	switch {
	case a.Ended != nil:
	case !now.Before(a.Until):
		return event.AttestationExpired
	case !a.Warned && !now.Before(a.warnsAt()):
		return event.AttestationExpiring
	}
	return ""
}

// chase tells what is to be told of an attestation, and what that was.
func (s *Service) chase(ctx context.Context, found Attestation, now time.Time) (what string, err error) {
	err = s.Runner.InTx(ctx, func(ctx context.Context) error {
		what = ""
		if err := s.Store.HoldServices(ctx, []id.ID{found.Service}); err != nil {
			return err
		}
		a, err := s.Store.Attestation(ctx, found.ID)
		if err != nil {
			return err
		}
		of, err := s.Registry.Service(ctx, a.Service)
		if err != nil {
			return err
		}
		news := a.news(now)
		switch {
		case news == "" || news == event.AttestationExpiring && of.RetiredAt != nil:
			return nil
		case news == event.AttestationExpiring:
			a.Warned = true
			if err := s.Store.UpdateAttestation(ctx, a); err != nil {
				return err
			}
			what = "expiring"
		default:
			if err := s.end(ctx, a, a.expired(), of); err != nil {
				return err
			}
			if of.RetiredAt != nil {
				return nil
			}
			if err := s.due(ctx, a.Service); err != nil {
				return err
			}
			what = "expired"
		}
		return s.Teller.Tell(ctx, a.told(news, of, now))
	})
	return what, err
}

// told is the event that tells it.
func (a Attestation) told(news event.Type, of registry.Service, now time.Time) event.Event {
	until := a.Until.Format("2 January 2006, 15:04 UTC")
	e := event.Event{
		Type: news, Key: "attestation/" + string(a.ID), At: now, Team: of.Team, Service: of.ID, Person: a.Person,
		Subject: of.Slug + "/" + a.Fact, Link: "/services/" + of.Slug + "/facts",
		Title: fmt.Sprintf("What was attested of %s of %s expires on %s", a.Fact, of.Slug, until),
		Text:  fmt.Sprintf("%s attested it on %s. Where it still holds, attest it again, with where that is seen; from then on it is not known.", a.By, a.At.Format("2 January 2006")),
		Figures: []event.Figure{
			{Name: "fact", Value: a.Fact}, {Name: "evidence", Value: a.Evidence}, {Name: "expires", Value: a.Until.Format(time.RFC3339)},
		},
	}
	if news == event.AttestationExpired {
		e.Title = fmt.Sprintf("What was attested of %s of %s expired on %s", a.Fact, of.Slug, until)
		e.Text = fmt.Sprintf("%s attested it on %s. It is not known any more: attest it again where it holds, with where that is seen.", a.By, a.At.Format("2 January 2006"))
	}
	return e
}
