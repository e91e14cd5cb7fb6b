package catalog

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Parts is what a Service is made of.
type Parts struct {
	Store        Store
	Things       Things
	Crowd        Crowd
	Organisation Organisation
	People       People
	Runner       tx.Runner
	Authorizer   *access.Authorizer
	Recorder     access.Recorder
	Clock        clock.Clock
	// DeactivateLeavers has the tokens and sessions end of who is told no more.
	DeactivateLeavers bool
}

// Service is the use cases of catalogs. A portal by itself and administrators tell what a catalog
// says; everybody reads it.
type Service struct{ Parts }

// NewService returns the service made of its parts.
func NewService(p Parts) *Service { return &Service{p} }

func (c *Service) moment() time.Time { return clock.Round(c.Clock()) }

func (c *Service) telling(ctx context.Context) error {
	return c.Authorizer.Authorize(ctx, access.Sync, access.Object{Kind: access.KindCatalog})
}

func (c *Service) reading(ctx context.Context) error {
	return c.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindCatalog})
}

// Start begins a sync of the portal at that address. A full one supersedes an open full one.
func (c *Service) Start(ctx context.Context, portal string, full bool) (Sync, error) {
	if err := c.telling(ctx); err != nil {
		return Sync{}, err
	}
	var check fault.Check
	check.Require(portal != "", "/portal", portal, "must be the address of the portal, such as https://portal.example.org")
	check.Require(!strings.ContainsAny(portal, "?#"), "/portal", nil, "must be the address of the portal, without a query or fragment")
	registry.CheckURL(&check, "/portal", portal)
	if err := check.Err(); err != nil {
		return Sync{}, err
	}
	now := c.moment()
	s := Sync{
		ID: id.New(now), Portal: strings.TrimRight(portal, "/"), Full: full, State: Open,
		StartedBy: access.CallerFrom(ctx).Key(), StartedAt: now,
	}
	err := c.Runner.InTx(ctx, func(ctx context.Context) error {
		if full {
			if err := c.Store.Supersede(ctx, s.Portal, now); err != nil {
				return err
			}
		}
		return c.Store.CreateSync(ctx, s)
	})
	if err != nil {
		return Sync{}, fmt.Errorf("start a sync: %w", err)
	}
	return s, nil
}

// Get returns one sync.
func (c *Service) Get(ctx context.Context, sync id.ID) (Sync, error) {
	if err := c.reading(ctx); err != nil {
		return Sync{}, err
	}
	return c.sync(ctx, sync)
}

func (c *Service) sync(ctx context.Context, sync id.ID) (Sync, error) {
	s, err := c.Store.Sync(ctx, sync)
	if err != nil {
		return Sync{}, fmt.Errorf("read a sync: %w", err)
	}
	return s, nil
}

// Syncs lists the newest first.
func (c *Service) Syncs(ctx context.Context, r page.Request) (page.Page[Sync], error) {
	if err := c.reading(ctx); err != nil {
		return page.Page[Sync]{}, err
	}
	syncs, err := c.Store.Syncs(ctx, r)
	if err != nil {
		return page.Page[Sync]{}, fmt.Errorf("list syncs: %w", err)
	}
	return syncs, nil
}

// View is an entity with what it is here.
type View struct {
	Entity
	Resource Resource
}

// Entities lists entities by reference, each with what it is.
func (c *Service) Entities(ctx context.Context, f Filter, r page.Request) (page.Page[View], error) {
	none := page.Page[View]{}
	if err := c.reading(ctx); err != nil {
		return none, err
	}
	var check fault.Check
	access.CheckLine(&check, "query.query", f.Query, 0, registry.MaxName)
	if err := check.Err(); err != nil {
		return none, err
	}
	found, err := c.Store.Entities(ctx, f, r)
	if err != nil {
		return none, fmt.Errorf("list entities: %w", err)
	}
	w := newWorld(Sync{})
	if err := c.loadThings(ctx, w, found.Items); err != nil {
		return none, fmt.Errorf("read what entities are: %w", err)
	}
	return page.Map(found, func(e Entity) View { return View{Entity: e, Resource: w.resource(e)} }), nil
}

// keptFor is how long a sync that began is remembered.
const keptFor = 30 * 24 * time.Hour

// Prune removes syncs that began more than 30 days ago, and returns how many. What they told stays.
func (c *Service) Prune(ctx context.Context) (int, error) {
	before := c.moment().Add(-keptFor)
	pruned, err := tx.InChunks(ctx, c.Runner, tx.RowsAtOnce, func(ctx context.Context, limit int) (int, error) {
		return c.Store.PruneSyncs(ctx, before, limit)
	})
	if err != nil {
		return pruned, fmt.Errorf("prune syncs: %w", err)
	}
	return pruned, nil
}

// closed is the conflict over a sync that is open no more.
func closed(s Sync) error {
	return fault.New(fault.Conflict, "catalog_sync_closed", "the sync is %s; start another", s.State)
}
