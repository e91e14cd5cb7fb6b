package storetest

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/jobs"
)

func testJobs(t *testing.T, open opener) {
	each(t, open, "a lease is one holder's, renewed by it and taken anew after its end", func(t *testing.T, s *store.Store) {
		j := s.Jobs()
		first := must(j.TakeLease(t.Context(), "prune", "one", time.Hour))(t)
		if first.Epoch != 1 || first.Holder != "one" || first.Name != "prune" || time.Until(first.ExpiresAt) < 50*time.Minute {
			t.Fatalf("got %+v", first)
		}
		_, err := j.TakeLease(t.Context(), "prune", "two", time.Hour)
		refused(t, err, fault.Conflict, "lease_held")
		renewed := must(j.TakeLease(t.Context(), "prune", "one", 2*time.Hour))(t)
		if renewed.Epoch != 1 || !renewed.ExpiresAt.After(first.ExpiresAt) {
			t.Fatalf("renewed to %+v from %+v", renewed, first)
		}
		must(j.TakeLease(t.Context(), "evaluate", "two", time.Hour))(t) // another lease
		ok(t, j.ReleaseLease(t.Context(), "prune", 7))                  // not the current epoch: nothing
		_, err = j.TakeLease(t.Context(), "prune", "two", time.Hour)
		refused(t, err, fault.Conflict, "lease_held")
		same(t, must(j.HoldsLease(t.Context(), "prune", 1))(t), true)
		same(t, must(j.HoldsLease(t.Context(), "prune", 7))(t), false)
		same(t, must(j.HoldsLease(t.Context(), "nothing", 1))(t), false)
		ok(t, j.ReleaseLease(t.Context(), "prune", 1))
		same(t, must(j.HoldsLease(t.Context(), "prune", 1))(t), false) // it has expired
		same(t, must(j.TakeLease(t.Context(), "prune", "two", time.Hour))(t).Epoch, int64(2))
		ok(t, j.ReleaseLease(t.Context(), "prune", 2))
		same(t, must(j.TakeLease(t.Context(), "prune", "two", time.Hour))(t).Epoch, int64(3))
		leases := must(j.Leases(t.Context()))(t)
		if len(leases) != 2 || leases["prune"].Epoch != 3 || leases["prune"].Holder != "two" || leases["evaluate"].Epoch != 1 {
			t.Errorf("leases are %+v", leases)
		}
	})

	each(t, open, "of many that want a lease one gets it", func(t *testing.T, s *store.Store) {
		results := make(chan error, 8)
		for i := range 8 {
			go func() {
				_, err := s.Jobs().TakeLease(t.Context(), "prune", string(rune('a'+i)), time.Hour)
				results <- err
			}()
		}
		won := 0
		for range 8 {
			if err := <-results; err == nil {
				won++
			} else {
				refused(t, err, fault.Conflict, "lease_held")
			}
		}
		same(t, won, 1)
	})

	aRun := func(job string, at time.Time, epoch int64) jobs.Run {
		return jobs.Run{
			ID: newID(), Job: job, ScheduledAt: at, StartedAt: at.Add(time.Millisecond), Trigger: jobs.Scheduled, StartedBy: "schedule",
			Replica: "one", Epoch: epoch, State: jobs.Running, Result: jobs.Result{},
		}
	}

	each(t, open, "a job has one run for each scheduled time", func(t *testing.T, s *store.Store) {
		j, r := s.Jobs(), aRun("prune", Start, 1)
		if !must(j.BeginRun(t.Context(), r))(t) {
			t.Fatal("a fresh run was not begun")
		}
		if must(j.BeginRun(t.Context(), aRun("prune", Start, 2)))(t) {
			t.Fatal("a second run at that time was begun")
		}
		if !must(j.BeginRun(t.Context(), aRun("evaluate", Start, 2)))(t) {
			t.Fatal("another job's run was not begun")
		}
		same(t, must(j.Run(t.Context(), r.ID))(t), r)
		done := Start.Add(time.Second)
		r.FinishedAt, r.State, r.Result, r.Error = &done, jobs.Failed, jobs.Result{"pruned": 3, "kept": 1 << 60}, "no room"
		ok(t, j.FinishRun(t.Context(), r))
		same(t, must(j.Run(t.Context(), r.ID))(t), r)
		refused(t, j.FinishRun(t.Context(), r), fault.Conflict, "run_ended")
		r.ID = newID()
		refused(t, j.FinishRun(t.Context(), r), fault.NotFound, "run_not_found")
		_, err := j.Run(t.Context(), r.ID)
		refused(t, err, fault.NotFound, "run_not_found")
	})

	each(t, open, "of runs that are asked for the oldest is begun, once", func(t *testing.T, s *store.Store) {
		j := s.Jobs()
		asked := func(job string, at time.Time) jobs.Run {
			r := jobs.Run{ID: newID(), Job: job, ScheduledAt: at, StartedAt: at, Trigger: jobs.Manual, StartedBy: "Ada", State: jobs.Requested, Result: jobs.Result{}}
			must(j.BeginRun(t.Context(), r))(t)
			return r
		}
		begun := jobs.Run{Job: "prune", StartedAt: Start.Add(time.Hour), Replica: "one", Epoch: 4, State: jobs.Running}
		if _, found, err := j.BeginRequested(t.Context(), begun); err != nil || found {
			t.Fatalf("found %v, %v", found, err)
		}
		second, other, first := asked("prune", Start.Add(time.Minute)), asked("evaluate", Start.Add(time.Second)), asked("prune", Start)
		same(t, must(j.Requested(t.Context()))(t), []jobs.Run{first, other, second})
		same(t, must(j.AbandonRuns(t.Context(), "prune", 9, Start))(t), 0)
		for _, want := range []jobs.Run{first, second} {
			want.StartedAt, want.Replica, want.Epoch, want.State = begun.StartedAt, begun.Replica, begun.Epoch, begun.State
			got, found, err := j.BeginRequested(t.Context(), begun)
			if err != nil || !found {
				t.Fatalf("found %v, %v", found, err)
			}
			same(t, got, want)
			same(t, must(j.Run(t.Context(), want.ID))(t), want)
		}
		if _, found, err := j.BeginRequested(t.Context(), begun); err != nil || found {
			t.Fatalf("found %v, %v", found, err)
		}
		same(t, must(j.Requested(t.Context()))(t), []jobs.Run{other})
	})

	each(t, open, "the offset of a clock is found", func(t *testing.T, s *store.Store) {
		behind := func() time.Time { return clock.System().Add(-time.Hour) }
		offset := must(s.Jobs().ClockOffset(t.Context(), behind))(t)
		if s.Dialect() == "sqlite3" {
			same(t, offset, time.Duration(0))
		} else if off := (offset - time.Hour).Abs(); off > 30*time.Second { // the server is on this machine
			t.Errorf("an hour behind is found to be %s", offset)
		}
	})

	each(t, open, "runs are abandoned, listed and pruned, but the newest stays", func(t *testing.T, s *store.Store) {
		j := s.Jobs()
		same(t, len(must(j.LastRuns(t.Context()))(t)), 0)
		var made []jobs.Run
		for i := range 4 {
			r := aRun("prune", Start.Add(time.Duration(i)*time.Minute), int64(i))
			must(j.BeginRun(t.Context(), r))(t)
			made = append(made, r)
		}
		other := aRun("evaluate", Start, 0)
		must(j.BeginRun(t.Context(), other))(t)
		at := Start.Add(time.Hour)
		same(t, must(j.AbandonRuns(t.Context(), "prune", 2, at))(t), 3)
		same(t, must(j.AbandonRuns(t.Context(), "prune", 2, at))(t), 0)
		for i := range 3 {
			made[i].State, made[i].FinishedAt = jobs.Abandoned, &at
		}
		var got []jobs.Run
		r := page.Request{Limit: 3}
		for {
			p := must(j.Runs(t.Context(), jobs.RunFilter{Job: "prune"}, r))(t)
			got = append(got, p.Items...)
			if r.After = p.Next; r.After == "" {
				break
			}
		}
		same(t, got, []jobs.Run{made[3], made[2], made[1], made[0]})
		same(t, must(j.LastRuns(t.Context()))(t), map[string]jobs.Run{"prune": made[3], "evaluate": other})

		other.State, other.FinishedAt, made[3].State, made[3].FinishedAt = jobs.Succeeded, &at, jobs.Succeeded, &at
		ok(t, j.FinishRun(t.Context(), other))
		ok(t, j.FinishRun(t.Context(), made[3]))
		same(t, must(j.PruneRuns(t.Context(), at, 2))(t), 0)
		for _, want := range []int{2, 1, 0} { // some at a time
			same(t, must(j.PruneRuns(t.Context(), at.Add(time.Second), 2))(t), want)
		}
		same(t, must(j.LastRuns(t.Context()))(t), map[string]jobs.Run{"prune": made[3], "evaluate": other})
	})

	each(t, open, "runs that succeeded on their schedule are pruned by themselves, but the newest of a job stays", func(t *testing.T, s *store.Store) {
		j, at := s.Jobs(), Start
		ended := func(job string, trigger jobs.Trigger, state jobs.RunState) jobs.Run {
			r := aRun(job, at, 1)
			r.Trigger = trigger
			must(j.BeginRun(t.Context(), r))(t)
			done := at.Add(time.Second)
			r.FinishedAt, r.State = &done, state
			ok(t, j.FinishRun(t.Context(), r))
			at = at.Add(time.Minute)
			return r
		}
		lone := ended("evaluate", jobs.Scheduled, jobs.Succeeded)
		ended("prune", jobs.Scheduled, jobs.Succeeded)
		failed := ended("prune", jobs.Scheduled, jobs.Failed)
		asked := ended("prune", jobs.Manual, jobs.Succeeded)
		ended("prune", jobs.Scheduled, jobs.Succeeded)
		ended("prune", jobs.Scheduled, jobs.Succeeded)
		young := ended("prune", jobs.Scheduled, jobs.Succeeded)
		abandoned := aRun("prune", at, 1)
		must(j.BeginRun(t.Context(), abandoned))(t)
		must(j.AbandonRuns(t.Context(), "prune", 1, at))(t)
		abandoned.State, abandoned.FinishedAt = jobs.Abandoned, &at
		running := aRun("prune", at.Add(time.Minute), 2)
		must(j.BeginRun(t.Context(), running))(t)

		for _, want := range []int{2, 1, 0} { // some at a time
			same(t, must(j.PruneRoutineRuns(t.Context(), *young.FinishedAt, 2))(t), want)
		}
		same(t, must(j.Runs(t.Context(), jobs.RunFilter{Job: "prune"}, page.Request{}))(t).Items, []jobs.Run{running, abandoned, young, asked, failed})
		same(t, must(j.Runs(t.Context(), jobs.RunFilter{Job: "evaluate"}, page.Request{}))(t).Items, []jobs.Run{lone})

		narrowed := jobs.RunFilter{Job: "prune", States: []jobs.RunState{jobs.Failed, jobs.Abandoned}}
		first := must(j.Runs(t.Context(), narrowed, page.Request{Limit: 1}))(t)
		same(t, first.Items, []jobs.Run{abandoned})
		second := must(j.Runs(t.Context(), narrowed, page.Request{Limit: 1, After: first.Next}))(t)
		same(t, second.Items, []jobs.Run{failed})
		same(t, second.Next, "")
		_, err := j.Runs(t.Context(), jobs.RunFilter{Job: "prune"}, page.Request{After: first.Next})
		refused(t, err, fault.Invalid, "") // the cursor is of another list
	})
}
