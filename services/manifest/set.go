package manifest

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// Set is a set of manifests that was brought here.
type Set struct {
	ID       id.ID
	Slug     string
	Team     id.ID  // whose it is; empty of one that is the platform's
	TeamSlug string `audit:"-"` // as the team was called when the set was read
	Source   string // the address where its files are; empty where nobody said
	// CreatedAt is when it was brought first, AppliedAt when it was last brought so that
	// something changed, and AppliedBy by whom.
	CreatedAt time.Time
	AppliedAt time.Time
	AppliedBy string
	Digest    string `audit:"-"` // of the plan that was applied last
	// CheckedAt is when it was last compared with what there is, nil for never, Drifted of how many
	// of its things that differed then, and DriftedSince since when some did without a break.
	CheckedAt    *time.Time
	Drifted      int
	DriftedSince *time.Time `audit:"-"`
	Version      int64
}

func (s Set) object() access.Object {
	return access.Object{Kind: access.KindManifestSet, ID: s.ID, Label: s.Slug, Team: s.Team}
}

// step is what is done to the set itself where it was another, none where it is new.
func (s Set) step(was Set) []Step {
	type words struct {
		Team   string `json:"team,omitempty"`
		Source string `json:"source,omitempty"`
	}
	fields := differences(words{was.TeamSlug, was.Source}, words{s.TeamSlug, s.Source})
	if was.ID == "" || len(fields) == 0 {
		return nil
	}
	return []Step{{Identity: Identity{KindSet, s.Slug}, Action: Update, Fields: fields}}
}

// Item is a thing that a set says there is.
type Item struct {
	ID  id.ID
	Set id.ID
	Identity
	Resource  id.ID
	Path      string // the file that said it
	Document  string `audit:"-"` // that it is by, as it was brought last
	AppliedAt time.Time
	// Released says that the set keeps it no more, until it is brought again; nil where it does.
	Released *Release
	// Drift is how what there is differs; nil where it does not, or that was not seen yet.
	Drift *Drift
}

// Drift is how what there is differs from what was brought.
type Drift struct {
	Action  Action  // that would be done if the set were brought again; Nothing where that is not known
	Fields  []Field // those that differ
	Problem string  `json:",omitempty"` // why it cannot be compared any more; empty where it can
	SeenAt  time.Time
}

// Release is how a set came to keep something no more.
type Release struct {
	At     time.Time
	By     string
	Reason string
}
