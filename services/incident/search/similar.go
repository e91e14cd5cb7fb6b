package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/id"
)

const (
	// MaxSimilar is how many similar incidents are told.
	MaxSimilar = 10
	candidates = 200
	// titleWords is how many words of a title are looked for.
	titleWords = 20
	// leastAlike is the score from which on incidents are told as similar: half of a service's.
	leastAlike = 1.0
)

// The weights of what incidents have in common, each of a Jaccard index: what both have, of what
// either has.
const (
	ofServices = 3.0
	ofWords    = 3.0
	ofCauses   = 2.0
	ofTags     = 2.0
)

// Similar is an incident that is like another, and what they have in common.
type Similar struct {
	Case
	Score    float64 // from 0 to 10
	Services []id.ID
	Causes   []string
	Tags     []string
	Words    []string // of both titles
}

// common are words that say nothing of what happened.
var common = map[string]bool{
	"the": true, "and": true, "for": true, "are": true, "was": true, "were": true, "with": true, "not": true, "from": true, "that": true, "this": true,
	"has": true, "have": true, "had": true, "but": true, "all": true, "some": true, "our": true, "into": true, "due": true, "incident": true,
}

// Similar returns the incidents that have most in common with one: services, words of the title,
// causes and tags. NotFound where the caller may not read it.
func (s *Service) Similar(ctx context.Context, of id.ID) ([]Similar, error) {
	who, err := s.reader(ctx)
	if err != nil {
		return nil, err
	}
	one, err := s.Store.Case(ctx, of, who)
	if err != nil {
		return nil, fmt.Errorf("find incidents like another: %w", err)
	}
	found, err := s.Store.Like(ctx, one.words(), one.Services, who, candidates)
	if err != nil {
		return nil, fmt.Errorf("find incidents like another: %w", err)
	}
	var out []Similar
	for _, other := range found {
		if other.ID == one.ID {
			continue
		}
		if alike := one.alike(other); alike.Score >= leastAlike {
			out = append(out, alike)
		}
	}
	slices.SortFunc(out, func(a, b Similar) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), b.ImpactStart.Compare(a.ImpactStart), cmp.Compare(a.ID, b.ID))
	})
	return out[:min(len(out), MaxSimilar)], nil
}

// words are those of the title that say something, each once.
func (c Case) words() []string {
	var out []string
	for _, w := range texts(c.Title, MaxWords) {
		if len([]rune(w)) > 2 && !common[w] && !slices.Contains(out, w) && len(out) < titleWords {
			out = append(out, w)
		}
	}
	return out
}

func (c Case) alike(other Case) Similar {
	out := Similar{Case: other}
	var share float64
	out.Services, share = both(c.Services, other.Services)
	out.Score += ofServices * share
	out.Causes, share = both(c.Causes, other.Causes)
	out.Score += ofCauses * share
	out.Tags, share = both(c.Tags, other.Tags)
	out.Score += ofTags * share
	out.Words, share = both(c.words(), other.words())
	out.Score += ofWords * share
	return out
}

// both are what is in both lists, and its share of what is in either.
func both[T comparable](a, b []T) ([]T, float64) {
	in := []T{}
	for _, one := range a {
		if slices.Contains(b, one) {
			in = append(in, one)
		}
	}
	if len(in) == 0 {
		return in, 0
	}
	return in, float64(len(in)) / float64(len(a)+len(b)-len(in))
}
