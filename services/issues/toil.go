package issues

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/toil"
)

var _ toil.Desk = (*Service)(nil)

// capSheet is what the templates of a team above its cap say.
type capSheet struct {
	Team          string
	Cap           int
	Median, Whole string // percent: of the middle one, by which it is judged, and of all together
	Persons       int
	Link          string
	Close         bool
	Fingerprint   string
}

// OpenCaps are the teams of which an issue about their toil is wanted open.
func (s *Service) OpenCaps(ctx context.Context) (map[id.ID]bool, error) {
	open := true
	out := map[id.ID]bool{}
	for r := (page.Request{Limit: page.MaxLimit}); ; {
		found, err := s.store.Issues(ctx, Filter{Kind: KindToilCap, Open: &open}, r)
		if err != nil {
			return nil, fmt.Errorf("read the issues about toil: %w", err)
		}
		for _, i := range found.Items {
			out[i.Subject] = true
		}
		if r.After = found.Next; r.After == "" {
			return out, nil
		}
	}
}

// AboveCap wants the issue of a team whose toil is above its cap. One that was closed at most ten days ago
// is wanted open again; one that is open stays as it is.
func (s *Service) AboveCap(ctx context.Context, a toil.Above, now time.Time) error {
	last, err := s.lastCap(ctx, a.Team.ID)
	switch {
	case err != nil:
		return err
	case last != nil && last.Open:
		return nil
	case last != nil && now.Sub(last.UpdatedAt) <= policy.TakeUp:
		last.Open, last.Ending, last.Episode = true, "", id.New(now)
		if err := s.comment(last, "again", s.aboutCap(a, last.Fingerprint), false, now); err != nil {
			return err
		}
		return s.update(ctx, *last, occasion{}, now)
	}
	service, err := s.speaksFor(ctx, a.Team)
	if err != nil {
		return err
	}
	episode := id.New(now)
	fingerprint := Fingerprint(KindToilCap, "", a.Team.ID, "", episode)
	return s.wantNew(ctx, matter{
		kind: KindToilCap, subject: a.Team.ID, episode: episode, fingerprint: fingerprint, service: service, team: a.Team, label: "toil", sheet: s.aboutCap(a, fingerprint),
	}, now)
}

// WithinCap wants the issue of a team closed whose toil is not above its cap any more.
func (s *Service) WithinCap(ctx context.Context, a toil.Above, now time.Time) error {
	last, err := s.lastCap(ctx, a.Team.ID)
	if err != nil || last == nil {
		return err
	}
	return s.settle(ctx, last, policy.Recovered, "recovered", s.aboutCap(a, last.Fingerprint), now)
}

func (s *Service) aboutCap(a toil.Above, fingerprint string) capSheet {
	percent := func(share float64) string { return strconv.FormatFloat(math.Round(share*1000)/10, 'f', -1, 64) }
	return capSheet{
		Team: a.Team.Name, Cap: a.Cap, Median: percent(a.Median), Whole: percent(a.Whole), Persons: a.Persons,
		Link: s.publicURL + "/teams/" + a.Team.Slug + "/toil", Close: s.closes(KindToilCap), Fingerprint: fingerprint,
	}
}

// lastCap is the latest issue about the toil of a team; nil without one.
func (s *Service) lastCap(ctx context.Context, team id.ID) (*Issue, error) {
	found, err := s.store.Issues(ctx, Filter{Subject: team, Kind: KindToilCap}, page.Request{Limit: 1})
	if err != nil {
		return nil, fmt.Errorf("look for the issue about the toil of %s: %w", team, err)
	}
	if len(found.Items) == 0 {
		return nil, nil
	}
	return &found.Items[0], nil
}

// speaksFor is the service in whose repository an issue about a team is: the first by slug that has one,
// else the first, for which the team's or the organisation's is tried.
func (s *Service) speaksFor(ctx context.Context, team registry.Team) (registry.Service, error) {
	found, err := s.services.Services(ctx, registry.ServiceFilter{Team: team.ID}, page.Request{Limit: page.MaxLimit})
	if err != nil {
		return registry.Service{}, fmt.Errorf("read the services of %s: %w", team.Slug, err)
	}
	if len(found.Items) == 0 {
		return registry.Service{}, toil.ErrNowhere
	}
	if n := slices.IndexFunc(found.Items, func(one registry.Service) bool { return one.Repository != "" }); n >= 0 {
		return found.Items[n], nil
	}
	return found.Items[0], nil
}

// candidateSheet is what the templates of a candidate say.
type candidateSheet struct {
	Title, Service, Team, Category string
	Build, Year, PayBack           string // the last two are empty where they are not told
	Link, Fingerprint              string
}

// Automate wants the issue of a candidate, or has it say what is so now. Evenkeel does not close it.
func (s *Service) Automate(ctx context.Context, c toil.Candidate, f toil.Figure, now time.Time) error {
	issue, err := s.of(ctx, c.ID)
	if err != nil {
		return err
	}
	service, err := s.services.Service(ctx, c.Service)
	if err != nil {
		return fmt.Errorf("read the service of a candidate: %w", err)
	}
	team, err := s.services.Team(ctx, c.Team)
	if err != nil {
		return fmt.Errorf("read the team of a candidate: %w", err)
	}
	m := matter{kind: KindToilCandidate, subject: c.ID, episode: c.ID, fingerprint: Fingerprint(KindToilCandidate, c.Service, c.ID, "", c.ID), service: service, team: team, label: "toil"}
	sheet := candidateSheet{
		Title: c.Title, Service: service.Name, Team: team.Name, Category: c.Category.Words(), Build: hours(float64(c.BuildMinutes) / 60),
		Link: s.publicURL + "/teams/" + team.Slug + "/toil#candidates", Fingerprint: m.fingerprint,
	}
	if f.Told && f.HoursAYear > 0 {
		sheet.Year = hours(f.HoursAYear)
		if f.PayBack != nil {
			sheet.PayBack = fmt.Sprintf("%.0f", *f.PayBack)
		}
	}
	m.sheet = sheet
	return s.wantAbout(ctx, issue, m, now)
}

// hours writes hours without what nobody means by them.
func hours(h float64) string {
	if h < 10 {
		return fmt.Sprintf("%.1f", h)
	}
	return fmt.Sprintf("%.0f", h)
}
