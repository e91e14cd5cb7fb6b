package alert

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Filter narrows a list of alerts; zero fields do not.
type Filter struct {
	Service  id.ID
	Team     id.ID
	SLO      id.ID
	Severity budget.Severity
	Kind     Kind
	Burns    bool // only those of burn pairs
	Open     *bool
	// Since leaves those that lasted then or later: that are open, or ended since.
	Since time.Time
}

// Store keeps alerts. Missing rows are NotFound.
type Store interface {
	// OpenAlertsOf returns those that last, of the SLOs, in any order.
	OpenAlertsOf(ctx context.Context, slos []id.ID) ([]Alert, error)
	// StartAlerts inserts many in few statements, but for those of which one lasts for
	// (SLO, kind) already.
	StartAlerts(ctx context.Context, alerts []Alert) error
	// CarryAlerts writes Revision, Peak, QuietSince, EndedAt and Ending of many in few
	// statements, but of those that ended meanwhile nothing.
	CarryAlerts(ctx context.Context, alerts []Alert) error
	// OpenAlertsOfRetired returns up to limit that last although their SLO or its service
	// is retired, the oldest first.
	OpenAlertsOfRetired(ctx context.Context, limit int) ([]Alert, error)

	Alert(ctx context.Context, alert id.ID) (Alert, error)
	// Alerts lists the newest first.
	Alerts(ctx context.Context, f Filter, r page.Request) (page.Page[Alert], error)
	// CountOpenAlerts counts those that last by severity, of the team's services, or of
	// all where no team is named.
	CountOpenAlerts(ctx context.Context, team id.ID) (map[budget.Severity]int, error)
	// AcknowledgeAlert writes an acknowledgement; false where there is one already.
	AcknowledgeAlert(ctx context.Context, alert id.ID, a Acknowledgement) (bool, error)
	// PruneAlerts removes up to limit that ended before the time.
	PruneAlerts(ctx context.Context, before time.Time, limit int) (int, error)
}

// SLOs tells what alerts are about. An slo.Store does.
type SLOs interface {
	View(ctx context.Context, slo id.ID) (slo.View, error)
	// ViewsByID returns those that exist, in any order.
	ViewsByID(ctx context.Context, slos []id.ID) ([]slo.View, error)
}

// Services tells whose a service is. A registry.Store does.
type Services interface {
	Service(ctx context.Context, service id.ID) (registry.Service, error)
	ServicesByID(ctx context.Context, services []id.ID) (map[id.ID]registry.Service, error)
}
