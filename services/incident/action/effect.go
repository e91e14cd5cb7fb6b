package action

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/incident"
)

// Effect is what came after an item was done: whether it helped. That nothing came does not show that
// the item is why, and that something came does not show that it was for nothing.
type Effect struct {
	// Since is when it was done, and Days how many whole days ago.
	Since time.Time
	Days  int
	// Returned are the later incidents of the item's service that share a cause or a tag with its
	// own, the newest first, at most MostReturned; of those that the caller may read.
	Returned []Return
	// More is whether there are others.
	More bool
}

// MostReturned is how many incidents an Effect tells of.
const MostReturned = 20

// Return is an incident that shares something with an earlier one.
type Return struct {
	Incident id.ID
	Title    string
	At       time.Time
	Severity incident.Severity
	// Shared are the causes and tags of both.
	Shared []string
}

// Effect tells what came after an item was done; nil of one that is not. Faults: NotFound.
func (s *Service) Effect(ctx context.Context, item id.ID) (*Effect, error) {
	one, err := s.Get(ctx, item)
	if err != nil || one.State != Done {
		return nil, err
	}
	of, err := s.readable(ctx, one.Incident)
	if err != nil {
		return nil, missing(err, item)
	}
	since := one.Settled.At
	out := &Effect{Since: since, Days: int(clock.Round(s.Clock()).Sub(since) / (24 * time.Hour)), Returned: []Return{}}
	own := slices.Concat(of.Causes, of.Tags)
	if len(own) == 0 {
		return out, nil
	}
	f := incident.Filter{Service: one.Service, From: since, Reader: incident.ReaderFrom(ctx)}
	for r := (page.Request{Limit: page.MaxLimit}); ; {
		found, err := s.Incidents.Incidents(ctx, f, r)
		if err != nil {
			return nil, fmt.Errorf("look for what came after an action item: %w", err)
		}
		for _, i := range found.Items {
			shared := slices.DeleteFunc(slices.Concat(i.Causes, i.Tags), func(name string) bool { return !slices.Contains(own, name) })
			if i.ID == of.ID || !i.ImpactStart.After(since) || len(shared) == 0 {
				continue
			}
			if len(out.Returned) == MostReturned {
				out.More = true
				return out, nil
			}
			out.Returned = append(out.Returned, Return{i.ID, i.Title, i.ImpactStart, i.Severity, shared})
		}
		if r.After = found.Next; r.After == "" {
			return out, nil
		}
	}
}
