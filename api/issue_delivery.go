package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

// addIssueDelivery adds the kill switch of issues.
func (a *API) addIssueDelivery(r Rooms) {
	register(a, operation{
		id: "getIssueDelivery", method: http.MethodGet, path: "/v1/issue-delivery", tag: "Issues", summary: "Say whether issues are sent",
		description: "By kind: how far Evenkeel goes with it, and who stopped it, why and since when. Its ETag is of what administrators stopped; what the configuration says changes without it, so that there is no 304.",
		rule:        access.Rule{Verb: access.Read, Kind: access.KindDelivery},
	}, func(ctx context.Context, _ *nothing) (*reply[DeliverySwitch], error) {
		c, err := r.Issues.Control(ctx)
		return shownSwitch(c, err)
	})

	type put struct {
		IfMatch
		Body DeliverySwitchInput
	}
	register(a, operation{
		id: "updateIssueDelivery", method: http.MethodPut, path: "/v1/issue-delivery", tag: "Issues", summary: "Stop or start sending issues",
		description: "All of them, or some kinds: for when something goes wrong. It holds for every replica from the next request that it would make to the tracker; what was asked for a moment before is still answered. What is wanted meanwhile is kept, and sent once it is started again. What was stopped before keeps by whom, why and since when. What the configuration stops cannot be started here: the reply names it. Administrators only.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindDelivery},
	}, func(ctx context.Context, in *put) (*reply[DeliverySwitch], error) {
		c, err := r.Issues.SetSwitch(ctx, in.Version(), fromDeliverySwitchInput(in.Body))
		return shownSwitch(c, err)
	})
}

func shownSwitch(c delivery.Control, err error) (*reply[DeliverySwitch], error) {
	if err != nil {
		return nil, err
	}
	return current(c.Switch.Version, toDeliverySwitch(c)), nil
}

func fromDeliverySwitchInput(in DeliverySwitchInput) delivery.SwitchInput {
	return delivery.SwitchInput{All: in.Stopped, Kinds: each(in.StoppedKinds, func(kind string) issues.Kind { return issues.Kind(kind) }), Reason: in.Reason}
}

func toDeliverySwitch(c delivery.Control) DeliverySwitch {
	out := DeliverySwitch{
		Sending: c.Standing.Sends(), HasTracker: c.Standing.HasTracker, Stopped: c.Switch.Has(""), StoppedKinds: []string{},
		UpdatedAt: optionalTime(c.Switch.UpdatedAt), Version: c.Switch.Version,
	}
	for _, stop := range c.Switch.Stops {
		if stop.Kind != "" {
			out.StoppedKinds = append(out.StoppedKinds, string(stop.Kind))
		}
	}
	for _, kind := range c.Standing.Kinds {
		out.Kinds = append(out.Kinds, DeliveryKind{
			Kind: string(kind.Kind), Mode: string(kind.Mode), Sending: c.Standing.Silence(kind.Kind) == "", Stopped: len(kind.Stops) > 0,
			Stops: each(kind.Stops, toDeliveryStop),
		})
	}
	return out
}

func toDeliveryStop(s delivery.Stop) DeliveryStop {
	out := DeliveryStop{Scope: "all", By: "configuration"}
	if s.Kind != "" {
		out.Scope = "kind"
	}
	if !s.Configured {
		out.By, out.Name, out.Reason, out.Since = "administrator", &s.By, &s.Reason, &s.Since
	}
	return out
}
