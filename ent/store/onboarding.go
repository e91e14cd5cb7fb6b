package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/onboarding"
)

// Onboarding is the store of package onboarding.
type Onboarding struct{ s *Store }

var _ onboarding.Store = Onboarding{}

// Onboarding returns the view of the store that package onboarding declares.
func (s *Store) Onboarding() Onboarding { return Onboarding{s} }

const onboardingRepositories = `SELECT r.id, r.host_id, r.full_name, r.address, r.facts, r.look, r.choice, r.team_id, r.team_by, r.service_id,
 r.pushed_at, r.seen_at, r.looked_at, r.gone_at, r.dismissed_at, r.dismissed_by, r.dismissed_for, r.created_at, r.version, t.slug, v.slug, w.slug
 FROM onboarding_repositories r LEFT JOIN teams t ON t.id = r.team_id LEFT JOIN services v ON v.id = r.service_id
 LEFT JOIN onboarding_members m ON m.repository_id = r.id LEFT JOIN onboarding_waves w ON w.id = m.wave_id`

func (o Onboarding) repositories(ctx context.Context, rest string, args ...any) ([]onboarding.Repository, error) {
	var out []onboarding.Repository
	err := o.s.queryAll(ctx, onboardingRepositories+rest, args, func(rows *sql.Rows) error {
		var r onboarding.Repository
		var facts, look, choice []byte
		var team, service, teamSlug, serviceSlug, wave *string
		if err := rows.Scan(&r.ID, &r.HostID, &r.FullName, &r.Address, &facts, &look, &choice, &team, &r.TeamBy, &service,
			&r.PushedAt, &r.SeenAt, &r.LookedAt, &r.GoneAt, &r.DismissedAt, &r.DismissedBy, &r.DismissedFor, &r.CreatedAt, &r.Version, &teamSlug, &serviceSlug, &wave); err != nil {
			return err
		}
		for _, j := range []struct {
			text []byte
			into any
		}{{facts, &r.Facts}, {look, &r.Look}, {choice, &r.Choice}} {
			if err := json.Unmarshal(j.text, j.into); err != nil {
				return fmt.Errorf("read what is known of repository %s: %w", r.ID, err)
			}
		}
		r.Team, r.Service = orEmpty(team), orEmpty(service)
		if r.Team == "" { // of a team that was removed
			r.TeamBy = ""
		}
		r.TeamSlug, r.ServiceSlug, r.Wave = string(orEmpty(teamSlug)), string(orEmpty(serviceSlug)), string(orEmpty(wave))
		r.SeenAt, r.CreatedAt = utc(r.SeenAt), utc(r.CreatedAt)
		r.PushedAt, r.LookedAt, r.GoneAt, r.DismissedAt = utcOrNil(r.PushedAt), utcOrNil(r.LookedAt), utcOrNil(r.GoneAt), utcOrNil(r.DismissedAt)
		out = append(out, r)
		return nil
	})
	return out, fail("read repositories", err)
}

// spellJSON writes values as the JSON of columns.
func spellJSON(values ...any) ([]json.RawMessage, error) {
	out := make([]json.RawMessage, len(values))
	for i, v := range values {
		text, err := json.Marshal(v)
		if err != nil {
			return nil, fail("spell something as JSON", err)
		}
		out[i] = text
	}
	return out, nil
}

// CreateRepository writes one.
func (o Onboarding) CreateRepository(ctx context.Context, r onboarding.Repository) error {
	text, err := spellJSON(r.Facts, r.Look, r.Choice)
	if err != nil {
		return err
	}
	_, err = o.s.exec(ctx, `INSERT INTO onboarding_repositories (id, host_id, full_name, address, facts, look, choice, idle, team_id, team_by, service_id,
 pushed_at, seen_at, looked_at, gone_at, dismissed_at, dismissed_by, dismissed_for, created_at, version) VALUES `+values(1, 20),
		string(r.ID), r.HostID, r.FullName, r.Address, text[0], text[1], text[2], r.IsIdle(), orNil(r.Team), string(r.TeamBy), orNil(r.Service),
		roundOrNil(r.PushedAt), clock.Round(r.SeenAt), roundOrNil(r.LookedAt), roundOrNil(r.GoneAt), roundOrNil(r.DismissedAt), r.DismissedBy, r.DismissedFor, clock.Round(r.CreatedAt), r.Version)
	return fail("write a repository", gone(err))
}

// roundOrNil is a time as it is stored, or null.
func roundOrNil(t *time.Time) any {
	if t == nil {
		return nil
	}
	return clock.Round(*t)
}

