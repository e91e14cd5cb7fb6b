package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"time"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/ent/db/scorecard"
	"github.com/evenkeel/evenkeel/ent/db/scorecardrevision"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Scorecards is the store of package scorecards.
type Scorecards struct{ s *Store }

var _ scorecards.Store = Scorecards{}

// Scorecards returns the view of the store that package scorecards declares.
func (s *Store) Scorecards() Scorecards { return Scorecards{s} }

// CreateScorecard writes the head and its first revision.
func (c Scorecards) CreateScorecard(ctx context.Context, v scorecards.View) error {
	return c.s.InTx(ctx, func(ctx context.Context) error {
		h := v.Scorecard
		err := c.s.ent.Scorecard.Create().
			SetID(string(h.ID)).SetSlug(h.Slug).SetName(h.Name).SetDescription(h.Description).SetNillableOwnerID(orNil(h.Owner)).SetRevision(h.Revision).
			SetNillableRetiredAt(h.RetiredAt).SetManager(h.Manager).SetCreatedAt(h.CreatedAt).SetUpdatedAt(h.UpdatedAt).SetVersion(h.Version).
			Exec(ctx)
		if err != nil {
			return named(registry.NounScorecard, h.Slug, err)
		}
		return c.AddScorecardRevision(ctx, v.Revision)
	})
}

// AddScorecardRevision writes a revision; Stale when another with its number was first.
func (c Scorecards) AddScorecardRevision(ctx context.Context, r scorecards.Revision) error {
	terms, err := json.Marshal(r.Terms)
	if err != nil {
		return fail("spell the terms of a scorecard", err)
	}
	err = c.s.ent.ScorecardRevision.Create().
		SetID(string(r.ID)).SetScorecardID(string(r.Scorecard)).SetNumber(r.Number).SetTerms(terms).
		SetRevisedBy(r.RevisedBy).SetCreatedAt(r.CreatedAt).
		Exec(ctx)
	if isUnique(err) {
		return fault.Stale("scorecard")
	}
	return fail("write a revision of a scorecard", gone(err))
}

const (
	scorecardColumns = "c.id, c.slug, c.name, c.description, c.owner_id, t.slug, c.revision, c.retired_at, c.manager, c.created_at, c.updated_at, c.version, r.id, r.scorecard_id, r.number, r.terms, r.revised_by, r.created_at"
	scorecardTables  = " FROM scorecards c JOIN scorecard_revisions r ON r.scorecard_id = c.id AND r.number = c.revision LEFT JOIN teams t ON t.id = c.owner_id"
)

func (c Scorecards) views(ctx context.Context, rest string, args ...any) ([]scorecards.View, error) {
	var out []scorecards.View
	err := c.s.queryAll(ctx, "SELECT "+scorecardColumns+scorecardTables+rest, args, func(rows *sql.Rows) error {
		var v scorecards.View
		var terms []byte
		var owner, ownerSlug sql.NullString
		var retired *time.Time
		h, r := &v.Scorecard, &v.Revision
		if err := rows.Scan(&h.ID, &h.Slug, &h.Name, &h.Description, &owner, &ownerSlug, &h.Revision, &retired, &h.Manager, &h.CreatedAt, &h.UpdatedAt, &h.Version,
			&r.ID, &r.Scorecard, &r.Number, &terms, &r.RevisedBy, &r.CreatedAt); err != nil {
			return err
		}
		h.Owner, h.OwnerSlug = id.ID(owner.String), ownerSlug.String
		if retired != nil {
			at := utc(*retired)
			h.RetiredAt = &at
		}
		h.CreatedAt, h.UpdatedAt, r.CreatedAt = utc(h.CreatedAt), utc(h.UpdatedAt), utc(r.CreatedAt)
		out = append(out, v)
		return json.Unmarshal(terms, &out[len(out)-1].Revision.Terms)
	})
	return out, fail("read scorecards", err)
}

func (c Scorecards) view(ctx context.Context, rest, name string) (scorecards.View, error) {
	found, err := c.views(ctx, rest, name)
	if err == nil && len(found) == 0 {
		return scorecards.View{}, fault.Missing("scorecard", name)
	}
	if err != nil {
		return scorecards.View{}, err
	}
	return found[0], nil
}

// Scorecard returns that of the identifier.
func (c Scorecards) Scorecard(ctx context.Context, of id.ID) (scorecards.View, error) {
	return c.view(ctx, " WHERE c.id = $1", string(of))
}

// ScorecardBySlug returns the scorecard that has the slug now.
func (c Scorecards) ScorecardBySlug(ctx context.Context, slug string) (scorecards.View, error) {
	return c.view(ctx, " WHERE c.slug = $1", slug)
}

