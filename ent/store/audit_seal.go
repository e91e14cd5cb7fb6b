package store

import (
	"context"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/ent/db/auditanchor"
	"github.com/evenkeel/evenkeel/ent/db/auditentry"
	"github.com/evenkeel/evenkeel/ent/db/auditseal"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/audit/chain"
	"github.com/evenkeel/evenkeel/services/audit/seal"
)

// Seals is the store of package seal.
type Seals struct{ s *Store }

var _ seal.Store = Seals{}

// Seals returns the view of the store that package seal declares.
func (s *Store) Seals() Seals { return Seals{s} }

// LastSeal returns the head of the chain.
func (a Seals) LastSeal(ctx context.Context) (chain.Seal, error) {
	rows, err := a.s.ent.AuditSeal.Query().Order(auditseal.ByID(entsql.OrderDesc())).Limit(1).All(ctx)
	if err != nil || len(rows) == 0 {
		return chain.Seal{}, fail("read the last seal", err)
	}
	return fromDBSeal(rows[0]), nil
}

// hasSeal keeps entries of which a seal is, or is not.
func hasSeal(is bool) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		s.Where(entsql.P(func(b *entsql.Builder) {
			if !is {
				b.WriteString("NOT ")
			}
			b.WriteString("EXISTS (SELECT 1 FROM audit_seals l WHERE l.entry_id = " + s.C(auditentry.FieldID) + ")")
		}))
	}
}

// Unsealed returns entries without a seal.
func (a Seals) Unsealed(ctx context.Context, after seal.Mark, limit int) ([]chain.Entry, error) {
	q := a.s.ent.AuditEntry.Query().Where(auditentry.SealIsNil(), hasSeal(false))
	if after.ID != "" {
		q.Where(func(s *entsql.Selector) {
			s.Where(entsql.CompositeGT([]string{s.C(auditentry.FieldAt), s.C(auditentry.FieldID)}, clock.Round(after.At), string(after.ID)))
		})
	}
	rows, err := q.Order(auditentry.ByAt(), auditentry.ByID()).Limit(limit).All(ctx)
	return toChain(rows), fail("read unsealed audit entries", err)
}

// CountUnsealed counts entries without a seal.
func (a Seals) CountUnsealed(ctx context.Context) (int64, *time.Time, error) {
	n, err := a.s.ent.AuditEntry.Query().Where(auditentry.SealIsNil(), hasSeal(false)).Count(ctx)
	if err != nil || n == 0 {
		return 0, nil, fail("count unsealed audit entries", err)
	}
	oldest, err := a.Unsealed(ctx, seal.Mark{}, 1)
	if err != nil || len(oldest) == 0 {
		return 0, nil, err
	}
	return int64(n), &oldest[0].At, nil
}

// AppendSeals writes seals, and their numbers at their entries.
func (a Seals) AppendSeals(ctx context.Context, seals []chain.Seal) error {
	if len(seals) == 0 {
		return nil
	}
	return a.s.InTx(ctx, func(ctx context.Context) error {
		args := make([]any, 0, 4*len(seals))
		for _, l := range seals {
			args = append(args, l.Number, l.EntryID, l.Digest, l.Hash)
		}
		if _, err := a.s.exec(ctx, "INSERT INTO audit_seals (number, entry_id, digest, hash) VALUES "+values(len(seals), 4), args...); isUnique(err) {
			e := fault.New(fault.Conflict, "sealed_already", "another replica sealed the audit log in between")
			e.Err = err
			return e
		} else if err != nil {
			return fail("write seals", err)
		}
		_, err := a.s.exec(ctx, `UPDATE audit_entries SET seal = (SELECT l.number FROM audit_seals l WHERE l.entry_id = audit_entries.id)
WHERE id IN (SELECT l.entry_id FROM audit_seals l WHERE l.number >= $1)`, seals[0].Number)
		return fail("write the numbers of seals", err)
	})
}

// Seals returns those after a number, with their entries.
func (a Seals) Seals(ctx context.Context, after int64, limit int) ([]chain.Seal, error) {
	rows, err := a.s.ent.AuditSeal.Query().Where(auditseal.IDGT(after)).Order(auditseal.ByID()).Limit(limit).All(ctx)
	if err != nil {
		return nil, fail("read seals", err)
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.EntryID
	}
	entries, err := a.EntriesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*chain.Entry, len(entries))
	for i := range entries {
		byID[entries[i].ID] = &entries[i]
	}
	out := make([]chain.Seal, len(rows))
	for i, r := range rows {
		out[i] = fromDBSeal(r)
		out[i].Entry = byID[r.EntryID]
	}
	return out, nil
}

// Strays returns entries that say they are sealed, and of which no seal is.
func (a Seals) Strays(ctx context.Context, after, to int64, limit int) ([]chain.Entry, error) {
	within := auditentry.And(auditentry.SealGT(after), auditentry.SealLTE(to))
	if after == 0 { // with what no number of a seal is
		within = auditentry.SealLTE(to)
	}
	rows, err := a.s.ent.AuditEntry.Query().Where(within, hasSeal(false)).Order(auditentry.BySeal(), auditentry.ByID()).Limit(limit).All(ctx)
	return toChain(rows), fail("read stray audit entries", err)
}

