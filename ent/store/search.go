package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/search"
)

// Search is the store of package incident/search. Words are looked for by PostgreSQL in a
// tsvector, and by SQLite in a table of FTS5: neither takes a text apart, for both get words of
// letters and digits alone.
type Search struct{ s *Store }

var _ search.Store = Search{}

// Search returns the view of the store that package incident/search declares.
func (s *Store) Search() Search { return Search{s} }

// Put writes documents in place of those of their kind and subject.
func (o Search) Put(ctx context.Context, documents []search.Document) error {
	return chunks(documents, bulkRows, func(some []search.Document) error {
		err := o.s.InTx(ctx, func(ctx context.Context) error { return o.put(ctx, some) })
		return fail("write what is searched", gone(err))
	})
}

func (o Search) put(ctx context.Context, some []search.Document) error {
	var args []any
	words := map[documentKey][2]string{}
	for _, d := range some {
		title, text := d.Indexed()
		vector := ""
		if o.s.postgres() {
			vector = tsvector(title, text)
		}
		words[documentKey{d.Kind, d.Subject}] = [2]string{strings.Join(title, " "), strings.Join(text, " ")}
		args = append(args, string(d.Kind), string(d.Subject), string(d.Incident), plain(d.Title), plain(d.Text), vector, clock.Round(d.UpdatedAt))
	}
	rows := values(len(some), 7)
	if o.s.postgres() { // the sixth of each row
		for n := range some {
			at := "$" + strconv.Itoa(7*n+6)
			rows = strings.Replace(rows, at+",", at+"::text::tsvector,", 1)
		}
	}
	if _, err := o.s.exec(ctx, "INSERT INTO search_documents (kind, subject_id, incident_id, title, text, words, updated_at) VALUES "+rows+
		" ON CONFLICT (kind, subject_id) DO UPDATE SET incident_id = excluded.incident_id, title = excluded.title, text = excluded.text, words = excluded.words, updated_at = excluded.updated_at", args...); err != nil {
		return err
	}
	if o.s.postgres() {
		return nil
	}
	for _, d := range some {
		var number int64
		if err := o.s.queryOne(ctx, "SELECT id FROM search_documents WHERE kind = $1 AND subject_id = $2", []any{string(d.Kind), string(d.Subject)}, &number); err != nil {
			return err
		}
		if _, err := o.s.exec(ctx, "DELETE FROM search_index WHERE rowid = $1", number); err != nil {
			return err
		}
		w := words[documentKey{d.Kind, d.Subject}]
		if _, err := o.s.exec(ctx, "INSERT INTO search_index (rowid, title, text) VALUES ($1, $2, $3)", number, w[0], w[1]); err != nil {
			return err
		}
	}
	return nil
}

type documentKey struct {
	kind    search.Kind
	subject id.ID
}

// plain is a text that PostgreSQL takes.
func plain(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", " "), "\uFFFD")
}

// apart is how many places are between the words of the title and those of the text, so that no
// phrase reaches from one into the other.
const apart = 100

// tsvector spells words with their places and weights, as PostgreSQL reads them.
func tsvector(title, text []string) string {
	var b strings.Builder
	for n, w := range title {
		fmt.Fprintf(&b, "'%s':%dA ", w, n+1)
	}
	for n, w := range text {
		fmt.Fprintf(&b, "'%s':%d ", w, len(title)+apart+n+1)
	}
	return b.String()
}

// tsquery spells a query for PostgreSQL.
func tsquery(terms []search.Term, between string) string {
	out := make([]string, len(terms))
	for n, t := range terms {
		words := make([]string, len(t.Words))
		for i, w := range t.Words {
			words[i] = "'" + w + "'"
		}
		out[n] = "(" + strings.Join(words, " <-> ") + ")"
		if t.Prefix {
			out[n] = words[0] + ":*"
		}
	}
	return strings.Join(out, between)
}

