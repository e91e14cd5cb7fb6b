package bench

import (
	"bytes"
	"context"
	"crypto/subtle"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// yardstick is what the program is measured against: the same operations
// as somebody would write them by hand, over net/http's own router, database/sql
// with every statement prepared, and encoding/json. It works on the program's own
// database, so that both read and write the same rows. What it does as the
// program does:
//
//   - Authentication: the token's text is taken apart by the same code, one query
//     joins token and person, the SHA-256 of the secret is compared in constant
//     time, revocation, expiry, deactivation and scopes are looked at.
//   - Authorisation of writes: one query for the membership of the owning team.
//   - Durability: the same drivers, pools and pragmas, immediate transactions with
//     synchronous=FULL on SQLite, READ COMMITTED with the same row locks on
//     PostgreSQL, and the same rows are written: head and audit entry; segment and
//     note of the change.
//   - Replies: the same fields, status and ETag. The types of package api are
//     used; equal_test.go compares the replies of both.
//   - The access log: the same attributes to the same log.
//
// What it leaves out is what the program is for: metrics, request ids, security
// headers, problems with pointers, strict JSON, rules about fields, former names,
// tracing, fences, measuring itself.
type yardstick struct {
	reader, writer *sql.DB
	postgres       bool
	now            func() time.Time
	log            *slog.Logger
	router         *http.ServeMux

	// Statements of readers, and those that run in transactions of the writer's.
	token, one, list, target, member                      *sql.Stmt
	head, writerMember, system, update, audit, decision   *sql.Stmt
	series, newSeries, segment, newSegment, put, noteThat *sql.Stmt
}

func newYardstick(tb testing.TB, h *house) *yardstick {
	tb.Helper()
	y := &yardstick{postgres: h.database.url != "", now: h.clock.Now, log: slog.New(h.log), router: http.NewServeMux()}
	y.reader, y.writer = y.pools(tb, h.database)
	y.prepare(tb)
	y.router.HandleFunc("GET /v1/services/{service}", y.authenticated(access.ScopeRead, y.getService))
	y.router.HandleFunc("GET /v1/services", y.authenticated(access.ScopeRead, y.listServices))
	y.router.HandleFunc("PUT /v1/services/{service}", y.authenticated(access.ScopeWrite, y.putService))
	y.router.HandleFunc("POST /v1/services/{service}/gate/decisions", y.authenticated(access.ScopePush, y.decide))
	y.router.HandleFunc("POST /v1/services/{service}/slos/{slo}/measurements", y.authenticated(access.ScopePush, y.push))
	return y
}

// pools opens the database with the pragmas and pools of package store.
func (y *yardstick) pools(tb testing.TB, at location) (reader, writer *sql.DB) {
	tb.Helper()
	if y.postgres {
		separator := "?"
		if strings.Contains(at.url, "?") {
			separator = "&"
		}
		pool, err := sql.Open("pgx", at.url+separator+"timezone=UTC")
		check(tb, err)
		pool.SetMaxOpenConns(20)
		pool.SetMaxIdleConns(20)
		tb.Cleanup(func() { check(tb, pool.Close()) })
		return pool, pool
	}
	pool := func(connections int, pragmas ...string) *sql.DB {
		query := url.Values{"_pragma": pragmas, "_txlock": {"immediate"}, "_time_format": {"sqlite"}, "_timezone": {"UTC"}}
		db, err := sql.Open("sqlite", "file:"+filepath.Join(at.dir, store.FileName)+"?"+query.Encode())
		check(tb, err)
		db.SetMaxOpenConns(connections)
		db.SetMaxIdleConns(connections)
		tb.Cleanup(func() { check(tb, db.Close()) })
		var synchronous, journal string
		check(tb, db.QueryRow("PRAGMA synchronous").Scan(&synchronous))
		check(tb, db.QueryRow("PRAGMA journal_mode").Scan(&journal))
		if synchronous != "2" || journal != "wal" {
			tb.Fatalf("synchronous is %s instead of 2 (FULL), the journal %s instead of wal", synchronous, journal)
		}
		return db
	}
	writer = pool(1, "busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "cache_size(-16000)", "temp_store(2)")
	reader = pool(8, "busy_timeout(5000)", "synchronous(FULL)", "foreign_keys(1)", "cache_size(-4000)", "temp_store(2)", "query_only(1)")
	return reader, writer
}

func (y *yardstick) prepare(tb testing.TB) {
	tb.Helper()
	lock := func(clause string) string {
		if y.postgres {
			return clause
		}
		return "" // SQLite's one writer is the lock
	}
	prepare := func(db *sql.DB, query string) *sql.Stmt {
		if !y.postgres {
			query = strings.ReplaceAll(query, "$", "?")
		}
		s, err := db.Prepare(query)
		check(tb, err)
		tb.Cleanup(func() { check(tb, s.Close()) })
		return s
	}
	y.token = prepare(y.reader, tokenQuery)
	y.one = prepare(y.reader, serviceQuery+" WHERE v.slug = $1")
	y.list = prepare(y.reader, serviceQuery+" WHERE v.retired_at IS NULL AND v.slug > $1 ORDER BY v.slug LIMIT $2")
	y.target = prepare(y.reader, targetQuery)
	y.member = prepare(y.reader, memberQuery)

	y.head = prepare(y.writer, serviceQuery+" WHERE v.slug = $1")
	y.writerMember = prepare(y.writer, memberQuery)
	y.system = prepare(y.writer, "SELECT id FROM systems WHERE slug = $1")
	y.update = prepare(y.writer, updateService)
	y.audit = prepare(y.writer, insertAudit)
	y.decision = prepare(y.writer, `INSERT INTO gate_decisions (id, service_id, class, change_version, link, answer, verdict, decided_at, decided_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)
	y.series = prepare(y.writer, "SELECT id, folded_until FROM series WHERE indicator_id = $1 AND reporter = $2 AND group_value = ''"+lock(" FOR SHARE"))
	y.newSeries = prepare(y.writer, `INSERT INTO series (id, indicator_id, reporter, group_value, resolution_s, folded_until, created_at) VALUES ($1, $2, $3, '', $4, $5, $6)
ON CONFLICT (indicator_id, reporter, group_value) DO NOTHING`)
	y.segment = prepare(y.writer, "SELECT data FROM segments WHERE series_id = $1 AND span_s = $2 AND start_s = $3"+lock(" FOR UPDATE"))
	y.newSegment = prepare(y.writer, "INSERT INTO segments (series_id, span_s, start_s) VALUES ($1, $2, $3) ON CONFLICT (series_id, span_s, start_s) DO NOTHING")
	y.put = prepare(y.writer, `INSERT INTO segments (series_id, span_s, start_s, data) VALUES ($1, $2, $3, $4)
ON CONFLICT (series_id, span_s, start_s) DO UPDATE SET data = excluded.data`)
	y.noteThat = prepare(y.writer, "INSERT INTO segment_changes (series_id, span_s, start_s) VALUES ($1, $2, $3)")
}

// ServeHTTP answers a request.
func (y *yardstick) ServeHTTP(w http.ResponseWriter, r *http.Request) { y.router.ServeHTTP(w, r) }

const (
	tokenQuery = `SELECT t.name, t.kind, t.scopes, t.hash, t.expires_at, t.revoked_at, p.id, p.display_name, p.administrator, p.deactivated_at
FROM tokens t LEFT JOIN people p ON p.id = t.person_id AND t.kind = 'personal' WHERE t.id = $1`
	memberQuery = "SELECT EXISTS (SELECT 1 FROM members WHERE team_id = $1 AND person_id = $2)"
)

// caller is who calls.
type caller struct {
	person, token id.ID
	name          string
	administrator bool
}

// refusal is why a request is not answered with what it asked for.
type refusal struct {
	status int
	text   string
}

func (r refusal) Error() string { return r.text }

// operation does what a request asks for and writes the reply.
type operation func(w http.ResponseWriter, r *http.Request, c caller) (bytes int, err error)

// authenticated lets an operation be done by who has the scope.
func (y *yardstick) authenticated(scope access.Scope, do operation) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		c, err := y.authenticate(r, scope)
		n := 0
		if err == nil {
			n, err = do(w, r, c)
		}
		status := http.StatusOK
		if err != nil {
			status = http.StatusInternalServerError
			if why := (refusal{}); errors.As(err, &why) {
				status = why.status
			}
			http.Error(w, err.Error(), status)
		}
		if y.log.Enabled(r.Context(), slog.LevelInfo) {
			y.log.LogAttrs(r.Context(), slog.LevelInfo, "request",
				slog.String("method", r.Method),
				slog.String("route", r.Pattern),
				slog.String("path", r.URL.Path),
				slog.Int("status", status),
				slog.Int("bytes", n),
				slog.Duration("duration", time.Since(began)),
				slog.String("caller", "person:"+string(c.person)))
		}
	}
}

func (y *yardstick) authenticate(r *http.Request, scope access.Scope) (caller, error) {
	refused := refusal{http.StatusUnauthorized, "the token is not one that is valid here"}
	text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return caller{}, refused
	}
	token, secret, err := access.ParseToken(text)
	if err != nil {
		return caller{}, refused
	}
	var (
		name, kind           string
		rawScopes, hash      []byte
		expires              time.Time
		revoked, deactivated sql.NullTime
		person, display      sql.NullString
		administrator        sql.NullBool
		scopes               []access.Scope
	)
	err = y.token.QueryRowContext(r.Context(), string(token)).Scan(&name, &kind, &rawScopes, &hash, &expires, &revoked, &person, &display, &administrator, &deactivated)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return caller{}, err
	}
	if subtle.ConstantTimeCompare(secret.Hash(), hash) != 1 || err != nil {
		return caller{}, refused
	}
	if revoked.Valid || deactivated.Valid || !person.Valid || !y.now().Before(expires) {
		return caller{}, refused
	}
	if err := json.Unmarshal(rawScopes, &scopes); err != nil {
		return caller{}, err
	}
	if !slices.Contains(scopes, scope) && !slices.Contains(scopes, access.ScopeWrite) && !slices.Contains(scopes, access.ScopeAdmin) {
		return caller{}, refusal{http.StatusForbidden, "the token lacks the scope " + string(scope)}
	}
	return caller{person: id.ID(person.String), token: token, name: display.String, administrator: administrator.Bool && slices.Contains(scopes, access.ScopeAdmin)}, nil
}

// mayChange asks whether the caller belongs to the team.
func mayChange(ctx context.Context, member *sql.Stmt, team string, c caller) error {
	if c.administrator {
		return nil
	}
	var is bool
	if err := member.QueryRowContext(ctx, team, string(c.person)).Scan(&is); err != nil {
		return err
	}
	if !is {
		return refusal{http.StatusForbidden, "only members of the owning team and administrators may do that"}
	}
	return nil
}

// inTx does something in a transaction of the writer's.
func (y *yardstick) inTx(ctx context.Context, do func(tx *sql.Tx) error) error {
	tx, err := y.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// reply writes a JSON text of known length.
func reply(w http.ResponseWriter, version int64, body any) (int, error) {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		return 0, err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(buf.Len()))
	if version > 0 {
		h.Set("ETag", fmt.Sprintf(`"%d"`, version))
	}
	return w.Write(buf.Bytes())
}

// read takes a body in, of fields that are known and nothing behind it.
func read(w http.ResponseWriter, r *http.Request, into any) error {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 8<<20))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return refusal{http.StatusUnprocessableEntity, err.Error()}
	}
	return nil
}