// EntriesByID returns those that there are, by chunks.
func (a Seals) EntriesByID(ctx context.Context, entries []string) ([]chain.Entry, error) {
	var out []chain.Entry
	for len(entries) > 0 {
		n := min(len(entries), bulkRows)
		rows, err := a.s.ent.AuditEntry.Query().Where(auditentry.IDIn(entries[:n]...)).All(ctx)
		if err != nil {
			return nil, fail("read audit entries", err)
		}
		out, entries = append(out, toChain(rows)...), entries[n:]
	}
	return out, nil
}

// LastAnchor returns the youngest.
func (a Seals) LastAnchor(ctx context.Context) (*seal.Kept, error) {
	rows, err := a.s.ent.AuditAnchor.Query().Order(auditanchor.ByID(entsql.OrderDesc())).Limit(1).All(ctx)
	if err != nil || len(rows) == 0 {
		return nil, fail("read the last anchor", err)
	}
	k := fromDBAnchor(rows[0])
	return &k, nil
}

// AppendAnchor writes an anchor.
func (a Seals) AppendAnchor(ctx context.Context, k chain.Anchor) error {
	_, err := a.s.exec(ctx, "INSERT INTO audit_anchors (number, hash, at, public_key, signature) VALUES ($1, $2, $3, $4, $5)",
		k.Number, k.Hash, clock.Round(k.At), k.PublicKey, k.Signature)
	return fail("write an anchor", err)
}

// Anchors returns those after a number and up to another.
func (a Seals) Anchors(ctx context.Context, after, to int64, limit int) ([]seal.Kept, error) {
	rows, err := a.s.ent.AuditAnchor.Query().Where(auditanchor.IDGT(after), auditanchor.IDLTE(to)).Order(auditanchor.ByID()).Limit(limit).All(ctx)
	return fromDBAnchors(rows), fail("read anchors", err)
}

func (a Seals) undelivered(p seal.Place) *db.AuditAnchorQuery {
	if p == seal.File {
		return a.s.ent.AuditAnchor.Query().Where(auditanchor.WrittenAtIsNil())
	}
	return a.s.ent.AuditAnchor.Query().Where(auditanchor.PostedAtIsNil())
}

// Undelivered returns those that are not in the place.
func (a Seals) Undelivered(ctx context.Context, p seal.Place, limit int) ([]seal.Kept, error) {
	rows, err := a.undelivered(p).Order(auditanchor.ByID()).Limit(limit).All(ctx)
	return fromDBAnchors(rows), fail("read anchors that wait", err)
}

// CountUndelivered counts them.
func (a Seals) CountUndelivered(ctx context.Context, p seal.Place) (int64, error) {
	n, err := a.undelivered(p).Count(ctx)
	return int64(n), fail("count anchors that wait", err)
}

// Delivered notes that an anchor is in the place.
func (a Seals) Delivered(ctx context.Context, p seal.Place, number int64, at time.Time) error {
	column := map[seal.Place]string{seal.File: "written_at", seal.URL: "posted_at"}[p]
	_, err := a.s.exec(ctx, "UPDATE audit_anchors SET "+column+" = $1 WHERE number = $2", clock.Round(at), number)
	return fail("note that an anchor is kept", err)
}

func fromDBSeal(r *db.AuditSeal) chain.Seal {
	return chain.Seal{Number: r.ID, EntryID: r.EntryID, Digest: r.Digest, Hash: r.Hash}
}

func fromDBAnchors(rows []*db.AuditAnchor) []seal.Kept {
	var out []seal.Kept
	for _, r := range rows {
		out = append(out, fromDBAnchor(r))
	}
	return out
}

func fromDBAnchor(r *db.AuditAnchor) seal.Kept {
	return seal.Kept{
		Anchor:    chain.Anchor{Number: r.ID, Hash: r.Hash, At: utc(r.At), PublicKey: r.PublicKey, Signature: r.Signature},
		WrittenAt: utcOrNil(r.WrittenAt), PostedAt: utcOrNil(r.PostedAt),
	}
}

func toChain(rows []*db.AuditEntry) []chain.Entry {
	var out []chain.Entry
	for _, e := range rows {
		one := chain.Entry{
			ID: e.ID, At: utc(e.At), Outcome: e.Outcome, ActorKind: e.ActorKind, ActorPerson: e.ActorPerson, ActorTeam: e.ActorTeam, ActorToken: e.ActorToken,
			Action: e.Action, ObjectKind: e.ObjectKind, ObjectID: e.ObjectID, Team: e.Team,
			Texts: chain.Texts{e.ActorName, e.ObjectLabel, e.Reason, e.Changes}, Proof: e.Proof, RedactedBy: e.RedactedBy,
		}
		if e.Seal != nil {
			one.Seal = *e.Seal
		}
		out = append(out, one)
	}
	return out
}
