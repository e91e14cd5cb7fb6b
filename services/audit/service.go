package audit

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit/chain"
)

// refusalTimeout bounds the writing of a refusal, which goes on when the client
// hangs up: otherwise hanging up would be a way not to be recorded.
const refusalTimeout = 5 * time.Second

// Service writes and reads the log.
type Service struct {
	store      Store
	runner     tx.Runner
	authorizer *access.Authorizer
	now        clock.Clock
	refusals   *refusals
}

// NewService returns the log over a store.
func NewService(store Store, runner tx.Runner, authorizer *access.Authorizer, now clock.Clock) *Service {
	return &Service{store: store, runner: runner, authorizer: authorizer, now: now, refusals: newRefusals()}
}

// Record writes a change by the context's caller. It joins the context's
// transaction, so that there is no change without its entry and no entry
// without its change.
func (s *Service) Record(ctx context.Context, c Change) error {
	return s.append(ctx, access.CallerFrom(ctx), Done, c)
}

// RecordDiff is Record of what differs between the object before and after; see
// Diff for their forms.
func (s *Service) RecordDiff(ctx context.Context, verb access.Verb, o access.Object, reason string, before, after any) error {
	return s.Record(ctx, Change{Verb: verb, Object: o, Reason: reason, Changes: Diff(before, after)})
}

// RecordRefusal writes what an authoriser refused, in a transaction of its own:
// the refused operation's was rolled back. Of one caller at most
// RefusalsPerMinute are written; the rest are counted, and the count stands in
// the reason of that caller's next entry.
func (s *Service) RecordRefusal(ctx context.Context, r access.Refusal) error {
	ok, unwritten := s.refusals.admit(r.Caller.Key(), s.now())
	if !ok {
		return nil
	}
	reason := r.Reason
	if unwritten > 0 {
		reason = fmt.Sprintf("%s (and %d more refused before, which were only counted)", reason, unwritten)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refusalTimeout)
	defer cancel()
	return s.runner.InTx(ctx, func(ctx context.Context) error {
		return s.append(ctx, r.Caller, Refused, Change{Verb: r.Verb, Object: r.Object, Reason: reason})
	})
}

func (s *Service) append(ctx context.Context, c access.Caller, outcome Outcome, change Change) error {
	now := clock.Round(s.now())
	if author, other := access.AuthorFrom(ctx); other {
		change.Reason = fmt.Sprintf("proposed by %s in %s: %s", author.Name, author.Proposal, author.Reason)
	}
	e := Entry{
		ID: id.New(now), At: now, Outcome: outcome,
		ActorKind: c.Kind, ActorPerson: c.Person, ActorTeam: c.Team, ActorToken: c.Token, ActorName: c.Name,
		Action:     Action(change.Verb, change.Object.Kind),
		ObjectKind: change.Object.Kind, ObjectID: change.Object.ID, ObjectLabel: change.Object.Label,
		Team:   change.Object.Team,
		Reason: strings.ToValidUTF8(strings.ReplaceAll(change.Reason, "\x00", ""), "�"), Changes: change.Changes,
		Proof: salted().String(),
	}
	if err := s.store.AppendEntry(ctx, e); err != nil {
		return fmt.Errorf("record %s: %w", e.Action, err)
	}
	return nil
}

// salted are fresh salts for the texts of an entry.
func salted() (p chain.Proofs) {
	for i := range p {
		var salt [chain.SaltBytes]byte
		_, _ = rand.Read(salt[:]) // which never fails
		p[i].Salt = hex.EncodeToString(salt[:])
	}
	return p
}

// Entry returns one entry. Administrators read all, members those of their
// teams; others get Forbidden. What is about a restricted incident is NotFound for whom
// may not read that.
func (s *Service) Entry(ctx context.Context, entry id.ID) (Entry, error) {
	e, err := s.store.Entry(ctx, entry, readerOf(access.CallerFrom(ctx)))
	if err != nil {
		return Entry{}, fmt.Errorf("read audit entry %s: %w", entry, err)
	}
	if err := s.authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindAudit, ID: e.ID, Team: e.Team}); err != nil {
		return Entry{}, err
	}
	return e, nil
}

// List lists entries, the newest first. Administrators list all; members need
// f.Team to be a team of theirs, and others get Forbidden. From is the first
// moment listed, To the first that is not.
func (s *Service) List(ctx context.Context, f Filter, r page.Request) (page.Page[Entry], error) {
	if err := s.authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindAudit, Team: f.Team}); err != nil {
		return page.Page[Entry]{}, err
	}
	var check fault.Check
	check.Require(f.Outcome == "" || f.Outcome == Done || f.Outcome == Refused, "query.outcome", f.Outcome, "must be %q or %q", Done, Refused)
	check.Require(f.From.IsZero() || f.To.IsZero() || f.From.Before(f.To), "query.from", f.From, "must be earlier than to")
	if err := check.Err(); err != nil {
		return page.Page[Entry]{}, err
	}
	f.Reader = readerOf(access.CallerFrom(ctx))
	entries, err := s.store.Entries(ctx, f, r)
	if err != nil {
		return page.Page[Entry]{}, fmt.Errorf("list audit entries: %w", err)
	}
	return entries, nil
}
