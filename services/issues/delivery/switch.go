package delivery

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/issues"
)

// Switch is what administrators stopped, for every replica. What the configuration
// stops is in Settings, and cannot be started here.
type Switch struct {
	// Stops are of a kind each, that of all kinds first.
	Stops     []Stop
	UpdatedAt time.Time
	// Version grows with each change; it is 1 as long as nothing was ever stopped.
	Version int64
}

// Stop is why nothing is sent of a kind, or of all.
type Stop struct {
	// Kind is that of which nothing is sent; empty for all.
	Kind issues.Kind `json:"kind"`
	// Configured is whether the configuration says so, which does not tell by whom,
	// why and since when.
	Configured bool      `json:"-"`
	By         string    `json:"by"` // their name
	Person     id.ID     `json:"person"`
	Reason     string    `json:"reason"`
	Since      time.Time `json:"since"`
}

// stops reports whether the stop keeps a kind back.
func (s Stop) stops(kind issues.Kind) bool { return s.Kind == "" || s.Kind == kind }

// on are the stops that keep a kind back.
func (s Switch) on(kind issues.Kind) []Stop {
	return slices.DeleteFunc(slices.Clone(s.Stops), func(stop Stop) bool { return !stop.stops(kind) })
}

// Has reports whether there is a stop of just this kind; of all where none is named.
func (s Switch) Has(kind issues.Kind) bool {
	return slices.ContainsFunc(s.Stops, func(stop Stop) bool { return stop.Kind == kind })
}

// SwitchInput is what is to be stopped from now on, and why that changes.
type SwitchInput struct {
	All    bool
	Kinds  []issues.Kind
	Reason string
}

func (in SwitchInput) validate() error {
	var check fault.Check
	access.CheckLine(&check, "/reason", in.Reason, 1, MaxReason)
	for i, kind := range in.Kinds {
		check.Require(slices.Contains(issues.Kinds, kind), fmt.Sprintf("/stoppedKinds/%d", i), kind, "must be one of %s", fault.Or(issues.Kinds))
	}
	return check.Err()
}

// set is the switch as the input says. What was stopped before keeps by whom, why and
// since when.
func (s Switch) set(in SwitchInput, by access.Caller, now time.Time) Switch {
	var wanted []issues.Kind
	if in.All {
		wanted = append(wanted, "")
	}
	for _, kind := range issues.Kinds {
		if slices.Contains(in.Kinds, kind) {
			wanted = append(wanted, kind)
		}
	}
	out := Switch{Version: s.Version, UpdatedAt: now}
	for _, kind := range wanted {
		stop := Stop{Kind: kind, By: by.Name, Person: by.Person, Reason: in.Reason, Since: now}
		if at := slices.IndexFunc(s.Stops, func(was Stop) bool { return was.Kind == kind }); at >= 0 {
			stop = s.Stops[at]
		}
		out.Stops = append(out.Stops, stop)
	}
	return out
}

// record is what the audit log compares.
func (s Switch) record() switchRecord {
	out := switchRecord{Stopped: s.Has(""), StoppedKinds: []issues.Kind{}}
	for _, stop := range s.Stops {
		if stop.Kind != "" {
			out.StoppedKinds = append(out.StoppedKinds, stop.Kind)
		}
	}
	return out
}

type switchRecord struct {
	Stopped      bool
	StoppedKinds []issues.Kind
}

// Control is the switch, and what it and the configuration come to.
type Control struct {
	Switch   Switch
	Standing Standing
}

// Control tells whether issues are sent, and who stopped what.
func (s *Service) Control(ctx context.Context) (Control, error) {
	if err := s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindDelivery}); err != nil {
		return Control{}, err
	}
	sw, err := s.Records.Switch(ctx)
	if err != nil {
		return Control{}, fmt.Errorf("read what is stopped: %w", err)
	}
	return Control{sw, s.standing(sw)}, nil
}

// SetSwitch stops what the input names, and starts what it does not. What the
// configuration stops stays stopped, as the Standing says. Where nothing changes,
// nothing is written.
//
// Faults: Forbidden to all but administrators; Invalid with pointers to /reason and
// /stoppedKinds; Precondition when the switch is not at that version.
func (s *Service) SetSwitch(ctx context.Context, version int64, in SwitchInput) (Control, error) {
	object := access.Object{Kind: access.KindDelivery, Label: "issues"}
	if err := s.Authorizer.Authorize(ctx, access.Update, object); err != nil {
		return Control{}, err
	}
	if err := in.validate(); err != nil {
		return Control{}, err
	}
	now := clock.Round(s.Clock())
	var after Switch
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		before, err := s.Records.Switch(ctx)
		if err != nil {
			return fmt.Errorf("read what is stopped: %w", err)
		}
		if before.Version != version {
			return fault.Stale("issue delivery")
		}
		after = before.set(in, access.CallerFrom(ctx), now)
		if slices.Equal(before.Stops, after.Stops) {
			after = before
			return nil
		}
		if err := s.Records.PutSwitch(ctx, after); err != nil {
			return fmt.Errorf("write what is stopped: %w", err)
		}
		after.Version++
		return s.Recorder.RecordDiff(ctx, access.Update, object, in.Reason, before.record(), after.record())
	})
	if err != nil {
		return Control{}, err
	}
	return Control{after, s.standing(after)}, nil
}
