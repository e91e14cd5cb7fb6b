package scorecards

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
)

// batch is what is to be written of a chunk.
type batch struct {
	services  []id.ID
	before    map[id.ID][]Standing // as they were read
	at        time.Time            // of the evaluation
	standings []Standing
	days      []Day
	gone      map[id.ID][]id.ID // by scorecard
}

// write writes what came of the services, and that they were evaluated. Of those that somebody else
// evaluated since they were read nothing is written, for nobody knows whose facts are newer: they are
// noted as due. So are those with a standing where there was none: a faster pass that found the scorecard not
// to be for them left nothing by which this one could see that it is late.
func (p *pass) write(ctx context.Context, b batch) error {
	var overtaken []id.ID
	err := p.Runner.InTx(ctx, func(ctx context.Context) error {
		held, err := p.Store.HoldStandings(ctx, b.services)
		if err != nil {
			return err
		}
		overtaken = p.overtaken(b, held)
		kept := b.without(overtaken)
		if err := p.Due(ctx, append(kept.first(), overtaken...)...); err != nil {
			return err
		}
		return p.keep(ctx, kept)
	})
	p.counts["overtaken"] += int64(len(overtaken))
	if err != nil && !tx.IsLeaseLost(err) && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("write what %d services came to: %w", len(b.services), err)
	}
	return err
}

// overtaken are the services of which something was evaluated at another time than when it was read.
func (p *pass) overtaken(b batch, held map[id.ID]map[id.ID]time.Time) []id.ID {
	var out []id.ID
	for _, service := range b.services {
		if slices.ContainsFunc(p.views, func(v View) bool {
			var was time.Time
			if s := find(b.before[service], v.Scorecard.ID); s != nil {
				was = s.EvaluatedAt
			}
			return !held[service][v.Scorecard.ID].Equal(was)
		}) {
			out = append(out, service)
		}
	}
	return out
}

// first are the services that get a standing where there was none, each once.
func (b batch) first() []id.ID {
	var out []id.ID
	for _, s := range b.standings { // those of a service are next to one another
		if find(b.before[s.Service], s.Scorecard) == nil && (len(out) == 0 || out[len(out)-1] != s.Service) {
			out = append(out, s.Service)
		}
	}
	return out
}

// without is the batch without these services.
func (b batch) without(services []id.ID) batch {
	if len(services) == 0 {
		return b
	}
	among := make(map[id.ID]bool, len(services))
	for _, s := range services {
		among[s] = true
	}
	b.services = slices.DeleteFunc(slices.Clone(b.services), func(s id.ID) bool { return among[s] })
	b.standings = slices.DeleteFunc(b.standings, func(s Standing) bool { return among[s.Service] })
	b.days = slices.DeleteFunc(b.days, func(d Day) bool { return among[d.Service] })
	for card := range b.gone {
		b.gone[card] = slices.DeleteFunc(b.gone[card], func(s id.ID) bool { return among[s] })
	}
	return b
}

// keep writes the batch within a transaction.
func (p *pass) keep(ctx context.Context, b batch) error {
	if err := p.Store.EvaluatedStandings(ctx, each(p.views, func(v View) id.ID { return v.Scorecard.ID }), b.services, b.at); err != nil {
		return err
	}
	if err := p.Store.WriteStandings(ctx, b.standings); err != nil {
		return err
	}
	for _, card := range slices.Sorted(maps.Keys(b.gone)) {
		if err := p.Store.RemoveStandings(ctx, card, b.gone[card]); err != nil {
			return err
		}
	}
	return p.Store.WriteDays(ctx, b.days)
}
