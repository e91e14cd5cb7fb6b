package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/adoption"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/gate"
)

// Adoption is the store of package adoption.
type Adoption struct{ s *Store }

var _ adoption.Store = Adoption{}

// Adoption returns the view of the store that package adoption declares.
func (s *Store) Adoption() Adoption { return Adoption{s} }

// NoteActivity writes that somebody used Evenkeel on a day.
func (a Adoption) NoteActivity(ctx context.Context, of adoption.Activity) error {
	_, err := a.s.exec(ctx, "INSERT INTO activities (day, week, person_id, team_id, way) VALUES "+values(1, 5)+" ON CONFLICT DO NOTHING",
		string(of.Day), string(clock.DateOf(adoption.MondayOf(of.Day.Time()))), string(of.Person), string(of.Team), string(of.Way))
	return fail("write an activity", err)
}

// PruneActivity removes activities of days before.
func (a Adoption) PruneActivity(ctx context.Context, before clock.Date, limit int) (int, error) {
	n, err := a.s.exec(ctx, "DELETE FROM activities WHERE id IN (SELECT id FROM activities WHERE day < $1 LIMIT $2)", string(before), limit)
	return n, fail("prune activities", err)
}

// What is true of a team t; those of a window take its first day as $1.
const (
	hasMember     = "EXISTS (SELECT 1 FROM members m JOIN people p ON p.id = m.person_id WHERE m.team_id = t.id AND p.deactivated_at IS NULL)"
	hasService    = "EXISTS (SELECT 1 FROM services v WHERE v.team_id = t.id AND v.retired_at IS NULL)"
	teamHasSLO    = "EXISTS (SELECT 1 FROM services v WHERE v.team_id = t.id AND v.retired_at IS NULL AND " + hasSLO + ")"
	usedByPeople  = "EXISTS (SELECT 1 FROM members m JOIN people p ON p.id = m.person_id JOIN activities a ON a.person_id = m.person_id WHERE m.team_id = t.id AND p.deactivated_at IS NULL AND a.day >= $1)"
	usedByProgram = "EXISTS (SELECT 1 FROM activities a WHERE a.team_id = t.id AND a.day >= $1)"
)

// CountTeams counts teams that have a member or a living service.
func (a Adoption) CountTeams(ctx context.Context, w adoption.Window) (all, byPeople, byProgram, withSLO int, err error) {
	err = a.s.queryOne(ctx, "SELECT COUNT(*), COALESCE(SUM(x.people), 0), COALESCE(SUM(CASE WHEN x.people = 0 THEN x.program ELSE 0 END), 0), COALESCE(SUM(x.slo), 0) FROM (SELECT CASE WHEN "+
		usedByPeople+" THEN 1 ELSE 0 END AS people, CASE WHEN "+usedByProgram+" THEN 1 ELSE 0 END AS program, CASE WHEN "+teamHasSLO+" THEN 1 ELSE 0 END AS slo FROM teams t WHERE "+hasMember+" OR "+hasService+") x",
		[]any{string(w.From)}, &all, &byPeople, &byProgram, &withSLO)
	return all, byPeople, byProgram, withSLO, fail("count the teams that use Evenkeel", err)
}

// usedFrom and usedBefore tell of a person p whether they used Evenkeel from the day $1 on, and before.
const (
	usedFrom   = "EXISTS (SELECT 1 FROM activities a WHERE a.person_id = p.id AND a.day >= $1)"
	usedBefore = "EXISTS (SELECT 1 FROM activities a WHERE a.person_id = p.id AND a.day < $1)"
)

