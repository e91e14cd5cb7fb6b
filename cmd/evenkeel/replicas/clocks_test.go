package replicas

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/app"
	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/jobs"
)

// replica is the program put together in this process, with a clock that is wrong.
type replica struct {
	*app.App
	at   *process.Process // where it is reached, as a process is
	stop func() error     // finishes what is under way, and closes it
}

// wrong starts a replica of the fleet whose clock is off by so much.
func (f *fleet) wrong(name string, off time.Duration) *replica {
	f.t.Helper()
	flags := pflag.NewFlagSet(name, pflag.ContinueOnError)
	config.AddFlags(flags)
	if err := flags.Parse(append(f.flags(name), "--data-dir", filepath.Join(f.dir, "data"))); err != nil {
		f.t.Fatal(err)
	}
	loaded, err := config.Load(config.Sources{Flags: flags, Environ: f.environ(), Hostname: name})
	if err != nil {
		f.t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.t.Fatal(err)
	}
	base := "http://" + l.Addr().String()
	a, err := app.Open(f.t.Context(), app.Options{
		Config: loaded.Config, BaseURL: base, Version: "test", Logger: slog.New(slog.DiscardHandler),
		Clock: func() time.Time { return clock.System().Add(off) },
	})
	if err != nil {
		f.t.Fatal(err)
	}
	if err := a.FirstStart(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
	token, err := os.ReadFile(a.TokenPath())
	if err != nil {
		f.t.Fatal(err)
	}
	serving, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Serve(serving, l) }()
	over := false
	r := &replica{App: a, at: process.At(f.t, base, strings.TrimSpace(string(token)))}
	r.stop = func() error {
		if over {
			return nil
		}
		over = true
		stop()
		if err := <-ended; err != nil {
			return err
		}
		return a.Close(context.Background())
	}
	f.t.Cleanup(func() {
		if err := r.stop(); err != nil {
			f.t.Errorf("stop %s: %v", name, err)
		}
	})
	f.replicas[name] = r.at
	return r
}

// Two replicas whose clocks are five minutes apart, of which one is right. The one
// that is wrong evaluates first, and then the one that is right; reporters go by
// the right time. The server of the tests has this machine's clock.
func TestClocksFiveMinutesApartChangeNothing(t *testing.T) {
	t.Parallel()
	for name, off := range map[string]time.Duration{"ahead": 5 * time.Minute, "behind": -5 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fleet{t: t, url: storetest.PostgresURL(t), dir: t.TempDir(), args: often}
			f.begin(nil)
			s, _ := f.look()
			one := f.wrong("one", off)
			await(t, "the first has the lease", func() bool { return f.holder(one.at, evaluate) == "one" })
			two := f.wrong("two", 0)
			f.furnish(one.at)

			both := []*replica{one, two}
			for i, r := range both {
				other := both[1-i]
				if got := f.holder(r.at, evaluate); got != "one" {
					t.Errorf("replica %d says that %q has the lease", i, got)
				}
				f.signsInElsewhere(r, other)
				f.repeatsElsewhere(r, other, fmt.Sprintf("made-%d", i))
				// The slot that runs now, and those before it.
				f.push(r.at, fmt.Sprintf("reporter-%d", i), f.slot(0, 9, 10), f.slot(1, 9, 10), f.slot(2, 9, 10))
			}
			evaluated := func(by *replica) {
				t.Helper()
				run := must[client.Run](f, by.at, 201, "POST", "/v1/jobs/"+evaluate+"/runs", nil)
				if run.State != "succeeded" || run.StartedAt.Before(run.ScheduledAt.Add(-time.Second)) || time.Since(run.StartedAt).Abs() > patience {
					t.Errorf("the run is %+v", run)
				}
				for i, r := range both {
					status := f.status(r.at)
					// By the right time the last slots are there, and the one that runs is not over.
					if status.Stale || status.WindowEnd.After(time.Now()) || time.Since(*status.WindowEnd) > 2*patience || status.Window.Total < 40 {
						t.Errorf("replica %d says %+v of %s", i, status.Window, status.WindowEnd)
					}
					f.recount(r.at)
				}
			}
			evaluated(two)
			if got := f.holder(two.at, evaluate); got != "one" {
				t.Errorf("%q has the lease", got)
			}
			before := lastRun(t, s)
			if err := one.stop(); err != nil {
				t.Fatal(err)
			}
			both = both[1:]
			var after jobs.Run
			await(t, "the second goes on", func() bool {
				after = lastRun(t, s)
				return after.Replica == "two" && after.Trigger == jobs.Scheduled
			})
			if gap := after.ScheduledAt.Sub(before.ScheduledAt); gap <= 0 || gap > patience/2 {
				t.Errorf("the second went on %s after the first's last run", gap)
			}
			evaluated(two)
			for _, r := range runs(t, s, evaluate) {
				if r.State != jobs.Succeeded && r.State != jobs.Running {
					t.Errorf("%+v", r)
				}
			}
		})
	}
}

// signsInElsewhere follows a link of one replica at another, and goes back to the
// first with the session.
func (f *fleet) signsInElsewhere(made, used *replica) {
	f.t.Helper()
	link, _, err := made.SignInLink(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	_, code, _ := strings.Cut(link, "code=")
	session, _, err := used.Access.SignIn(f.t.Context(), code)
	if err != nil {
		f.t.Errorf("sign in elsewhere: %v", err)
		return
	}
	for _, r := range []*replica{made, used} {
		if _, err := r.Access.AuthenticateSession(f.t.Context(), session); err != nil {
			f.t.Errorf("the session: %v", err)
		}
	}
	text, err := made.IssueAdministratorToken(f.t.Context(), access.TokenInput{Kind: access.PersonalToken, Name: "short", Scopes: []access.Scope{access.ScopeRead}, LifetimeDays: 1})
	if err != nil {
		f.t.Fatal(err)
	}
	if _, err := used.Access.Authenticate(f.t.Context(), text); err != nil {
		f.t.Errorf("the token elsewhere: %v", err)
	}
}

// repeatsElsewhere sends a request that was answered by one replica to another.
func (f *fleet) repeatsElsewhere(first, second *replica, slug string) {
	f.t.Helper()
	body := client.ServiceCreate{Slug: slug, Name: "Made", Team: "payments", Kind: "http", Tier: 3}
	made := must[client.Service](f, first.at, 201, "POST", "/v1/services", body, "Idempotency-Key: "+slug)
	again, err := f.try(second.at, http.MethodPost, "/v1/services", body, "Idempotency-Key: "+slug)
	if err != nil || again.status != http.StatusCreated || again.header.Get("Idempotency-Replayed") != "true" || !strings.Contains(string(again.body), made.ID) {
		f.t.Errorf("repeated elsewhere: %d %s, %v", again.status, again.body, err)
	}
}