// match spells a query for FTS5.
func match(terms []search.Term, between string) string {
	out := make([]string, len(terms))
	for n, t := range terms {
		out[n] = `"` + strings.Join(t.Words, " ") + `"`
		if t.Prefix {
			out[n] += "*"
		}
	}
	return strings.Join(out, between)
}

// Remove removes documents.
func (o Search) Remove(ctx context.Context, kind search.Kind, subjects []id.ID) error {
	err := chunks(subjects, bulkRows, func(some []id.ID) error {
		return o.s.InTx(ctx, func(ctx context.Context) error {
			var c conditions
			c.add("kind = %s", string(kind))
			c.in("subject_id", texts(some))
			if !o.s.postgres() {
				if _, err := o.s.exec(ctx, "DELETE FROM search_index WHERE rowid IN (SELECT id FROM search_documents"+c.where()+")", c.args...); err != nil {
					return err
				}
			}
			_, err := o.s.exec(ctx, "DELETE FROM search_documents"+c.where(), c.args...)
			return err
		})
	})
	return fail("remove what is searched", err)
}

// hits is a table "hits" of the documents that have what is looked for, with how good they are:
// words of the title count five times. The query is $1.
func (o Search) hits(terms []search.Term, between string) (with, query string) {
	if o.s.postgres() {
		return `WITH hits AS MATERIALIZED (SELECT d.id AS document, ts_rank('{0.2, 0.2, 0.4, 1.0}', d.words, q.q)::float8 AS rank FROM search_documents d, (SELECT $1::text::tsquery AS q) q WHERE d.words @@ q.q)`,
			tsquery(terms, map[string]string{and: " & ", or: " | "}[between])
	}
	return `WITH hits AS MATERIALIZED (SELECT rowid AS document, -bm25(search_index, 5.0, 1.0) AS rank FROM search_index WHERE search_index MATCH $1)`, match(terms, " "+between+" ")
}

const (
	and = "AND"
	or  = "OR"
)

// Find lists the incidents with a document that has all terms, the best first.
func (o Search) Find(ctx context.Context, q search.Query, who search.Reader, r page.Request) (page.Page[search.Found], error) {
	none := page.Page[search.Found]{}
	filter := struct {
		Query search.Query
		Who   search.Reader
	}{q, who}
	cursor, err := r.Key(filter, 2)
	if err != nil {
		return none, err
	}
	with, query := o.hits(q.Terms, and)
	c := conditions{args: []any{query}}
	if !who.All {
		c.add("NOT ("+unreadable("i")+")", string(who.Person))
	}
	best := with + `, best AS (SELECT h.rank, d.id AS number, d.kind, d.subject_id, d.title AS document_title, d.text, d.updated_at, i.id, i.title, i.severity, i.status, i.impact_start,
 ROW_NUMBER() OVER (PARTITION BY d.incident_id ORDER BY h.rank DESC, d.id DESC) AS place FROM hits h JOIN search_documents d ON d.id = h.document JOIN incidents i ON i.id = d.incident_id` + c.where() + ") "
	c.text = []string{"place = 1"}
	if cursor != nil {
		rank, err := strconv.ParseFloat(cursor[0], 64)
		if err != nil {
			return none, badCursor()
		}
		number, err := strconv.ParseInt(cursor[1], 10, 64)
		if err != nil {
			return none, badCursor()
		}
		c.add("(rank, number) < (%s, %s)", rank, number)
	}
	type row struct {
		search.Found
		rank   float64
		number int64
	}
	var rows []row
	err = o.s.queryAll(ctx, best+"SELECT rank, number, kind, subject_id, document_title, text, updated_at, id, title, severity, status, impact_start FROM best"+c.where()+
		" ORDER BY rank DESC, number DESC"+c.limit(r.Size()+1), c.args, func(in *sql.Rows) error {
		var one row
		var updated, start moment
		d := &one.Document
		err := in.Scan(&one.rank, &one.number, &d.Kind, &d.Subject, &d.Title, &d.Text, &updated, &one.ID, &one.Case.Title, &one.Severity, &one.Status, &start)
		d.Incident, d.UpdatedAt, one.ImpactStart = one.ID, updated.orZero(), start.orZero()
		rows = append(rows, one)
		return err
	})
	if err != nil {
		return none, fail("search for incidents", err)
	}
	cut := page.Cut(r, filter, rows, func(one row) []string {
		return []string{strconv.FormatFloat(one.rank, 'g', -1, 64), strconv.FormatInt(one.number, 10)}
	})
	return page.Map(cut, func(one row) search.Found { return one.Found }), nil
}

