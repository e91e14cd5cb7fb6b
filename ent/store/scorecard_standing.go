package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/rules"
	"github.com/evenkeel/evenkeel/services/registry"
)

// sheetColumns are what standings and days of a table called so have in common.
func sheetColumns(table string) string {
	return strings.ReplaceAll("?.scorecard_id, ?.service_id, ?.revision_id, ?.level, ?.passed, ?.counted, ?.passed_weight, ?.counted_weight, ?.outcomes", "?", table)
}

// Standings returns what is kept of the services, by service.
func (c Scorecards) Standings(ctx context.Context, services []id.ID) (map[id.ID][]scorecards.Standing, error) {
	out := make(map[id.ID][]scorecards.Standing, len(services))
	err := chunks(services, idBatch, func(some []id.ID) error {
		return c.s.queryAll(ctx, "SELECT "+sheetColumns("s")+", s.applies, s.missing, s.details, s.evaluated_at FROM scorecard_standings s JOIN scorecards c ON c.id = s.scorecard_id"+
			" WHERE s.service_id IN "+values(1, len(some))+" AND c.retired_at IS NULL", idArguments(some), func(rows *sql.Rows) error {
			var s scorecards.Standing
			var details []byte
			if err := rows.Scan(&s.Scorecard, &s.Service, &s.Revision, &s.Level, &s.Passed, &s.Counted, &s.PassedWeight, &s.CountedWeight, &s.Outcomes,
				&s.Applies, &s.Missing, &details, &s.EvaluatedAt); err != nil {
				return err
			}
			s.EvaluatedAt = utc(s.EvaluatedAt)
			if err := json.Unmarshal(details, &s.Details); err != nil {
				return err
			}
			out[s.Service] = append(out[s.Service], s)
			return nil
		})
	})
	return out, fail("read standings", err)
}

// standingsLock is the number of the advisory lock of whoever writes standings: any that no other has.
const standingsLock = 7_301_001

// HoldStandings has whoever else wants to write standings wait until the transaction ends, and returns
// when each of the services was evaluated last. The lock is one of its own, for rows that are not there
// yet cannot be locked, and those of services are others'. SQLite's one writer is the lock.
func (c Scorecards) HoldStandings(ctx context.Context, services []id.ID) (map[id.ID]map[id.ID]time.Time, error) {
	if c.s.postgres() {
		if _, err := c.s.exec(ctx, "SELECT pg_advisory_xact_lock($1)", standingsLock); err != nil {
			return nil, fail("hold standings", err)
		}
	}
	out := make(map[id.ID]map[id.ID]time.Time, len(services))
	err := chunks(services, idBatch, func(some []id.ID) error {
		return c.s.queryAll(ctx, "SELECT service_id, scorecard_id, evaluated_at FROM scorecard_standings WHERE service_id IN "+values(1, len(some)), idArguments(some), func(rows *sql.Rows) error {
			var service, card id.ID
			var at time.Time
			if err := rows.Scan(&service, &card, &at); err != nil {
				return err
			}
			if out[service] == nil {
				out[service] = map[id.ID]time.Time{}
			}
			out[service][card] = utc(at)
			return nil
		})
	})
	return out, fail("hold standings", err)
}

// EvaluatedStandings has those of the services by the scorecards say that they were evaluated then.
func (c Scorecards) EvaluatedStandings(ctx context.Context, cards, services []id.ID, at time.Time) error {
	if len(cards) == 0 {
		return nil
	}
	return fail("note when standings were evaluated", chunks(services, idBatch, func(some []id.ID) error {
		args := append(append([]any{clock.Round(at)}, idArguments(cards)...), idArguments(some)...)
		_, err := c.s.exec(ctx, "UPDATE scorecard_standings SET evaluated_at = $1 WHERE scorecard_id IN "+shifted(1, len(cards))+" AND service_id IN "+shifted(1+len(cards), len(some)), args...)
		return err
	}))
}

