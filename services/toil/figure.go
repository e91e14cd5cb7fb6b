package toil

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

// Figure is what the entries say of a candidate, or of toil that is none yet.
type Figure struct {
	Candidate *Candidate // nil where nobody estimated it
	Category  Category
	Service   id.ID
	// Minutes were logged in the last 90 days, in so many entries by so many persons, as far as it is told.
	Minutes, Entries, Persons int
	// Told is whether the caller is told what was logged: members always, others where it is of Crowd.
	Told bool
	// HoursAYear is Minutes as hours of a year, from the first day on which the team logged something; PayBack
	// after how many weeks building it is paid back, nil where that is not known.
	HoursAYear float64
	PayBack    *float64
	// Saved is what it saved; nil of what is not done, and outside the team.
	Saved *Saved
}

// work is what is known of what a team logged in the last 90 days.
func (s *Service) work(ctx context.Context, team id.ID, inside bool, now time.Time) (work, error) {
	from, to := window(now)
	logged, err := s.Store.Logged(ctx, []id.ID{team}, min(from, clock.DateOf(share.Rolling(now)[0].Monday())), to)
	if err != nil {
		return work{}, fmt.Errorf("read what a team logged: %w", err)
	}
	return worked(logged, inside, now), nil
}

// figure is what is known of a part, which may be that of a candidate.
func (w work) figure(c *Candidate, p part) Figure {
	sum := sums(w.logged, Logged.part)[p]
	f := Figure{Candidate: c, Category: p.category, Service: p.service, Minutes: sum.Minutes, Entries: sum.Entries, Persons: sum.Persons}
	if f.Told = w.inside || f.Persons > 0; !f.Told {
		return f
	}
	f.HoursAYear = share.HoursAYear(f.Minutes, w.days)
	if c != nil {
		if weeks, known := share.PayBack(c.BuildMinutes, f.HoursAYear); known {
			f.PayBack = &weeks
		}
	}
	return f
}

// Candidates list what to automate first: by pay-back where it is known, then by the hours of a year. What
// is settled comes last, the latest first, with what it saved.
func (s *Service) Candidates(ctx context.Context, team id.ID, r page.Request) (page.Page[Figure], error) {
	none, now := page.Page[Figure]{}, clock.Round(s.Clock())
	if err := s.mayRead(ctx); err != nil {
		return none, err
	}
	inside, err := s.inside(ctx, team)
	if err != nil {
		return none, err
	}
	after, err := placeOf(r, team)
	if err != nil {
		return none, err
	}
	var found []Figure
	if after.settled == "" {
		if found, err = s.openFigures(ctx, team, inside, now); err != nil {
			return none, err
		}
		if after.figure != nil {
			found = slices.DeleteFunc(found, func(f Figure) bool { return first(f, *after.figure) <= 0 })
		}
	}
	if more := r.Size() + 1 - len(found); more > 0 {
		settled, err := s.settledFigures(ctx, team, after.settled, more, inside, now)
		if err != nil {
			return none, err
		}
		found = append(found, settled...)
	}
	found = found[:min(len(found), r.Size()+1)]
	return page.Cut(r, team, found, placed), nil
}

// openFigures are the candidates that are not settled, and toil that nobody estimated: as many at most as a team
// has services and there are categories.
func (s *Service) openFigures(ctx context.Context, team id.ID, inside bool, now time.Time) ([]Figure, error) {
	known, err := s.Store.Candidates(ctx, []id.ID{team}, now)
	if err != nil {
		return nil, fmt.Errorf("read the candidates of a team: %w", err)
	}
	w, err := s.work(ctx, team, inside, now)
	if err != nil {
		return nil, err
	}
	rest := sums(w.logged, Logged.part)
	var out []Figure
	for _, c := range known {
		if c.Live() {
			out = append(out, w.figure(&c, c.part()))
			delete(rest, c.part())
		}
	}
	for p := range rest {
		out = append(out, w.figure(nil, p))
	}
	slices.SortFunc(out, first)
	return out, nil
}

// settledFigures are the candidates that are settled, the latest first.
func (s *Service) settledFigures(ctx context.Context, team, before id.ID, most int, inside bool, now time.Time) ([]Figure, error) {
	known, err := s.Store.Settled(ctx, team, before, most)
	if err != nil {
		return nil, fmt.Errorf("read the candidates of a team that are settled: %w", err)
	}
	out := make([]Figure, len(known))
	for i := range known {
		out[i] = Figure{Candidate: &known[i], Category: known[i].Category, Service: known[i].Service, Told: inside}
	}
	if !inside {
		return out, nil
	}
	return out, s.compare(ctx, team, out, now)
}

// Candidate is one with its figures; NotFound.
func (s *Service) Candidate(ctx context.Context, team, candidate id.ID) (Figure, error) {
	now := clock.Round(s.Clock())
	if err := s.mayRead(ctx); err != nil {
		return Figure{}, err
	}
	inside, err := s.inside(ctx, team)
	if err != nil {
		return Figure{}, err
	}
	c, err := s.Store.Candidate(ctx, candidate)
	if err == nil && c.Team != team {
		err = fault.Missing("toil_candidate", string(candidate))
	}
	if err != nil {
		return Figure{}, fmt.Errorf("read a candidate: %w", err)
	}
	if c.Live() {
		w, err := s.work(ctx, team, inside, now)
		if err != nil {
			return Figure{}, err
		}
		return w.figure(&c, c.part()), nil
	}
	out := []Figure{{Candidate: &c, Category: c.Category, Service: c.Service, Told: inside}}
	if !inside {
		return out[0], nil
	}
	return out[0], s.compare(ctx, team, out, now)
}

func (f Figure) paysBack() bool { return f.PayBack != nil }

// first orders what is not settled.
func first(a, b Figure) int {
	if a.paysBack() != b.paysBack() {
		if a.paysBack() {
			return -1
		}
		return 1
	}
	by := 0
	if a.paysBack() {
		by = cmp.Compare(*a.PayBack, *b.PayBack)
	}
	return cmp.Or(by, cmp.Compare(b.HoursAYear, a.HoursAYear), cmp.Compare(a.Category, b.Category), cmp.Compare(a.Service, b.Service))
}

// place is after what a page begins: a figure of what is not settled, or a settled candidate; neither on
// the first page.
type place struct {
	figure  *Figure
	settled id.ID
}

// placed is the key of a figure in the list.
func placed(f Figure) []string {
	if f.Candidate != nil && !f.Candidate.Live() {
		return []string{string(f.Candidate.ID), "", "", "", ""}
	}
	weeks := ""
	if f.PayBack != nil {
		weeks = strconv.FormatFloat(*f.PayBack, 'g', -1, 64)
	}
	return []string{"", weeks, strconv.FormatFloat(f.HoursAYear, 'g', -1, 64), string(f.Category), string(f.Service)}
}

func placeOf(r page.Request, team id.ID) (place, error) {
	key, err := r.Key(team, 5)
	if err != nil || key == nil {
		return place{}, err
	}
	if key[0] != "" {
		return place{settled: id.ID(key[0])}, nil
	}
	f := Figure{Category: Category(key[3]), Service: id.ID(key[4])}
	var check fault.Check
	number := func(text string) float64 {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			check.Fail("query.after", r.After, "is not a cursor of this list; start again without it")
		}
		return v
	}
	if key[1] != "" {
		weeks := number(key[1])
		f.PayBack = &weeks
	}
	f.HoursAYear = number(key[2])
	return place{figure: &f}, check.Err()
}
