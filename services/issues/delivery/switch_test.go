package delivery_test

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

const violation = issues.KindBudgetViolation

// boss is an administrator.
func (o *office) boss() context.Context {
	c := person(o.member, access.ScopeAdmin)
	c.Administrator, c.Name = true, "Grace"
	return o.as(c)
}

// sending has issues be sent.
func sending(p *delivery.ServiceParts) { p.HasTracker, p.Settings.Mode = true, delivery.Warn }

func TestOnlyAdministratorsStopAndEverybodySeesIt(t *testing.T) {
	t.Parallel()
	o := openOffice(t, sending)
	in := delivery.SwitchInput{All: true, Reason: "wrong repository"}
	for name, c := range map[string]struct {
		caller access.Caller
		kind   fault.Kind
	}{
		"nobody":           {access.Caller{Kind: access.Anonymous}, fault.Unauthenticated},
		"a member":         {person(o.member, access.ScopeWrite), fault.Forbidden},
		"a workload":       {access.Caller{Kind: access.ByTeam, Team: o.team.ID, Scopes: access.Scopes}, fault.Forbidden},
		"without a scope":  {access.Caller{Kind: access.ByPerson, Person: o.member.ID, Administrator: true, Scopes: []access.Scope{access.ScopeWrite}}, fault.Forbidden},
		"no administrator": {person(o.member, access.ScopeAdmin), fault.Forbidden},
	} {
		if _, err := o.service.SetSwitch(o.as(c.caller), 1, in); !fault.Is(err, c.kind) {
			t.Errorf("%s stops: %v", name, err)
		}
	}
	if _, err := o.service.Control(t.Context()); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("nobody sees it: %v", err)
	}
	got, err := o.service.SetSwitch(o.boss(), 1, in)
	o.must(err)
	seen, err := o.service.Control(o.as(access.Caller{Kind: access.ByTeam, Team: o.team.ID, Scopes: []access.Scope{access.ScopeRead}}))
	o.must(err)
	want := []delivery.Stop{{By: "Grace", Person: o.member.ID, Reason: "wrong repository", Since: o.clock.Now()}}
	if !reflect.DeepEqual(seen, got) || !reflect.DeepEqual(seen.Standing.Stops(violation), want) || seen.Standing.Sends() || seen.Switch.Version != 2 {
		t.Errorf("stopped is %+v, seen %+v", got, seen)
	}
	tally, err := o.service.Tally(o.ada(), "")
	o.must(err)
	if tally.Standing.Silence(violation) != delivery.Stopped {
		t.Errorf("the tally says %+v", tally.Standing)
	}
}

func TestWhatWasStoppedBeforeKeepsWhoAndWhy(t *testing.T) {
	t.Parallel()
	o := openOffice(t, sending)
	first, err := o.service.SetSwitch(o.boss(), 1, delivery.SwitchInput{Kinds: []issues.Kind{violation, violation}, Reason: "first"})
	o.must(err)
	since := o.clock.Now()
	o.clock.Advance(time.Hour)
	_, err = o.service.SetSwitch(o.boss(), 1, delivery.SwitchInput{All: true, Reason: "late"})
	refused(t, err, fault.Precondition, "version_mismatch")
	both, err := o.service.SetSwitch(o.boss(), first.Switch.Version, delivery.SwitchInput{All: true, Kinds: []issues.Kind{violation}, Reason: "second"})
	o.must(err)
	stops := both.Standing.Stops(violation)
	if len(stops) != 2 || stops[0].Kind != "" || stops[0].Reason != "second" || !stops[0].Since.Equal(o.clock.Now()) || stops[1].Kind != violation || stops[1].Reason != "first" || !stops[1].Since.Equal(since) {
		t.Errorf("stopped by %+v", stops)
	}
	same, err := o.service.SetSwitch(o.boss(), both.Switch.Version, delivery.SwitchInput{All: true, Kinds: []issues.Kind{violation}, Reason: "third"})
	o.must(err)
	if !reflect.DeepEqual(same, both) {
		t.Errorf("nothing was changed, and it is %+v", same)
	}
	last, err := o.service.SetSwitch(o.boss(), both.Switch.Version, delivery.SwitchInput{Reason: "put right"})
	o.must(err)
	if len(last.Switch.Stops) != 0 || !last.Standing.Sends() || last.Switch.Version != 4 {
		t.Errorf("started is %+v", last)
	}
	entries, err := o.audit.List(o.boss(), audit.Filter{ObjectKind: access.KindDelivery}, page.Request{})
	o.must(err)
	var said []string
	for _, e := range entries.Items {
		said = append(said, string(e.Action)+" "+e.Reason)
	}
	if want := []string{"issue_delivery.update put right", "issue_delivery.update second", "issue_delivery.update first"}; !reflect.DeepEqual(said, want) {
		t.Fatalf("written down is %q, want %q", said, want)
	}
	var changes map[string]struct{ From, To any }
	o.must(json.Unmarshal(entries.Items[0].Changes, &changes))
	if changes["stopped"].From != true || changes["stopped"].To != false || len(changes["stoppedKinds"].From.([]any)) != 1 {
		t.Errorf("the changes are %s", entries.Items[0].Changes)
	}
}

func TestAStopSaysWhatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	o := openOffice(t, sending)
	for pointer, in := range map[string]delivery.SwitchInput{
		"/reason":         {All: true},
		"/reason#":        {All: true, Reason: strings.Repeat("x", 501)},
		"/reason##":       {All: true, Reason: "two\nlines"},
		"/stoppedKinds/1": {Kinds: []issues.Kind{violation, "other"}, Reason: "r"},
	} {
		_, err := o.service.SetSwitch(o.boss(), 1, in)
		refused(t, err, fault.Invalid, "invalid_input")
		if e := fault.As(err); e != nil && e.Violations[0].Pointer != strings.TrimRight(pointer, "#") {
			t.Errorf("%+v: %+v", in, e.Violations)
		}
	}
}

func TestWhatTheConfigurationStopsCannotBeStarted(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(*delivery.ServiceParts){
		"all":  func(p *delivery.ServiceParts) { p.Settings.Stopped = true },
		"kind": func(p *delivery.ServiceParts) { p.Settings.StoppedKinds = []issues.Kind{violation} },
	} {
		o := openOffice(t, sending, stop)
		_, err := o.service.SetSwitch(o.boss(), 1, delivery.SwitchInput{All: true, Reason: "too"})
		o.must(err)
		got, err := o.service.SetSwitch(o.boss(), 2, delivery.SwitchInput{Reason: "start"})
		o.must(err)
		want := delivery.Stop{Configured: true}
		if name == "kind" {
			want.Kind = violation
		}
		if stops := got.Standing.Stops(violation); got.Standing.Sends() != (name == "kind") || !reflect.DeepEqual(stops, []delivery.Stop{want}) {
			t.Errorf("%s: stopped by %+v", name, stops)
		}
	}
}