// SeeRepository writes what the host told.
func (o Onboarding) SeeRepository(ctx context.Context, r onboarding.Repository, changed bool) error {
	text, err := spellJSON(r.Facts)
	if err != nil {
		return err
	}
	_, err = o.s.exec(ctx, `UPDATE onboarding_repositories SET full_name = $1, address = $2, facts = $3, idle = $4, pushed_at = $5, seen_at = $6, gone_at = NULL,
 version = version + $7 WHERE id = $8`, r.FullName, r.Address, text[0], r.IsIdle(), roundOrNil(r.PushedAt), clock.Round(r.SeenAt), counts(changed), string(r.ID))
	return fail("write a repository", err)
}

// counts is by how much a version grows.
func counts(changed bool) int {
	if changed {
		return 1
	}
	return 0
}

// LookedInto writes what was seen inside of it.
func (o Onboarding) LookedInto(ctx context.Context, r onboarding.Repository, changed bool) error {
	text, err := spellJSON(r.Look)
	if err != nil {
		return err
	}
	_, err = o.s.exec(ctx, "UPDATE onboarding_repositories SET look = $1, looked_at = $2, version = version + $3 WHERE id = $4",
		text[0], roundOrNil(r.LookedAt), counts(changed), string(r.ID))
	return fail("write what is in a repository", err)
}

// RelateRepository writes whose it is, and the service that names it, conditional on Version.
func (o Onboarding) RelateRepository(ctx context.Context, r onboarding.Repository) error {
	n, err := o.s.exec(ctx, "UPDATE onboarding_repositories SET team_id = $1, team_by = $2, service_id = $3, version = version + 1 WHERE id = $4 AND version = $5",
		orNil(r.Team), string(r.TeamBy), orNil(r.Service), string(r.ID), r.Version)
	return written("repository", r.ID, n, gone(err), func() (bool, error) { return o.repositoryExists(ctx, r.ID) })
}

func (o Onboarding) repositoryExists(ctx context.Context, of id.ID) (bool, error) {
	found, err := o.repositories(ctx, " WHERE r.id = $1", string(of))
	return len(found) > 0, err
}

// DecideOnRepository writes what people said of it, conditional on Version.
func (o Onboarding) DecideOnRepository(ctx context.Context, r onboarding.Repository) error {
	text, err := spellJSON(r.Choice)
	if err != nil {
		return err
	}
	n, err := o.s.exec(ctx, `UPDATE onboarding_repositories SET choice = $1, idle = $2, team_id = $3, team_by = $4, dismissed_at = $5, dismissed_by = $6, dismissed_for = $7,
 version = version + 1 WHERE id = $8 AND version = $9`, text[0], r.IsIdle(), orNil(r.Team), string(r.TeamBy), roundOrNil(r.DismissedAt), r.DismissedBy, r.DismissedFor, string(r.ID), r.Version)
	return written("repository", r.ID, n, gone(err), func() (bool, error) { return o.repositoryExists(ctx, r.ID) })
}

// EndUnseen has those be gone that were not seen since.
func (o Onboarding) EndUnseen(ctx context.Context, since, now time.Time) (int, error) {
	n, err := o.s.exec(ctx, "UPDATE onboarding_repositories SET gone_at = $1, version = version + 1 WHERE gone_at IS NULL AND seen_at < $2", clock.Round(now), clock.Round(since))
	return n, fail("let go of repositories", err)
}

// Repository returns one.
func (o Onboarding) Repository(ctx context.Context, of id.ID) (onboarding.Repository, error) {
	return o.repository(ctx, of, "")
}

// HoldRepository returns one, locked. SQLite has one writer at a time.
func (o Onboarding) HoldRepository(ctx context.Context, of id.ID) (onboarding.Repository, error) {
	return o.repository(ctx, of, o.holding("r"))
}

// holding locks the rows of a table that are read, by its name in the query.
func (o Onboarding) holding(table string) string {
	if o.s.postgres() {
		return " FOR UPDATE OF " + table
	}
	return ""
}

func (o Onboarding) repository(ctx context.Context, of id.ID, lock string) (onboarding.Repository, error) {
	found, err := o.repositories(ctx, " WHERE r.id = $1"+lock, string(of))
	if err == nil && len(found) == 0 {
		err = fault.Missing("repository", string(of))
	}
	if err != nil {
		return onboarding.Repository{}, err
	}
	return found[0], nil
}

// HoldRepositories returns those that are known, locked. SQLite has one writer at a time.
func (o Onboarding) HoldRepositories(ctx context.Context, ids []string) (map[string]onboarding.Repository, error) {
	out := map[string]onboarding.Repository{}
	err := chunks(ids, idBatch, func(some []string) error {
		found, err := o.repositories(ctx, " WHERE r.host_id IN "+values(1, len(some))+" ORDER BY r.id"+o.holding("r"), arguments(some)...)
		for _, r := range found {
			out[r.HostID] = r
		}
		return err
	})
	return out, err
}

