package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/semaphore"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/incident"
	incidenthook "github.com/evenkeel/evenkeel/services/incident/hook"
)

// maxIncidentWebhooks is how many bytes of webhooks of incidents are held at the same time.
const maxIncidentWebhooks = 16 << 20

// IncidentWebhooks take what sources tell of incidents. *hook.Service is one.
type IncidentWebhooks interface {
	Receive(ctx context.Context, source incident.Source, header http.Header, body []byte) (incidenthook.Receipt, error)
}

// What webhooks of incidents came to that were not taken over.
const (
	incidentUnverified = "unverified"
	incidentUnmapped   = "service_unknown"
	incidentRefused    = "refused" // what they say will never do
	incidentFailed     = "failed"  // it may succeed when it is sent again
)

// HandleIncidentWebhooks adds the endpoint of each source to which it sends what becomes of its
// incidents. They are answered once that is committed: with 4xx what never will do, with 5xx what may
// do later.
func (a *API) HandleIncidentWebhooks(webhooks IncidentWebhooks) {
	outcomes := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "evenkeel_incident_webhooks_total", Help: "Webhooks of incidents that came, by source and by what they came to.",
	}, []string{"source", "outcome"})
	a.cfg.Registry.MustRegister(outcomes)
	room := semaphore.NewWeighted(maxIncidentWebhooks)
	for _, source := range incident.Sources {
		for _, o := range []string{
			string(incident.Entered), string(incident.Updated), string(incident.Unchanged), string(incident.Late), string(incidenthook.Ignored),
			incidentUnverified, incidentUnmapped, incidentRefused, incidentFailed,
		} {
			outcomes.WithLabelValues(string(source), o) // from the start, so that rates see the first
		}
		count := func(outcome string) { outcomes.WithLabelValues(string(source), outcome).Inc() }
		h := a.hook("/webhooks/incidents/"+string(source), incidenthook.MaxBody, []string{mediaJSON})
		h.name, h.challenge, h.room = "webhooks of "+string(source), incidenthook.Challenge(source), room
		h.reason = "it is not proved by the secret that is configured for " + string(source)
		h.refused = func(err error) { count(incidentRefusal(err)) }
		h.take = func(ctx context.Context, header http.Header, body []byte) (hookAnswer, error) {
			receipt, err := webhooks.Receive(ctx, source, header, body)
			if err != nil {
				return hookAnswer{}, err
			}
			count(string(receipt.Outcome))
			return hookAnswer{http.StatusOK, webhookReceipt{Outcome: string(receipt.Outcome), Incident: string(receipt.Incident)}}, nil
		}
	}
}

func incidentRefusal(err error) string {
	e := fault.As(err)
	if p := (*Problem)(nil); errors.As(err, &p) && p.Status < http.StatusInternalServerError {
		return incidentRefused // too large, of another media type, too many
	}
	switch {
	case e == nil || e.Kind == fault.Unavailable || e.Kind == fault.Full || e.Kind == fault.Limited:
		return incidentFailed
	case e.Kind == fault.Unauthenticated:
		return incidentUnverified
	case e.Code == "service_unknown":
		return incidentUnmapped
	}
	return incidentRefused
}
