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
	"github.com/evenkeel/evenkeel/services/incident/action"
)

// Actions is the store of package action.
type Actions struct{ s *Store }

var (
	_ action.Store     = Actions{}
	_ action.Incidents = Incidents{}
)

// Actions returns the view of the store that package action declares.
func (s *Store) Actions() Actions { return Actions{s} }

// actionDetails is what of an item is only read with the whole, as it is stored. Its members are
// only ever added to.
type actionDetails struct {
	Detail       string             `json:"detail"`
	Verification string             `json:"verification"`
	Link         string             `json:"link"`
	FirstDueOn   clock.Date         `json:"firstDueOn"`
	Postponed    int                `json:"postponed"`
	Settled      *action.Settlement `json:"settled,omitempty"`
	Chased       action.Chased      `json:"chased,omitzero"`
}

func toDBActionDetails(i action.Item) (json.RawMessage, error) {
	text, err := json.Marshal(actionDetails{i.Detail, i.Verification, i.Link, i.FirstDueOn, i.Postponed, i.Settled, i.Chased})
	return text, fail("spell the details of an action item", err)
}

func settledAt(i action.Item) any {
	if i.Settled == nil {
		return nil
	}
	return clock.Round(i.Settled.At)
}

const actionColumns = `a.id, a.incident_id, a.source_key, a.title, a.priority, a.type, a.owner_id, a.service_id, a.root_cause, a.due_on, a.state,
	a.details, a.created_at, a.created_by, a.updated_at, a.updated_by, a.version`

// CreateItems writes items, but for those of which the incident has the key.
func (a Actions) CreateItems(ctx context.Context, items []action.Item) ([]id.ID, error) {
	var written []id.ID
	for _, i := range items {
		details, err := toDBActionDetails(i)
		if err != nil {
			return nil, err
		}
		var key any
		if i.Key != "" {
			key = i.Key
		}
		n, err := a.s.exec(ctx, `INSERT INTO action_items (id, incident_id, source_key, title, priority, type, owner_id, service_id, root_cause, due_on, state, settled_at,
 details, created_at, created_by, updated_at, updated_by, version) VALUES `+values(1, 18)+` ON CONFLICT (incident_id, source_key) DO NOTHING`,
			string(i.ID), string(i.Incident), key, i.Title, string(i.Priority), string(i.Type), string(i.Owner), string(i.Service), i.RootCause, string(i.DueOn), string(i.State), settledAt(i),
			details, clock.Round(i.CreatedAt), i.CreatedBy, clock.Round(i.UpdatedAt), i.UpdatedBy, i.Version)
		if err != nil {
			return nil, fail("write an action item", gone(err))
		}
		if n > 0 {
			written = append(written, i.ID)
		}
	}
	return written, nil
}

// UpdateItem writes all of it, conditional on Version.
func (a Actions) UpdateItem(ctx context.Context, i action.Item) error {
	details, err := toDBActionDetails(i)
	if err != nil {
		return err
	}
	n, err := a.s.exec(ctx, `UPDATE action_items SET title = $1, priority = $2, type = $3, owner_id = $4, service_id = $5, root_cause = $6, due_on = $7, state = $8, settled_at = $9,
 details = $10, updated_at = $11, updated_by = $12, version = version + 1 WHERE id = $13 AND version = $14`,
		i.Title, string(i.Priority), string(i.Type), string(i.Owner), string(i.Service), i.RootCause, string(i.DueOn), string(i.State), settledAt(i),
		details, clock.Round(i.UpdatedAt), i.UpdatedBy, string(i.ID), i.Version)
	return written("action_item", i.ID, n, gone(err), func() (bool, error) {
		found, err := a.rows(ctx, " WHERE a.id = $1", string(i.ID))
		return len(found) > 0, err
	})
}

// MarkChased writes what was told of an item, and leaves Version as it is.
func (a Actions) MarkChased(ctx context.Context, i action.Item) error {
	details, err := toDBActionDetails(i)
	if err != nil {
		return err
	}
	n, err := a.s.exec(ctx, "UPDATE action_items SET details = $1 WHERE id = $2 AND version = $3", details, string(i.ID), i.Version)
	return written("action_item", i.ID, n, err, func() (bool, error) {
		found, err := a.rows(ctx, " WHERE a.id = $1", string(i.ID))
		return len(found) > 0, err
	})
}

func (a Actions) rows(ctx context.Context, rest string, args ...any) ([]action.Item, error) {
	var out []action.Item
	err := a.s.queryAll(ctx, "SELECT "+actionColumns+" FROM action_items a"+rest, args, func(rows *sql.Rows) error {
		i, err := fromDBAction(rows)
		out = append(out, i)
		return err
	})
	return out, fail("read action items", err)
}