// CountPeople counts people by when they used Evenkeel.
func (a Adoption) CountPeople(ctx context.Context, w adoption.Window) (adoption.PeopleFigures, error) {
	var f adoption.PeopleFigures
	err := a.s.queryOne(ctx, `SELECT COUNT(*), COALESCE(SUM(x.within), 0), COALESCE(SUM(CASE WHEN x.before = 0 THEN x.within ELSE 0 END), 0),
 COALESCE(SUM(CASE WHEN x.within = 0 THEN x.before ELSE 0 END), 0), COALESCE(SUM(CASE WHEN x.within = 0 AND x.before = 0 THEN 1 ELSE 0 END), 0)
 FROM (SELECT CASE WHEN `+usedFrom+" THEN 1 ELSE 0 END AS within, CASE WHEN "+usedBefore+" THEN 1 ELSE 0 END AS before FROM people p WHERE p.deactivated_at IS NULL) x",
		[]any{string(w.From)}, &f.All, &f.Active, &f.New, &f.Gone, &f.Never)
	return f, fail("count the people who use Evenkeel", err)
}

// FirstSLOs tells of teams since when they are here and when their first SLO was made.
func (a Adoption) FirstSLOs(ctx context.Context, except string) ([]adoption.FirstSLO, error) {
	var out []adoption.FirstSLO
	err := a.s.queryAll(ctx, `SELECT t.id, t.created_at, MIN(s.created_at) FROM teams t JOIN services v ON v.team_id = t.id AND v.slug <> $1 LEFT JOIN slos s ON s.service_id = v.id
 GROUP BY t.id, t.created_at HAVING MIN(s.created_at) IS NOT NULL OR SUM(CASE WHEN v.retired_at IS NULL THEN 1 ELSE 0 END) > 0`, []any{except}, func(rows *sql.Rows) error {
		var f adoption.FirstSLO
		var at moment // of an aggregate SQLite does not know the type
		err := rows.Scan(&f.Team, &f.Since, &at)
		f.Since, f.At = utc(f.Since), at.at
		out = append(out, f)
		return err
	})
	return out, fail("read the first SLOs of teams", err)
}

// Waves counts how far what the newest waves have is.
func (a Adoption) Waves(ctx context.Context, most int) ([]adoption.WaveFigure, error) {
	var out []adoption.WaveFigure
	at := map[id.ID]int{}
	err := a.s.queryAll(ctx, "SELECT w.id, w.slug, w.name, w.started_at FROM onboarding_waves w ORDER BY w.created_at DESC, w.id DESC LIMIT $1", []any{most}, func(rows *sql.Rows) error {
		var w adoption.WaveFigure
		err := rows.Scan(&w.Wave, &w.Slug, &w.Name, &w.StartedAt)
		w.StartedAt = utcOrNil(w.StartedAt)
		at[w.Wave] = len(out)
		out = append(out, w)
		return err
	})
	if err != nil || len(out) == 0 {
		return out, fail("read waves", err)
	}
	var c conditions
	ids := make([]string, len(out))
	for i, w := range out {
		ids[i] = string(w.Wave)
	}
	c.in("m.wave_id", ids)
	of := c.text[0] // the waves are named by the same placeholders in both
	err = a.s.queryAll(ctx, "SELECT x.wave_id, x.stage, COUNT(*) FROM (SELECT m.wave_id AS wave_id, "+stageOf+" AS stage FROM services v JOIN onboarding_members m ON m.service_id = v.id WHERE v.retired_at IS NULL AND "+of+
		" UNION ALL SELECT m.wave_id, 'found' FROM onboarding_repositories r JOIN onboarding_members m ON m.repository_id = r.id WHERE "+foundOnly+" AND "+of+") x GROUP BY x.wave_id, x.stage", c.args, func(rows *sql.Rows) error {
		var wave id.ID
		var stage string
		var n int
		if err := rows.Scan(&wave, &stage, &n); err != nil {
			return err
		}
		w := &out[at[wave]]
		switch stage {
		case "found":
			w.Found = n
		case "registered":
			w.Registered = n
		case "declared":
			w.Declared = n
		case "measured":
			w.Measured = n
		}
		return nil
	})
	return out, fail("count how far waves are", err)
}

