package report

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// reviewedAtOnce is how many reports are read at a time, and reviewedInARun how much work one
// run does at most: SLOs times begun months of their reports. However many reports people
// publish, a run costs no more: those that are due the longest come first, and the rest waits
// for the next one.
const (
	reviewedAtOnce = 20
	reviewedInARun = 5_000
)

// reviewAfter is when a report of a period that ended then is summed up again after now: each
// day while measurements of the period may come, and then each week, for corrections and
// outages that are declared later reach as far back as a report; nil for never.
func reviewAfter(end, now time.Time) *time.Time {
	next := now.Add(day)
	if now.After(end.Add(measure.MaxAge)) {
		next = now.Add(7 * day)
	}
	if next.After(end.Add(Longest)) {
		return nil
	}
	return &next
}

// cost is how much work it is to sum the report up again.
func (c Content) cost() int {
	months := int((c.Period.To.Sub(c.Period.From) + 31*day - 1) / (31 * day))
	return max(1, len(c.SLOs)) * max(1, months)
}

// RestateOnce sums up published reports again that are due, and keeps what is found to be
// otherwise beside them: as many as one run may. "waiting" are left to the next. A report
// that cannot be summed up keeps no other from it, and is tried again when it would be due
// next; the errors are returned together.
func (s *Service) RestateOnce(ctx context.Context) (map[string]int64, error) {
	now := clock.Round(s.Clock())
	result := map[string]int64{"reviewed": 0, "restated": 0, "failed": 0, "waiting": 0}
	var errs []error
	for left := s.perRun; left > 0; {
		due, err := s.Store.ReportsToReview(ctx, now, reviewedAtOnce)
		if err != nil {
			return result, errors.Join(append(errs, fmt.Errorf("read reports to sum up again: %w", err))...)
		}
		if len(due) == 0 {
			return result, errors.Join(errs...)
		}
		for _, r := range due {
			if left <= 0 {
				break
			}
			cost, restated, err := s.restate(ctx, r, now)
			left -= cost
			if err == nil {
				result["reviewed"]++
				if restated {
					result["restated"]++
				}
				continue
			}
			errs = append(errs, fmt.Errorf("sum up report %d again: %w", r.Number, err))
			if tx.IsLeaseLost(err) || ctx.Err() != nil {
				return result, errors.Join(errs...)
			}
			result["failed"]++
			// Else those that fail would come first for ever, and keep the others waiting.
			err = s.Runner.InTx(ctx, func(ctx context.Context) error {
				return s.Store.SetReportReview(ctx, r.ID, reviewAfter(r.Period.To, now))
			})
			if err != nil {
				return result, errors.Join(append(errs, fmt.Errorf("put off report %d: %w", r.Number, err))...)
			}
		}
	}
	waiting, err := s.Store.CountReportsToReview(ctx, now)
	if err != nil {
		errs = append(errs, fmt.Errorf("count reports that wait: %w", err))
	}
	result["waiting"] = waiting
	return result, errors.Join(errs...)
}

// restate sums a report up again, of the services and SLOs that it was of, and tells how much
// work it was.
func (s *Service) restate(ctx context.Context, r Report, now time.Time) (int, bool, error) {
	published, err := r.Content()
	if err != nil {
		return 1, false, err
	}
	restated, err := s.restateTo(ctx, r, published, now)
	return published.cost(), restated, err
}

func (s *Service) restateTo(ctx context.Context, r Report, published Content, now time.Time) (bool, error) {
	before, err := s.Store.Restatements(ctx, r.ID)
	if err != nil {
		return false, err
	}
	of, err := s.subjectAsPublished(ctx, published)
	if err != nil {
		return false, err
	}
	is, err := s.draw(ctx, r.Scope, r.Period, of, now, nil)
	if err != nil {
		return false, err
	}
	found := Restatement{ID: id.New(now), Report: r.ID, FoundAt: now, Changes: compare(published, before, is)}
	if len(found.Changes) > 0 {
		since := r.PublishedAt
		if len(before) > 0 {
			since = before[0].FoundAt
		}
		if found.Causes, err = s.causes(ctx, found.Changes, r.Period, of, since); err != nil {
			return false, err
		}
	}
	err = s.Runner.InTx(ctx, func(ctx context.Context) error {
		if len(found.Changes) > 0 {
			if err := s.Store.AddRestatement(ctx, found); err != nil {
				return err
			}
		}
		return s.Store.SetReportReview(ctx, r.ID, reviewAfter(r.Period.To, now))
	})
	return len(found.Changes) > 0, err
}

// subjectAsPublished is what a report was of, whoever owns it now.
func (s *Service) subjectAsPublished(ctx context.Context, c Content) (subject, error) {
	out, _, err := s.parts(ctx)
	if err != nil {
		return subject{}, err
	}
	var services, slos []id.ID
	for _, one := range c.SLOs {
		services, slos = append(services, one.Service.ID), append(slos, one.SLO.ID)
	}
	// A service of which no SLO counted in the period may have had a violation or an SLA in it:
	// of one that was retired as it began.
	for _, v := range c.Violations {
		services = append(services, v.Service.ID)
	}
	for _, p := range c.SLAs {
		services = append(services, p.Service.ID)
	}
	slices.Sort(services)
	services = slices.Compact(services)
	found, err := s.Registry.ServicesByID(ctx, services)
	if err != nil {
		return subject{}, reading("the services of a report", err)
	}
	for _, name := range services {
		if one, there := found[name]; there {
			out.services = append(out.services, one)
		}
	}
	if out.views, err = s.Past.SLOsByID(ctx, slos); err != nil {
		return subject{}, reading("the SLOs of a report", err)
	}
	return out, nil
}

