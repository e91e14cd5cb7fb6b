package store

import (
	"context"
	"encoding/json"
	"strings"

	entsql "entgo.io/ent/dialect/sql"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/ent/db/auditentry"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
)

// Audit is the store of package audit.
type Audit struct{ s *Store }

var _ audit.Store = Audit{}

// Audit returns the view of the store that package audit declares.
func (s *Store) Audit() Audit { return Audit{s} }

// AppendEntry writes the entry.
func (a Audit) AppendEntry(ctx context.Context, e audit.Entry) error {
	_, err := a.s.exec(ctx, `INSERT INTO audit_entries (id, at, outcome, actor_kind, actor_person, actor_team, actor_token, actor_name, action,
 object_kind, object_id, object_label, team, reason, changes, proof, redacted_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, '')`,
		string(e.ID), clock.Round(e.At), string(e.Outcome), string(e.ActorKind), string(e.ActorPerson), string(e.ActorTeam), string(e.ActorToken), e.ActorName, e.Action,
		string(e.ObjectKind), string(e.ObjectID), e.ObjectLabel, string(e.Team), e.Reason, string(e.Changes), e.Proof)
	return fail("write an audit entry", err)
}

// readableEntries leaves out what is about restricted incidents that the reader may not read,
// also from before they were restricted.
func readableEntries(as audit.Reader) func(*entsql.Selector) {
	return func(s *entsql.Selector) {
		if as.All {
			return
		}
		before, after, _ := strings.Cut(unreadable("i"), "%s")
		s.Where(entsql.P(func(b *entsql.Builder) {
			b.WriteString("NOT (" + s.C(auditentry.FieldObjectKind) + " = ").Arg(string(access.KindIncident)).
				WriteString(" AND EXISTS (SELECT 1 FROM incidents i WHERE i.id = " + s.C(auditentry.FieldObjectID) + " AND " + before).
				Arg(string(as.Person)).WriteString(after + "))")
		}))
	}
}

// Entry returns the entry, if the reader may read it.
func (a Audit) Entry(ctx context.Context, of id.ID, as audit.Reader) (audit.Entry, error) {
	e, err := a.s.ent.AuditEntry.Query().Where(auditentry.ID(string(of)), readableEntries(as)).Only(ctx)
	if err != nil {
		return audit.Entry{}, notFound("audit_entry", string(of), err)
	}
	return fromDBEntry(e), nil
}

// Entries lists the newest first.
func (a Audit) Entries(ctx context.Context, f audit.Filter, r page.Request) (page.Page[audit.Entry], error) {
	cursor, err := r.Key(f, 2)
	if err != nil {
		return page.Page[audit.Entry]{}, err
	}
	key, err := timeKey(cursor)
	if err != nil {
		return page.Page[audit.Entry]{}, err
	}
	q := a.s.ent.AuditEntry.Query()
	if f.Actor != "" {
		q.Where(auditentry.Or(auditentry.ActorPerson(string(f.Actor)), auditentry.ActorToken(string(f.Actor))))
	}
	if f.Team != "" {
		q.Where(auditentry.Team(string(f.Team)))
	}
	if f.ObjectKind != "" {
		q.Where(auditentry.ObjectKind(string(f.ObjectKind)))
	}
	if f.ObjectID != "" {
		q.Where(auditentry.ObjectID(string(f.ObjectID)))
	}
	if f.Outcome != "" {
		q.Where(auditentry.Outcome(string(f.Outcome)))
	}
	if !f.From.IsZero() {
		q.Where(auditentry.AtGTE(f.From))
	}
	if !f.To.IsZero() {
		q.Where(auditentry.AtLT(f.To))
	}
	rows, err := q.Where(readableEntries(f.Reader), before(key, auditentry.FieldAt, auditentry.FieldID)).
		Order(newestFirst(auditentry.FieldAt)).Limit(r.Size() + 1).All(ctx)
	if err != nil {
		return page.Page[audit.Entry]{}, fail("list audit entries", err)
	}
	return page.Map(page.Cut(r, f, rows, func(e *db.AuditEntry) []string { return []string{cursorTime(e.At), e.ID} }), fromDBEntry), nil
}

func fromDBEntry(e *db.AuditEntry) audit.Entry {
	out := audit.Entry{
		ID:          id.ID(e.ID),
		At:          utc(e.At),
		Outcome:     audit.Outcome(e.Outcome),
		ActorKind:   access.CallerKind(e.ActorKind),
		ActorPerson: id.ID(e.ActorPerson),
		ActorTeam:   id.ID(e.ActorTeam),
		ActorToken:  id.ID(e.ActorToken),
		ActorName:   e.ActorName,
		Action:      e.Action,
		ObjectKind:  access.Kind(e.ObjectKind),
		ObjectID:    id.ID(e.ObjectID),
		ObjectLabel: e.ObjectLabel,
		Team:        id.ID(e.Team),
		Reason:      e.Reason,
		Proof:       e.Proof,
		RedactedBy:  id.ID(e.RedactedBy),
	}
	if e.Seal != nil {
		out.Seal = *e.Seal
	}
	if e.Changes != "" {
		out.Changes = json.RawMessage(e.Changes)
	}
	return out
}
