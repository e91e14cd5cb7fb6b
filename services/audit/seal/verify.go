package seal

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/audit/chain"
)

// The bounds of one verification: what it costs, and how much it tells.
const (
	MostVerified = 5_000
	mostFindings = 100
)

// Verification is what was found in a part of the chain.
type Verification struct {
	From, To int64 // the numbers that were looked at, To the last that is there
	// Previous is the hash that was there before From, and is not verified here.
	Previous string
	Checked  int64
	Anchored int64 // anchors that the database has, and that the chain is as
	Findings []chain.Finding
	// More is how many findings are beside those.
	More int64
	// Next is where to go on, 0 at the end of the chain.
	Next           int64
	Unsealed       int64
	OldestUnsealed *time.Time
}

// Verify looks at up to limit seals from a number on, for administrators: at the chain, at
// what it seals, and at the anchors that the database keeps. Against somebody who may write
// all of the database, only anchors outside of it help.
func (s *Service) Verify(ctx context.Context, from int64, limit int) (Verification, error) {
	if err := s.whole(ctx); err != nil {
		return Verification{}, err
	}
	var check fault.Check
	check.Require(from >= 1, "query.from", from, "must be 1 or more: seals are numbered from 1")
	check.Require(limit >= 1 && limit <= MostVerified, "query.limit", limit, "must be from 1 to %d", MostVerified)
	if err := check.Err(); err != nil {
		return Verification{}, err
	}
	out := Verification{From: from, Previous: chain.Genesis}
	v, err := s.verifier(ctx, from, &out)
	if err != nil {
		return Verification{}, fmt.Errorf("verify the audit log: %w", err)
	}
	if err := s.follow(ctx, v, from, limit, &out); err != nil {
		return Verification{}, fmt.Errorf("verify the audit log: %w", err)
	}
	out.Checked, out.Anchored, out.Findings = v.Checked(), v.Anchored(), v.Findings()
	if n := len(out.Findings); n > mostFindings {
		out.Findings, out.More = out.Findings[:mostFindings], int64(n-mostFindings)
	}
	return out, nil
}

// verifier begins before a number.
func (s *Service) verifier(ctx context.Context, from int64, out *Verification) (*chain.Verifier, error) {
	if from == 1 {
		return chain.NewVerifier(0, chain.Genesis), nil
	}
	before, err := s.Store.Seals(ctx, from-2, 1)
	if err != nil {
		return nil, err
	}
	if len(before) == 0 || before[0].Number != from-1 {
		var check fault.Check
		check.Fail("query.from", from, "must follow a number that is sealed: %d is not", from-1)
		return nil, check.Err()
	}
	out.Previous = before[0].Hash
	return chain.NewVerifier(from-1, before[0].Hash), nil
}

func (s *Service) follow(ctx context.Context, v *chain.Verifier, from int64, limit int, out *Verification) error {
	var err error
	ended := false
	for left := limit; left > 0 && !ended; {
		after, _ := v.Last()
		n := min(left, AtOnce)
		seals, err := s.Store.Seals(ctx, after, n)
		if err != nil {
			return err
		}
		if ended = len(seals) < n; !ended && left == n {
			more, err := s.Store.Seals(ctx, seals[n-1].Number, 1)
			if err != nil {
				return err
			}
			ended = len(more) == 0
		}
		to := int64(everything)
		if !ended {
			to = seals[n-1].Number
		}
		anchors, err := s.anchors(ctx, after, to)
		if err != nil {
			return err
		}
		if err := s.expect(ctx, v, anchors); err != nil {
			return err
		}
		for _, one := range seals {
			v.Seal(one)
		}
		strays, err := s.Store.Strays(ctx, after, to, mostFindings)
		if err != nil {
			return err
		}
		for _, e := range strays {
			v.Stray(e)
		}
		left -= n
	}
	out.To, _ = v.Last()
	if err := s.marks(ctx, v); err != nil {
		return err
	}
	if !ended {
		out.Next = out.To + 1
		v.EndMarks()
		return nil
	}
	v.End()
	out.Unsealed, out.OldestUnsealed, err = s.Store.CountUnsealed(ctx)
	return err
}

// expect has the chain compared with anchors, signed with the installation's key.
func (s *Service) expect(ctx context.Context, v *chain.Verifier, anchors []chain.Anchor) error {
	if len(anchors) == 0 {
		return nil // and no key is needed
	}
	key, err := s.Keys.Installation(ctx)
	if err != nil {
		return err
	}
	v.Expect(anchors, key.Public().(ed25519.PublicKey))
	return nil
}

func (s *Service) anchors(ctx context.Context, after, to int64) ([]chain.Anchor, error) {
	var out []chain.Anchor
	for {
		kept, err := s.Store.Anchors(ctx, after, to, AtOnce)
		if err != nil {
			return nil, err
		}
		for _, k := range kept {
			out = append(out, k.Anchor)
		}
		if len(kept) < AtOnce {
			return out, nil
		}
		after = kept[len(kept)-1].Number
	}
}

// marks looks up the pseudonymisations that entries name and that are elsewhere in the log.
func (s *Service) marks(ctx context.Context, v *chain.Verifier) error {
	named := v.Marks()
	for len(named) > 0 {
		n := min(len(named), AtOnce)
		entries, err := s.Store.EntriesByID(ctx, named[:n])
		if err != nil {
			return err
		}
		for _, e := range entries {
			v.Note(e)
		}
		named = named[n:]
	}
	return nil
}
