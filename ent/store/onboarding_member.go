package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/onboarding"
)

const onboardingMembers = `SELECT m.id, m.wave_id, m.service_id, m.repository_id, m.state, m.slos, m.faults, m.created_at, m.tried_at,
 COALESCE(v.slug, r.full_name, ''), COALESCE(t.slug, u.slug, '')
 FROM onboarding_members m LEFT JOIN services v ON v.id = m.service_id LEFT JOIN teams t ON t.id = v.team_id
 LEFT JOIN onboarding_repositories r ON r.id = m.repository_id LEFT JOIN teams u ON u.id = r.team_id`

func (o Onboarding) members(ctx context.Context, rest string, args ...any) ([]onboarding.Member, error) {
	var out []onboarding.Member
	err := o.s.queryAll(ctx, onboardingMembers+rest, args, func(rows *sql.Rows) error {
		var m onboarding.Member
		var service, repository *string
		var slos, faults []byte
		if err := rows.Scan(&m.ID, &m.Wave, &service, &repository, &m.State, &slos, &faults, &m.CreatedAt, &m.TriedAt, &m.Name, &m.Team); err != nil {
			return err
		}
		if err := errors.Join(json.Unmarshal(slos, &m.SLOs), json.Unmarshal(faults, &m.Faults)); err != nil {
			return fmt.Errorf("read what came of member %s: %w", m.ID, err)
		}
		m.Service, m.Repository = orEmpty(service), orEmpty(repository)
		m.CreatedAt, m.TriedAt = utc(m.CreatedAt), utcOrNil(m.TriedAt)
		out = append(out, m)
		return nil
	})
	return out, fail("read members of waves", err)
}

// AddMembers puts things into a wave.
func (o Onboarding) AddMembers(ctx context.Context, members []onboarding.Member) (int, error) {
	already := 0
	err := o.s.InTx(ctx, func(ctx context.Context) error {
		already = 0
		return chunks(members, bulkRows, func(some []onboarding.Member) error {
			is, err := o.already(ctx, some)
			if err != nil {
				return err
			}
			already += len(is)
			var args []any
			rows := 0
			for _, m := range some {
				if is[m.Service] || is[m.Repository] {
					continue
				}
				rows++
				args = append(args, string(m.ID), string(m.Wave), orNil(m.Service), orNil(m.Repository), string(m.State), json.RawMessage("[]"), json.RawMessage("[]"), clock.Round(m.CreatedAt))
			}
			if rows == 0 {
				return nil
			}
			_, err = o.s.exec(ctx, "INSERT INTO onboarding_members (id, wave_id, service_id, repository_id, state, slos, faults, created_at) VALUES "+values(rows, 8), args...)
			if isUnique(err) {
				e := fault.New(fault.Conflict, "in_another_wave", "somebody puts something of these into a wave at this moment: try again")
				e.Err = err
				return e
			}
			return fail("put services into a wave", gone(err))
		})
	})
	return already, err
}

// already are the things that are in the members' wave; in another they are a fault.
func (o Onboarding) already(ctx context.Context, members []onboarding.Member) (map[id.ID]bool, error) {
	services, repositories := []any{}, []any{}
	for _, m := range members {
		if m.Service != "" {
			services = append(services, string(m.Service))
		} else {
			repositories = append(repositories, string(m.Repository))
		}
	}
	out := map[id.ID]bool{}
	for column, of := range map[string][]any{"m.service_id": services, "m.repository_id": repositories} {
		if len(of) == 0 {
			continue
		}
		err := o.s.queryAll(ctx, "SELECT "+column+", m.wave_id, w.slug, COALESCE(v.slug, r.full_name) FROM onboarding_members m JOIN onboarding_waves w ON w.id = m.wave_id"+
			" LEFT JOIN services v ON v.id = m.service_id LEFT JOIN onboarding_repositories r ON r.id = m.repository_id WHERE "+column+" IN "+values(1, len(of)), of, func(rows *sql.Rows) error {
			var is, wave id.ID
			var slug, name string
			if err := rows.Scan(&is, &wave, &slug, &name); err != nil {
				return err
			}
			if wave != members[0].Wave {
				return fault.New(fault.Conflict, "in_another_wave", "%s is in the wave %q: take it out there first", fault.Clip(name, 64), slug)
			}
			out[is] = true
			return nil
		})
		if err != nil {
			return nil, fail("read members of waves", err)
		}
	}
	return out, nil
}

func (o Onboarding) ids(ctx context.Context, query string, c conditions, most int) ([]id.ID, error) {
	var out []id.ID
	err := o.s.queryAll(ctx, query+c.where()+" ORDER BY 1"+c.limit(most), c.args, func(rows *sql.Rows) error {
		var of id.ID
		err := rows.Scan(&of)
		out = append(out, of)
		return err
	})
	return out, fail("look for what may be put into a wave", err)
}