// LiveScorecards returns all that are not retired, by ID.
func (c Scorecards) LiveScorecards(ctx context.Context) ([]scorecards.View, error) {
	return c.views(ctx, " WHERE c.retired_at IS NULL ORDER BY c.id")
}

// Scorecards lists by slug.
func (c Scorecards) Scorecards(ctx context.Context, f scorecards.Filter, r page.Request) (page.Page[scorecards.View], error) {
	key, err := r.Key(f, 1)
	if err != nil {
		return page.Page[scorecards.View]{}, err
	}
	var where conditions
	if f.Owner != "" {
		where.add("c.owner_id = %s", string(f.Owner))
	}
	if f.Retired != nil && *f.Retired {
		where.add("c.retired_at IS NOT NULL")
	} else if f.Retired != nil {
		where.add("c.retired_at IS NULL")
	}
	if key != nil {
		where.add("c.slug > %s", key[0])
	}
	rest := where.where() + " ORDER BY c.slug" + where.limit(r.Size()+1)
	rows, err := c.views(ctx, rest, where.args...)
	if err != nil {
		return page.Page[scorecards.View]{}, err
	}
	return page.Cut(r, f, rows, func(v scorecards.View) []string { return []string{v.Scorecard.Slug} }), nil
}

// UpdateScorecard writes the head, conditional on Version.
func (c Scorecards) UpdateScorecard(ctx context.Context, h scorecards.Scorecard) error {
	u := c.s.ent.Scorecard.Update().Where(scorecard.ID(string(h.ID)), scorecard.Version(h.Version)).
		SetSlug(h.Slug).SetName(h.Name).SetDescription(h.Description).SetRevision(h.Revision).
		SetUpdatedAt(h.UpdatedAt).AddVersion(1)
	if h.Owner == "" {
		u.ClearOwnerID()
	} else {
		u.SetOwnerID(string(h.Owner))
	}
	if h.RetiredAt == nil {
		u.ClearRetiredAt()
	} else {
		u.SetRetiredAt(*h.RetiredAt)
	}
	n, err := u.Save(ctx)
	if isUnique(err) {
		return slugTaken(registry.NounScorecard, h.Slug, err)
	}
	return written("scorecard", h.ID, n, gone(err), func() (bool, error) {
		return c.s.ent.Scorecard.Query().Where(scorecard.ID(string(h.ID))).Exist(ctx)
	})
}

// ScorecardRevision returns that of the identifier.
func (c Scorecards) ScorecardRevision(ctx context.Context, revision id.ID) (scorecards.Revision, error) {
	r, err := c.s.ent.ScorecardRevision.Get(ctx, string(revision))
	if err != nil {
		return scorecards.Revision{}, notFound("scorecard_revision", string(revision), err)
	}
	return fromDBScorecardRevision(r)
}

// ScorecardRevisions lists the newest first.
func (c Scorecards) ScorecardRevisions(ctx context.Context, of id.ID, r page.Request) (page.Page[scorecards.Revision], error) {
	type filter struct{ Scorecard id.ID }
	f := filter{of}
	key, err := r.Key(f, 1)
	if err != nil {
		return page.Page[scorecards.Revision]{}, err
	}
	q := c.s.ent.ScorecardRevision.Query().Where(scorecardrevision.ScorecardID(string(of)))
	if key != nil {
		number, err := strconv.Atoi(key[0])
		if err != nil {
			return page.Page[scorecards.Revision]{}, badCursor()
		}
		q.Where(scorecardrevision.NumberLT(number))
	}
	rows, err := q.Order(db.Desc(scorecardrevision.FieldNumber)).Limit(r.Size() + 1).All(ctx)
	if err != nil {
		return page.Page[scorecards.Revision]{}, fail("list revisions of a scorecard", err)
	}
	out := make([]scorecards.Revision, len(rows))
	for i, row := range rows {
		if out[i], err = fromDBScorecardRevision(row); err != nil {
			return page.Page[scorecards.Revision]{}, err
		}
	}
	return page.Cut(r, f, out, func(v scorecards.Revision) []string { return []string{strconv.Itoa(v.Number)} }), nil
}

func fromDBScorecardRevision(r *db.ScorecardRevision) (scorecards.Revision, error) {
	out := scorecards.Revision{ID: id.ID(r.ID), Scorecard: id.ID(r.ScorecardID), Number: r.Number, RevisedBy: r.RevisedBy, CreatedAt: utc(r.CreatedAt)}
	return out, fail("read the terms of a scorecard", json.Unmarshal(r.Terms, &out.Terms))
}
