package scorecards

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/scorecards/rules"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Failure is that a check of a service failed for longer than the scorecard bears, from the issue
// that is wanted about it to its end. There is at most one open for each (scorecard, service,
// check).
type Failure struct {
	ID        id.ID
	Scorecard id.ID
	Service   id.ID
	Check     string   // its ID; empty of all that fail, where the scorecard groups them
	Checks    []string // the IDs of what fails
	Said      string   // a digest of what its issue says
	OpenedAt  time.Time
	EndedAt   *time.Time
	Version   int64
}

// takeUp is for how long after its end a failure that comes back is the same: its issue is opened
// again then.
const takeUp = 10 * 24 * time.Hour

// FailureStore keeps failures.
type FailureStore interface {
	// OpenFailures returns those of the services that are open, and of each (service, check) the
	// last that ended then or later.
	OpenFailures(ctx context.Context, scorecard id.ID, services []id.ID, endedSince time.Time) ([]Failure, error)
	// StrayFailures returns up to limit open ones of scorecards or services that are retired, or of
	// scorecards that ask for no issues of that form any more: each for a check, or for all.
	StrayFailures(ctx context.Context, asked []Asked, limit int) ([]Failure, error)
	CreateFailure(ctx context.Context, f Failure) error
	// UpdateFailure is conditional on Version.
	UpdateFailure(ctx context.Context, f Failure) error
}

// Asked is a scorecard that asks for issues.
type Asked struct {
	Scorecard id.ID
	Mode      IssueMode
}

// Desk is told what follows from failures, in the transaction that records them.
type Desk interface {
	// CheckFails wants an issue, or has it say what fails now; one that was closed is wanted open
	// again.
	CheckFails(ctx context.Context, f issues.CheckFailure, now time.Time) error
	// CheckEnded wants the issue closed, and says why.
	CheckEnded(ctx context.Context, f issues.CheckFailure, why string, now time.Time) error
}

// PursueOnce has issues be wanted about what fails for longer than scorecards bear, and closed
// where it passes, or is asked no more. What is unknown opens and closes nothing. It counts
// failures that were "opened", "changed" and "ended".
func (s *Service) PursueOnce(ctx context.Context) (map[string]int64, error) {
	counts := map[string]int64{"opened": 0, "changed": 0, "ended": 0, "failed": 0}
	if s.Desk == nil {
		return counts, nil
	}
	views, err := s.Store.LiveScorecards(ctx)
	if err != nil {
		return counts, fmt.Errorf("read scorecards: %w", err)
	}
	views = slices.DeleteFunc(views, func(v View) bool { return v.Revision.Issues.Mode == NoIssues || v.Revision.Issues.Mode == "" })
	language, err := s.languages.now(ctx)
	if err != nil {
		return counts, err
	}
	p := &pursuit{Service: s, counts: counts, language: language}
	if err := p.strays(ctx, views); err != nil {
		return counts, err
	}
	for after := id.ID(""); len(views) > 0; {
		services, err := s.Fleet.LiveServicesAfter(ctx, after, chunk)
		if err != nil {
			return counts, fmt.Errorf("read services: %w", err)
		}
		if len(services) == 0 {
			break
		}
		if err := p.pursue(ctx, views, services); err != nil {
			return counts, err
		}
		after = services[len(services)-1].ID
	}
	return counts, errors.Join(p.failures...)
}

type pursuit struct {
	*Service
	counts   map[string]int64
	language *expr.Environment
	failures []error // the first few
}

// strays ends what nobody asks for any more.
func (p *pursuit) strays(ctx context.Context, views []View) error {
	asked := each(views, func(v View) Asked { return Asked{v.Scorecard.ID, v.Revision.Issues.Mode} })
	for {
		found, err := p.Failures.StrayFailures(ctx, asked, chunk)
		if err != nil {
			return fmt.Errorf("read failures that nobody asks for any more: %w", err)
		}
		ended := 0
		for _, f := range found {
			v, err := p.Store.Scorecard(ctx, f.Scorecard)
			if err != nil {
				return fmt.Errorf("read a scorecard: %w", err)
			}
			done, err := p.end(ctx, v, f, "It is not asked for any more.")
			if err != nil {
				return err
			}
			if done {
				ended++
			}
		}
		if len(found) < chunk || ended == 0 {
			return nil
		}
	}
}

