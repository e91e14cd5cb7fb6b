package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/evenkeel/evenkeel/ent/db/slug"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Registry is the store of package registry.
type Registry struct{ s *Store }

var _ registry.Store = Registry{}

// Registry returns the view of the store that package registry declares.
func (s *Store) Registry() Registry { return Registry{s} }

// slugTaken is the conflict over a name.
func slugTaken(noun registry.Noun, name string, cause error) error {
	e := fault.New(fault.Conflict, "slug_taken", "the name %q belongs to another %s, or once did; choose another", name, strings.ReplaceAll(string(noun), "_", " "))
	e.Err = cause
	return e
}

// named turns a unique violation of a head's slug into slug_taken.
func named(noun registry.Noun, name string, err error) error {
	if isUnique(err) {
		return slugTaken(noun, name, err)
	}
	return fail("write a "+strings.ReplaceAll(string(noun), "_", " "), gone(err))
}

// ReserveSlug takes the slug for the target and makes it its current one.
func (r Registry) ReserveSlug(ctx context.Context, noun registry.Noun, scope id.ID, name string, target id.ID) error {
	return r.s.InTx(ctx, func(ctx context.Context) error {
		// An upsert, so that of two that want the same name one waits for the other. Something new has no
		// other name, and this is its current one at once.
		var current bool
		err := r.s.queryOne(ctx, `INSERT INTO slugs (noun, scope, slug, target_id, current)
VALUES ($1, $2, $3, CAST($4 AS varchar), NOT EXISTS (SELECT 1 FROM slugs WHERE target_id = CAST($4 AS varchar) AND current))
ON CONFLICT (noun, scope, slug) DO UPDATE SET noun = excluded.noun WHERE slugs.target_id = excluded.target_id RETURNING current`,
			[]any{string(noun), string(scope), name, string(target)}, &current)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return slugTaken(noun, name, nil)
		case isUnique(err):
			return fault.Stale(string(noun)) // another renaming of the target came first
		case err != nil || current:
			return fail("reserve a slug", err)
		}
		this := slug.And(slug.Noun(string(noun)), slug.Scope(string(scope)), slug.Slug(name))
		if err := r.s.ent.Slug.Update().Where(slug.TargetID(string(target)), slug.Current(true), slug.Not(this)).
			SetCurrent(false).Exec(ctx); err != nil {
			return fail("give up the former slug", err)
		}
		err = r.s.ent.Slug.Update().Where(this).SetCurrent(true).Exec(ctx)
		if isUnique(err) {
			// Another renaming of the target, which this one waited for, came first.
			return fault.Stale(string(noun))
		}
		return fail("take a slug", err)
	})
}

// freeSlugs has others be able to take the names of something that is gone.
func (r Registry) freeSlugs(ctx context.Context, noun registry.Noun, target id.ID) error {
	_, err := r.s.ent.Slug.Delete().Where(slug.Noun(string(noun)), slug.TargetID(string(target))).Exec(ctx)
	return fail("free the slugs of something", err)
}

// FormerSlug returns the current slug of the target that once had this one.
func (r Registry) FormerSlug(ctx context.Context, noun registry.Noun, scope id.ID, name string) (string, error) {
	var now string
	err := r.s.lookUpOne(ctx, `SELECT now.slug FROM slugs was JOIN slugs now ON now.target_id = was.target_id AND now.current
WHERE was.noun = $1 AND was.scope = $2 AND was.slug = $3 AND NOT was.current`,
		[]any{string(noun), string(scope), name}, &now)
	if errors.Is(err, sql.ErrNoRows) {
		return "", fault.Missing(string(noun), name)
	}
	return now, fail("look up a former slug", err)
}
