package drift

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Seen is a repository that services name, as the tracker last told of it.
type Seen struct {
	Name     string // "owner/name", in lower case
	At       time.Time
	Archived bool
	Owners   OwnersFile
	Problem  string // why nothing is known of it; empty where something is
}

// OwnersFile says who owns the code of a repository; all of it is empty where there is none.
type OwnersFile struct {
	Path string
	Text string
	ETag string // by which it is not sent again while it is the same
}

// Trouble is why the tracker told nothing of a repository.
type Trouble struct {
	// Wait is that it wants to be asked for none now: the repository is asked for in a later run.
	Wait   bool
	Reason string
}

// Error is the reason.
func (t *Trouble) Error() string { return t.Reason }

// Tracker tells of repositories.
type Tracker interface {
	// Named returns the name, in lower case, of the repository that an address leads to, with the directory
	// in it, which is empty for the root; false for what is not on the tracker.
	Named(address string) (name, directory string, ok bool)
	// Look asks for the repository. A *Trouble says why nothing is known; any other error ends the run.
	Look(ctx context.Context, known Seen) (Seen, error)
}

const (
	// LooksAtOnce is how many repositories are asked for in a run at most, each by up to four requests.
	LooksAtOnce = 20
	// FreshFor is how long what was seen is not asked for again.
	FreshFor = 24 * time.Hour
)

// LookOnce asks for the repositories that services name: first for those that were never seen, then for those
// that were not for longest, if that is longer than FreshFor. What no service names any more is forgotten. It
// counts repositories "named", "seen" and "forgotten", and those that are "waiting" for a later run.
func (s *Service) LookOnce(ctx context.Context) (map[string]int64, error) {
	counts := map[string]int64{"named": 0, "seen": 0, "forgotten": 0, "waiting": 0}
	if s.Tracker == nil {
		return counts, nil
	}
	named, err := s.named(ctx)
	if err != nil {
		return counts, err
	}
	seen, err := s.Store.SeenAt(ctx)
	if err != nil {
		return counts, fmt.Errorf("read which repositories were seen: %w", err)
	}
	var gone []string
	for name := range seen {
		if !named[name] {
			gone = append(gone, name)
		}
	}
	if err := s.Store.ForgetSeen(ctx, gone); err != nil {
		return counts, fmt.Errorf("forget %d repositories: %w", len(gone), err)
	}
	counts["named"], counts["forgotten"] = int64(len(named)), int64(len(gone))
	due := dueOf(named, seen, s.Clock())
	counts["waiting"] = int64(len(due))
	some := due[:min(len(due), LooksAtOnce)]
	known, err := s.Store.Seen(ctx, some)
	if err != nil {
		return counts, fmt.Errorf("read what was seen of %d repositories: %w", len(some), err)
	}
	for _, name := range some {
		before := known[name]
		before.Name = name
		now, err := s.Tracker.Look(ctx, before)
		var trouble *Trouble
		switch {
		case errors.As(err, &trouble) && trouble.Wait:
			return counts, nil
		case trouble != nil:
			now = Seen{Problem: trouble.Reason}
		case err != nil:
			return counts, fmt.Errorf("ask for the repository %s: %w", name, err)
		}
		now.Name, now.At, now.Owners.Text = name, clock.Round(s.Clock()), plain(now.Owners.Text)
		if err := s.Store.PutSeen(ctx, now); err != nil {
			return counts, fmt.Errorf("keep what was seen of %s: %w", name, err)
		}
		counts["seen"]++
		counts["waiting"]--
	}
	return counts, nil
}

// named are the repositories on the tracker that services name.
func (s *Service) named(ctx context.Context) (map[string]bool, error) {
	out := map[string]bool{}
	for r := (page.Request{Limit: page.MaxLimit}); ; {
		found, err := s.Registry.Services(ctx, registry.ServiceFilter{}, r)
		if err != nil {
			return nil, fmt.Errorf("read which repositories services name: %w", err)
		}
		for _, one := range found.Items {
			if name, _, ok := s.Tracker.Named(one.Repository); ok {
				out[name] = true
			}
		}
		if r.After = found.Next; r.After == "" {
			return out, nil
		}
	}
}

// dueOf are those to ask for, in their order.
func dueOf(named map[string]bool, seen map[string]time.Time, now time.Time) []string {
	due := slices.DeleteFunc(slices.Sorted(maps.Keys(named)), func(name string) bool { return now.Sub(seen[name]) < FreshFor })
	slices.SortStableFunc(due, func(a, b string) int { return seen[a].Compare(seen[b]) })
	return due
}

// plain is a text of characters that every database takes.
func plain(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}
