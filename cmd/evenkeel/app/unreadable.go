package app

import (
	"context"
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
		rest, about := strings.CutPrefix(link, "/incidents/")
		if !about {
			continue
		}
		if end := strings.IndexAny(rest, "/?#"); end >= 0 { // a page of it, or a place on its page
			rest = rest[:end]
		}
		of := id.ID(rest)
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