// WriteStandings inserts or replaces.
func (c Scorecards) WriteStandings(ctx context.Context, standings []scorecards.Standing) error {
	const columns = 13
	return fail("write standings", chunks(standings, bulkRows, func(some []scorecards.Standing) error {
		args := make([]any, 0, columns*len(some))
		for _, s := range some {
			details, err := json.Marshal(s.Details)
			if err != nil {
				return err
			}
			args = append(args, string(s.Scorecard), string(s.Service), string(s.Revision), s.Level, s.Passed, s.Counted, s.PassedWeight, s.CountedWeight, s.Outcomes,
				string(s.Applies), s.Missing, details, clock.Round(s.EvaluatedAt))
		}
		_, err := c.s.exec(ctx, `INSERT INTO scorecard_standings (scorecard_id, service_id, revision_id, level, passed, counted, passed_weight, counted_weight, outcomes, applies, missing, details, evaluated_at) VALUES `+
			values(len(some), columns)+` ON CONFLICT (service_id, scorecard_id) DO UPDATE SET revision_id = excluded.revision_id, level = excluded.level, passed = excluded.passed, counted = excluded.counted,
 passed_weight = excluded.passed_weight, counted_weight = excluded.counted_weight, outcomes = excluded.outcomes, applies = excluded.applies, missing = excluded.missing, details = excluded.details, evaluated_at = excluded.evaluated_at`, args...)
		return gone(err)
	}))
}

// RemoveStandings removes what is kept of services.
func (c Scorecards) RemoveStandings(ctx context.Context, scorecard id.ID, services []id.ID) error {
	return fail("remove standings", chunks(services, idBatch, func(some []id.ID) error {
		_, err := c.s.exec(ctx, "DELETE FROM scorecard_standings WHERE scorecard_id = $1 AND service_id IN "+shifted(1, len(some)), append([]any{string(scorecard)}, idArguments(some)...)...)
		return err
	}))
}

// RetiredStandings returns up to limit days on which services were retired of which something is kept.
func (c Scorecards) RetiredStandings(ctx context.Context, limit int) ([]scorecards.Day, error) {
	var out []scorecards.Day
	err := c.s.queryAll(ctx, "SELECT s.scorecard_id, s.service_id, s.revision_id, v.retired_at FROM scorecard_standings s JOIN services v ON v.id = s.service_id WHERE v.retired_at IS NOT NULL ORDER BY s.service_id, s.scorecard_id LIMIT $1",
		[]any{limit}, func(rows *sql.Rows) error {
			d := scorecards.Day{Level: rules.NoLevel}
			var at time.Time
			if err := rows.Scan(&d.Scorecard, &d.Service, &d.Revision, &at); err != nil {
				return err
			}
			d.Day = clock.DateOf(utc(at))
			out = append(out, d)
			return nil
		})
	return out, fail("read what is kept of services that are retired", err)
}

// marks are n places for arguments of a condition.
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("%s,", n), ",") }

// shifted is a list of n placeholders that follow so many others.
func shifted(after, n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = "$" + strconv.Itoa(after+i+1)
	}
	return "(" + strings.Join(names, ",") + ")"
}

const (
	positionColumns = ", s.applies, s.missing, s.evaluated_at, v.slug, v.name, v.kind, v.tier, v.lifecycle, v.team_id, t.slug, v.system_id, y.slug"
	positionTables  = " FROM scorecard_standings s JOIN services v ON v.id = s.service_id LEFT JOIN teams t ON t.id = v.team_id LEFT JOIN systems y ON y.id = v.system_id"
)

// Positions returns where services that are not retired stand, by slug.
func (c Scorecards) Positions(ctx context.Context, f scorecards.PositionFilter) ([]scorecards.Position, error) {
	where := positionConditions(f)
	return c.positions(ctx, where.where()+" ORDER BY v.slug", where.args)
}

// scoreOrder is a position's score in percent, as rules.Sheet rounds it, and what is not scored after
// all that is.
const scoreOrder = "CASE WHEN s.counted_weight = 0 THEN 101 ELSE 100 * s.passed_weight / s.counted_weight END"

