package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io/fs"
	"time"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
	"github.com/evenkeel/evenkeel/scorecards/exemption"
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/scorecards/launch"
)

// Pools gives tests the pools of connections.
func (s *Store) Pools() (writer, reader *sql.DB) { return s.db.writer, s.db.reader }

// MigrateSQLite gives tests migrations of their own.
func MigrateSQLite(ctx context.Context, file string, files fs.FS) error {
	return migrateSQLite(ctx, file, files, func(*sql.DB) error { return nil })
}

// MigrateTo gives tests migrations of another version.
func (s *Store) MigrateTo(ctx context.Context, files fs.FS) error { return s.migrate(ctx, files) }

// Fail gives tests the turning of errors.
var Fail = fail

// Spied gives tests the same store that tells of each statement that ent reads by.
func (s *Store) Spied(saw func(text string, args []any)) *Store {
	spied := *s
	spied.ent = db.NewClient(db.Driver(spy{s.db, saw}))
	return &spied
}

type spy struct {
	*router
	saw func(text string, args []any)
}

func (s spy) Query(ctx context.Context, text string, args, v any) error {
	if args, ok := args.([]any); ok {
		s.saw(text, args)
	}
	return s.router.Query(ctx, text, args, v)
}

// Watched gives tests the same store on SQLite, and tells of each statement that it reads by; it is
// closed with the pool.
func (s *Store) Watched(saw func(text string, args []any)) (*Store, *sql.DB, error) {
	connector, err := sqliteConnector(s.file, readerPragmas)
	if err != nil {
		return nil, nil, err
	}
	pool := sql.OpenDB(watching{caching{connector}, saw})
	watched := *s
	watched.db = &router{dialect: s.db.dialect, writer: s.db.writer, reader: pool}
	watched.ent = db.NewClient(db.Driver(watched.db))
	return &watched, pool, nil
}

type watching struct {
	driver.Connector
	saw func(text string, args []any)
}

func (w watching) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := w.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return watchedConn{conn.(*cachingConn), w.saw}, nil
}

type watchedConn struct {
	*cachingConn
	saw func(text string, args []any)
}

func (c watchedConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	values := make([]any, len(args))
	for i, a := range args {
		values[i] = a.Value
	}
	c.saw(text, values)
	return c.cachingConn.QueryContext(ctx, text, args)
}

// NewestRuns finds the newest run of each job.
const NewestRuns = newestOfEach

// OpenedSince counts the issues that were opened lately.
const OpenedSince = openedSince

// The conditions on which runs are removed.
const (
	PrunableRuns        = prunable
	PrunableRoutineRuns = prunableRoutine
)

// The statements that find corrections in force: of all SLOs, and of one.
const (
	ActiveCorrections   = bounds + activeCorrections
	ActiveCorrectionsOf = corrections + activeCorrections + ofOne
)

// Counting gives tests the statements that count all issues.
func (s *Store) Counting(now time.Time) map[string][]any {
	t := s.Delivery().counting("", now)
	return map[string][]any{t.byState: nil, t.opened: t.days, t.closed: nil, t.waiting: nil, t.dead: {t.most}}
}

// Waiting, Lanes and DueFor give tests the statements that count and find what is to be sent.
const Waiting = waitingCounts

var Lanes = lanes

// DueFor is what finds what is due for a target.
func DueFor(target id.ID, now time.Time, limit int) (string, []any) {
	rest, args := due(target, now, limit)
	return "SELECT " + notificationColumns + " FROM notifications" + rest, args
}

// The statements that answers of the gate, rates and issues that are taken up again follow from.
const (
	AttachedTo   = attachedTo
	Surroundings = surroundings
	Lifts        = lifts
	IssueBefore  = issueBefore
)

// ListedAttestations gives tests the query of a list.
func ListedAttestations(service id.ID, fact string, now time.Time) (string, []any) {
	return listedAttestations(given.Filter{Service: service, Fact: fact}, now, "", 10)
}

// Kept gives tests the texts of the statements that SQLite's connections have prepared.
func (s *Store) Kept(ctx context.Context) ([]string, error) {
	var out []string
	for _, pool := range []*sql.DB{s.db.writer, s.db.reader} {
		conn, err := pool.Conn(ctx)
		if err != nil {
			return nil, err
		}
		err = errors.Join(conn.Raw(func(c any) error {
			for text := range c.(*cachingConn).byText {
				out = append(out, text)
			}
			return nil
		}), conn.Close())
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// SelectExemptions begins the statements that read exemptions.
const SelectExemptions = "SELECT " + exemptionColumns + " FROM exemptions e"

// ListedExemptions gives tests the query of a list of exemptions.
func ListedExemptions(f exemption.Filter, now time.Time) (string, []any) {
	rest, args := listedExemptions(f, now, nil, 10)
	return SelectExemptions + " " + rest, args
}

// SelectCampaigns begins the statements that read campaigns.
const SelectCampaigns = "SELECT " + campaignColumns + " FROM campaigns c"

// ListedCampaigns gives tests the query of a list of campaigns.
func (s *Store) ListedCampaigns(f campaign.Filter, now time.Time) (string, []any) {
	rest, args := s.Campaigns().listedCampaigns(f, now, "", 10)
	return SelectCampaigns + " " + rest, args
}

// SelectLaunches begins the statements that read launch reviews.
const SelectLaunches = "SELECT " + launchColumns + " FROM launch_reviews l"

// ListedLaunches gives tests the query of a list of launch reviews.
func ListedLaunches(f launch.Filter, now time.Time) (string, []any) {
	rest, args := listedLaunches(f, now, "", 10)
	return SelectLaunches + " " + rest, args
}