// Case returns an incident that the reader may read.
func (o Search) Case(ctx context.Context, of id.ID, who search.Reader) (search.Case, error) {
	var c conditions
	c.add("i.id = %s", string(of))
	if !who.All {
		c.add("NOT ("+unreadable("i")+")", string(who.Person))
	}
	found, err := o.s.Incidents().rows(ctx, c.where(), c.args...)
	if err != nil {
		return search.Case{}, err
	}
	if len(found) == 0 {
		return search.Case{}, fault.Missing("incident", string(of))
	}
	return toCase(found[0]), nil
}

func toCase(i incident.Incident) search.Case {
	c := search.Case{ID: i.ID, Title: i.Title, Severity: string(i.Severity), Status: string(i.Status), ImpactStart: i.ImpactStart, Causes: i.Causes, Tags: i.Tags}
	for _, s := range i.Services {
		c.Services = append(c.Services, s.Service)
	}
	return c
}

// Like returns incidents that have one of the words, and the newest of the services.
func (o Search) Like(ctx context.Context, words []string, services []id.ID, who search.Reader, most int) ([]search.Case, error) {
	seen := map[id.ID]bool{}
	var out []search.Case
	take := func(found []incident.Incident, err error) error {
		for _, i := range found {
			if !seen[i.ID] {
				seen[i.ID] = true
				out = append(out, toCase(i))
			}
		}
		return err
	}
	readable := func(c *conditions) {
		if !who.All {
			c.add("NOT ("+unreadable("i")+")", string(who.Person))
		}
	}
	if len(words) > 0 {
		terms := make([]search.Term, len(words))
		for n, w := range words {
			terms[n] = search.Term{Words: []string{w}}
		}
		with, query := o.hits(terms, or)
		c := conditions{args: []any{query}}
		readable(&c)
		c.add("d.kind = %s", string(search.OfIncident))
		ids := []id.ID{}
		err := o.s.queryAll(ctx, with+" SELECT i.id FROM hits h JOIN search_documents d ON d.id = h.document JOIN incidents i ON i.id = d.incident_id"+c.where()+" ORDER BY h.rank DESC, d.id DESC"+c.limit(most), c.args, func(in *sql.Rows) error {
			var one id.ID
			err := in.Scan(&one)
			ids = append(ids, one)
			return err
		})
		if err != nil {
			return nil, fail("find incidents by any word", err)
		}
		if len(ids) > 0 {
			var c conditions
			c.in("i.id", texts(ids))
			readable(&c)
			if err := take(o.s.Incidents().rows(ctx, c.where(), c.args...)); err != nil {
				return nil, err
			}
		}
	}
	if len(services) > 0 {
		var c conditions
		for _, one := range services {
			c.args = append(c.args, string(one))
		}
		c.add("EXISTS (SELECT 1 FROM incident_services s WHERE s.incident_id = i.id AND s.service_id IN " + values(1, len(services)) + ")")
		readable(&c)
		if err := take(o.s.Incidents().rows(ctx, c.where()+" ORDER BY i.impact_start DESC, i.id DESC"+c.limit(most), c.args...)); err != nil {
			return nil, err
		}
	}
	return out, nil
}
