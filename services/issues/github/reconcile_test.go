package github_test

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// list has the courier ask what changed, and returns how many are to be looked at.
func (o *office) list() int64 {
	o.tb.Helper()
	counts, err := o.courier.Reconcile(o.lease(o.tb.Context()))
	o.must(err)
	return counts["called"]
}

func TestWhatNoWebhookToldOfIsFoundWithinTheHour(t *testing.T) {
	t.Parallel()
	o := open(t)
	var wanted []issues.Issue
	for range 3 {
		wanted = append(wanted, o.want())
		o.pass(time.Minute)
	}
	o.list()
	o.pass(time.Minute)
	o.clock.Advance(30 * time.Minute)
	ole := o.Person("ole")
	ole.Close("acme/shop", 1, "completed")
	ole.Close("acme/shop", 2, "not_planned")
	o.ForgetRequests()
	if got := o.list(); got != 0 || len(o.Requests()) != 0 {
		t.Errorf("%d are to be looked at after %d requests, before the hour is over", got, len(o.Requests()))
	}
	o.clock.Advance(30 * time.Minute)
	// The first listing was 61 minutes ago, and this one reaches back ten more: what the
	// courier wrote last is in it, too.
	if got := o.list(); got < 2 || len(o.Requests()) != 1 {
		t.Errorf("%d are to be looked at after %d requests, want at least the two that changed, of one list", got, len(o.Requests()))
	}
	o.pass(time.Minute)
	for i, want := range []delivery.Outcome{delivery.Done, delivery.Waived, ""} {
		if got := o.delivery(wanted[i].ID).Outcome; got != want {
			t.Errorf("issue %d: %q, want %q", i+1, got, want)
		}
	}
	o.wellBehaved()
}

func TestAListingThatFailsIsMadeUpFor(t *testing.T) {
	t.Parallel()
	o, i := opened(t)
	o.list()
	o.pass(time.Minute)
	o.clock.Advance(time.Minute)
	o.Person("ole").Close("acme/shop", 1, "completed")
	o.clock.Advance(time.Hour)
	o.fault("issues/list-for-repo", standin.Fault{Kind: standin.BadGateway})
	if got := o.list(); got != 0 {
		t.Errorf("%d are to be looked at of a list that did not come", got)
	}
	o.clock.Advance(10 * time.Minute)
	if got := o.list(); got != 1 {
		t.Errorf("%d are to be looked at, want the one that was closed more than an hour ago", got)
	}
	o.pass(time.Minute)
	if got := o.delivery(i.ID).Outcome; got != delivery.Done {
		t.Errorf("%q, want %q", got, delivery.Done)
	}
}
