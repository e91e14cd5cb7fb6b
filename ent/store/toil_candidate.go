package store

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/toil"
)

const candidateColumns = "id, team_id, service_id, category, title, build_minutes, state, wanted_at, settled_at, created_at, created_by, updated_at, updated_by, version"

// liveKey is by what a candidate that is not settled is the only one.
func liveKey(c toil.Candidate) any {
	if !c.Live() {
		return nil
	}
	return string(c.Service) + "/" + string(c.Category)
}

func candidateTaken(err error) error {
	if !isUnique(err) {
		return gone(err)
	}
	e := fault.New(fault.Conflict, "candidate_taken", "the team has a candidate for this service and category already that is not settled; change that one")
	e.Err = err
	return e
}

// CreateCandidate writes one.
func (t Toil) CreateCandidate(ctx context.Context, c toil.Candidate) error {
	_, err := t.s.exec(ctx, "INSERT INTO toil_candidates ("+candidateColumns+", live_key) VALUES "+values(1, 15),
		string(c.ID), string(c.Team), string(c.Service), string(c.Category), c.Title, c.BuildMinutes, string(c.State), utcOrNil(c.WantedAt), utcOrNil(c.SettledAt),
		clock.Round(c.CreatedAt), c.CreatedBy, clock.Round(c.UpdatedAt), c.UpdatedBy, c.Version, liveKey(c))
	return fail("write a candidate", candidateTaken(err))
}

// UpdateCandidate writes what may change, conditional on Version.
func (t Toil) UpdateCandidate(ctx context.Context, c toil.Candidate) error {
	n, err := t.s.exec(ctx, `UPDATE toil_candidates SET title = $1, build_minutes = $2, state = $3, wanted_at = $4, settled_at = $5, updated_at = $6, updated_by = $7, live_key = $8, version = version + 1
 WHERE id = $9 AND version = $10`,
		c.Title, c.BuildMinutes, string(c.State), utcOrNil(c.WantedAt), utcOrNil(c.SettledAt), clock.Round(c.UpdatedAt), c.UpdatedBy, liveKey(c), string(c.ID), c.Version)
	return written("toil_candidate", c.ID, n, candidateTaken(err), t.exists(ctx, "toil_candidates", c.ID))
}

func fromDBCandidate(rows *sql.Rows) (toil.Candidate, error) {
	var c toil.Candidate
	err := rows.Scan(&c.ID, &c.Team, &c.Service, &c.Category, &c.Title, &c.BuildMinutes, &c.State, &c.WantedAt, &c.SettledAt, &c.CreatedAt, &c.CreatedBy, &c.UpdatedAt, &c.UpdatedBy, &c.Version)
	c.WantedAt, c.SettledAt, c.CreatedAt, c.UpdatedAt = utcOrNil(c.WantedAt), utcOrNil(c.SettledAt), utc(c.CreatedAt), utc(c.UpdatedAt)
	return c, err
}

// Candidate returns one.
func (t Toil) Candidate(ctx context.Context, of id.ID) (toil.Candidate, error) {
	var found []toil.Candidate
	err := t.s.queryAll(ctx, "SELECT "+candidateColumns+" FROM toil_candidates WHERE id = $1", []any{string(of)}, func(rows *sql.Rows) error {
		c, err := fromDBCandidate(rows)
		found = append(found, c)
		return err
	})
	if err == nil && len(found) == 0 {
		return toil.Candidate{}, fault.Missing("toil_candidate", string(of))
	}
	if err != nil {
		return toil.Candidate{}, fail("read a candidate", err)
	}
	return found[0], nil
}

// Candidates are those of the teams that are not settled, or were not before a time.
func (t Toil) Candidates(ctx context.Context, teams []id.ID, since time.Time) ([]toil.Candidate, error) {
	var out []toil.Candidate
	within := func(c *conditions) { c.add("(live_key IS NOT NULL OR settled_at >= %s)", clock.Round(since)) }
	err := t.ofTeams(ctx, "SELECT "+candidateColumns+" FROM toil_candidates", teams, within, " ORDER BY team_id, id", func(rows *sql.Rows) error {
		c, err := fromDBCandidate(rows)
		out = append(out, c)
		return err
	})
	return out, fail("read candidates", err)
}

// Settled lists those of the team that are settled, the latest that was made first.
func (t Toil) Settled(ctx context.Context, team, before id.ID, most int) ([]toil.Candidate, error) {
	var c conditions
	c.add("team_id = %s", string(team))
	c.add("live_key IS NULL")
	if before != "" {
		c.add("id < %s", string(before))
	}
	var out []toil.Candidate
	err := t.s.queryAll(ctx, "SELECT "+candidateColumns+" FROM toil_candidates"+c.where()+" ORDER BY id DESC"+c.limit(most), c.args, func(rows *sql.Rows) error {
		one, err := fromDBCandidate(rows)
		out = append(out, one)
		return err
	})
	return out, fail("read candidates that are settled", err)
}

// comparedAtOnce is how many are summed up in one statement.
const comparedAtOnce = 2 * (page.MaxLimit + 1)

