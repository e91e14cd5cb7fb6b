package api

import (
	"context"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// ServiceDependent is a service that needs another.
type ServiceDependent struct {
	Service     Ref    `json:"service"`
	Criticality string `json:"criticality" enum:"hard,soft"`
	FailureMode string `json:"failureMode"`
}

// TransferPreview is what a transfer would mean.
type TransferPreview struct {
	From           Ref                `json:"from" doc:"The team that owns the service."`
	To             Ref                `json:"to" doc:"The team that would."`
	Holdings       []Holding          `json:"holdings" doc:"What moves along."`
	Dependents     []ServiceDependent `json:"dependents" maxItems:"50" doc:"The first services that depend on it, and stay as they are."`
	MoreDependents int                `json:"moreDependents" doc:"How many more there are: the list of dependents has them all." example:"0"`
}

// Transfer gives a service to another team.
type Transfer struct {
	Team   string `json:"team" doc:"Slug or identifier of the team that is to own it." example:"platform"`
	Reason string `json:"reason,omitempty" doc:"Kept in the audit log."`
}

// RetirePreview is what a retirement would mean.
type RetirePreview struct {
	Holdings        []Holding          `json:"holdings" doc:"What ends with the service."`
	Composites      int                `json:"composites" doc:"How many composite SLOs lose a member: it counts as one without data. The list of composites, by service, has them." example:"1"`
	Dependents      []ServiceDependent `json:"dependents" maxItems:"50" doc:"The first services that depend on it."`
	MoreDependents  int                `json:"moreDependents" doc:"How many more there are: the list of dependents has them all." example:"0"`
	RestorableUntil time.Time          `json:"restorableUntil" doc:"Until when it could be undone."`
}

// Reason is why something is done.
type Reason struct {
	Reason string `json:"reason,omitempty" doc:"Kept in the audit log." example:"replaced by orders"`
}

func (a *API) addOwnership(r Rooms) {
	type preview struct {
		ServicePath
		Team string `query:"team" required:"true" maxLength:"63" doc:"Slug or identifier of the team that would own it."`
	}
	type transferPreviewReply struct{ Body TransferPreview }
	register(a, operation{
		id: "previewTransferService", method: http.MethodGet, path: "/v1/services/{service}/transfer", tag: "Services",
		summary: "Preview the transfer of a service", description: "What would move along to the other team. Changes nothing.", rule: access.Rule{Verb: access.Read, Kind: access.KindService},
	}, func(ctx context.Context, in *preview) (*transferPreviewReply, error) {
		p, err := r.Registry.PreviewTransfer(ctx, in.Service, in.Team)
		if err != nil {
			return nil, err
		}
		return &transferPreviewReply{Body: TransferPreview{
			From: ref(p.From.ID, p.From.Slug), To: ref(p.To.ID, p.To.Slug),
			Holdings: toHoldings(p.Holdings), Dependents: each(p.Dependents.First, toDependent), MoreDependents: p.Dependents.More,
		}}, nil
	})

	type transfer struct {
		ServicePath
		IfMatch
		Body Transfer
	}
	register(a, operation{
		id: "transferService", method: http.MethodPost, path: "/v1/services/{service}/transfer", tag: "Services",
		summary: "Transfer a service to another team", description: "All that hangs on it moves along. A person of the owning team does it.",
		rule: access.Rule{Verb: access.Transfer, Kind: access.KindService},
	}, func(ctx context.Context, in *transfer) (*reply[Service], error) {
		s, err := r.Registry.Transfer(ctx, in.Service, in.Version(), in.Body.Team, in.Body.Reason)
		return changed(s, err)
	})

	type retirePreviewReply struct{ Body RetirePreview }
	register(a, operation{
		id: "previewRetireService", method: http.MethodGet, path: "/v1/services/{service}/retire", tag: "Services",
		summary: "Preview the retirement of a service", description: "What would end, and who depends on the service. Changes nothing.", rule: access.Rule{Verb: access.Read, Kind: access.KindService},
	}, func(ctx context.Context, in *ServicePath) (*retirePreviewReply, error) {
		p, err := r.Registry.PreviewRetire(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		return &retirePreviewReply{Body: RetirePreview{
			Holdings: toHoldings(p.Holdings), Dependents: each(p.Dependents.First, toDependent), MoreDependents: p.Dependents.More,
			Composites: p.Composites, RestorableUntil: p.RestorableUntil,
		}}, nil
	})

	type retire struct {
		ServicePath
		IfMatch
		Body Reason
	}
	register(a, operation{
		id: "retireService", method: http.MethodPost, path: "/v1/services/{service}/retire", tag: "Services",
		summary: "Retire a service", description: "Its SLOs stop being evaluated and its violations end; composite SLOs lose them as members. It can be restored for 30 days.",
		rule: access.Rule{Verb: access.Retire, Kind: access.KindService},
	}, func(ctx context.Context, in *retire) (*reply[Service], error) {
		s, err := r.Registry.Retire(ctx, in.Service, in.Version(), in.Body.Reason)
		return changed(s, err)
	})

	type restore struct {
		ServicePath
		IfMatch
	}
	register(a, operation{
		id: "restoreService", method: http.MethodPost, path: "/v1/services/{service}/restore", tag: "Services",
		summary: "Restore a retired service", description: "Within 30 days of its retirement.",
		rule: access.Rule{Verb: access.Restore, Kind: access.KindService},
	}, func(ctx context.Context, in *restore) (*reply[Service], error) {
		s, err := r.Registry.Restore(ctx, in.Service, in.Version())
		return changed(s, err)
	})
}

func toHoldings(holdings []registry.Holding) []Holding {
	out := make([]Holding, len(holdings))
	for i, h := range holdings {
		out[i] = Holding{Noun: h.Noun, Count: h.Count}
	}
	return out
}

func toDependent(d registry.Dependent) ServiceDependent {
	return ServiceDependent{
		Service: ref(d.Service.ID, d.Service.Slug), Criticality: string(d.Dependency.Criticality), FailureMode: d.Dependency.FailureMode,
	}
}