func (p *pursuit) pursue(ctx context.Context, views []View, services []registry.Service) error {
	ids := each(services, func(s registry.Service) id.ID { return s.ID })
	standings, err := p.Store.Standings(ctx, ids)
	if err != nil {
		return fmt.Errorf("read what %d services came to: %w", len(services), err)
	}
	now := clock.Round(p.Clock())
	for _, v := range views {
		known, err := p.Failures.OpenFailures(ctx, v.Scorecard.ID, ids, now.Add(-takeUp))
		if err != nil {
			return fmt.Errorf("read failures of %d services: %w", len(services), err)
		}
		of := map[id.ID][]Failure{}
		for _, f := range known {
			of[f.Service] = append(of[f.Service], f)
		}
		for _, service := range services {
			standing := find(standings[service.ID], v.Scorecard.ID)
			if standing != nil && standing.Revision != v.Revision.ID {
				continue // it is evaluated by what is asked now first
			}
			if err := p.settle(ctx, v, service, standing, of[service.ID], now); err != nil {
				return err
			}
		}
	}
	return nil
}

// settle brings the failures of a service into agreement with its standing; nil is of one that
// the scorecard is not for. Where it is not known whether it is, everything stays as it is.
func (p *pursuit) settle(ctx context.Context, v View, service registry.Service, s *Standing, known []Failure, now time.Time) error {
	if s != nil && s.Applies != expr.Holds {
		return nil
	}
	for _, w := range wanted(v.Revision.Terms, s, now) {
		i := slices.IndexFunc(known, func(f Failure) bool { return f.Check == w.check && f.EndedAt == nil })
		if i < 0 {
			i = slices.IndexFunc(known, func(f Failure) bool { return f.Check == w.check })
		}
		var before *Failure
		if i >= 0 {
			before = &known[i]
		}
		if err := p.one(ctx, v, service, s, w, before, now); err != nil {
			return err
		}
	}
	for _, f := range known {
		if f.EndedAt == nil && f.Check != "" && v.Revision.check(f.Check) < 0 {
			if _, err := p.end(ctx, v, f, notAsked); err != nil {
				return err
			}
		}
	}
	return nil
}

// want is what is so of one check, or of all where they are grouped.
type want struct {
	check   string
	failing []string
	// settled says that nothing of it fails or is unknown, and whys why, by check.
	settled bool
	whys    map[string]string
}

// notAsked is why a failure ends of a check that is not in the scorecard any more.
const notAsked = "The scorecard asks for it no more."

// why is why the failure of these checks is settled, in sentences.
func (w want) why(checks []string) string {
	var out, each []string
	for _, c := range checks {
		why := cmp.Or(w.whys[c], notAsked)
		if !slices.Contains(out, why) {
			out = append(out, why)
		}
		each = append(each, "`"+c+"`: "+why)
	}
	if len(out) == 1 {
		return out[0]
	}
	return strings.Join(each, " ")
}

// wanted is what is so of each check of which failures become issues.
func wanted(t Terms, s *Standing, now time.Time) []want {
	upTo := len(t.Levels)
	if t.Issues.UpTo != "" {
		upTo = t.level(t.Issues.UpTo) + 1
	}
	all := want{settled: true, whys: map[string]string{}}
	var out []want
	for i, c := range t.Checks {
		w := want{check: c.ID}
		fails, why := t.asks(i, s, upTo, now)
		if fails && !now.Before(t.grace(c, s)) {
			w.failing = []string{c.ID}
		}
		w.settled, w.whys = why != "", map[string]string{c.ID: why}
		out = append(out, w)
		all.failing = append(all.failing, w.failing...)
		all.settled = all.settled && w.settled
		all.whys[c.ID] = why
	}
	if t.Issues.Mode == Grouped {
		return []want{all}
	}
	return out
}

// asks reports whether the check of that number fails, or why it is settled; neither of what is
// unknown.
func (t Terms) asks(i int, s *Standing, upTo int, now time.Time) (fails bool, settled string) {
	c := t.Checks[i]
	switch {
	case s == nil:
		return false, "The scorecard is not for the service any more."
	case t.level(c.Level) >= upTo:
		return false, "The scorecard asks for no issues about its level any more."
	case c.EffectiveFrom > clock.DateOf(now):
		return false, fmt.Sprintf("It does not count before %s.", c.EffectiveFrom)
	case i >= len(s.Outcomes):
		return false, ""
	}
	switch rules.Outcome(s.Outcomes[i]) {
	case rules.Fail:
		return true, ""
	case rules.Pass:
		return false, "It passes now."
	case rules.Exempt:
		return false, "The service is exempt from it."
	case rules.NotApplicable:
		return false, "It does not apply to the service any more."
	default:
		return false, ""
	}
}

