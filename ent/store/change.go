package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	entchange "github.com/evenkeel/evenkeel/ent/db/change"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/change"
)

// Changes is the store of package change.
type Changes struct{ s *Store }

var _ change.Store = Changes{}

// Changes returns the view of the store that package change declares.
func (s *Store) Changes() Changes { return Changes{s} }

// LockService locks the row of the service.
func (a Changes) LockService(ctx context.Context, service id.ID) error {
	_, err := a.s.exec(ctx, "UPDATE services SET version = version WHERE id = $1", string(service))
	return fail("lock a service", err)
}

// CreateChange writes a change.
func (a Changes) CreateChange(ctx context.Context, c change.Change) error {
	create := a.s.ent.Change.Create().
		SetID(string(c.ID)).SetServiceID(string(c.Service)).SetSource(string(c.Source)).
		SetKind(string(c.Kind)).SetRelease(c.Release).SetLink(c.Link).SetAuthor(c.Author).SetNote(c.Note).
		SetBeganAt(c.Begins).SetNillableEndedAt(c.Ends).SetOutcome(string(c.Outcome)).
		SetCreatedAt(c.CreatedAt).SetCreatedBy(c.CreatedBy).SetUpdatedAt(c.UpdatedAt).SetUpdatedBy(c.UpdatedBy).SetVersion(c.Version)
	if c.ExternalID != "" {
		create.SetExternalID(c.ExternalID)
	}
	return fail("write a change", gone(create.Exec(ctx)))
}

const changeColumns = `c.id, c.service_id, c.source, COALESCE(c.external_id, ''), c.kind, c.release, c.link, c.author, c.note, c.began_at, c.ended_at, c.outcome,
	c.created_at, c.created_by, c.updated_at, c.updated_by, c.version`

func (a Changes) rows(ctx context.Context, rest string, args ...any) ([]change.Change, error) {
	var out []change.Change
	err := a.s.queryAll(ctx, "SELECT "+changeColumns+" FROM changes c"+rest, args, func(rows *sql.Rows) error {
		c, err := fromDBChange(rows)
		out = append(out, c)
		return err
	})
	return out, fail("read changes", err)
}

// fromDBChange reads a row, after what more there is in it.
func fromDBChange(rows *sql.Rows, more ...any) (change.Change, error) {
	var c change.Change
	err := rows.Scan(append(more, &c.ID, &c.Service, &c.Source, &c.ExternalID, &c.Kind, &c.Release, &c.Link, &c.Author, &c.Note, &c.Begins, &c.Ends, &c.Outcome,
		&c.CreatedAt, &c.CreatedBy, &c.UpdatedAt, &c.UpdatedBy, &c.Version)...)
	c.Begins, c.Ends, c.CreatedAt, c.UpdatedAt = utc(c.Begins), utcOrNil(c.Ends), utc(c.CreatedAt), utc(c.UpdatedAt)
	return c, err
}

// Change returns one.
func (a Changes) Change(ctx context.Context, of id.ID) (change.Change, error) {
	found, err := a.rows(ctx, " WHERE c.id = $1", string(of))
	if err != nil {
		return change.Change{}, err
	}
	if len(found) == 0 {
		return change.Change{}, fault.Missing("change", string(of))
	}
	return found[0], nil
}

