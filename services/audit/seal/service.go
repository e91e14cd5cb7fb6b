package seal

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit/chain"
)

// AtOnce is how many entries one transaction seals.
const AtOnce = 500

// Keys gives the key that heads are signed with.
type Keys interface {
	Installation(ctx context.Context) (ed25519.PrivateKey, error)
}

// Putter puts an anchor where it is to be kept. It may be given one that it has already.
type Putter interface {
	Put(ctx context.Context, a chain.Anchor) error
}

// Parts is what a Service is made of.
type Parts struct {
	Store      Store
	Keys       Keys
	Runner     tx.Runner
	Authorizer *access.Authorizer
	Clock      clock.Clock
	Logger     *slog.Logger
	// Places are where heads are put; none where it is empty.
	Places map[Place]Putter
	// Every is the least time between two anchors.
	Every time.Duration
	// Observe is told how each attempt to put an anchor somewhere went, and how many wait
	// afterwards; it may be nil.
	Observe func(p Place, waiting int64, err error)
}

// Service seals the log and verifies it.
type Service struct{ Parts }

// NewService returns the service.
func NewService(p Parts) *Service {
	if p.Observe == nil {
		p.Observe = func(Place, int64, error) {}
	}
	return &Service{p}
}

// RunOnce seals what was committed and not sealed, and puts the head outside where it is time
// to. What cannot be put there does not keep anything from being sealed.
func (s *Service) RunOnce(ctx context.Context) (map[string]int64, error) {
	counts, err := s.SealOnce(ctx)
	if err != nil {
		return counts, err
	}
	anchored, err := s.AnchorOnce(ctx)
	for name, n := range anchored {
		counts[name] = n
	}
	return counts, err
}

// SealOnce seals all entries that were committed and have no seal. One that is committed
// later, though it is older, is sealed the next time. Of two replicas one has the lease; were
// there two at it, numbers and entries are unique.
func (s *Service) SealOnce(ctx context.Context) (map[string]int64, error) {
	counts := map[string]int64{"sealed": 0, "unsealable": 0}
	for after, more := (Mark{}), true; more; {
		var sealed, unsealable int64
		next := after
		err := s.Runner.InTx(ctx, func(ctx context.Context) error {
			sealed, unsealable, next = 0, 0, after
			last, err := s.Store.LastSeal(ctx)
			if err != nil {
				return err
			}
			entries, err := s.Store.Unsealed(ctx, after, AtOnce)
			if err != nil {
				return err
			}
			more = len(entries) == AtOnce
			var seals []chain.Seal
			for _, e := range entries {
				next = Mark{At: e.At, ID: id.ID(e.ID)}
				if last, err = sealAfter(last, e, &seals); err != nil {
					unsealable++
					s.Logger.ErrorContext(ctx, "an entry of the audit log cannot be sealed: it was not written by this program", "entry", e.ID, "error", err)
				}
			}
			sealed = int64(len(seals))
			return s.Store.AppendSeals(ctx, seals)
		})
		if err != nil {
			return counts, fmt.Errorf("seal the audit log: %w", err)
		}
		after = next
		counts["sealed"] += sealed
		counts["unsealable"] += unsealable
	}
	return counts, nil
}

// sealAfter appends the seal of the entry; the last seal stays where it cannot be sealed.
func sealAfter(last chain.Seal, e chain.Entry, into *[]chain.Seal) (chain.Seal, error) {
	next, err := chain.Next(last, e)
	if err != nil {
		return last, err
	}
	*into = append(*into, next)
	return next, nil
}