// grace is until when a check that fails is borne: from when it fails, or counts, where that is later.
func (t Terms) grace(c Check, s *Standing) time.Time {
	from := s.Details.Failing[c.ID]
	if c.EffectiveFrom != "" && c.EffectiveFrom.Time().After(from) {
		from = c.EffectiveFrom.Time()
	}
	return from.AddDate(0, 0, t.Issues.GraceDays)
}

// one brings one failure into agreement with what is so.
func (p *pursuit) one(ctx context.Context, v View, service registry.Service, s *Standing, w want, before *Failure, now time.Time) error {
	open := before != nil && before.EndedAt == nil
	switch {
	case len(w.failing) == 0 && open && w.settled:
		_, err := p.end(ctx, v, *before, w.why(before.Checks))
		return err
	case len(w.failing) == 0:
		return nil
	}
	after, what := Failure{ID: id.New(now), Scorecard: v.Scorecard.ID, Service: service.ID, Check: w.check, OpenedAt: now, Version: 1}, "opened"
	if before != nil {
		after = *before
		if open {
			what = "changed"
		}
	}
	after.Checks, after.EndedAt = w.failing, nil
	card, err := p.cardOn(p.language, v.Scorecard, v.Revision, service, *s)
	if err != nil {
		return err
	}
	says := failureOf(after, card)
	if after.Said, err = digest(says, service); err != nil {
		return err
	}
	if open && slices.Equal(before.Checks, after.Checks) && before.Said == after.Said {
		return nil
	}
	return p.write(ctx, what, service.ID, func(ctx context.Context) error {
		if before == nil {
			err = p.Failures.CreateFailure(ctx, after)
		} else {
			err = p.Failures.UpdateFailure(ctx, after)
		}
		if err != nil {
			return err
		}
		return p.Desk.CheckFails(ctx, says, now)
	})
}

// end ends a failure; false where somebody else was faster.
func (p *pursuit) end(ctx context.Context, v View, f Failure, why string) (bool, error) {
	now := clock.Round(p.Clock())
	f.EndedAt = &now
	before := p.counts["ended"]
	err := p.write(ctx, "ended", f.Service, func(ctx context.Context) error {
		if err := p.Failures.UpdateFailure(ctx, f); err != nil {
			return err
		}
		return p.Desk.CheckEnded(ctx, issues.CheckFailure{ID: f.ID, Service: f.Service, Scorecard: v.Scorecard.Name, Slug: v.Scorecard.Slug}, why, now)
	})
	return p.counts["ended"] > before, err
}

const maxFailures = 10

// write runs one change in a transaction. One that fails does not hold the others up.
func (p *pursuit) write(ctx context.Context, what string, service id.ID, do func(context.Context) error) error {
	err := p.Runner.InTx(access.WithCaller(ctx, access.System("scorecards")), do)
	switch {
	case err == nil:
		p.counts[what]++
	case ctx.Err() != nil || tx.IsLeaseLost(err):
		return fmt.Errorf("pursue failures: %w", err)
	case fault.Is(err, fault.Precondition): // somebody else changed it meanwhile
	default:
		p.counts["failed"]++
		p.Logger.WarnContext(ctx, "a failure of a scorecard could not be pursued", slog.String("service_id", string(service)), slog.Any("error", err))
		if len(p.failures) < maxFailures {
			p.failures = append(p.failures, fmt.Errorf("pursue a failure of service %s: %w", service, err))
		}
	}
	return nil
}

// failureOf is what an issue says.
func failureOf(f Failure, card ServiceCard) issues.CheckFailure {
	out := issues.CheckFailure{ID: f.ID, Service: f.Service, Scorecard: card.Scorecard.Name, Slug: card.Scorecard.Slug, Grouped: f.Check == "", Level: cmp.Or(card.LevelName, "none"), NextLevel: card.NextLevel}
	for _, r := range card.Results {
		if slices.Contains(f.Checks, r.Check.ID) {
			out.Checks = append(out.Checks, issues.FailedCheck{Title: r.Check.Title, Why: r.Check.Why, Fix: r.Fix, Level: r.Check.Level, Since: card.Standing.Details.Failing[r.Check.ID]})
		}
	}
	return out
}

// digest tells apart what issues about the service say: it is told without a look at any of them.
func digest(says issues.CheckFailure, service registry.Service) (string, error) {
	text, err := json.Marshal([]any{says, service.Name, service.Slug, service.Repository})
	if err != nil {
		return "", fmt.Errorf("spell what an issue says: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}
