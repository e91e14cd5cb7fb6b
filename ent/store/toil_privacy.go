package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/toil"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

// AllOf is everything that the subject said.
func (t Toil) AllOf(ctx context.Context, subject id.ID) (toil.Export, error) {
	var out toil.Export
	var err error
	if out.Answers, err = t.answers(ctx, " WHERE subject = $1 ORDER BY week, id", string(subject)); err != nil {
		return out, err
	}
	if out.Entries, err = t.entries(ctx, " WHERE subject = $1 ORDER BY day, id", string(subject)); err != nil {
		return out, err
	}
	out.Surveys, err = t.surveys(ctx, " WHERE subject = $1 ORDER BY quarter, id", string(subject))
	return out, err
}

// Pseudonymise puts a pseudonym in the place of the subject, and takes away what people typed.
func (t Toil) Pseudonymise(ctx context.Context, subject, pseudonym id.ID) (int, error) {
	total := 0
	for _, set := range []string{
		"toil_answers SET subject = $1, note = ''",
		"toil_entries SET subject = $1, note = '', link = '', origin = NULL",
		"toil_surveys SET subject = $1, wish = ''",
	} {
		n, err := t.s.exec(ctx, "UPDATE "+set+" WHERE subject = $2", string(pseudonym), string(subject))
		if err != nil {
			return 0, fail("put a pseudonym in the place of a person", err)
		}
		total += n
	}
	if _, err := t.s.exec(ctx, "DELETE FROM toil_dismissals WHERE subject = $1", string(subject)); err != nil {
		return 0, fail(fmt.Sprintf("forget what %s dismissed", subject), err)
	}
	return total, nil
}

// LastSurvey is the latest quarter of which the subject answered a survey.
func (t Toil) LastSurvey(ctx context.Context, subject id.ID) (share.Quarter, error) {
	var last sql.NullString
	err := t.s.queryOne(ctx, "SELECT MAX(quarter) FROM toil_surveys WHERE subject = $1", []any{string(subject)}, &last)
	return share.Quarter(last.String), fail("read which survey a person answered last", err)
}

// Part writes a parting in place of the one before.
func (t Toil) Part(ctx context.Context, parting id.ID, p toil.Parting) error {
	_, err := t.s.exec(ctx, "INSERT INTO toil_partings (id, subject, week, quarter, parted_at) VALUES "+values(1, 5)+
		" ON CONFLICT (subject) DO UPDATE SET week = excluded.week, quarter = excluded.quarter, parted_at = excluded.parted_at",
		string(parting), string(p.Subject), string(p.Week), string(p.Quarter), clock.Round(p.At))
	return fail("note that a person took their name from what they said", err)
}

// Parting returns that of the subject, the zero one where there is none.
func (t Toil) Parting(ctx context.Context, subject id.ID) (toil.Parting, error) {
	var p toil.Parting
	err := t.s.queryAll(ctx, "SELECT subject, week, quarter, parted_at FROM toil_partings WHERE subject = $1", []any{string(subject)}, func(rows *sql.Rows) error {
		err := rows.Scan(&p.Subject, &p.Week, &p.Quarter, &p.At)
		p.At = utc(p.At)
		return err
	})
	return p, fail("read until when a person took their name from what they said", err)
}

// PrunePartings removes those before a time.
func (t Toil) PrunePartings(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := t.s.prune(ctx, "toil_partings", "parted_at < $1", before, limit)
	return n, fail("prune partings", err)
}
