package slo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Slot is what a reporter counted from Start for as long as the indicator's
// resolution: events of the total, and of those the good or the bad ones, as the
// indicator counts.
type Slot struct {
	Start     time.Time
	Good, Bad *float64
	Total     float64
	// Group is which of the SLO's groups was counted; the report's when empty.
	Group string
}

// Report is slots of one SLO by one reporter.
type Report struct {
	Name
	Reporter string // measure.DefaultReporter when empty
	// Group is that of all slots that name none; empty where the SLO has no groups,
	// and of events without the label.
	Group string
	Slots []Slot
}

// maxUnknownNames bounds for how many names of a push the reason is looked up why
// they name nothing.
const maxUnknownNames = 20

// Push takes in slots of one SLO. The last write of a slot by a reporter is what
// holds, and one that repeats what is known changes nothing.
//
// Faults: NotFound and Moved for the names; Forbidden; Conflict "service_retired"
// and "slo_retired"; Invalid with every fault of the slots, and nothing is kept.
func (s *Service) Push(ctx context.Context, r Report) (measure.Receipt, error) {
	t, err := s.target(ctx, r.Name)
	if err != nil {
		return measure.Receipt{}, err
	}
	return s.push(ctx, []Report{r}, []Target{t}, func(int) string { return "" })
}

// target returns what a report is about. Almost all name it as it is called now;
// for the others it is found by what they say, or told why it is not.
func (s *Service) target(ctx context.Context, n Name) (Target, error) {
	if registry.ValidSlug(n.Service) && registry.ValidSlug(n.SLO) {
		found, err := s.store.Targets(ctx, []Name{n})
		if err != nil {
			return Target{}, fmt.Errorf("find the SLO: %w", err)
		}
		if len(found) == 1 {
			return found[0], nil
		}
	}
	v, owner, err := s.find(ctx, n)
	if err != nil {
		return Target{}, err
	}
	return target(v, owner), nil
}

// PushMany takes in slots of up to measure.MaxSeriesPerPush SLOs, of several
// services, all or nothing. The caller has to be allowed to push to each.
//
// Faults: as of Push, but a name that names nothing is Invalid at
// "/series/N/service" or "/series/N/slo".
func (s *Service) PushMany(ctx context.Context, reports []Report) (measure.Receipt, error) {
	var check fault.Check
	check.Require(len(reports) >= 1 && len(reports) <= measure.MaxSeriesPerPush, "/series", len(reports), "must be 1 to %d series", measure.MaxSeriesPerPush)
	if err := check.Err(); err != nil {
		return measure.Receipt{}, err
	}
	targets, err := s.targets(ctx, reports)
	if err != nil {
		return measure.Receipt{}, err
	}
	return s.push(ctx, reports, targets, func(i int) string { return fmt.Sprintf("/series/%d", i) })
}

// targets returns what each report is about, in their order.
func (s *Service) targets(ctx context.Context, reports []Report) ([]Target, error) {
	names := make([]Name, 0, len(reports))
	known := make(map[Name]Target, len(reports))
	for _, r := range reports {
		if _, seen := known[r.Name]; !seen && registry.ValidSlug(r.Service) && registry.ValidSlug(r.SLO) {
			names = append(names, r.Name)
			known[r.Name] = Target{}
		}
	}
	found, err := s.store.Targets(ctx, names)
	if err != nil {
		return nil, fmt.Errorf("find %d SLOs: %w", len(names), err)
	}
	for _, t := range found {
		known[t.Name] = t
	}
	var check fault.Check
	unknown := 0
	targets := make([]Target, len(reports))
	for i, r := range reports {
		if targets[i] = known[r.Name]; targets[i].SLO != "" {
			continue
		}
		if unknown == maxUnknownNames {
			break
		}
		// It is named by identifier, by a former name, or not at all.
		v, owner, err := s.find(ctx, r.Name)
		if err == nil {
			targets[i] = target(v, owner)
			known[r.Name] = targets[i]
			continue
		}
		unknown++
		if err := misnamed(&check, fmt.Sprintf("/series/%d", i), r.Name, err); err != nil {
			return nil, err
		}
	}
	return targets, check.Err()
}

// misnamed notes why a name in a body names nothing.
func misnamed(check *fault.Check, pointer string, n Name, err error) error {
	e := fault.As(err)
	if e == nil || e.Kind != fault.NotFound && e.Kind != fault.Moved {
		return err
	}
	member, value := "/slo", n.SLO
	if e.Code == "service_not_found" || e.Code == "service_renamed" {
		member, value = "/service", n.Service
	}
	if e.Kind == fault.Moved {
		check.Fail(pointer+member, value, "was renamed, it is now %q", e.Now)
	} else {
		check.Fail(pointer+member, value, "names nothing that exists")
	}
	return nil
}

