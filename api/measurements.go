package api

import (
	"context"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// maxPush is the size of a push's body, in bytes: 50,000 slots fit.
const maxPush = 8 << 20

func (a *API) addMeasurements(r Rooms) {
	push := access.Rule{Verb: access.Push, Kind: access.KindSLO}
	type receiptReply struct{ Body Receipt }
	type post struct {
		SLOPath
		Body MeasurementsInput
	}
	register(a, operation{
		id: "pushMeasurements", method: http.MethodPost, path: "/v1/services/{service}/slos/{slo}/measurements", tag: "Measurements",
		status: http.StatusOK, maxBody: maxPush, summary: "Push measurements of an SLO",
		description: "All or nothing, and durable when it is answered. The last write of a slot by a reporter holds, so a push can be repeated, and corrected, without a key. Of a grouped SLO a request says all groups of each slot that it has.",
		rule:        push,
	}, func(ctx context.Context, in *post) (*receiptReply, error) {
		receipt, err := r.SLOs.Push(ctx, slo.Report{Name: in.name(), Reporter: in.Body.Reporter, Group: in.Body.Group, Slots: fromSlots(in.Body.Slots)})
		if err != nil {
			return nil, err
		}
		return &receiptReply{Body: Receipt(receipt)}, nil
	})

	type bulk struct{ Body BulkMeasurementsInput }
	register(a, operation{
		id: "pushManyMeasurements", method: http.MethodPost, path: "/v1/measurements", tag: "Measurements",
		status: http.StatusOK, maxBody: maxPush, summary: "Push measurements of many SLOs",
		description: "Up to 500 series and 50,000 slots, of several services, all or nothing.",
		rule:        push,
	}, func(ctx context.Context, in *bulk) (*receiptReply, error) {
		reports := make([]slo.Report, len(in.Body.Series))
		for i, s := range in.Body.Series {
			reports[i] = slo.Report{Name: slo.Name{Service: s.Service, SLO: s.SLO}, Reporter: s.Reporter, Group: s.Group, Slots: fromSlots(s.Slots)}
		}
		receipt, err := r.SLOs.PushMany(ctx, reports)
		if err != nil {
			return nil, err
		}
		return &receiptReply{Body: Receipt(receipt)}, nil
	})

	type get struct {
		SLOPath
		OfGroup
		From time.Time `query:"from" doc:"Start; a day before to when left out." example:"2026-11-22T00:00:00Z"`
		To   time.Time `query:"to" doc:"End, exclusive; now when left out." example:"2026-11-23T00:00:00Z"`
	}
	type measurementsReply struct{ Body Measurements }
	register(a, operation{
		id: "getMeasurements", method: http.MethodGet, path: "/v1/services/{service}/slos/{slo}/measurements", tag: "Measurements",
		summary: "Get what was measured of an SLO", description: "The slots of the current indicator as they are stored, by reporter and group; at most a week of minutes at once. Single slots are kept for 430 days at least; of older time there are sums over all reporters, of hours, and after three years of days.",
		rule:  access.Rule{Verb: access.Read, Kind: access.KindSLO},
		class: admission.Reports,
	}, func(ctx context.Context, in *get) (*measurementsReply, error) {
		v, _, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		found, err := r.SLOs.Measurements(ctx, v.SLO.ID, in.Group, in.From, in.To)
		if err != nil {
			return nil, err
		}
		return &measurementsReply{Body: toMeasurements(found)}, nil
	})
}

func fromSlots(slots []SlotInput) []slo.Slot {
	out := make([]slo.Slot, len(slots))
	for i, s := range slots {
		out[i] = slo.Slot{Start: s.Start, Good: s.Good, Bad: s.Bad, Total: s.Total, Group: s.Group}
	}
	return out
}

func toMeasurements(m slo.Measured) Measurements {
	out := Measurements{Reporters: make([]ReporterMeasurements, len(m.Reporters)), Thinned: each(m.Thinned, toThinnedMeasurements)}
	for i, r := range m.Reporters {
		slots := make([]SlotRead, len(r.Slots))
		for j, s := range r.Slots {
			slots[j] = SlotRead{Start: s.Start, Good: measure.Events(s.Good), Total: measure.Events(s.Total)}
		}
		out.Reporters[i] = ReporterMeasurements{Reporter: r.Reporter, Group: r.Group, ResolutionSeconds: int(r.Resolution / time.Second), Slots: slots}
	}
	return out
}

func toThinnedMeasurements(t measure.ThinnedSlots) ThinnedMeasurements {
	return ThinnedMeasurements{Group: t.Group, Slots: each(t.Slots, func(s measure.ThinnedSlot) ThinnedSlot {
		return ThinnedSlot{Start: s.Start, End: s.End, Good: measure.Events(s.Good), Total: measure.Events(s.Total)}
	})}
}

func toThinned(t measure.Thinned) Thinned {
	return Thinned{From: t.From, To: t.To, StepSeconds: int(t.Step / time.Second)}
}

func toHistory(h slo.History) History {
	out := History{From: h.From, To: h.To, StepSeconds: int(h.Step / time.Second), WindowDays: h.Window.Days, Calendar: toCalendar(h.Window), Revision: h.Revision, Thinned: each(h.Thinned, toThinned), Points: make([]HistoryPoint, len(h.Points))}
	for i, p := range h.Points {
		out.Points[i] = HistoryPoint{At: p.End, Blurred: p.Blurred, SLI: p.SLI, Remaining: p.Remaining}
		if !p.Blurred {
			good, total := budget.Events(p.Sum.Good, h.Unit), budget.Events(p.Sum.Total, h.Unit)
			out.Points[i].Good, out.Points[i].Total = &good, &total
		}
	}
	return out
}