// RepositoriesOfWave returns those of members that are not brought, in their order.
func (o Onboarding) RepositoriesOfWave(ctx context.Context, wave id.ID) ([]onboarding.Repository, error) {
	return o.repositories(ctx, " WHERE m.wave_id = $1 AND m.state <> 'brought' ORDER BY m.id", string(wave))
}

// SomeRepositories returns some by identifier.
func (o Onboarding) SomeRepositories(ctx context.Context, of []id.ID, after id.ID, most int) ([]onboarding.Repository, error) {
	if of != nil {
		// A handful that was looked into: they are read whole, by the first page.
		if after != "" {
			return nil, nil
		}
		var out []onboarding.Repository
		err := chunks(texts(of), idBatch, func(some []string) error {
			found, err := o.repositories(ctx, " WHERE r.id IN "+values(1, len(some)), arguments(some)...)
			out = append(out, found...)
			return err
		})
		return out, err
	}
	return o.repositories(ctx, " WHERE r.id > $1 ORDER BY r.id LIMIT $2", string(after), most)
}

// RepositoriesToLookInto returns those that wait longest.
func (o Onboarding) RepositoriesToLookInto(ctx context.Context, before time.Time, most int) ([]onboarding.Repository, error) {
	return o.repositories(ctx, ` WHERE r.gone_at IS NULL AND r.dismissed_at IS NULL AND r.service_id IS NULL AND NOT r.idle
 AND (r.looked_at IS NULL OR r.looked_at < $1 OR r.pushed_at > r.looked_at) ORDER BY CASE WHEN r.looked_at IS NULL THEN 0 ELSE 1 END, r.looked_at, r.id LIMIT $2`, clock.Round(before), most)
}

// foundOnly keeps repositories that may become services.
const foundOnly = "r.service_id IS NULL AND r.gone_at IS NULL AND r.dismissed_at IS NULL AND NOT r.idle"

// inState are the conditions by which a repository is in a state.
var inState = map[onboarding.State]string{
	onboarding.Registered: "r.service_id IS NOT NULL",
	onboarding.Gone:       "r.service_id IS NULL AND r.gone_at IS NOT NULL",
	onboarding.Dismissed:  "r.service_id IS NULL AND r.gone_at IS NULL AND r.dismissed_at IS NOT NULL",
	onboarding.Idle:       "r.service_id IS NULL AND r.gone_at IS NULL AND r.dismissed_at IS NULL AND r.idle",
	onboarding.Found:      foundOnly,
}

// Repositories lists them by full name.
func (o Onboarding) Repositories(ctx context.Context, f onboarding.RepositoryFilter, r page.Request) (page.Page[onboarding.Repository], error) {
	key, err := r.Key(f, 2)
	if err != nil {
		return page.Page[onboarding.Repository]{}, err
	}
	var c conditions
	if f.State != "" {
		c.add(inState[f.State])
	}
	if f.Team != "" {
		c.add("r.team_id = %s", string(f.Team))
	}
	if f.NoTeam {
		c.add("r.team_id IS NULL")
	}
	if f.Query != "" {
		c.add(o.s.contains("r.full_name", "%s"), containing(f.Query))
	}
	name := "r.full_name" + o.s.bytewise()
	if key != nil {
		c.add("("+name+", r.id) > (%s, %s)", key[0], key[1])
	}
	found, err := o.repositories(ctx, c.where()+" ORDER BY "+name+", r.id"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return page.Page[onboarding.Repository]{}, err
	}
	return page.Cut(r, f, found, func(v onboarding.Repository) []string { return []string{v.FullName, string(v.ID)} }), nil
}

// Addresses returns those of services.
func (o Onboarding) Addresses(ctx context.Context, after id.ID, most int) ([]onboarding.Address, error) {
	return o.addresses(ctx, " WHERE id > $1 ORDER BY id LIMIT $2", string(after), most)
}

// AddressesLike returns those that have the text in them.
func (o Onboarding) AddressesLike(ctx context.Context, text string) ([]onboarding.Address, error) {
	return o.addresses(ctx, " WHERE "+o.s.contains("repository", "$1")+" ORDER BY id", containing(text))
}

func (o Onboarding) addresses(ctx context.Context, rest string, args ...any) ([]onboarding.Address, error) {
	var out []onboarding.Address
	err := o.s.queryAll(ctx, "SELECT id, repository, retired_at IS NOT NULL FROM services"+rest, args, func(rows *sql.Rows) error {
		var a onboarding.Address
		err := rows.Scan(&a.Service, &a.Repository, &a.Retired)
		out = append(out, a)
		return err
	})
	return out, fail("read the repositories of services", err)
}