// MatchingServices returns those without an SLO that are in no wave.
func (o Onboarding) MatchingServices(ctx context.Context, team, system id.ID, tier, most int) ([]id.ID, error) {
	var c conditions
	c.add("v.retired_at IS NULL")
	c.add("NOT EXISTS (SELECT 1 FROM slos s WHERE s.service_id = v.id AND s.retired_at IS NULL)")
	c.add("NOT EXISTS (SELECT 1 FROM onboarding_members m WHERE m.service_id = v.id)")
	if team != "" {
		c.add("v.team_id = %s", string(team))
	}
	if system != "" {
		c.add("v.system_id = %s", string(system))
	}
	if tier != 0 {
		c.add("v.tier = %s", tier)
	}
	return o.ids(ctx, "SELECT v.id FROM services v", c, most)
}

// MatchingRepositories returns those that were found and are in no wave.
func (o Onboarding) MatchingRepositories(ctx context.Context, team id.ID, most int) ([]id.ID, error) {
	var c conditions
	c.add(foundOnly)
	c.add("NOT EXISTS (SELECT 1 FROM onboarding_members m WHERE m.repository_id = r.id)")
	if team != "" {
		c.add("r.team_id = %s", string(team))
	}
	return o.ids(ctx, "SELECT r.id FROM onboarding_repositories r", c, most)
}

// Member returns one.
func (o Onboarding) Member(ctx context.Context, member id.ID) (onboarding.Member, error) {
	return o.member(ctx, member, "")
}

// HoldMember returns one, locked. SQLite has one writer at a time.
func (o Onboarding) HoldMember(ctx context.Context, member id.ID) (onboarding.Member, error) {
	return o.member(ctx, member, o.holding("m"))
}

func (o Onboarding) member(ctx context.Context, member id.ID, lock string) (onboarding.Member, error) {
	found, err := o.members(ctx, " WHERE m.id = $1"+lock, string(member))
	if err == nil && len(found) == 0 {
		err = fault.Missing("member", string(member))
	}
	if err != nil {
		return onboarding.Member{}, err
	}
	return found[0], nil
}

// UpdateMember writes what came of it.
func (o Onboarding) UpdateMember(ctx context.Context, m onboarding.Member) error {
	text, err := spellJSON(neverNone(m.SLOs), neverNone(m.Faults))
	if err != nil {
		return err
	}
	n, err := o.s.exec(ctx, "UPDATE onboarding_members SET service_id = $1, state = $2, slos = $3, faults = $4, tried_at = $5 WHERE id = $6",
		orNil(m.Service), string(m.State), text[0], text[1], roundOrNil(m.TriedAt), string(m.ID))
	if isUnique(err) {
		e := fault.New(fault.Conflict, "in_another_wave", "the service is in a wave by itself: take it, or the repository, out")
		e.Err = err
		return e
	}
	return written("member", m.ID, n, gone(err), func() (bool, error) { return false, nil })
}

// WaitAgain has members that failed wait, without why they did.
func (o Onboarding) WaitAgain(ctx context.Context, wave id.ID) error {
	_, err := o.s.exec(ctx, "UPDATE onboarding_members SET state = 'waiting', faults = $1 WHERE wave_id = $2 AND state = 'failed'", json.RawMessage("[]"), string(wave))
	return fail("have members of a wave wait", err)
}

// DeleteMember takes one out of its wave.
func (o Onboarding) DeleteMember(ctx context.Context, member id.ID) error {
	n, err := o.s.exec(ctx, "DELETE FROM onboarding_members WHERE id = $1", string(member))
	return written("member", member, n, err, func() (bool, error) { return false, nil })
}

// NextMembers returns those that wait, in their turn.
func (o Onboarding) NextMembers(ctx context.Context, wave id.ID, most int) ([]onboarding.Member, error) {
	return o.members(ctx, " WHERE m.wave_id = $1 AND m.state = 'waiting' ORDER BY CASE WHEN m.tried_at IS NULL THEN 0 ELSE 1 END, m.tried_at, m.id LIMIT $2", string(wave), most)
}

// Members lists them by identifier.
func (o Onboarding) Members(ctx context.Context, f onboarding.MemberFilter, r page.Request) (page.Page[onboarding.Member], error) {
	key, err := r.Key(f, 1)
	if err != nil {
		return page.Page[onboarding.Member]{}, err
	}
	var c conditions
	c.add("m.wave_id = %s", string(f.Wave))
	if f.State != "" {
		c.add("m.state = %s", string(f.State))
	}
	if f.Team != "" {
		c.add("COALESCE(v.team_id, r.team_id) = %s", string(f.Team))
	}
	if key != nil {
		c.add("m.id > %s", key[0])
	}
	found, err := o.members(ctx, c.where()+" ORDER BY m.id"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return page.Page[onboarding.Member]{}, err
	}
	return page.Cut(r, f, found, func(m onboarding.Member) []string { return []string{string(m.ID)} }), nil
}

// WaveOfService is the slug of the wave that has the service.
func (o Onboarding) WaveOfService(ctx context.Context, service id.ID) (string, error) {
	var slug string
	err := o.s.queryOne(ctx, "SELECT w.slug FROM onboarding_members m JOIN onboarding_waves w ON w.id = m.wave_id WHERE m.service_id = $1", []any{string(service)}, &slug)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return slug, fail("read the wave of a service", err)
}

