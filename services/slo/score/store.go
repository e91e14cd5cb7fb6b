package score

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/slo"
)

// Store keeps forecasts and what came of them.
type Store interface {
	// Due returns up to limit of those whose time was over before then, by SLO.
	Due(ctx context.Context, before time.Time, limit int) ([]Forecast, error)
	// Latest returns the one that was made last of each of the SLOs and horizons, where there
	// is one and it is of the SLO's current revision.
	Latest(ctx context.Context, slos []id.ID) ([]Forecast, error)
	// Keep writes many in few statements, but for those there are already of the same SLO,
	// horizon and From.
	Keep(ctx context.Context, made []Forecast) error
	// Settle removes them, and counts each in its bin.
	Settle(ctx context.Context, settled []Settled) error
	// Accounts returns what came of those of the SLO, or of all where none is named, for
	// every horizon.
	Accounts(ctx context.Context, slo id.ID) ([]Account, error)
}

// SLOs tells what forecasts are of. An slo.Store does.
type SLOs interface {
	ActiveViews(ctx context.Context, after id.ID, limit int) ([]slo.View, error)
	ViewsByID(ctx context.Context, slos []id.ID) ([]slo.View, error)
}

// Budgets makes forecasts, and knows what became of budgets; see slo.Service, which is one.
type Budgets interface {
	Outlooks(ctx context.Context, views []slo.View) ([]slo.Outlook, error)
	Outcomes(ctx context.Context, of []slo.Horizon) ([]slo.Outcome, error)
}