func target(v View, owner registry.Service) Target {
	return Target{
		Name:    Name{Service: owner.Slug, SLO: v.SLO.Slug},
		Service: owner.ID, Team: owner.Team, SLO: v.SLO.ID, Indicator: v.Indicator.ID,
		Counting: v.Indicator.Counting, Resolution: v.Indicator.Resolution, MaxGroups: v.Indicator.Origin.MaxGroups,
		ServiceRetired: owner.RetiredAt != nil, Retired: v.SLO.RetiredAt != nil,
	}
}

// push authorises the caller on every target, translates and hands on.
func (s *Service) push(ctx context.Context, reports []Report, targets []Target, pointer func(i int) string) (measure.Receipt, error) {
	if err := s.mayPush(ctx, targets); err != nil {
		return measure.Receipt{}, err
	}
	var check fault.Check
	batches := make([]measure.Batch, 0, len(reports))
	for i, r := range reports {
		t := targets[i]
		b := measure.Batch{
			Pointer: pointer(i), Indicator: t.Indicator, Resolution: t.Resolution, Reporter: r.Reporter,
			Group: r.Group, MaxGroups: t.MaxGroups, Bad: t.Counting == BadTotal, Slots: make([]measure.Slot, len(r.Slots)),
		}
		check.Require(len(r.Slots) > 0, b.Pointer+"/slots", 0, "must have at least one slot")
		for j := range r.Slots {
			b.Slots[j] = translate(&check, &b, j, &r.Slots[j])
		}
		batches = byGroup(batches, b, r.Slots)
	}
	if err := check.Err(); err != nil {
		return measure.Receipt{}, err
	}
	receipt, err := s.measurements.Push(ctx, batches)
	if err != nil {
		return measure.Receipt{}, fmt.Errorf("push %d batches: %w", len(batches), err)
	}
	return receipt, nil
}

// byGroup appends the batch, or one for each group that its slots name.
func byGroup(batches []measure.Batch, b measure.Batch, slots []Slot) []measure.Batch {
	if !slices.ContainsFunc(slots, func(s Slot) bool { return s.Group != "" }) {
		return append(batches, b)
	}
	places := map[string]int{}
	for i, s := range slots {
		place, there := places[s.Group]
		if !there {
			place = len(batches)
			places[s.Group] = place
			one := b
			one.Slots = nil
			if s.Group != "" {
				one.Group = s.Group
			}
			batches = append(batches, one)
		}
		batches[place].Slots = append(batches[place].Slots, b.Slots[i])
		batches[place].Indexes = append(batches[place].Indexes, i)
	}
	return batches
}

// mayPush authorises the caller once for each service, before anything is said
// of what was retired.
func (s *Service) mayPush(ctx context.Context, targets []Target) error {
	seen := make(map[id.ID]bool)
	for _, t := range targets {
		if seen[t.Service] {
			continue
		}
		seen[t.Service] = true
		o := access.Object{Kind: access.KindSLO, ID: t.SLO, Label: t.Name.Service + "/" + t.Name.SLO, Team: t.Team}
		if err := s.authorizer.Authorize(ctx, access.Push, o); err != nil {
			return err
		}
	}
	for _, t := range targets {
		switch {
		case t.ServiceRetired:
			return fault.New(fault.Conflict, "service_retired", "the service %q was retired, and takes no measurements; restore it first", t.Name.Service)
		case t.Retired:
			return fault.New(fault.Conflict, "slo_retired", "the SLO %q of the service %q was retired, and takes no measurements; restore it first", t.Name.SLO, t.Name.Service)
		}
	}
	return nil
}

var (
	errNoGood  = errors.New("is required: the indicator counts good events of the total")
	errNoBad   = errors.New("is required: the indicator counts bad events of the total")
	errNotGood = errors.New("must be absent: the indicator counts bad events of the total")
	errNotBad  = errors.New("must be absent: the indicator counts good events of the total")
)

// translate turns a slot as it was sent into thousandths of good events and of
// all. Each number that was sent is rounded once; good = total − bad is exact.
func translate(check *fault.Check, b *measure.Batch, i int, s *Slot) measure.Slot {
	fail := func(member string, value any, err error) {
		check.Fail(fmt.Sprintf("%s/slots/%d/%s", b.Pointer, i, member), value, "%s", err)
	}
	counted, member := s.Good, "good"
	other, otherMember, errMissing, errOther := s.Bad, "bad", errNoGood, errNotBad
	if b.Bad {
		counted, other, member, otherMember, errMissing, errOther = s.Bad, s.Good, "bad", "good", errNoBad, errNotGood
	}
	if other != nil {
		fail(otherMember, *other, errOther)
	}
	total, err := measure.Thousandths(s.Total)
	if err != nil {
		fail("total", s.Total, err)
	}
	if counted == nil {
		fail(member, nil, errMissing)
		return measure.Slot{}
	}
	n, err := measure.Thousandths(*counted)
	if err != nil {
		fail(member, *counted, err)
	}
	if b.Bad {
		n = total - n
	}
	return measure.Slot{Start: s.Start, Good: n, Total: total}
}