// CountGate counts answers of the gate, overrides, and the services that were overridden.
func (a Adoption) CountGate(ctx context.Context, from, to time.Time) (adoption.GateFigures, error) {
	var f adoption.GateFigures
	args := []any{clock.Round(from), clock.Round(to)}
	err := a.s.queryAll(ctx, "SELECT answer, COUNT(*) FROM gate_decisions WHERE decided_at >= $1 AND decided_at <= $2 GROUP BY answer", args, func(rows *sql.Rows) error {
		var answer gate.Answer
		var n int
		if err := rows.Scan(&answer, &n); err != nil {
			return err
		}
		switch answer {
		case gate.Allow:
			f.Allowed = n
		case gate.Warn:
			f.Warned = n
		case gate.Deny:
			f.Denied = n
		}
		return nil
	})
	if err != nil {
		return f, fail("count answers of the gate", err)
	}
	err = a.s.queryOne(ctx, `SELECT (SELECT COUNT(*) FROM gate_overrides WHERE made_at >= $1 AND made_at <= $2),
 (SELECT COUNT(DISTINCT service_id) FROM gate_overrides WHERE made_at >= $1 AND made_at <= $2),
 (SELECT COUNT(*) FROM (SELECT service_id FROM gate_overrides WHERE made_at >= $1 AND made_at <= $2
  UNION SELECT service_id FROM gate_decisions WHERE answer = 'deny' AND decided_at >= $1 AND decided_at <= $2) x)`, args, &f.Overrides, &f.Overridden.Part, &f.Overridden.Whole)
	return f, fail("count overrides", err)
}

// CountVoid counts how many violations that ended were void.
func (a Adoption) CountVoid(ctx context.Context, from, to time.Time) (adoption.Share, error) {
	var f adoption.Share
	err := a.s.queryOne(ctx, "SELECT COALESCE(SUM(CASE WHEN ending = $3 THEN 1 ELSE 0 END), 0), COUNT(*) FROM violations WHERE ended_at >= $1 AND ended_at <= $2",
		[]any{clock.Round(from), clock.Round(to), string(policy.Void)}, &f.Part, &f.Whole)
	return f, fail("count void violations", err)
}

// Weeks counts who used Evenkeel by week.
func (a Adoption) Weeks(ctx context.Context, from clock.Date) ([]adoption.Week, error) {
	var out []adoption.Week
	err := a.s.queryAll(ctx, `SELECT x.week, (SELECT COUNT(DISTINCT a.person_id) FROM activities a WHERE a.week = x.week AND a.day >= $1 AND a.person_id <> ''),
 (SELECT COUNT(DISTINCT y.team_id) FROM (
  SELECT a.team_id AS team_id FROM activities a WHERE a.week = x.week AND a.day >= $1 AND a.team_id <> ''
  UNION SELECT m.team_id FROM activities a JOIN members m ON m.person_id = a.person_id WHERE a.week = x.week AND a.day >= $1) y)
 FROM (SELECT DISTINCT week FROM activities WHERE day >= $1) x ORDER BY x.week`, []any{string(from)}, func(rows *sql.Rows) error {
		var w adoption.Week
		err := rows.Scan(&w.Begins, &w.People, &w.Teams)
		out = append(out, w)
		return err
	})
	return out, fail("count who used Evenkeel by week", err)
}

