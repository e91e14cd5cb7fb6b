package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/onboarding"
)

const onboardingWaves = `SELECT w.id, w.slug, w.name, w.description, w.due_on, w.templates, w.created_at, w.created_by, w.updated_at, w.started_at, w.started_by, w.version,
 (SELECT COUNT(*) FROM onboarding_members m WHERE m.wave_id = w.id AND m.state = 'waiting'),
 (SELECT COUNT(*) FROM onboarding_members m WHERE m.wave_id = w.id AND m.state = 'brought'),
 (SELECT COUNT(*) FROM onboarding_members m WHERE m.wave_id = w.id AND m.state = 'failed') FROM onboarding_waves w`

func (o Onboarding) waves(ctx context.Context, rest string, args ...any) ([]onboarding.Wave, error) {
	var out []onboarding.Wave
	err := o.s.queryAll(ctx, onboardingWaves+rest, args, func(rows *sql.Rows) error {
		var w onboarding.Wave
		var templates []byte
		if err := rows.Scan(&w.ID, &w.Slug, &w.Name, &w.Description, &w.DueOn, &templates, &w.CreatedAt, &w.CreatedBy, &w.UpdatedAt, &w.StartedAt, &w.StartedBy, &w.Version,
			&w.Tally.Waiting, &w.Tally.Brought, &w.Tally.Failed); err != nil {
			return err
		}
		if err := json.Unmarshal(templates, &w.Templates); err != nil {
			return fmt.Errorf("read the templates of wave %s: %w", w.ID, err)
		}
		w.CreatedAt, w.UpdatedAt, w.StartedAt = utc(w.CreatedAt), utc(w.UpdatedAt), utcOrNil(w.StartedAt)
		out = append(out, w)
		return nil
	})
	return out, fail("read waves", err)
}

// CreateWave writes one.
func (o Onboarding) CreateWave(ctx context.Context, w onboarding.Wave) error {
	text, err := spellJSON(neverNone(w.Templates))
	if err != nil {
		return err
	}
	_, err = o.s.exec(ctx, "INSERT INTO onboarding_waves (id, slug, name, description, due_on, templates, created_at, created_by, updated_at, started_at, started_by, version) VALUES "+values(1, 12),
		string(w.ID), w.Slug, w.Name, w.Description, string(w.DueOn), text[0], clock.Round(w.CreatedAt), w.CreatedBy, clock.Round(w.UpdatedAt), roundOrNil(w.StartedAt), w.StartedBy, w.Version)
	if isUnique(err) {
		return slugTaken("wave", w.Slug, err)
	}
	return fail("write a wave", err)
}

// UpdateWave writes what was declared and how it was started, conditional on Version.
func (o Onboarding) UpdateWave(ctx context.Context, w onboarding.Wave) error {
	text, err := spellJSON(neverNone(w.Templates))
	if err != nil {
		return err
	}
	n, err := o.s.exec(ctx, `UPDATE onboarding_waves SET slug = $1, name = $2, description = $3, due_on = $4, templates = $5, updated_at = $6, started_at = $7, started_by = $8,
 version = version + 1 WHERE id = $9 AND version = $10`,
		w.Slug, w.Name, w.Description, string(w.DueOn), text[0], clock.Round(w.UpdatedAt), roundOrNil(w.StartedAt), w.StartedBy, string(w.ID), w.Version)
	if isUnique(err) {
		return slugTaken("wave", w.Slug, err)
	}
	return written("wave", w.ID, n, err, func() (bool, error) { return o.waveExists(ctx, w.ID) })
}

func (o Onboarding) waveExists(ctx context.Context, wave id.ID) (bool, error) {
	found, err := o.waves(ctx, " WHERE w.id = $1", string(wave))
	return len(found) > 0, err
}

// DeleteWave removes one with its members, conditional on the version.
func (o Onboarding) DeleteWave(ctx context.Context, wave id.ID, version int64) error {
	n, err := o.s.exec(ctx, "DELETE FROM onboarding_waves WHERE id = $1 AND version = $2", string(wave), version)
	return written("wave", wave, n, err, func() (bool, error) { return o.waveExists(ctx, wave) })
}

// byName finds a wave: a slug is in lower case and an identifier in upper case, no name is both.
const byName = " WHERE w.slug = $1 OR w.id = $1"

// Wave returns one by slug or identifier.
func (o Onboarding) Wave(ctx context.Context, name string) (onboarding.Wave, error) {
	found, err := o.waves(ctx, byName, name)
	if err == nil && len(found) == 0 {
		err = fault.Missing("wave", name)
	}
	if err != nil {
		return onboarding.Wave{}, err
	}
	return found[0], nil
}

// HoldWave returns one, locked. SQLite has one writer at a time. It is read once the lock is there: what is
// counted in the statement that waits for it is of before.
func (o Onboarding) HoldWave(ctx context.Context, name string) (onboarding.Wave, error) {
	if o.s.postgres() {
		if _, err := o.s.exec(ctx, "SELECT w.id FROM onboarding_waves w"+byName+o.holding("w"), name); err != nil {
			return onboarding.Wave{}, fail("hold a wave", err)
		}
	}
	return o.Wave(ctx, name)
}

// Waves lists the newest first.
func (o Onboarding) Waves(ctx context.Context, r page.Request) (page.Page[onboarding.Wave], error) {
	key, err := r.Key(nil, 1)
	if err != nil {
		return page.Page[onboarding.Wave]{}, err
	}
	var c conditions
	if key != nil {
		c.add("w.id < %s", key[0])
	}
	found, err := o.waves(ctx, c.where()+" ORDER BY w.id DESC"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return page.Page[onboarding.Wave]{}, err
	}
	return page.Cut(r, nil, found, func(w onboarding.Wave) []string { return []string{string(w.ID)} }), nil
}