func fromDBAction(rows *sql.Rows) (action.Item, error) {
	var i action.Item
	var key sql.NullString
	var details []byte
	err := rows.Scan(&i.ID, &i.Incident, &key, &i.Title, &i.Priority, &i.Type, &i.Owner, &i.Service, &i.RootCause, &i.DueOn, &i.State,
		&details, &i.CreatedAt, &i.CreatedBy, &i.UpdatedAt, &i.UpdatedBy, &i.Version)
	if err != nil {
		return i, err
	}
	var d actionDetails
	if err := json.Unmarshal(details, &d); err != nil {
		return i, fmt.Errorf("read the details of the action item %s: %w", i.ID, err)
	}
	i.Key, i.CreatedAt, i.UpdatedAt = key.String, utc(i.CreatedAt), utc(i.UpdatedAt)
	i.Detail, i.Verification, i.Link, i.FirstDueOn, i.Postponed, i.Settled, i.Chased = d.Detail, d.Verification, d.Link, d.FirstDueOn, d.Postponed, d.Settled, d.Chased
	if i.Settled != nil {
		i.Settled.At = utc(i.Settled.At)
	}
	i.Chased.At = utc(i.Chased.At)
	return i, nil
}

// Item returns one.
func (a Actions) Item(ctx context.Context, of id.ID) (action.Item, error) {
	found, err := a.rows(ctx, " WHERE a.id = $1", string(of))
	if err != nil {
		return action.Item{}, err
	}
	if len(found) == 0 {
		return action.Item{}, fault.Missing("action_item", string(of))
	}
	return found[0], nil
}

// OfIncident returns all of an incident, by identifier.
func (a Actions) OfIncident(ctx context.Context, incident id.ID) ([]action.Item, error) {
	return a.rows(ctx, " WHERE a.incident_id = $1 ORDER BY a.id", string(incident))
}

// Due returns open items whose day is at most that one, by identifier.
func (a Actions) Due(ctx context.Context, by clock.Date, after id.ID, most int) ([]action.Item, error) {
	return a.rows(ctx, " WHERE a.state = $1 AND a.due_on <= $2 AND a.id > $3 ORDER BY a.id LIMIT $4", string(action.Open), string(by), string(after), most)
}

// narrow adds what the filter keeps, and leaves out what is of incidents that its reader may not read.
func narrowActions(c *conditions, f action.Filter) {
	if !f.Reader.All {
		c.add("NOT EXISTS (SELECT 1 FROM incidents i WHERE i.id = a.incident_id AND "+unreadable("i")+")", string(f.Reader.Person))
	}
	for _, one := range []struct {
		condition string
		value     string
	}{
		{"a.incident_id = %s", string(f.Incident)},
		{"EXISTS (SELECT 1 FROM incidents t WHERE t.id = a.incident_id AND t.team_id = %s)", string(f.Team)},
		{"a.service_id = %s", string(f.Service)}, {"a.owner_id = %s", string(f.Owner)}, {"a.priority = %s", string(f.Priority)}, {"a.state = %s", string(f.State)},
	} {
		if one.value != "" {
			c.add(one.condition, one.value)
		}
	}
	if f.PastOn != "" {
		c.add("(a.state = %s AND a.due_on < %s)", string(action.Open), string(f.PastOn))
	}
}

// settledLast is 0 of what is open, and 1 of the rest.
const settledLast = "CASE WHEN a.state = 'open' THEN 0 ELSE 1 END"

func settledRank(i action.Item) string {
	if i.State == action.Open {
		return "0"
	}
	return "1"
}

// Items lists those that are open first, by day and identifier.
func (a Actions) Items(ctx context.Context, f action.Filter, r page.Request) (page.Page[action.Item], error) {
	none := page.Page[action.Item]{}
	key, err := r.Key(f, 3)
	if err != nil {
		return none, err
	}
	var c conditions
	narrowActions(&c, f)
	if key != nil {
		last := 0
		if key[0] != "0" {
			last = 1
		}
		c.add("("+settledLast+", a.due_on, a.id) > (%s, %s, %s)", last, key[1], key[2])
	}
	rows, err := a.rows(ctx, c.where()+" ORDER BY "+settledLast+", a.due_on, a.id"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return none, err
	}
	return page.Cut(r, f, rows, func(i action.Item) []string { return []string{settledRank(i), string(i.DueOn), string(i.ID)} }), nil
}

// Lives returns how long items were open that are, or were settled since.
func (a Actions) Lives(ctx context.Context, f action.Filter, since time.Time, most int) ([]action.Life, error) {
	var c conditions
	narrowActions(&c, f)
	c.add("(a.settled_at IS NULL OR a.settled_at >= %s)", clock.Round(since))
	out := []action.Life{}
	err := a.s.queryAll(ctx, "SELECT a.priority, a.state, a.due_on, a.created_at, a.settled_at FROM action_items a"+c.where()+" ORDER BY a.id DESC"+c.limit(most), c.args, func(rows *sql.Rows) error {
		var l action.Life
		err := rows.Scan(&l.Priority, &l.State, &l.DueOn, &l.CreatedAt, &l.SettledAt)
		l.CreatedAt, l.SettledAt = utc(l.CreatedAt), utcOrNil(l.SettledAt)
		out = append(out, l)
		return err
	})
	return out, fail("read how long action items were open", err)
}
