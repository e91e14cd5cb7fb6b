package api

import (
	"context"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
)

func (a *API) addCollection(r Rooms) {
	type collectionReply struct{ Body Collection }
	register(a, operation{
		id: "getSLOCollection", method: http.MethodGet, path: "/v1/services/{service}/slos/{slo}/collection", tag: "Measurements",
		summary: "Get how an SLO is read from its data source", description: "How far it was read, from which rules that are installed there if from any, and what failed. 404 with collection_not_found when its measurements are sent to Evenkeel.",
		rule: access.Rule{Verb: access.Read, Kind: access.KindSLO},
	}, func(ctx context.Context, in *SLOPath) (*collectionReply, error) {
		v, s, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		standing, err := r.Collection.Standing(ctx, v.SLO.ID)
		if err != nil {
			return nil, err
		}
		return &collectionReply{Body: toCollection(standing, ref(s.ID, s.Slug))}, nil
	})
}

func (a *API) addBackfills(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindBackfill}
	type query struct {
		Paging
		Service string `query:"service" maxLength:"63" doc:"Only backfills of this service, by slug or identifier."`
		SLO     string `query:"slo" maxLength:"26" doc:"Only backfills of the SLO with this identifier."`
		State   string `query:"state" enum:"queued,running,succeeded,failed,cancelled" doc:"Only those in this state."`
	}
	register(a, operation{
		id: "listBackfills", method: http.MethodGet, path: "/v1/backfills", tag: "Measurements",
		summary: "List backfills", description: "The newest first.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[Backfill], error) {
		f := collect.Filter{SLO: id.ID(in.SLO), State: collect.State(in.State)}
		var err error
		if f.Service, _, err = r.narrowed(ctx, in.Service, ""); err != nil {
			return nil, err
		}
		found, err := r.Collection.Backfills(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		shown, err := r.backfills(ctx, found.Items)
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[Backfill]{Items: shown, Next: found.Next}, itself[Backfill]), nil
	})

	type post struct {
		Once
		Body BackfillInput
	}
	register(a, operation{
		id: "createBackfill", method: http.MethodPost, path: "/v1/backfills", tag: "Measurements",
		summary: "Read a past range of an SLO again", description: "In chunks, the newest first, until all is read; it goes on after a restart. What was read before is replaced, and never counted twice.",
		rule: access.Rule{Verb: access.Create, Kind: access.KindBackfill},
	}, func(ctx context.Context, in *post) (*created[Backfill], error) {
		return create(ctx, a, in.Once, creation[Backfill, Backfill]{
			make: func(ctx context.Context) (Backfill, error) {
				v, _, err := r.SLOs.Find(ctx, slo.Name{Service: in.Body.Service, SLO: in.Body.SLO})
				if err != nil {
					return Backfill{}, named(in.Body, err)
				}
				made, err := r.Collection.Create(ctx, v.SLO.ID, in.Body.From, in.Body.To)
				return r.backfill(ctx, made, err)
			},
			load: func(ctx context.Context, made id.ID) (Backfill, error) {
				b, err := r.Collection.Backfill(ctx, made)
				return r.backfill(ctx, b, err)
			},
			name: func(b Backfill) (id.ID, int64, string) { return id.ID(b.ID), b.Version, "/v1/backfills/" + b.ID },
			show: itself[Backfill],
		})
	})

	type one struct {
		Backfill string `path:"backfill" maxLength:"26" doc:"Identifier of the backfill."`
	}
	type backfillReply struct{ Body Backfill }
	answer := func(ctx context.Context, b collect.Listed, err error) (*backfillReply, error) {
		shown, err := r.backfill(ctx, b, err)
		if err != nil {
			return nil, err
		}
		return &backfillReply{Body: shown}, nil
	}
	register(a, operation{
		id: "getBackfill", method: http.MethodGet, path: "/v1/backfills/{backfill}", tag: "Measurements",
		summary: "Get a backfill", description: "With its progress.", rule: read,
	}, func(ctx context.Context, in *one) (*backfillReply, error) {
		b, err := r.Collection.Backfill(ctx, id.ID(in.Backfill))
		return answer(ctx, b, err)
	})
	// These take no If-Match: a backfill changes while it runs, and ending it is meant
	// whatever it did meanwhile.
	update := access.Rule{Verb: access.Update, Kind: access.KindBackfill}
	register(a, operation{
		id: "cancelBackfill", method: http.MethodPost, path: "/v1/backfills/{backfill}/cancel", tag: "Measurements", status: http.StatusOK,
		summary: "Cancel a backfill", description: "What it read stays. It can be resumed. One that Evenkeel began by itself, for a new indicator or after an outage, is only for administrators to cancel.", rule: update,
	}, func(ctx context.Context, in *one) (*backfillReply, error) {
		b, err := r.Collection.Cancel(ctx, id.ID(in.Backfill))
		return answer(ctx, b, err)
	})
	register(a, operation{
		id: "resumeBackfill", method: http.MethodPost, path: "/v1/backfills/{backfill}/resume", tag: "Measurements", status: http.StatusOK,
		summary: "Resume a backfill", description: "One that failed or was cancelled goes on where it stood.", rule: update,
	}, func(ctx context.Context, in *one) (*backfillReply, error) {
		b, err := r.Collection.Resume(ctx, id.ID(in.Backfill))
		return answer(ctx, b, err)
	})
}