// figure is a figure of a report that may be restated.
type figure struct{ path, name, value string }

// figures are those of the document that may be restated, by their order in it. What is not
// known is none of them: it restates nothing, and is restated by nothing.
func (c Content) figures() []figure {
	var out []figure
	for _, s := range c.SLOs {
		if s.Outcome == NotKnown {
			continue
		}
		add := func(name, value string) {
			out = append(out, figure{"slos/" + string(s.SLO.ID) + "/" + name, s.Service.Slug + "/" + s.SLO.Slug + " " + name, value})
		}
		add("good", optional(s.Good))
		add("total", optional(s.Total))
		add("sli", optional(s.SLI))
		add("consumed", optional(s.Consumed))
		add("planned", spent(s.Planned))
		add("unplanned", spent(s.Unplanned))
		add("outcome", string(s.Outcome))
	}
	// What only ended meanwhile restates nothing.
	out = append(out, figure{"violations", "violations", strconv.Itoa(len(c.Violations))})
	for _, p := range c.SLAs {
		add := func(name, value string) {
			out = append(out, figure{"slaPeriods/" + string(p.ID) + "/" + name, p.Service.Slug + "/" + p.SLA.Slug + " until " + p.End.Format(time.DateOnly) + " " + name, value})
		}
		add("verdict", p.Verdict)
		add("credit", p.Credit)
	}
	return out
}

// compare is what is otherwise than the report and its restatements, the newest first, say.
func compare(published Content, before []Restatement, is Content) []Change {
	said, was := map[string]string{}, map[string]string{}
	for _, f := range published.figures() {
		said[f.path], was[f.path] = f.value, f.value
	}
	for _, r := range slices.Backward(before) {
		for _, c := range r.Changes {
			was[c.Figure] = c.Is
		}
	}
	var out []Change
	for _, f := range is.figures() {
		if last, known := was[f.path]; !known && f.value != "" || known && last != f.value {
			out = append(out, Change{Figure: f.path, Name: f.name, Published: said[f.path], Was: last, Is: f.value})
		}
	}
	return out
}

// causes are the corrections of the SLOs that began or ceased to count since, and other where
// an SLO changed of which there is none, or something that is no SLO's.
func (s *Service) causes(ctx context.Context, changes []Change, p Period, of subject, since time.Time) ([]Cause, error) {
	changed := map[id.ID]bool{}
	other := false
	for _, c := range changes {
		if slo := ofSLO(c.Figure); slo != "" {
			changed[slo] = true
		} else {
			other = true
		}
	}
	names := map[id.ID]string{}
	for _, v := range of.views {
		if !changed[v.SLO.ID] {
			continue
		}
		i := slices.IndexFunc(of.services, func(one registry.Service) bool { return one.ID == v.SLO.Service })
		names[v.SLO.ID] = of.services[i].Slug + "/" + v.SLO.Slug
	}
	found, err := s.Past.CorrectionsOf(ctx, ids(of.views), p.From, p.To)
	if err != nil {
		return nil, reading("the corrections of a report", err)
	}
	out := []Cause{}
	told := map[id.ID]bool{}
	for _, c := range found {
		if !changed[c.SLO] || len(c.Spans(p.From, p.To)) == 0 {
			continue
		}
		if c.ApprovedAt.After(since) && c.RemovedAt == nil {
			out = append(out, Cause{Kind: "correction_created", ID: c.ID, At: &c.ApprovedAt, By: c.ApprovedBy, Why: c.Reason, Of: names[c.SLO]})
			told[c.SLO] = true
		}
		if c.RemovedAt != nil && c.RemovedAt.After(since) && !c.ApprovedAt.After(since) {
			out = append(out, Cause{Kind: "correction_removed", ID: c.ID, At: c.RemovedAt, By: c.RemovedBy, Why: c.RemovedFor, Of: names[c.SLO]})
			told[c.SLO] = true
		}
	}
	slices.SortFunc(out, func(a, b Cause) int { return cmp.Or(a.At.Compare(*b.At), cmp.Compare(a.ID, b.ID)) })
	for slo := range changed {
		other = other || !told[slo]
	}
	if other {
		out = append(out, Cause{Kind: "other", Why: "measurements that came later, outages or periods of SLAs that were stated otherwise, or violations that were found to be none"})
	}
	return out, nil
}

// ofSLO is the SLO that the figure is of, empty where it is of none.
func ofSLO(figure string) id.ID {
	rest, is := strings.CutPrefix(figure, "slos/")
	if !is {
		return ""
	}
	of, _, _ := strings.Cut(rest, "/")
	return id.ID(of)
}

func ids(views []slo.View) []id.ID {
	out := make([]id.ID, len(views))
	for i, v := range views {
		out[i] = v.SLO.ID
	}
	return out
}

// reading says what was read.
func reading(what string, err error) error { return fmt.Errorf("read %s: %w", what, err) }
