package evidence

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/proposal"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/report"
)

// Keys gives the key that bundles are signed with: the same for all replicas.
type Keys interface {
	Installation(ctx context.Context) (ed25519.PrivateKey, error)
}

// Organisation is its teams, people and services. A registry.Store is one.
type Organisation interface {
	Teams(ctx context.Context, f registry.TeamFilter, r page.Request) (page.Page[registry.Team], error)
	Members(ctx context.Context, team id.ID, r page.Request) (page.Page[registry.Member], error)
	Services(ctx context.Context, f registry.ServiceFilter, r page.Request) (page.Page[registry.Service], error)
}

// Rights are people and their tokens. An access.Store is one.
type Rights interface {
	People(ctx context.Context, f access.PersonFilter, r page.Request) (page.Page[access.Person], error)
	Tokens(ctx context.Context, f access.TokenFilter, r page.Request) (page.Page[access.Token], error)
}

// Policies are those there are. A policy.Store is one.
type Policies interface {
	Policies(ctx context.Context, r page.Request) (page.Page[policy.View], error)
	PolicyRevisions(ctx context.Context, policy id.ID, r page.Request) (page.Page[policy.Revision], error)
	AllAttachments(ctx context.Context) ([]policy.Attachment, []policy.View, error)
}

// Proposals are what waited for a second person. A proposal.Store is one.
type Proposals interface {
	Proposals(ctx context.Context, f proposal.Filter, now time.Time, r page.Request) (page.Page[proposal.Proposal], error)
}

// Log is what was decided, and refused. An audit.Store is one.
type Log interface {
	Entries(ctx context.Context, f audit.Filter, r page.Request) (page.Page[audit.Entry], error)
}

// Published are reports. A report.Store is one.
type Published interface {
	Reports(ctx context.Context, f report.Filter, r page.Request) (page.Page[report.Report], error)
}

// Parts are what a Service is made of.
type Parts struct {
	Keys         Keys
	Past         report.Past
	Organisation Organisation
	Rights       Rights
	Policies     Policies
	Proposals    Proposals
	Log          Log
	Published    Published
	Runner       tx.Runner
	Snapshots    tx.Snapshots
	Authorizer   *access.Authorizer
	Recorder     access.Recorder
	Clock        clock.Clock
}

// Service hands out evidence, to administrators.
type Service struct {
	Parts
	most bounds
}

// NewService returns the service.
func NewService(p Parts) *Service { return &Service{p, bounds{rows: maxRows, bytes: maxBytes}} }

// Longest is how long the time of a bundle is at most.
const Longest = 400 * 24 * time.Hour

// A bundle is put together in memory, because what is signed comes first in it. So it is
// bounded: an installation that decides more has several bundles, of shorter times.
const (
	maxRows  = 200_000   // of policies, revisions, people, teams, tokens, proposals, reports and the audit log
	maxBytes = 128 << 20 // of all files, before they are packed
)

type bounds struct{ rows, bytes int }

// Bundle puts together the evidence of [from, to), signed, as it is at one moment. That it was
// handed out is audited.
//
// Faults: Forbidden; Invalid, with pointers to the query's, also where there is more than a
// bundle may have.
func (s *Service) Bundle(ctx context.Context, from, to time.Time) ([]byte, error) {
	object := access.Object{Kind: access.KindEvidence, Label: fmt.Sprintf("evidence from %s to %s", from.UTC().Format(time.RFC3339), to.UTC().Format(time.RFC3339))}
	if err := s.Authorizer.Authorize(ctx, access.Read, object); err != nil {
		return nil, err
	}
	now := clock.Round(s.Clock())
	from, to = clock.Round(from), clock.Round(to)
	var check fault.Check
	const first = "1970-01-02T00:00:00Z"
	check.Require(from.Year() >= 1970, "query.from", from.Format(time.RFC3339), "must be %s or later", first)
	check.Require(!to.After(now), "query.to", to.Format(time.RFC3339), "must not be after now, %s", now.Format(time.RFC3339))
	check.Require(to.After(from), "query.to", to.Format(time.RFC3339), "must be after from, %s", from.Format(time.RFC3339))
	check.Require(to.Sub(from) <= Longest, "query.to", to.Format(time.RFC3339), "must be at most %d days after from", Longest/(24*time.Hour))
	if err := check.Err(); err != nil {
		return nil, err
	}
	var files []File
	err := s.Snapshots.InSnapshot(ctx, func(ctx context.Context) (err error) {
		g := gathering{Service: s, from: from, to: to, now: now, rows: s.most.rows, bytes: s.most.bytes}
		files, err = g.files(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("gather evidence: %w", err)
	}
	key, err := s.Keys.Installation(ctx)
	if err != nil {
		return nil, err
	}
	bundle, err := seal(Manifest{From: from, To: to, DrawnUpAt: now, DrawnUpBy: access.CallerFrom(ctx).Name, Files: files, Notes: notes}, key)
	if err != nil {
		return nil, fmt.Errorf("seal evidence: %w", err)
	}
	sum := sha256.Sum256(bundle)
	err = s.Runner.InTx(ctx, func(ctx context.Context) error {
		return s.Recorder.RecordDiff(ctx, access.Read, object, "", nil, struct{ SHA256 string }{hex.EncodeToString(sum[:])})
	})
	if err != nil {
		return nil, fmt.Errorf("record that evidence was handed out: %w", err)
	}
	return bundle, nil
}

// Key is the public key that bundles are verified with. It is no secret.
func (s *Service) Key(ctx context.Context) (string, error) {
	if err := s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindReport}); err != nil {
		return "", err
	}
	key, err := s.Keys.Installation(ctx)
	if err != nil {
		return "", err
	}
	return PublicKey(key), nil
}
