package app

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/notify"
)

// unreadable tells which links lead to incidents that the caller may not read, though they were
// told of before they were restricted.
type unreadable struct{ incidents *incident.Service }

var _ notify.Restricted = unreadable{}

// Unreadable implements notify.Restricted.
func (u unreadable) Unreadable(ctx context.Context, links []string) (map[string]bool, error) {
	closed, out := map[id.ID]bool{}, map[string]bool{}
	for _, link := range links {
		of, about := incidentOf(link)
		if !about {
			continue
		}
		hidden, known := closed[of]
		if !known {
			_, err := u.incidents.Get(ctx, of)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			hidden = err != nil
			closed[of] = hidden
		}
		if hidden {
			out[link] = true
		}
	}
	return out, nil
}

// incidentOf is the incident whose page a link leads to, or a page or place below it.
func incidentOf(link string) (id.ID, bool) {
	rest, about := strings.CutPrefix(link, "/incidents/")
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return id.ID(rest), about
}

// restricted tells which links lead to incidents that not everybody may read, whoever asks.
type restricted struct {
	incidents interface {
		IncidentsByID(ctx context.Context, incidents []id.ID) (map[id.ID]incident.Incident, error)
	}
}

var _ notify.Restricted = restricted{}

// Unreadable implements notify.Restricted.
func (r restricted) Unreadable(ctx context.Context, links []string) (map[string]bool, error) {
	about := map[string]id.ID{}
	for _, link := range links {
		if of, is := incidentOf(link); is {
			about[link] = of
		}
	}
	out := map[string]bool{}
	if len(about) == 0 {
		return out, nil
	}
	found, err := r.incidents.IncidentsByID(ctx, slices.Sorted(maps.Values(about)))
	if err != nil {
		return nil, err
	}
	for link, of := range about {
		i, there := found[of]
		out[link] = !there || i.Restricted
	}
	return out, nil
}