// ChangeCalled returns that of the service which the source calls so, or nil.
func (a Changes) ChangeCalled(ctx context.Context, service id.ID, source change.Source, external string) (*change.Change, error) {
	found, err := a.rows(ctx, " WHERE c.service_id = $1 AND c.source = $2 AND c.external_id = $3", string(service), string(source), external)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

func (a Changes) exists(ctx context.Context, of id.ID) func() (bool, error) {
	return func() (bool, error) { return a.s.ent.Change.Query().Where(entchange.ID(string(of))).Exist(ctx) }
}

// UpdateChange writes what is said of it, conditional on Version.
func (a Changes) UpdateChange(ctx context.Context, c change.Change) error {
	u := a.s.ent.Change.Update().Where(entchange.ID(string(c.ID)), entchange.Version(c.Version)).
		SetKind(string(c.Kind)).SetRelease(c.Release).SetLink(c.Link).SetAuthor(c.Author).SetNote(c.Note).
		SetBeganAt(c.Begins).SetOutcome(string(c.Outcome)).SetUpdatedAt(c.UpdatedAt).SetUpdatedBy(c.UpdatedBy).AddVersion(1)
	if c.Ends == nil {
		u.ClearEndedAt()
	} else {
		u.SetEndedAt(*c.Ends)
	}
	n, err := u.Save(ctx)
	return written("change", c.ID, n, err, a.exists(ctx, c.ID))
}

// DeleteChange removes it, conditional on Version.
func (a Changes) DeleteChange(ctx context.Context, c change.Change) error {
	n, err := a.s.ent.Change.Delete().Where(entchange.ID(string(c.ID)), entchange.Version(c.Version)).Exec(ctx)
	return written("change", c.ID, n, err, a.exists(ctx, c.ID))
}

// Changes lists the newest first, by when they began.
func (a Changes) Changes(ctx context.Context, f change.Filter, r page.Request) (page.Page[change.Change], error) {
	none := page.Page[change.Change]{}
	cursor, err := r.Key(f, 2)
	if err != nil {
		return none, err
	}
	key, err := timeKey(cursor)
	if err != nil {
		return none, err
	}
	var c conditions
	if key != nil {
		c.add("(c.began_at, c.id) < (%s, %s)", key...)
	}
	if f.Service != "" {
		c.add("c.service_id = %s", string(f.Service))
	}
	if f.Kind != "" {
		c.add("c.kind = %s", string(f.Kind))
	}
	if !f.From.IsZero() {
		c.add("c.began_at >= %s", clock.Round(f.From))
	}
	if !f.To.IsZero() {
		c.add("c.began_at < %s", clock.Round(f.To))
	}
	rows, err := a.rows(ctx, c.where()+" ORDER BY c.began_at DESC, c.id DESC"+c.limit(r.Size()+1), c.args...)
	if err != nil {
		return none, err
	}
	return page.Cut(r, f, rows, func(c change.Change) []string { return []string{cursorTime(c.Begins), string(c.ID)} }), nil
}

// spansAtOnce is how many spans are asked for in a statement, each of up to 201 services.
const spansAtOnce = 20

// ChangesWithin returns the newest of each span.
func (a Changes) ChangesWithin(ctx context.Context, spans []change.Span, most int) ([][]change.Change, error) {
	out := make([][]change.Change, len(spans))
	numbers := make([]int, len(spans))
	for i := range numbers {
		numbers[i] = i
	}
	err := chunks(numbers, spansAtOnce, func(some []int) error {
		var queries []string
		var c conditions
		for _, n := range some {
			var services []string
			for _, one := range spans[n].Services {
				c.args = append(c.args, string(one))
				services = append(services, fmt.Sprintf("$%d", len(c.args)))
			}
			c.args = append(c.args, clock.Round(spans[n].From), clock.Round(spans[n].To), most)
			queries = append(queries, fmt.Sprintf("SELECT * FROM (SELECT %d AS span, %s FROM changes c WHERE c.service_id IN (%s) AND c.began_at >= $%d AND c.began_at <= $%d ORDER BY c.began_at DESC, c.id DESC LIMIT $%d) AS span%d",
				n, changeColumns, strings.Join(services, ", "), len(c.args)-2, len(c.args)-1, len(c.args), n))
		}
		return a.s.queryAll(ctx, strings.Join(queries, " UNION ALL "), c.args, func(rows *sql.Rows) error {
			var n int
			found, err := fromDBChange(rows, &n)
			if err == nil {
				out[n] = append(out[n], found)
			}
			return err
		})
	})
	return out, fail("read changes of times", err)
}

// PruneChanges removes up to limit that began before the time.
func (a Changes) PruneChanges(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := a.s.prune(ctx, "changes", "began_at < $1", before, limit)
	return n, fail("remove changes", err)
}
