package api

import (
	"context"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/change"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

type AlertPath struct {
	Alert string `path:"alert" maxLength:"26" doc:"Identifier of the alert."`
}

// AlertFilter narrows a list of alerts.
type AlertFilter struct {
	State    string    `query:"state" enum:"open,ended" doc:"Only alerts that last, or only those that ended."`
	Severity string    `query:"severity" enum:"page,ticket" doc:"Only alerts of this severity."`
	Kind     string    `query:"kind" enum:"1h/5m,6h/30m,1d/2h,3d/6h,absent" doc:"Only alerts of this burn pair, or of measurements that stay away."`
	Since    time.Time `query:"since" doc:"Only alerts that lasted then or later: that are open, or ended since." example:"2026-11-01T00:00:00Z"`
}

func (f AlertFilter) filter() alert.Filter {
	out := alert.Filter{Severity: budget.Severity(f.Severity), Kind: alert.Kind(f.Kind), Since: f.Since}
	if f.State != "" {
		open := f.State == "open"
		out.Open = &open
	}
	return out
}

func (a *API) addAlerts(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindAlert}
	type query struct {
		Paging
		AlertFilter
		Service string `query:"service" maxLength:"63" doc:"Only alerts of this service, by slug or identifier."`
		Team    string `query:"team" maxLength:"63" doc:"Only alerts of this team's services, by slug or identifier."`
	}
	register(a, operation{
		id: "listAlerts", method: http.MethodGet, path: "/v1/alerts", tag: "Alerts",
		summary: "List alerts", description: "The newest first.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[Alert], error) {
		f := in.filter()
		var err error
		if f.Service, f.Team, err = r.narrowed(ctx, in.Service, in.Team); err != nil {
			return nil, err
		}
		return r.listAlerts(ctx, f, in.Request())
	})

	type ofSLO struct {
		SLOPath
		Paging
		AlertFilter
	}
	register(a, operation{
		id: "listSLOAlerts", method: http.MethodGet, path: "/v1/services/{service}/slos/{slo}/alerts", tag: "Alerts",
		summary: "List the alerts of an SLO", description: "The newest first. Of an SLO with groups they are of the whole.", rule: read,
	}, func(ctx context.Context, in *ofSLO) (*list[Alert], error) {
		v, _, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		f := in.filter()
		f.SLO = v.SLO.ID
		return r.listAlerts(ctx, f, in.Request())
	})

	type burns struct {
		SLOPath
		Paging
	}
	register(a, operation{
		id: "listSLOChanges", method: http.MethodGet, path: "/v1/services/{service}/slos/{slo}/changes", tag: "Alerts",
		summary: "List which changes preceded which burn", rule: read,
		description: "For each alert of a burn rate of the SLO, the newest first, the changes of the service and of its hard dependencies that began within 6 hours before it, or within the long window of its burn pair where that is longer. That a change came before is not why the budget burned.",
	}, func(ctx context.Context, in *burns) (*list[BurnChanges], error) {
		v, _, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		found, err := r.Alerts.Alerts(ctx, alert.Filter{SLO: v.SLO.ID, Burns: true}, in.Request())
		if err != nil {
			return nil, err
		}
		shown, err := r.burns(ctx, found.Items)
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[BurnChanges]{Items: shown, Next: found.Next}, itself[BurnChanges]), nil
	})

	type alertReply struct{ Body Alert }
	shown := func(ctx context.Context, found alert.Alert, err error) (*alertReply, error) {
		body, err := single(ctx, found, err, r.alerts)
		if err != nil {
			return nil, err
		}
		return &alertReply{Body: body}, nil
	}
	register(a, operation{
		id: "getAlert", method: http.MethodGet, path: "/v1/alerts/{alert}", tag: "Alerts",
		summary: "Get an alert", description: "With its evidence, as it was when the alert started.", rule: read,
	}, func(ctx context.Context, in *AlertPath) (*alertReply, error) {
		found, err := r.Alerts.Alert(ctx, id.ID(in.Alert))
		return shown(ctx, found, err)
	})

	type acknowledge struct {
		AlertPath
		Body AcknowledgementInput
	}
	register(a, operation{
		id: "acknowledgeAlert", method: http.MethodPost, path: "/v1/alerts/{alert}/acknowledgement", tag: "Alerts", status: http.StatusOK,
		summary: "Acknowledge an alert", description: "Says that the caller looks after it: a person of the team that owns the service. The first acknowledgement stands, whoever repeats it; the reply has it. It changes nothing else, and may come after the end.",
		rule: access.Rule{Verb: access.Update, Kind: access.KindAlert},
	}, func(ctx context.Context, in *acknowledge) (*alertReply, error) {
		found, err := r.Alerts.Acknowledge(ctx, id.ID(in.Alert), in.Body.Note)
		return shown(ctx, found, err)
	})
}

