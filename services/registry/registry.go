package registry

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
)

// People knows the people who become members.
type People interface {
	Person(ctx context.Context, person id.ID) (access.Person, error)
}

// Registry is the use cases of the organisation. Names given to it as strings
// are slugs or identifiers; versions are those that the caller read, and a
// change of another version is Precondition. Every method authorises the
// context's caller, every change is audited in its own transaction.
type Registry struct {
	store      Store
	people     People
	runner     tx.Runner
	authorizer *access.Authorizer
	recorder   access.Recorder
	now        clock.Clock
	endings    []Ending
	holders    []Holder
	composites Composites // may be nil
	guard      Guard      // may be nil
}

// New returns the registry over a store.
func New(store Store, people People, runner tx.Runner, authorizer *access.Authorizer, recorder access.Recorder, now clock.Clock) *Registry {
	return &Registry{store: store, people: people, runner: runner, authorizer: authorizer, recorder: recorder, now: now}
}

// OnRetirement tells e of every retirement and restoration, in the order of the
// calls. It is called while the program is put together, before the first use.
func (r *Registry) OnRetirement(e Ending) { r.endings = append(r.endings, e) }

// Holder counts what hangs on a service in another domain, such as its SLOs and
// open violations, for the previews of a transfer and a retirement.
type Holder interface {
	Holdings(ctx context.Context, service id.ID) ([]Holding, error)
}

// Holding is a number of things of one noun: "slo", "open_violation".
type Holding struct {
	Noun  string
	Count int
}

// CountHoldings lets h count in previews. It is called while the program is put
// together, before the first use.
func (r *Registry) CountHoldings(h Holder) { r.holders = append(r.holders, h) }

// Composites counts the composite SLOs that have SLOs of a service as members, for the
// preview of its retirement.
type Composites interface {
	Composed(ctx context.Context, service id.ID) (int, error)
}

// CountComposites lets c count in previews. It is called while the program is put together,
// before the first use.
func (r *Registry) CountComposites(c Composites) { r.composites = c }

// Guard knows which changes of a service need more than its owner; see proposal.Service,
// which is one.
type Guard interface {
	// Updating returns why the service may not get the profile by the caller alone, or nil.
	Updating(ctx context.Context, before Service, after Profile, now time.Time) error
	// Ending returns why it may not be retired by the caller alone, or nil.
	Ending(ctx context.Context, s Service) error
}

// GuardWith has an update, and a retirement, asked for before it is written. It is called while the program
// is put together, before the first use.
func (r *Registry) GuardWith(g Guard) { r.guard = g }

// moment reads the clock for something that is stored.
func (r *Registry) moment() time.Time { return clock.Round(r.now()) }

// read authorises reading a kind, which asks no object: it is open to the organisation.
func (r *Registry) read(ctx context.Context, kind access.Kind) error {
	return r.authorizer.Authorize(ctx, access.Read, access.Object{Kind: kind})
}

// checkQuery requires the words of a search to be searchable.
func checkQuery(query string) error {
	var check fault.Check
	access.CheckLine(&check, "query.query", query, 0, MaxName)
	return check.Err()
}
