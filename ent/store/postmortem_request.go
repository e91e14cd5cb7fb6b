package store

import (
	"context"
	"database/sql"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
)

// CreateRequest writes one; false where the postmortem has one of its reason and subject.
func (m Postmortems) CreateRequest(ctx context.Context, r postmortem.Request) (bool, error) {
	n, err := m.s.exec(ctx, "INSERT INTO postmortem_requests (id, postmortem_id, reason, subject, text, at, asked_by, waived_at, waived_by, waived_because) VALUES "+values(1, 10)+
		" ON CONFLICT (postmortem_id, reason, subject) DO NOTHING",
		string(r.ID), string(r.Postmortem), string(r.Reason), string(r.Subject), r.Text, clock.Round(r.At), r.By, nullOrTime(r.WaivedAt), r.WaivedBy, r.WaivedBecause)
	return n == 1, fail("write a request for a postmortem", gone(err))
}

// Requests returns those of the postmortems, the oldest first.
func (m Postmortems) Requests(ctx context.Context, of []id.ID) ([]postmortem.Request, error) {
	out := []postmortem.Request{}
	err := chunks(of, bulkRows, func(some []id.ID) error {
		var c conditions
		c.in("postmortem_id", texts(some))
		return m.s.queryAll(ctx, "SELECT id, postmortem_id, reason, subject, text, at, asked_by, waived_at, waived_by, waived_because FROM postmortem_requests"+c.where()+" ORDER BY id", c.args, func(rows *sql.Rows) error {
			var r postmortem.Request
			err := rows.Scan(&r.ID, &r.Postmortem, &r.Reason, &r.Subject, &r.Text, &r.At, &r.By, &r.WaivedAt, &r.WaivedBy, &r.WaivedBecause)
			r.At, r.WaivedAt = utc(r.At), utcOrNil(r.WaivedAt)
			out = append(out, r)
			return err
		})
	})
	return out, fail("read requests for postmortems", err)
}

// AskedFor returns the incidents of which a reason and its subject ask for a postmortem, by identifier.
func (m Postmortems) AskedFor(ctx context.Context, reason postmortem.Reason, subject id.ID) ([]id.ID, error) {
	var out []id.ID
	err := m.s.queryAll(ctx, "SELECT p.incident_id FROM postmortem_requests r JOIN postmortems p ON p.id = r.postmortem_id WHERE r.subject = $1 AND r.reason = $2 ORDER BY p.incident_id", []any{string(subject), string(reason)}, func(rows *sql.Rows) error {
		var of id.ID
		err := rows.Scan(&of)
		out = append(out, of)
		return err
	})
	return out, fail("read for which incidents postmortems are asked", err)
}

// Waive writes who waived one; Stale where somebody did already.
func (m Postmortems) Waive(ctx context.Context, r postmortem.Request) error {
	n, err := m.s.exec(ctx, "UPDATE postmortem_requests SET waived_at = $1, waived_by = $2, waived_because = $3 WHERE id = $4 AND waived_at IS NULL",
		nullOrTime(r.WaivedAt), r.WaivedBy, r.WaivedBecause, string(r.ID))
	if err == nil && n == 0 {
		err = fault.Stale("request")
	}
	return fail("waive a request for a postmortem", err)
}

// AddAct writes what was done with a postmortem.
func (m Postmortems) AddAct(ctx context.Context, a postmortem.Act) error {
	_, err := m.s.exec(ctx, "INSERT INTO postmortem_acts (id, postmortem_id, kind, text_number, text, at, author) VALUES "+values(1, 7),
		string(a.ID), string(a.Postmortem), string(a.Kind), a.Number, a.Text, clock.Round(a.At), a.By)
	return fail("write what was done with a postmortem", gone(err))
}

// Acts lists the newest first.
func (m Postmortems) Acts(ctx context.Context, of id.ID, r page.Request) (page.Page[postmortem.Act], error) {
	type filter struct{ Of id.ID }
	f := filter{of}
	none := page.Page[postmortem.Act]{}
	key, err := r.Key(f, 1)
	if err != nil {
		return none, err
	}
	var c conditions
	c.add("postmortem_id = %s", string(of))
	if key != nil {
		c.add("id < %s", key[0])
	}
	var found []postmortem.Act
	err = m.s.queryAll(ctx, "SELECT id, postmortem_id, kind, text_number, text, at, author FROM postmortem_acts"+c.where()+" ORDER BY id DESC"+c.limit(r.Size()+1), c.args, func(rows *sql.Rows) error {
		var a postmortem.Act
		err := rows.Scan(&a.ID, &a.Postmortem, &a.Kind, &a.Number, &a.Text, &a.At, &a.By)
		a.At = utc(a.At)
		found = append(found, a)
		return err
	})
	if err != nil {
		return none, fail("read what was done with a postmortem", err)
	}
	return page.Cut(r, f, found, func(a postmortem.Act) []string { return []string{string(a.ID)} }), nil
}