// PositionPage is a page of them.
func (c Scorecards) PositionPage(ctx context.Context, f scorecards.PositionFilter, r page.Request) (page.Page[scorecards.Position], error) {
	parts, order := 1, " ORDER BY v.slug"
	if f.WorstFirst {
		parts, order = 2, " ORDER BY "+scoreOrder+", v.slug"
	}
	key, err := r.Key(f, parts)
	if err != nil {
		return page.Page[scorecards.Position]{}, err
	}
	where := positionConditions(f)
	switch {
	case key != nil && f.WorstFirst:
		score, err := strconv.Atoi(key[0])
		if err != nil {
			return page.Page[scorecards.Position]{}, badCursor()
		}
		where.add("("+scoreOrder+", v.slug) > (%s, %s)", score, key[1])
	case key != nil:
		where.add("v.slug > %s", key[0])
	}
	rows, err := c.positions(ctx, where.where()+order+where.limit(r.Size()+1), where.args)
	if err != nil {
		return page.Page[scorecards.Position]{}, err
	}
	return page.Cut(r, f, rows, func(p scorecards.Position) []string {
		if !f.WorstFirst {
			return []string{p.Service.Slug}
		}
		score := 101
		if s := p.Score(); s != nil {
			score = *s
		}
		return []string{strconv.Itoa(score), p.Service.Slug}
	}), nil
}

// CountPositions counts them by revision and level, without reading them.
func (c Scorecards) CountPositions(ctx context.Context, f scorecards.PositionFilter) (scorecards.PositionCounts, error) {
	out, where := scorecards.PositionCounts{Levels: map[scorecards.RevisionLevel]int{}}, positionConditions(f)
	err := c.s.queryAll(ctx, "SELECT s.revision_id, s.level, CASE WHEN s.counted_weight = 0 THEN 0 ELSE 1 END, COUNT(*)"+positionTables+where.where()+" GROUP BY 1, 2, 3", where.args, func(rows *sql.Rows) error {
		var at scorecards.RevisionLevel
		var scored, n int
		if err := rows.Scan(&at.Revision, &at.Level, &scored, &n); err != nil {
			return err
		}
		if scored == 0 {
			out.Unscored += n
		} else {
			out.Levels[at] += n
		}
		return nil
	})
	return out, fail("count where services stand", err)
}

func positionConditions(f scorecards.PositionFilter) conditions {
	var where conditions
	where.add("v.retired_at IS NULL")
	if f.Scorecard != "" {
		where.add("s.scorecard_id = %s", string(f.Scorecard))
	}
	if f.Service != "" {
		where.add("s.service_id = %s", string(f.Service))
	}
	if f.Teams != nil {
		where.add("v.team_id IN ("+marks(len(f.Teams))+")", idArguments(f.Teams)...)
	}
	if f.System != "" {
		where.add("v.system_id = %s", string(f.System))
	}
	if f.Level != "" {
		among, args := "1 = 0", []any{}
		for _, l := range f.Levels {
			if l.Revision == "" {
				among, args = among+" OR s.level = %s", append(args, l.Level)
			} else {
				among, args = among+" OR (s.revision_id = %s AND s.level = %s)", append(args, string(l.Revision), l.Level)
			}
		}
		where.add("("+among+")", args...)
	}
	if f.Scored != nil && *f.Scored {
		where.add("s.counted_weight > 0")
	} else if f.Scored != nil {
		where.add("s.counted_weight = 0")
	}
	if len(f.Outcomes) > 0 {
		args := []any{f.Check + 1}
		for _, o := range f.Outcomes {
			args = append(args, string(rune(o)))
		}
		where.add("s.revision_id = %s", string(f.Revision))
		where.add("substr(s.outcomes, %s, 1) IN ("+strings.TrimSuffix(strings.Repeat("%s,", len(f.Outcomes)), ",")+")", args...)
	}
	return where
}

