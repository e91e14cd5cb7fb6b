package issues

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
)

// CheckFailure is what a scorecard found of a service, of which an issue is wanted: one check, or
// all that fail.
type CheckFailure struct {
	ID        id.ID // of the failure, from its beginning to its end
	Service   id.ID
	Scorecard string // its name
	Slug      string
	Grouped   bool
	Level     string // on which the service is
	NextLevel string // empty on the highest
	Checks    []FailedCheck
}

// FailedCheck is a check that fails. Why and Fix are Markdown of whoever keeps the scorecard.
type FailedCheck struct {
	Title, Why, Fix, Level string
	Since                  time.Time
}

// cardSheet is what the templates of a failure say.
type cardSheet struct {
	CheckFailure
	ServiceName string
	Ended       string // why
	Link        string
	Close       bool
	Fingerprint string
}

// CheckFails wants an issue about the failure, or has it say what fails now. One that was closed
// is wanted open again.
func (s *Service) CheckFails(ctx context.Context, f CheckFailure, now time.Time) error {
	issue, err := s.of(ctx, f.ID)
	if err != nil {
		return err
	}
	service, team, err := s.owners(ctx, f.Service)
	if err != nil {
		return err
	}
	m := matter{kind: KindScorecard, subject: f.ID, episode: f.ID, fingerprint: Fingerprint(KindScorecard, f.Service, f.ID, "", f.ID), service: service, team: team, label: "scorecard"}
	m.sheet = cardSheet{
		CheckFailure: f, ServiceName: service.Name, Link: s.publicURL + "/services/" + service.Slug + "/scorecards/" + f.Slug, Close: s.closes(KindScorecard), Fingerprint: m.fingerprint,
	}
	return s.wantAbout(ctx, issue, m, now)
}

// CheckEnded wants the issue about the failure closed, and says why.
func (s *Service) CheckEnded(ctx context.Context, f CheckFailure, why string, now time.Time) error {
	issue, err := s.of(ctx, f.ID)
	if err != nil {
		return err
	}
	return s.settle(ctx, issue, "", "ended", cardSheet{CheckFailure: f, Ended: why, Close: s.closes(KindScorecard)}, now)
}