// Spanned sums up what was logged of each of the spans in the team.
func (t Toil) Spanned(ctx context.Context, team id.ID, spans []toil.Span) ([]toil.Spanned, error) {
	out := make([]toil.Spanned, len(spans))
	at := 0
	err := chunks(spans, comparedAtOnce, func(some []toil.Span) error {
		var args []any
		for i, one := range some {
			args = append(args, strconv.Itoa(at+i), string(one.Category), string(one.Service), string(one.From), string(one.To))
		}
		at += len(some)
		const is = "CASE WHEN e.category = s.category AND e.service_id = s.service_id THEN "
		query := "WITH s(number, category, service_id, first, last) AS (VALUES " + values(len(some), 5) + ") SELECT s.number, MIN(e.day), CAST(COALESCE(SUM(" + is + "e.minutes END), 0) AS BIGINT), COUNT(" + is + "1 END), COUNT(DISTINCT " + is + "e.subject END)" +
			" FROM s JOIN toil_entries e ON e.team_id = $" + strconv.Itoa(len(args)+1) + " AND e.day >= s.first AND e.day <= s.last GROUP BY s.number"
		return t.s.queryAll(ctx, query, append(args, string(team)), func(rows *sql.Rows) error {
			var number int
			var one toil.Spanned
			if err := rows.Scan(&number, &one.First, &one.Minutes, &one.Entries, &one.Persons); err != nil {
				return err
			}
			out[number] = one
			return nil
		})
	})
	return out, fail("sum up what was logged before and after automation", err)
}

const automationColumns = "id, team_id, service_id, name, category, day, times, seconds_each, created_at, created_by"

// CreateAutomation writes a report.
func (t Toil) CreateAutomation(ctx context.Context, a toil.Automation) error {
	_, err := t.s.exec(ctx, "INSERT INTO toil_automations ("+automationColumns+") VALUES "+values(1, 10),
		string(a.ID), string(a.Team), orNil(a.Service), a.Name, string(a.Category), string(a.Day), a.Times, a.SecondsEach, clock.Round(a.CreatedAt), a.CreatedBy)
	return fail("write what automation did", gone(err))
}

func (t Toil) automations(ctx context.Context, rest string, args ...any) ([]toil.Automation, error) {
	out := []toil.Automation{}
	err := t.s.queryAll(ctx, "SELECT "+automationColumns+" FROM toil_automations"+rest, args, func(rows *sql.Rows) error {
		var a toil.Automation
		var service sql.NullString
		err := rows.Scan(&a.ID, &a.Team, &service, &a.Name, &a.Category, &a.Day, &a.Times, &a.SecondsEach, &a.CreatedAt, &a.CreatedBy)
		a.Service, a.CreatedAt = id.ID(service.String), utc(a.CreatedAt)
		out = append(out, a)
		return err
	})
	return out, fail("read what automation did", err)
}

// Automation returns one report.
func (t Toil) Automation(ctx context.Context, of id.ID) (toil.Automation, error) {
	found, err := t.automations(ctx, " WHERE id = $1", string(of))
	if err != nil {
		return toil.Automation{}, err
	}
	if len(found) == 0 {
		return toil.Automation{}, fault.Missing("toil_automation", string(of))
	}
	return found[0], nil
}

// DeleteAutomation removes a report.
func (t Toil) DeleteAutomation(ctx context.Context, of id.ID) error {
	n, err := t.s.exec(ctx, "DELETE FROM toil_automations WHERE id = $1", string(of))
	if err == nil && n == 0 {
		return fault.Missing("toil_automation", string(of))
	}
	return fail("remove what automation reported", err)
}

// Automations lists those of a team, the latest day first.
func (t Toil) Automations(ctx context.Context, team id.ID, r page.Request) (page.Page[toil.Automation], error) {
	key, err := r.Key(team, 2)
	if err != nil {
		return page.Page[toil.Automation]{}, err
	}
	var c conditions
	c.add("team_id = %s", string(team))
	if key != nil {
		c.add("(day, id) < (%s, %s)", key[0], key[1])
	}
	rows, err := t.automations(ctx, c.where()+" ORDER BY day DESC, id DESC"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return page.Page[toil.Automation]{}, err
	}
	return page.Cut(r, team, rows, func(a toil.Automation) []string { return []string{string(a.Day), string(a.ID)} }), nil
}

// Credits sum up what automation of the team did, the most first.
func (t Toil) Credits(ctx context.Context, team id.ID, from, to clock.Date) ([]toil.Credit, error) {
	out := []toil.Credit{}
	err := t.s.queryAll(ctx, `SELECT name, category, service_id, CAST(SUM(times) AS BIGINT), CAST(SUM(times * seconds_each) AS BIGINT) FROM toil_automations
 WHERE team_id = $1 AND day >= $2 AND day <= $3 GROUP BY name, category, service_id ORDER BY 5 DESC, name, category, service_id`,
		[]any{string(team), string(from), string(to)}, func(rows *sql.Rows) error {
			var c toil.Credit
			var service sql.NullString
			err := rows.Scan(&c.Name, &c.Category, &service, &c.Times, &c.Seconds)
			c.Service = id.ID(service.String)
			out = append(out, c)
			return err
		})
	return out, fail("sum up what automation did", err)
}