func (c Scorecards) positions(ctx context.Context, rest string, args []any) ([]scorecards.Position, error) {
	var out []scorecards.Position
	err := c.s.queryAll(ctx, "SELECT "+sheetColumns("s")+positionColumns+positionTables+rest, args, func(rows *sql.Rows) error {
		var p scorecards.Position
		var team, system, systemSlug sql.NullString
		s, v := &p.Standing, &p.Service
		if err := rows.Scan(&s.Scorecard, &s.Service, &s.Revision, &s.Level, &s.Passed, &s.Counted, &s.PassedWeight, &s.CountedWeight, &s.Outcomes,
			&s.Applies, &s.Missing, &s.EvaluatedAt, &v.Slug, &v.Name, &v.Kind, &v.Tier, &v.Lifecycle, &v.Team, &team, &system, &systemSlug); err != nil {
			return err
		}
		s.EvaluatedAt = utc(s.EvaluatedAt)
		v.ID, v.TeamSlug, v.System, v.SystemSlug = s.Service, team.String, id.ID(system.String), systemSlug.String
		out = append(out, p)
		return nil
	})
	return out, fail("read where services stand", err)
}

// NoteDue notes that something changed.
func (c Scorecards) NoteDue(ctx context.Context, due ...scorecards.Due) error {
	return fail("note what is due", chunks(due, bulkRows, func(some []scorecards.Due) error {
		args := make([]any, 0, 3*len(some))
		for _, d := range some {
			args = append(args, string(d.ID), string(d.Service), string(d.Team))
		}
		_, err := c.s.exec(ctx, "INSERT INTO scorecard_dues (id, service_id, team_id) VALUES "+values(len(some), 3), args...)
		return err
	}))
}

// Dues returns up to limit notes, the oldest first.
func (c Scorecards) Dues(ctx context.Context, limit int) ([]scorecards.Due, error) {
	var out []scorecards.Due
	err := c.s.queryAll(ctx, "SELECT id, service_id, team_id FROM scorecard_dues ORDER BY id LIMIT $1", []any{limit}, func(rows *sql.Rows) error {
		var d scorecards.Due
		err := rows.Scan(&d.ID, &d.Service, &d.Team)
		out = append(out, d)
		return err
	})
	return out, fail("read what is due", err)
}

// ForgetDues removes exactly these.
func (c Scorecards) ForgetDues(ctx context.Context, notes []id.ID) error {
	return fail("forget what was due", chunks(notes, idBatch, func(some []id.ID) error {
		_, err := c.s.exec(ctx, "DELETE FROM scorecard_dues WHERE id IN "+values(1, len(some)), idArguments(some)...)
		return err
	}))
}

// Fleet reads services in bulk for package scorecards.
type Fleet struct{ s *Store }

var _ scorecards.Fleet = Fleet{}

// Fleet returns the view of the store by which scorecards read services.
func (s *Store) Fleet() Fleet { return Fleet{s} }

// LiveServicesAfter returns up to limit services that are not retired, by ID.
func (f Fleet) LiveServicesAfter(ctx context.Context, after id.ID, limit int) ([]registry.Service, error) {
	return Registry(f).services(ctx, " WHERE v.id > $1 AND v.retired_at IS NULL ORDER BY v.id LIMIT $2", string(after), limit)
}

// LiveServicesOf returns those of them, and those of the teams, that are not retired.
func (f Fleet) LiveServicesOf(ctx context.Context, services, teams []id.ID) ([]registry.Service, error) {
	found := map[id.ID]bool{}
	var out []registry.Service
	for _, by := range []struct {
		column string
		of     []id.ID
	}{{"v.id", services}, {"v.team_id", teams}} {
		err := chunks(by.of, idBatch, func(some []id.ID) error {
			rows, err := Registry(f).services(ctx, " WHERE "+by.column+" IN "+values(1, len(some))+" AND v.retired_at IS NULL", idArguments(some)...)
			for _, v := range rows {
				if !found[v.ID] {
					found[v.ID] = true
					out = append(out, v)
				}
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// AllTeams returns every team.
func (f Fleet) AllTeams(ctx context.Context) ([]registry.Team, error) {
	rows, err := f.s.ent.Team.Query().All(ctx)
	if err != nil {
		return nil, fail("read teams", err)
	}
	out := make([]registry.Team, len(rows))
	for i, r := range rows {
		out[i] = fromDBTeam(r)
	}
	return out, nil
}