func (r Rooms) listAlerts(ctx context.Context, f alert.Filter, p page.Request) (*list[Alert], error) {
	found, err := r.Alerts.Alerts(ctx, f, p)
	if err != nil {
		return nil, err
	}
	shown, err := r.alerts(ctx, found.Items)
	if err != nil {
		return nil, err
	}
	return listed(ctx, page.Page[Alert]{Items: shown, Next: found.Next}, itself[Alert]), nil
}

// alerts shows alerts with the names of what they are about.
func (r Rooms) alerts(ctx context.Context, alerts []alert.Alert) ([]Alert, error) {
	services, err := r.serviceNames(ctx, each(alerts, func(a alert.Alert) id.ID { return a.Service }))
	if err != nil {
		return nil, err
	}
	slos, err := r.SLOs.ViewsByID(ctx, distinct(each(alerts, func(a alert.Alert) id.ID { return a.SLO })))
	if err != nil {
		return nil, err
	}
	return each(alerts, func(a alert.Alert) Alert {
		return toAlert(a, services.ref(a.Service), ref(a.SLO, slos[a.SLO].SLO.Slug))
	}), nil
}

// burns shows alerts of burn rates with the changes before them.
func (r Rooms) burns(ctx context.Context, alerts []alert.Alert) ([]BurnChanges, error) {
	found, err := r.Changes.Burns(ctx, alerts)
	if err != nil {
		return nil, err
	}
	shown, err := r.alerts(ctx, alerts)
	if err != nil {
		return nil, err
	}
	var of []id.ID
	for _, b := range found {
		for _, c := range b.Changes {
			of = append(of, c.Service)
		}
	}
	services, err := r.serviceNames(ctx, of)
	if err != nil {
		return nil, err
	}
	out := make([]BurnChanges, len(found))
	for i, b := range found {
		out[i] = BurnChanges{Alert: shown[i], Since: b.Since, More: b.More, Changes: each(b.Changes, func(c change.Preceding) PrecedingChange {
			return PrecedingChange{Service: services.ref(c.Service), LeadSeconds: int64(c.Lead / time.Second), Change: toChange(c.Change)}
		})}
	}
	return out, nil
}

func toAlert(a alert.Alert, service, about Ref) Alert {
	e := a.Evidence
	out := Alert{
		ID: string(a.ID), Service: service, SLO: about, Kind: string(a.Kind), Severity: string(a.Severity),
		Open: a.EndedAt == nil, StartedAt: a.StartedAt, EndedAt: a.EndedAt, QuietSince: a.QuietSince,
		Evidence: AlertEvidence{
			SLORevisionID: string(e.Revision), Objective: e.Objective.String(), WindowDays: wholeDays(e.Period), WindowEnd: e.WindowEnd,
		},
	}
	if a.Ending != "" {
		ending := string(a.Ending)
		out.Ending = &ending
	}
	if k := a.Acknowledgement; k != nil {
		out.Acknowledgement = &AlertAcknowledgement{At: k.At, By: k.By, Note: k.Note}
	}
	pair := a.Kind.Pair()
	if pair == nil {
		out.Evidence.Silence = &SilenceEvidence{Latest: e.Latest, AfterSeconds: int64(e.After / time.Second)}
		return out
	}
	long, short, peak, _ := a.Burns()
	highest := peak.Float64()
	out.PeakRate = &highest
	out.Evidence.Burn = &BurnEvidence{
		Factor: pair.Factor(e.Period).Float64(), Long: toBurned(pair.Long, e.Long, e.Unit, long), Short: toBurned(e.ShortLength, e.Short, e.Unit, short), MinBadEvents: e.MinBadEvents,
	}
	return out
}

// wholeDays is a length in days, rounded: a calendar's window in which clocks are changed is
// an hour shorter or longer.
func wholeDays(length time.Duration) int { return int(length.Round(24*time.Hour) / (24 * time.Hour)) }

func toBurned(lookback time.Duration, s window.Sum, unit int64, rate budget.Ratio) BurnRate {
	burned := rate.Float64()
	return BurnRate{Lookback: budget.Short(lookback), Good: budget.Events(s.Good, unit), Total: budget.Events(s.Total, unit), Rate: &burned}
}

func toAlertTerms(t slo.AlertTerms) AlertTerms {
	out := AlertTerms{Off: t.Off.Names(), MinBadEvents: t.MinBadEvents}
	if out.Off == nil {
		out.Off = []string{}
	}
	return out
}

func toAlertTally(t alert.Tally) AlertTally {
	return AlertTally{Open: t.Total, Page: t.Severities[budget.Page], Ticket: t.Severities[budget.Ticket]}
}

// declares puts the alert terms of an input into a declaration.
func (in *AlertTermsInput) declares(d slo.Declaration) slo.Declaration {
	if in != nil {
		d.AlertsOff, d.MinBadEvents = in.Off, in.MinBadEvents
	}
	return d
}
