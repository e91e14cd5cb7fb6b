package store

import (
	"context"
	"database/sql"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/toil"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

// Toil is the store of package toil.
type Toil struct{ s *Store }

var _ toil.Store = Toil{}

// Toil returns the view of the store that package toil declares.
func (s *Store) Toil() Toil { return Toil{s} }

// HoldPerson locks the row of the person.
func (t Toil) HoldPerson(ctx context.Context, person id.ID) error {
	n, err := t.s.exec(ctx, "UPDATE people SET version = version WHERE id = $1", string(person))
	if err == nil && n == 0 {
		return fault.Missing("person", string(person))
	}
	return fail("hold a person", err)
}

// ofTeams runs a query for hundreds of teams at a time; where adds to its conditions.
func (t Toil) ofTeams(ctx context.Context, query string, teams []id.ID, where func(c *conditions), rest string, scan func(rows *sql.Rows) error) error {
	return chunks(texts(teams), bulkRows, func(some []string) error {
		var c conditions
		c.in("team_id", some)
		if where != nil {
			where(&c)
		}
		return t.s.queryAll(ctx, query+c.where()+rest, c.args, scan)
	})
}

// Settings returns those of the teams that decided something.
func (t Toil) Settings(ctx context.Context, teams []id.ID) (map[id.ID]toil.Settings, error) {
	out := make(map[id.ID]toil.Settings, len(teams))
	err := t.ofTeams(ctx, `SELECT team_id, week_minutes, week_days, overhead, cap, asks, incidents, updated_at, updated_by, version FROM toil_settings`, teams, nil, "", func(rows *sql.Rows) error {
		var s toil.Settings
		err := rows.Scan(&s.Team, &s.WeekMinutes, &s.WeekDays, &s.Overhead, &s.Cap, &s.Asks, &s.Incidents, &s.UpdatedAt, &s.UpdatedBy, &s.Version)
		s.UpdatedAt = utc(s.UpdatedAt)
		out[s.Team] = s
		return err
	})
	return out, fail("read settings of toil", err)
}

// PutSettings writes them in whole.
func (t Toil) PutSettings(ctx context.Context, s toil.Settings) error {
	_, err := t.s.exec(ctx, `INSERT INTO toil_settings (id, team_id, week_minutes, week_days, overhead, cap, asks, incidents, updated_at, updated_by, version) VALUES `+values(1, 11)+`
 ON CONFLICT (team_id) DO UPDATE SET week_minutes = excluded.week_minutes, week_days = excluded.week_days, overhead = excluded.overhead, cap = excluded.cap, asks = excluded.asks, incidents = excluded.incidents,
 updated_at = excluded.updated_at, updated_by = excluded.updated_by, version = excluded.version`,
		string(s.Team), string(s.Team), s.WeekMinutes, s.WeekDays, s.Overhead, s.Cap, s.Asks, s.Incidents, clock.Round(s.UpdatedAt), s.UpdatedBy, s.Version)
	return fail("write settings of toil", gone(err))
}

const answerColumns = "id, team_id, subject, week, days_away, share, category, note, created_at, updated_at, version"

// CreateAnswer writes one.
func (t Toil) CreateAnswer(ctx context.Context, a toil.Answer) error {
	_, err := t.s.exec(ctx, "INSERT INTO toil_answers ("+answerColumns+") VALUES "+values(1, 11),
		string(a.ID), string(a.Team), string(a.Subject), string(a.Week), a.Away, a.Percent, string(a.Category), a.Note, clock.Round(a.CreatedAt), clock.Round(a.UpdatedAt), a.Version)
	return fail("write an answer about toil", gone(err))
}

// UpdateAnswer writes what is answered, conditional on Version.
func (t Toil) UpdateAnswer(ctx context.Context, a toil.Answer) error {
	n, err := t.s.exec(ctx, "UPDATE toil_answers SET days_away = $1, share = $2, category = $3, note = $4, updated_at = $5, version = version + 1 WHERE id = $6 AND version = $7",
		a.Away, a.Percent, string(a.Category), a.Note, clock.Round(a.UpdatedAt), string(a.ID), a.Version)
	return written("toil_answer", a.ID, n, err, t.exists(ctx, "toil_answers", a.ID))
}

// exists looks for a row of a table, which is named here.
func (t Toil) exists(ctx context.Context, table string, of id.ID) func() (bool, error) {
	return func() (there bool, err error) {
		err = t.s.queryOne(ctx, "SELECT EXISTS (SELECT 1 FROM "+table+" WHERE id = $1)", []any{string(of)}, &there)
		return there, err
	}
}

func (t Toil) answers(ctx context.Context, rest string, args ...any) ([]toil.Answer, error) {
	out := []toil.Answer{}
	err := t.s.queryAll(ctx, "SELECT "+answerColumns+" FROM toil_answers"+rest, args, func(rows *sql.Rows) error {
		var a toil.Answer
		err := rows.Scan(&a.ID, &a.Team, &a.Subject, &a.Week, &a.Away, &a.Percent, &a.Category, &a.Note, &a.CreatedAt, &a.UpdatedAt, &a.Version)
		a.CreatedAt, a.UpdatedAt = utc(a.CreatedAt), utc(a.UpdatedAt)
		out = append(out, a)
		return err
	})
	return out, fail("read answers about toil", err)
}

// Answer returns that of the subject about the week in the team.
func (t Toil) Answer(ctx context.Context, team, subject id.ID, week share.Week) (toil.Answer, error) {
	found, err := t.answers(ctx, " WHERE team_id = $1 AND week = $2 AND subject = $3", string(team), string(week), string(subject))
	if err != nil {
		return toil.Answer{}, err
	}
	if len(found) == 0 {
		return toil.Answer{}, fault.Missing("toil_answer", string(week))
	}
	return found[0], nil
}

// AnswersBy lists those of the subject in the team, the latest week first.
func (t Toil) AnswersBy(ctx context.Context, subject, team id.ID, r page.Request) (page.Page[toil.Answer], error) {
	filter := struct{ Subject, Team id.ID }{subject, team}
	key, err := r.Key(filter, 2)
	if err != nil {
		return page.Page[toil.Answer]{}, err
	}
	var c conditions
	c.add("subject = %s", string(subject))
	c.add("team_id = %s", string(team))
	if key != nil {
		c.add("(week, id) < (%s, %s)", key[0], key[1])
	}
	rows, err := t.answers(ctx, c.where()+" ORDER BY week DESC, id DESC"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return page.Page[toil.Answer]{}, err
	}
	return page.Cut(r, filter, rows, func(a toil.Answer) []string { return []string{string(a.Week), string(a.ID)} }), nil
}

// Answers returns all of the teams since a week.
func (t Toil) Answers(ctx context.Context, teams []id.ID, since share.Week) ([]toil.Answer, error) {
	var out []toil.Answer
	err := t.ofTeams(ctx, "SELECT team_id, subject, week, days_away, share, category FROM toil_answers", teams, func(c *conditions) { c.add("week >= %s", string(since)) }, " ORDER BY team_id, week, subject", func(rows *sql.Rows) error {
		var a toil.Answer
		err := rows.Scan(&a.Team, &a.Subject, &a.Week, &a.Away, &a.Percent, &a.Category)
		out = append(out, a)
		return err
	})
	return out, fail("read what teams answered about toil", err)
}

// CreateAsking writes one; false where there is one.
func (t Toil) CreateAsking(ctx context.Context, a toil.Asking) (bool, error) {
	n, err := t.s.exec(ctx, "INSERT INTO toil_askings (id, team_id, week, members, asked_at) VALUES "+values(1, 5)+" ON CONFLICT (team_id, week) DO NOTHING",
		string(a.ID), string(a.Team), string(a.Week), a.Members, clock.Round(a.At))
	return n > 0, fail("write that a team was asked about toil", gone(err))
}

// Askings are those of the teams since a week.
func (t Toil) Askings(ctx context.Context, teams []id.ID, since share.Week) ([]toil.Asking, error) {
	var out []toil.Asking
	err := t.ofTeams(ctx, "SELECT id, team_id, week, members, asked_at FROM toil_askings", teams, func(c *conditions) { c.add("week >= %s", string(since)) }, " ORDER BY team_id, week", func(rows *sql.Rows) error {
		var a toil.Asking
		err := rows.Scan(&a.ID, &a.Team, &a.Week, &a.Members, &a.At)
		a.At = utc(a.At)
		out = append(out, a)
		return err
	})
	return out, fail("read which teams were asked about toil", err)
}

// TeamsAsked are those that were asked since a week, by ID.
func (t Toil) TeamsAsked(ctx context.Context, since share.Week, after id.ID, most int) ([]id.ID, error) {
	var out []id.ID
	err := t.s.queryAll(ctx, "SELECT DISTINCT team_id FROM toil_askings WHERE week >= $1 AND team_id > $2 ORDER BY team_id LIMIT $3", []any{string(since), string(after), most}, func(rows *sql.Rows) error {
		var team id.ID
		err := rows.Scan(&team)
		out = append(out, team)
		return err
	})
	return out, fail("read which teams were asked about toil", err)
}

// Reported is the last day that each of the teams said something of.
func (t Toil) Reported(ctx context.Context, teams []id.ID) (map[id.ID]clock.Date, error) {
	out := map[id.ID]clock.Date{}
	last := func(query string, day func(text string) clock.Date) error {
		return t.ofTeams(ctx, query, teams, nil, " GROUP BY team_id", func(rows *sql.Rows) error {
			var team id.ID
			var text string
			err := rows.Scan(&team, &text)
			if err == nil {
				out[team] = max(out[team], day(text))
			}
			return err
		})
	}
	if err := last("SELECT team_id, MAX(week) FROM toil_answers", func(text string) clock.Date { return clock.DateOf(share.Week(text).End().AddDate(0, 0, -1)) }); err != nil {
		return nil, fail("read which weeks teams answered about last", err)
	}
	if err := last("SELECT team_id, MAX(day) FROM toil_entries", func(text string) clock.Date { return clock.Date(text) }); err != nil {
		return nil, fail("read when teams logged toil last", err)
	}
	return out, nil
}

const surveyColumns = "id, team_id, subject, quarter, share, category, wish, trend, on_call, created_at, updated_at, version"

// CreateSurvey writes one.
func (t Toil) CreateSurvey(ctx context.Context, a toil.SurveyAnswer) error {
	_, err := t.s.exec(ctx, "INSERT INTO toil_surveys ("+surveyColumns+") VALUES "+values(1, 12),
		string(a.ID), string(a.Team), string(a.Subject), string(a.Quarter), a.Percent, string(a.Category), a.Wish, string(a.Course), string(a.OnCall), clock.Round(a.CreatedAt), clock.Round(a.UpdatedAt), a.Version)
	return fail("write an answer of a survey", gone(err))
}

// UpdateSurvey writes what is answered, conditional on Version.
func (t Toil) UpdateSurvey(ctx context.Context, a toil.SurveyAnswer) error {
	n, err := t.s.exec(ctx, "UPDATE toil_surveys SET share = $1, category = $2, wish = $3, trend = $4, on_call = $5, updated_at = $6, version = version + 1 WHERE id = $7 AND version = $8",
		a.Percent, string(a.Category), a.Wish, string(a.Course), string(a.OnCall), clock.Round(a.UpdatedAt), string(a.ID), a.Version)
	return written("toil_survey", a.ID, n, err, t.exists(ctx, "toil_surveys", a.ID))
}

func (t Toil) surveys(ctx context.Context, rest string, args ...any) ([]toil.SurveyAnswer, error) {
	out := []toil.SurveyAnswer{}
	err := t.s.queryAll(ctx, "SELECT "+surveyColumns+" FROM toil_surveys"+rest, args, func(rows *sql.Rows) error {
		var a toil.SurveyAnswer
		err := rows.Scan(&a.ID, &a.Team, &a.Subject, &a.Quarter, &a.Percent, &a.Category, &a.Wish, &a.Course, &a.OnCall, &a.CreatedAt, &a.UpdatedAt, &a.Version)
		a.CreatedAt, a.UpdatedAt = utc(a.CreatedAt), utc(a.UpdatedAt)
		out = append(out, a)
		return err
	})
	return out, fail("read answers of a survey", err)
}

// Survey returns that of the subject about the quarter in the team.
func (t Toil) Survey(ctx context.Context, team, subject id.ID, q share.Quarter) (toil.SurveyAnswer, error) {
	found, err := t.surveys(ctx, " WHERE team_id = $1 AND quarter = $2 AND subject = $3", string(team), string(q), string(subject))
	if err != nil {
		return toil.SurveyAnswer{}, err
	}
	if len(found) == 0 {
		return toil.SurveyAnswer{}, fault.Missing("toil_survey", string(q))
	}
	return found[0], nil
}

// Surveys returns all of the team about the quarter.
func (t Toil) Surveys(ctx context.Context, team id.ID, q share.Quarter) ([]toil.SurveyAnswer, error) {
	return t.surveys(ctx, " WHERE team_id = $1 AND quarter = $2 ORDER BY subject", string(team), string(q))
}
