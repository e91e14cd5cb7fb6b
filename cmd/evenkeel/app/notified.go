package app

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/secret"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/jobs"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/notify"
	"github.com/evenkeel/evenkeel/services/notify/carry"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/gate"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/source"
)

// furnishNotifications has what is in the outbox told, by the courier and in digests.
func (a *App) furnishNotifications(reader *prometheus.Reader) {
	s, c := a.Store, a.opts.Config
	carrier := carry.New(carry.Parts{
		Secrets: secret.New(c.SecretsDir, os.LookupEnv),
		Reach:   outbound.Reach{AllowLoopback: c.Notifications.AllowLoopback, Denied: outbound.Private(), Besides: c.Notifications.AllowCIDRs},
		Source:  a.opts.BaseURL, Mail: a.mail(), MailPassword: c.SMTP.Password.Reveal, Clock: a.now, Logger: a.log,
	})
	settings := a.notifying()
	a.Notifications = notify.NewService(notify.Parts{
		Store: s.Notify(), Teams: s.Registry(), People: s.Access(), Carrier: carrier,
		Runner: s, Authorizer: a.authorizer, Recorder: a.Audit, Clock: a.sharedNow, Settings: settings,
		Restricted: unreadable{a.Incidents},
	})
	parts := notify.CourierParts{
		Store: s.Notify(), Teams: s.Registry(), People: s.Access(), Carrier: carrier, Runner: s, Settings: settings,
		Rules:      &installed{slos: s.SLO(), services: s.Registry(), sources: s.Sources(), reader: reader, now: a.now, kept: map[id.ID]rules{}},
		Restricted: restricted{s.Incidents()}, Personal: a.Toil, Clock: a.sharedNow, Logger: a.log,
	}
	a.teller = notify.NewCourier(parts)
	a.digests = &notify.Digests{CourierParts: parts, Things: things{a}}
}

// mail is the server that takes e-mail.
func (a *App) mail() carry.Mail {
	c := a.opts.Config.SMTP
	return carry.Mail{Host: c.Host, Port: c.Port, Security: carry.Security(c.Security), Username: c.Username, Password: c.Password.Reveal(), From: c.From}
}

// notifying are the operator's settings of notifications.
func (a *App) notifying() notify.Settings {
	c := a.opts.Config.Notifications
	return notify.Settings{Mode: notify.Mode(c.Mode), PerHour: c.PerHour, Mails: a.mail().Configured()}
}

// notify routes and sends what was told.
func (a *App) notify(ctx context.Context) (jobs.Result, error) {
	counts, err := a.teller.RunOnce(ctx)
	return jobs.Result(counts), err
}

// digest writes digests.
func (a *App) digest(ctx context.Context) (jobs.Result, error) {
	counts, err := a.digests.RunOnce(ctx)
	return jobs.Result(counts), err
}

// installed finds the alerting rules of data sources. They are asked for once a minute.
type installed struct {
	slos interface {
		View(context.Context, id.ID) (slo.View, error)
	}
	services interface {
		Service(context.Context, id.ID) (registry.Service, error)
	}
	sources interface {
		Source(context.Context, id.ID) (source.Source, error)
	}
	reader *prometheus.Reader
	now    clock.Clock

	mu   sync.Mutex
	kept map[id.ID]rules // by data source
}

type rules struct {
	asked time.Time
	rules []prometheus.Rule
	err   error
}

var _ notify.Rules = (*installed)(nil)

// ruleLabels are the labels by which rules name the service and the SLO that they are
// about, and the severity: our own, and Sloth's.
var ruleLabels = []struct{ service, slo, severity string }{
	{"evenkeel_service", "evenkeel_slo", "severity"},
	{"sloth_service", "sloth_slo", "sloth_severity"},
}

// Alerting returns the name of a rule that alerts of the SLO.
func (i *installed) Alerting(ctx context.Context, of id.ID, severity string) (string, error) {
	view, err := i.slos.View(ctx, of)
	if err != nil {
		return "", err
	}
	from := view.Indicator.Origin.DataSource
	if from == "" {
		return "", nil
	}
	service, err := i.services.Service(ctx, view.SLO.Service)
	if err != nil {
		return "", err
	}
	src, err := i.sources.Source(ctx, from)
	if err != nil || src.Kind != source.Prometheus || src.RetiredAt != nil {
		return "", err
	}
	found := i.rules(ctx, src)
	if found.err != nil {
		return "", fmt.Errorf("ask the data source %s for its rules: %w", src.Slug, found.err)
	}
	for _, rule := range found.rules {
		for _, l := range ruleLabels {
			if rule.Labels[l.service] != service.Slug || rule.Labels[l.slo] != view.SLO.Slug {
				continue
			}
			if said := rule.Labels[l.severity]; said == "" || said == severity {
				return rule.Name, nil
			}
		}
	}
	return "", nil
}