// The stages of a living service v.
const (
	hasSLO     = "EXISTS (SELECT 1 FROM slos s WHERE s.service_id = v.id AND s.retired_at IS NULL)"
	isMeasured = "EXISTS (SELECT 1 FROM slos s JOIN slo_statuses x ON x.slo_id = s.id WHERE s.service_id = v.id AND s.retired_at IS NULL AND x.state <> 'no_data')"
	stageOf    = "CASE WHEN " + isMeasured + " THEN 'measured' WHEN " + hasSLO + " THEN 'declared' ELSE 'registered' END"
)

// Services lists living services with how far they are, by slug.
func (o Onboarding) Services(ctx context.Context, f onboarding.ServiceFilter, r page.Request) (page.Page[onboarding.ServiceStage], error) {
	key, err := r.Key(f, 1)
	if err != nil {
		return page.Page[onboarding.ServiceStage]{}, err
	}
	var c conditions
	c.add("v.retired_at IS NULL")
	switch f.Stage {
	case onboarding.StageRegistered:
		c.add("NOT " + hasSLO)
	case onboarding.StageDeclared:
		c.add(hasSLO)
		c.add("NOT " + isMeasured)
	case onboarding.StageMeasured:
		c.add(isMeasured)
	case onboarding.StageFound: // which is no service's
		c.add("1 = 0")
	}
	if f.Team != "" {
		c.add("v.team_id = %s", string(f.Team))
	}
	if f.Wave != "" {
		c.add("m.wave_id = %s", string(f.Wave))
	}
	if key != nil {
		c.add("v.slug > %s", key[0])
	}
	var out []onboarding.ServiceStage
	err = o.s.queryAll(ctx, "SELECT v.id, v.slug, v.name, v.tier, v.team_id, t.slug, "+stageOf+`,
 (SELECT COUNT(*) FROM slos s WHERE s.service_id = v.id AND s.retired_at IS NULL), COALESCE(w.slug, '')
 FROM services v JOIN teams t ON t.id = v.team_id LEFT JOIN onboarding_members m ON m.service_id = v.id LEFT JOIN onboarding_waves w ON w.id = m.wave_id`+
		c.where()+" ORDER BY v.slug"+c.limit(r.Size()+1), c.args, func(rows *sql.Rows) error {
		var s onboarding.ServiceStage
		err := rows.Scan(&s.Service, &s.Slug, &s.Name, &s.Tier, &s.Team, &s.TeamSlug, &s.Stage, &s.SLOs, &s.Wave)
		out = append(out, s)
		return err
	})
	if err != nil {
		return page.Page[onboarding.ServiceStage]{}, fail("read how far services are", err)
	}
	return page.Cut(r, f, out, func(s onboarding.ServiceStage) []string { return []string{s.Slug} }), nil
}

// Standing counts by team.
func (o Onboarding) Standing(ctx context.Context, wave id.ID) ([]onboarding.TeamCount, error) {
	var ofService, ofRepository conditions
	ofService.add("v.retired_at IS NULL")
	ofRepository.add(foundOnly)
	if wave != "" {
		ofService.add("EXISTS (SELECT 1 FROM onboarding_members m WHERE m.service_id = v.id AND m.wave_id = %s)", string(wave))
		ofRepository.add("EXISTS (SELECT 1 FROM onboarding_members m WHERE m.repository_id = r.id AND m.wave_id = %s)", string(wave))
	}
	// Both name the wave, if any, by $1.
	query := "SELECT COALESCE(t.id, ''), COALESCE(t.slug, ''), x.stage, COUNT(*) FROM (SELECT v.team_id AS team_id, " + stageOf + " AS stage FROM services v" + ofService.where() +
		" UNION ALL SELECT r.team_id, 'found' FROM onboarding_repositories r" + ofRepository.where() +
		") x LEFT JOIN teams t ON t.id = x.team_id GROUP BY t.id, t.slug, x.stage ORDER BY CASE WHEN t.slug IS NULL THEN 1 ELSE 0 END, t.slug"
	var out []onboarding.TeamCount
	err := o.s.queryAll(ctx, query, ofService.args, func(rows *sql.Rows) error {
		var team id.ID
		var slug string
		var stage onboarding.Stage
		var n int
		if err := rows.Scan(&team, &slug, &stage, &n); err != nil {
			return err
		}
		if len(out) == 0 || out[len(out)-1].Team != team {
			out = append(out, onboarding.TeamCount{Team: team, TeamSlug: slug})
		}
		c := &out[len(out)-1].Count
		switch stage {
		case onboarding.StageFound:
			c.Found = n
		case onboarding.StageRegistered:
			c.Registered = n
		case onboarding.StageDeclared:
			c.Declared = n
		case onboarding.StageMeasured:
			c.Measured = n
		}
		return nil
	})
	return out, fail("count how far teams are", err)
}