// AnchorOnce makes an anchor of the head where it changed since the last one and that is long
// enough ago, and puts those that are not there yet into each place, the oldest first: where
// one cannot be put, those after it wait for the next time, which is counted and told. Nothing
// is done where there is no place.
func (s *Service) AnchorOnce(ctx context.Context) (map[string]int64, error) {
	counts := map[string]int64{}
	if len(s.Places) == 0 {
		return counts, nil
	}
	made, err := s.makeAnchor(ctx)
	if err != nil {
		return counts, err
	}
	counts["anchors_made"] = made
	for _, place := range []Place{File, URL} {
		putter, ok := s.Places[place]
		if !ok {
			continue
		}
		n, refused, err := s.deliver(ctx, place, putter)
		counts["anchors_to_"+string(place)] = n
		if err != nil {
			return counts, fmt.Errorf("put anchors into their %s: %w", place, err)
		}
		if refused != nil {
			counts["anchors_failed"]++
		}
		waiting, err := s.Store.CountUndelivered(ctx, place)
		if err != nil {
			return counts, fmt.Errorf("count anchors: %w", err)
		}
		s.Observe(place, waiting, refused)
	}
	return counts, nil
}

func (s *Service) makeAnchor(ctx context.Context) (int64, error) {
	head, err := s.Store.LastSeal(ctx)
	if err != nil || head.Number == 0 {
		return 0, err
	}
	last, err := s.Store.LastAnchor(ctx)
	if err != nil {
		return 0, err
	}
	now := clock.Round(s.Clock())
	if last != nil && (last.Number == head.Number || now.Sub(last.At) < s.Every) {
		return 0, nil
	}
	key, err := s.Keys.Installation(ctx)
	if err != nil {
		return 0, err
	}
	err = s.Runner.InTx(ctx, func(ctx context.Context) error {
		return s.Store.AppendAnchor(ctx, chain.Sign(head.Number, head.Hash, now, key))
	})
	if err != nil {
		return 0, fmt.Errorf("write an anchor: %w", err)
	}
	return 1, nil
}

// deliver puts what waits into the place; refused is why one could not be put.
func (s *Service) deliver(ctx context.Context, place Place, to Putter) (n int64, refused, err error) {
	for {
		waiting, err := s.Store.Undelivered(ctx, place, AtOnce)
		if err != nil || len(waiting) == 0 {
			return n, nil, err
		}
		for _, a := range waiting {
			if refused := to.Put(ctx, a.Anchor); refused != nil {
				return n, refused, nil
			}
			err := s.Runner.InTx(ctx, func(ctx context.Context) error {
				return s.Store.Delivered(ctx, place, a.Number, clock.Round(s.Clock()))
			})
			if err != nil {
				return n, nil, err
			}
			n++
		}
	}
}

// Head is the head of the chain, signed now, and how far it and its anchors are.
type Head struct {
	chain.Anchor
	// Unsealed is how many entries wait to be sealed, OldestUnsealed the time of the oldest.
	Unsealed       int64
	OldestUnsealed *time.Time
	// Last is the last anchor that was made; nil where none was.
	Last *Kept
}

// Head returns the head of the chain. It tells nothing of what is in the log, and everybody
// may read it. NotFound "audit_head_not_found" while nothing is sealed.
func (s *Service) Head(ctx context.Context) (Head, error) {
	if err := s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindReport}); err != nil {
		return Head{}, err
	}
	last, err := s.Store.LastSeal(ctx)
	if err != nil {
		return Head{}, fmt.Errorf("read the head of the audit log: %w", err)
	}
	if last.Number == 0 {
		return Head{}, fault.New(fault.NotFound, "audit_head_not_found", "nothing of the audit log is sealed yet; the job seal-audit does that each minute")
	}
	key, err := s.Keys.Installation(ctx)
	if err != nil {
		return Head{}, err
	}
	h := Head{Anchor: chain.Sign(last.Number, last.Hash, clock.Round(s.Clock()), key)}
	if h.Unsealed, h.OldestUnsealed, err = s.Store.CountUnsealed(ctx); err != nil {
		return Head{}, fmt.Errorf("count unsealed entries: %w", err)
	}
	if h.Last, err = s.Store.LastAnchor(ctx); err != nil {
		return Head{}, fmt.Errorf("read the last anchor: %w", err)
	}
	return h, nil
}

// whole authorises for the whole log, which administrators read.
func (s *Service) whole(ctx context.Context) error {
	return s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindAudit})
}

// everything is after every number.
const everything = math.MaxInt64
