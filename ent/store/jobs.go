package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/jobs"
)

// Jobs is the store of package jobs.
type Jobs struct{ s *Store }

var _ jobs.Store = Jobs{}

// Jobs returns the view of the store that package jobs declares.
func (s *Store) Jobs() Jobs { return Jobs{s} }

// takeLease inserts the lease, or takes it over when it expired, or renews it for
// its holder; a holder that comes back after it expired gets a new epoch, because
// others may have had it in between without a trace. It is one statement, which the
// server ends by itself: in a transaction of several, a process that stalls while it
// waits for the row would hold it afterwards.
const takeLease = `INSERT INTO leases (name, holder, epoch, expires_at) VALUES ($1, $2, 1, %[2]s)
ON CONFLICT (name) DO UPDATE SET
 epoch = CASE WHEN leases.holder = excluded.holder AND leases.expires_at > %[1]s THEN leases.epoch ELSE leases.epoch + 1 END,
 holder = excluded.holder, expires_at = excluded.expires_at
WHERE leases.holder = excluded.holder OR leases.expires_at <= %[1]s
RETURNING epoch, expires_at`

// The statements with the time of leases: the server's on PostgreSQL, where
// replicas on several machines share them, and this machine's on SQLite, where one
// process has the database to itself.
var (
	takeLeasePostgres = fmt.Sprintf(takeLease, "clock_timestamp()", "clock_timestamp() + $3 * interval '1 microsecond'")
	takeLeaseSQLite   = fmt.Sprintf(takeLease, "$4", "$3")
)

// TakeLease takes or renews the lease.
func (j Jobs) TakeLease(ctx context.Context, name, holder string, ttl time.Duration) (jobs.Lease, error) {
	statement, args := takeLeasePostgres, []any{name, holder, ttl.Microseconds()}
	if !j.s.postgres() {
		now := clock.System()
		statement, args = takeLeaseSQLite, []any{name, holder, now.Add(ttl), now}
	}
	l := jobs.Lease{Name: name, Holder: holder}
	err := j.s.queryOne(ctx, statement, args, &l.Epoch, &l.ExpiresAt)
	if errors.Is(err, sql.ErrNoRows) {
		return l, fault.New(fault.Conflict, "lease_held", "the lease %q is held by another", name)
	}
	l.ExpiresAt = utc(l.ExpiresAt)
	return l, fail("take a lease", err)
}

// HoldsLease reports whether the lease has that epoch and has not expired.
func (j Jobs) HoldsLease(ctx context.Context, name string, epoch int64) (bool, error) {
	const holds = "SELECT COUNT(*) FROM leases WHERE name = $1 AND epoch = $2 AND expires_at > %s"
	statement, args := fmt.Sprintf(holds, "clock_timestamp()"), []any{name, epoch}
	if !j.s.postgres() {
		statement, args = fmt.Sprintf(holds, "$3"), append(args, clock.System())
	}
	n := 0
	err := j.s.queryOne(ctx, statement, args, &n)
	return n > 0, fail("look whether a lease holds", err)
}

// ReleaseLease lets the lease expire now when the epoch is the current one.
func (j Jobs) ReleaseLease(ctx context.Context, name string, epoch int64) error {
	const release = "UPDATE leases SET expires_at = %[1]s WHERE name = $1 AND epoch = $2 AND expires_at > %[1]s"
	statement, args := fmt.Sprintf(release, "clock_timestamp()"), []any{name, epoch}
	if !j.s.postgres() {
		statement, args = fmt.Sprintf(release, "$3"), append(args, clock.System())
	}
	_, err := j.s.exec(ctx, statement, args...)
	return fail("release a lease", err)
}

// ReleaseLeases lets all leases expire now on SQLite, for a process that has just
// opened it: whoever held them had the data directory before, and is gone. On
// PostgreSQL, which others may use, it does nothing.
func (j Jobs) ReleaseLeases(ctx context.Context) error {
	if j.s.postgres() {
		return nil
	}
	_, err := j.s.exec(ctx, "UPDATE leases SET expires_at = $1 WHERE expires_at > $1", clock.System())
	return fail("release the leases of an earlier process", err)
}

// Leases returns all that were ever taken, by name.
func (j Jobs) Leases(ctx context.Context) (map[string]jobs.Lease, error) {
	rows, err := j.s.ent.Lease.Query().All(ctx)
	if err != nil {
		return nil, fail("read leases", err)
	}
	out := make(map[string]jobs.Lease, len(rows))
	for _, l := range rows {
		out[l.Name] = jobs.Lease{Name: l.Name, Holder: l.Holder, Epoch: l.Epoch, ExpiresAt: utc(l.ExpiresAt)}
	}
	return out, nil
}

// ClockOffset is how far the clock that leases go by is ahead of a process' own:
// that of the middle between asking and being answered.
func (j Jobs) ClockOffset(ctx context.Context, own clock.Clock) (time.Duration, error) {
	if !j.s.postgres() {
		return 0, nil
	}
	asked := own()
	var now time.Time
	if err := j.s.queryOne(ctx, "SELECT clock_timestamp()", nil, &now); err != nil {
		return 0, fail("read the server's clock", err)
	}
	return now.Sub(asked) - own().Sub(asked)/2, nil
}