// named turns names of a body that name nothing, or are former ones, into faults
// of their members.
func named(in BackfillInput, err error) error {
	e := fault.As(err)
	if e == nil || e.Kind != fault.NotFound && e.Kind != fault.Moved {
		return err
	}
	pointer, value := "/slo", in.SLO
	if e.Code == "service_not_found" || e.Code == "service_renamed" {
		pointer, value = "/service", in.Service
	}
	var check fault.Check
	if e.Kind == fault.Moved {
		check.Fail(pointer, value, "was renamed, it is now %q", e.Now)
	} else {
		check.Fail(pointer, value, "names nothing that exists")
	}
	return check.Err()
}

func (r Rooms) backfill(ctx context.Context, b collect.Listed, err error) (Backfill, error) {
	return single(ctx, b, err, r.backfills)
}

// backfills shows backfills with the names of what they are about.
func (r Rooms) backfills(ctx context.Context, backfills []collect.Listed) ([]Backfill, error) {
	services, err := r.serviceNames(ctx, each(backfills, func(b collect.Listed) id.ID { return b.Service }))
	if err != nil {
		return nil, err
	}
	slos, err := r.SLOs.ViewsByID(ctx, distinct(each(backfills, func(b collect.Listed) id.ID { return b.SLO })))
	if err != nil {
		return nil, err
	}
	out := make([]Backfill, len(backfills))
	for i, b := range backfills {
		out[i] = toBackfill(b.Backfill, b.Reached, services.ref(b.Service), ref(b.SLO, slos[b.SLO].SLO.Slug))
	}
	return out, nil
}

func toBackfill(b collect.Backfill, p collect.Progress, service, slo Ref) Backfill {
	out := Backfill{
		ID: string(b.ID), Service: service, SLO: slo, Cause: string(b.Cause), From: b.From, To: b.To, State: string(b.State),
		Progress: BackfillProgress{
			Slots: p.Total, Done: p.Done, Found: p.Found, Missing: toMissing(b.Missing), Percent: p.Percent, EstimatedAt: optionalTime(p.End),
		},
		Attempts: b.Attempts, Failure: toFailure(b.Failing, b.Failure),
		CreatedAt: b.CreatedAt, CreatedBy: b.CreatedBy, StartedAt: optionalTime(b.StartedAt), FinishedAt: optionalTime(b.FinishedAt), Version: b.Version,
	}
	if b.State == collect.Cancelled {
		out.Note = b.Failure
	}
	if b.Open() && b.Failing != "" {
		out.NextAt = &b.NextAt
	}
	return out
}

func toFailure(kind collect.Failing, message string) *CollectFailure {
	if kind == "" {
		return nil
	}
	return &CollectFailure{Kind: string(kind), Message: message}
}

func toMissing(counts map[origin.Reason]int64) map[string]int64 {
	out := make(map[string]int64, len(counts))
	for reason, n := range counts {
		out[string(reason)] = n
	}
	return out
}

func toRecording(of *origin.Recording) *Recording {
	if of == nil {
		return nil
	}
	return &Recording{Group: of.Group, File: of.File, Good: of.Good, Total: of.Total, Labels: of.Labels, Query: of.Query, Since: of.Since}
}

func toCollection(s collect.Standing, service Ref) Collection {
	c := s.Collection
	out := Collection{
		Source: ref(s.Source.ID, s.Source.Slug), CollectedUntil: s.Until, AttemptedAt: optionalTime(c.AttemptedAt), SucceededAt: optionalTime(c.SucceededAt),
		FailingSince: optionalTime(c.FailingSince), Failure: toFailure(c.Failing, c.Failure), LagSeconds: int64(s.Lag / time.Second),
		Missing: toMissing(c.Missing), Backfills: make([]Backfill, len(s.Open)),
	}
	out.Recording = toRecording(s.Recording)
	for _, n := range c.Missing {
		out.MissingSlots += n
	}
	if !c.Last.Start.IsZero() {
		out.LastMissing = &MissingSlot{Start: c.Last.Start, Reason: string(c.Last.Reason), Detail: c.Last.Detail}
	}
	for i, b := range s.Open {
		out.Backfills[i] = toBackfill(b, b.Progress(s.Resolution, s.At), service, ref(s.SLO, s.SLOSlug))
	}
	return out
}