// Teams lists teams by slug.
func (a Adoption) Teams(ctx context.Context, f adoption.TeamFilter, r page.Request) (page.Page[adoption.TeamFigure], error) {
	key, err := r.Key(f, 1)
	if err != nil {
		return page.Page[adoption.TeamFigure]{}, err
	}
	c := conditions{args: []any{string(f.Window.From)}} // $1
	c.add("(" + hasMember + " OR " + hasService + ")")
	if f.Active != nil {
		not := "NOT "
		if *f.Active {
			not = ""
		}
		c.add(not + "(" + usedByPeople + " OR " + usedByProgram + ")")
	}
	if key != nil {
		c.add("t.slug > %s", key[0])
	}
	const present = " FROM members m JOIN people p ON p.id = m.person_id WHERE m.team_id = t.id AND p.deactivated_at IS NULL"
	var out []adoption.TeamFigure
	err = a.s.queryAll(ctx, "SELECT t.id, t.slug, t.name, t.created_at, (SELECT COUNT(*)"+present+"), (SELECT COUNT(*)"+present+" AND "+usedFrom+"), CASE WHEN "+usedByProgram+` THEN 1 ELSE 0 END,
 (SELECT COALESCE(MAX(a.day), '') FROM activities a WHERE a.team_id = t.id OR a.person_id IN (SELECT m.person_id FROM members m WHERE m.team_id = t.id)),
 (SELECT COUNT(*) FROM services v WHERE v.team_id = t.id AND v.retired_at IS NULL), (SELECT COUNT(*) FROM services v WHERE v.team_id = t.id AND v.retired_at IS NULL AND `+hasSLO+`),
 (SELECT MIN(s.created_at) FROM slos s JOIN services v ON v.id = s.service_id WHERE v.team_id = t.id)
 FROM teams t`+c.where()+" ORDER BY t.slug"+c.limit(r.Size()+1), c.args, func(rows *sql.Rows) error {
		var t adoption.TeamFigure
		var byProgram int
		var first moment
		err := rows.Scan(&t.Team, &t.Slug, &t.Name, &t.HereSince, &t.Members, &t.Active, &byProgram, &t.LastDay, &t.Services, &t.WithSLO, &first)
		t.HereSince, t.ByProgram, t.FirstSLOAt = utc(t.HereSince), byProgram == 1, first.at
		out = append(out, t)
		return err
	})
	if err != nil {
		return page.Page[adoption.TeamFigure]{}, fail("read which teams use Evenkeel", err)
	}
	return page.Cut(r, f, out, func(t adoption.TeamFigure) []string { return []string{t.Slug} }), nil
}

// GonePeople lists who did not come back.
func (a Adoption) GonePeople(ctx context.Context, f adoption.GoneFilter, r page.Request) (page.Page[adoption.Gone], error) {
	key, err := r.Key(f, 2)
	if err != nil {
		return page.Page[adoption.Gone]{}, err
	}
	var c conditions
	c.add("p.deactivated_at IS NULL")
	c.add("x.last_day < %s", string(f.Window.From))
	if f.Team != "" {
		c.add("EXISTS (SELECT 1 FROM members m WHERE m.person_id = p.id AND m.team_id = %s)", string(f.Team))
	}
	if key != nil {
		c.add("(x.last_day, p.id) < (%s, %s)", key[0], key[1])
	}
	var out []adoption.Gone
	err = a.s.queryAll(ctx, `SELECT p.id, p.display_name, x.first_day, x.last_day, x.days FROM people p
 JOIN (SELECT person_id, MIN(day) AS first_day, MAX(day) AS last_day, COUNT(DISTINCT day) AS days FROM activities WHERE person_id <> '' GROUP BY person_id) x ON x.person_id = p.id`+
		c.where()+" ORDER BY x.last_day DESC, p.id DESC"+c.limit(r.Size()+1), c.args, func(rows *sql.Rows) error {
		var g adoption.Gone
		err := rows.Scan(&g.Person, &g.Name, &g.FirstDay, &g.LastDay, &g.Days)
		out = append(out, g)
		return err
	})
	if err != nil {
		return page.Page[adoption.Gone]{}, fail("read who did not come back", err)
	}
	cut := page.Cut(r, f, out, func(g adoption.Gone) []string { return []string{string(g.LastDay), string(g.Person)} })
	return cut, a.nameTeams(ctx, cut.Items)
}

// nameTeams says in which teams people are.
func (a Adoption) nameTeams(ctx context.Context, of []adoption.Gone) error {
	if len(of) == 0 {
		return nil
	}
	at := make(map[id.ID]int, len(of))
	args := make([]any, len(of))
	for i, g := range of {
		at[g.Person], args[i] = i, string(g.Person)
	}
	list := strings.Trim(values(1, len(args)), "()")
	err := a.s.queryAll(ctx, "SELECT m.person_id, t.slug FROM members m JOIN teams t ON t.id = m.team_id WHERE m.person_id IN ("+list+") ORDER BY t.slug", args, func(rows *sql.Rows) error {
		var person id.ID
		var slug string
		err := rows.Scan(&person, &slug)
		if err == nil {
			of[at[person]].Teams = append(of[at[person]].Teams, slug)
		}
		return err
	})
	return fail("read the teams of people", err)
}
