package app

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// ownTraffic takes what the program counted of its own traffic the way of every
// push. An SLO that somebody renamed or retired is no longer reported.
type ownTraffic struct{ slos *slo.Service }

// Push reports the slots of each target.
func (o ownTraffic) Push(ctx context.Context, reporter string, slots map[string][]measure.Slot) error {
	ctx = access.WithCaller(ctx, access.System("measure-itself"))
	var reports []slo.Report
	for target, counted := range slots {
		if _, wanted, err := o.find(ctx, target); err != nil {
			return err
		} else if !wanted {
			continue
		}
		r := slo.Report{Name: slo.Name{Service: ownService, SLO: target}, Reporter: reporter}
		for _, s := range counted {
			good := measure.Events(s.Good)
			r.Slots = append(r.Slots, slo.Slot{Start: s.Start, Good: &good, Total: measure.Events(s.Total)})
		}
		reports = append(reports, r)
	}
	if len(reports) == 0 {
		return nil
	}
	_, err := o.slos.PushMany(ctx, reports)
	return err
}

// Stored returns what the reporter pushed of a target in [from, to).
func (o ownTraffic) Stored(ctx context.Context, target, reporter string, from, to time.Time) ([]measure.Slot, error) {
	ctx = access.WithCaller(ctx, access.System("measure-itself"))
	v, wanted, err := o.find(ctx, target)
	if err != nil || !wanted {
		return nil, err
	}
	measured, err := o.slos.Measurements(ctx, v.SLO.ID, "", from, to)
	if err != nil {
		return nil, err
	}
	for _, r := range measured.Reporters {
		if r.Reporter == reporter {
			return r.Slots, nil
		}
	}
	return nil, nil
}

func (o ownTraffic) find(ctx context.Context, target string) (v slo.View, wanted bool, err error) {
	var owner registry.Service
	v, owner, err = o.slos.Find(ctx, slo.Name{Service: ownService, SLO: target})
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Moved) {
		return v, false, nil
	}
	if err != nil {
		return v, false, fmt.Errorf("find what measures this program's %s: %w", target, err)
	}
	return v, owner.RetiredAt == nil && v.SLO.RetiredAt == nil, nil
}
