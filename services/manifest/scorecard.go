package manifest

import (
	"context"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards"
)

// Scorecard is a scorecard; its manifest says all of it.
type Scorecard struct{ scorecards.Draft }

func (s Scorecard) identity() Identity { return Identity{KindScorecard, s.Slug} }

func (s Scorecard) renamed(now called) Thing {
	s.Slug, s.Owner = now(KindScorecard, "/slug", s.Slug), now(KindTeam, "/owner", s.Owner)
	return s
}

func (Scorecard) pointer(p string) string { return p }

type scorecardWords struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Owner       string `json:"owner"`
	scorecards.Terms
}

func (s Scorecard) differ(w *world, path string) (change, error) {
	after := scorecardWords{s.Name, s.Description, s.Owner, s.Complete()}
	is, there := w.cards[s.Slug]
	if !there {
		return change{action: Create, fields: said(after), do: func(ctx context.Context) (id.ID, error) {
			made, err := w.hands.Scorecards.Create(w.acting(ctx, path, whole), s.Draft)
			return made.Scorecard.ID, err
		}}, nil
	}
	if err := w.others(s.identity(), is.Scorecard.Manager); err != nil {
		return change{}, err
	}
	if s.Owner == string(is.Scorecard.Owner) {
		after.Owner = is.Scorecard.OwnerSlug
	}
	before := scorecardWords{is.Scorecard.Name, is.Scorecard.Description, is.Scorecard.OwnerSlug, is.Revision.Complete()}
	fields := differences(before, after)
	kept := w.set.Slug == "" || is.Scorecard.Manager == w.manager()
	return change{action: settled(fields, is.Scorecard.RetiredAt != nil, kept), resource: is.Scorecard.ID, fields: fields, do: func(ctx context.Context) (id.ID, error) {
		ctx = w.acting(ctx, path, whole)
		return revise(is.Scorecard.RetiredAt != nil, is.Scorecard.Version, func(version int64) (int64, error) {
			v, err := w.hands.Scorecards.Restore(ctx, s.Slug, version)
			return v.Scorecard.Version, err
		}, func(version int64) (id.ID, error) {
			v, err := w.hands.Scorecards.Revise(ctx, s.Slug, version, s.Draft)
			return v.Scorecard.ID, err
		})
	}}, nil
}