// rulesWithin is how long a data source is asked for its rules, while all that is told waits.
const rulesWithin = 3 * time.Second

func (i *installed) rules(ctx context.Context, src source.Source) rules {
	i.mu.Lock()
	defer i.mu.Unlock()
	now := i.now()
	if known, ok := i.kept[src.ID]; ok && now.Sub(known.asked) < time.Minute {
		return known
	}
	asking, cancel := context.WithTimeout(ctx, rulesWithin)
	defer cancel()
	found, err := i.reader.AlertingRules(asking, src)
	i.kept[src.ID] = rules{i.now(), found, err}
	return i.kept[src.ID]
}

// things are what is open of a team, for its digest.
type things struct{ app *App }

var _ notify.Things = things{}

// Things returns open violations, overrides that nobody reviewed, and budgets at risk.
func (t things) Things(ctx context.Context, team id.ID) ([]notify.Thing, error) {
	ctx = access.WithCaller(ctx, access.System("notifications"))
	out, err := t.violations(ctx, team)
	if err != nil {
		return nil, err
	}
	reviews, err := t.reviews(ctx, team)
	if err != nil {
		return nil, err
	}
	risks, err := t.risks(ctx, team)
	return append(append(out, reviews...), risks...), err
}

func (t things) violations(ctx context.Context, team id.ID) ([]notify.Thing, error) {
	open := true
	found, err := t.app.Policies.Violations(ctx, policy.ViolationFilter{Team: team, Open: &open}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return nil, err
	}
	var services, slos []id.ID
	for _, v := range found.Items {
		services, slos = append(services, v.Service), append(slos, v.SLO)
	}
	owners, err := t.app.Registry.ServicesByID(ctx, services)
	if err != nil {
		return nil, err
	}
	views, err := t.app.SLOs.ViewsByID(ctx, slos)
	if err != nil {
		return nil, err
	}
	var out []notify.Thing
	for _, v := range found.Items {
		name := owners[v.Service].Slug + "/" + views[v.SLO].SLO.Slug
		out = append(out, notify.Thing{
			Order: notify.OrderViolation, Title: "Bring " + name + " back within its budget",
			Text: fmt.Sprintf("It breaks the clause %s since %s, when it had consumed %s %% of it.", v.Clause, v.OpenedAt.Format(time.DateOnly), v.Evidence.ConsumedPercent),
			Link: "/violations/" + string(v.ID),
		})
	}
	return out, nil
}

func (t things) reviews(ctx context.Context, team id.ID) ([]notify.Thing, error) {
	found, err := t.app.Gate.Overrides(ctx, gate.OverrideFilter{Team: team, Unreviewed: true}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return nil, err
	}
	var services []id.ID
	for _, o := range found.Items {
		services = append(services, o.Service)
	}
	owners, err := t.app.Registry.ServicesByID(ctx, services)
	if err != nil {
		return nil, err
	}
	var out []notify.Thing
	for _, o := range found.Items {
		service := owners[o.Service]
		out = append(out, notify.Thing{
			Order: notify.OrderReview, Title: "Review the override of the freeze of " + service.Slug,
			Text: fmt.Sprintf("%s lifted it on %s; another person is to look at it by %s.", o.By, o.At.Format(time.DateOnly), o.ReviewDue().Format(time.DateOnly)),
			Link: "/services/" + service.Slug,
		})
	}
	return out, nil
}

func (t things) risks(ctx context.Context, team id.ID) ([]notify.Thing, error) {
	found, err := t.app.SLOs.Views(ctx, slo.Filter{Team: team, State: budget.AtRisk, Order: slo.ByRemaining}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return nil, err
	}
	var services []id.ID
	for _, v := range found.Items {
		services = append(services, v.SLO.Service)
	}
	owners, err := t.app.Registry.ServicesByID(ctx, services)
	if err != nil {
		return nil, err
	}
	var out []notify.Thing
	for _, v := range found.Items {
		service := owners[v.SLO.Service].Slug
		out = append(out, notify.Thing{
			Order: notify.OrderAtRisk, Title: "Look at what burns the budget of " + service + "/" + v.SLO.Slug, Text: "At this rate it is exhausted before its window ends.",
			Link: "/services/" + service + "/slos/" + v.SLO.Slug,
		})
	}
	return out, nil
}
