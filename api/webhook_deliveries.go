package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/issues/inbox"
)

type WebhookDeliveryPath struct {
	Delivery string `path:"delivery" maxLength:"64" doc:"Identifier of the delivery, as GitHub gave it." example:"72d3162e-cc78-11e3-81ab-4c9367dc0958"`
}

// addWebhookDeliveries adds what administrators see of webhooks that were kept.
func (a *API) addWebhookDeliveries(r Rooms) {
	type query struct {
		Paging
		State string `query:"state" enum:"waiting,worked,given_up" doc:"Only deliveries in this state."`
	}
	register(a, operation{
		id: "listWebhookDeliveries", method: http.MethodGet, path: "/v1/webhook-deliveries", tag: "Webhooks", summary: "List webhooks that came",
		description: "Those that came last first, as long as they are kept: see `retention.webhookDeliveries` in the configuration. What they said is not shown. Administrators only.",
		rule:        access.Rule{Verb: access.Read, Kind: access.KindWebhook},
	}, func(ctx context.Context, in *query) (*list[WebhookDelivery], error) {
		found, err := r.Inbox.List(ctx, inbox.Filter{State: inbox.State(in.State)}, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toWebhookDelivery), nil
	})

	// It takes no Idempotency-Key: what is read again twice is read again.
	type retried struct{ Body WebhookDelivery }
	register(a, operation{
		id: "retryWebhookDelivery", method: http.MethodPost, path: "/v1/webhook-deliveries/{delivery}/retry", tag: "Webhooks", status: http.StatusOK, summary: "Work a webhook off again",
		description: "One that was given up, or waits, is tried at the next run of the job `work-webhooks`, and as often as one that just came. Of one that was worked off nothing is kept that could be: 409. Administrators only.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindWebhook},
	}, func(ctx context.Context, in *WebhookDeliveryPath) (*retried, error) {
		d, err := r.Inbox.Retry(ctx, in.Delivery)
		if err != nil {
			return nil, err
		}
		return &retried{Body: toWebhookDelivery(d)}, nil
	})
}

func toWebhookDelivery(d inbox.Delivery) WebhookDelivery {
	return WebhookDelivery{
		ID: d.ID, Event: d.Event, Action: d.Action, Repository: d.Repository, State: string(d.State()), ReceivedAt: d.ReceivedAt, WorkedAt: d.WorkedAt,
		Attempts: d.Attempts, Error: d.Error, NextAttemptAt: d.DueAt,
	}
}
