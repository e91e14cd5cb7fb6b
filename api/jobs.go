package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/jobs"
)

type JobPath struct {
	Job string `path:"job" maxLength:"63" doc:"Name of the job." example:"evaluate-budgets"`
}

func (a *API) addJobs(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindJob}
	register(a, operation{
		id: "listJobs", method: http.MethodGet, path: "/v1/jobs", tag: "Jobs",
		summary: "List jobs", description: "All on one page: there are few.", rule: read,
	}, func(ctx context.Context, _ *nothing) (*list[Job], error) {
		listings, err := r.Jobs.List(ctx)
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[jobs.Listing]{Items: listings}, toJob), nil
	})

	type jobReply struct{ Body Job }
	register(a, operation{
		id: "getJob", method: http.MethodGet, path: "/v1/jobs/{job}", tag: "Jobs", summary: "Get a job", description: "With its schedule, its next run and its last one.", rule: read,
	}, func(ctx context.Context, in *JobPath) (*jobReply, error) {
		listings, err := r.Jobs.List(ctx)
		if err != nil {
			return nil, err
		}
		for _, l := range listings {
			if l.Job.Name == in.Job {
				return &jobReply{Body: toJob(l)}, nil
			}
		}
		return nil, fault.Missing("job", in.Job)
	})

	type runs struct {
		JobPath
		Paging
		State string `query:"state" enum:"requested,running,succeeded,failed,abandoned" doc:"Only runs in this state."`
	}
	register(a, operation{
		id: "listRuns", method: http.MethodGet, path: "/v1/jobs/{job}/runs", tag: "Jobs",
		summary: "List the runs of a job", description: "The newest first. Those that succeeded on their schedule are forgotten first, see `retention` in the configuration.", rule: read,
	}, func(ctx context.Context, in *runs) (*list[Run], error) {
		f := jobs.RunFilter{Job: in.Job}
		if in.State != "" {
			f.States = []jobs.RunState{jobs.RunState(in.State)}
		}
		found, err := r.Jobs.Runs(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toRun), nil
	})

	// A run takes no Idempotency-Key: jobs may be repeated, and their transactions
	// are their own.
	type runMade struct {
		Location string `header:"Location" doc:"Where the run is found."`
		Body     Run
	}
	register(a, operation{
		id: "runJob", method: http.MethodPost, path: "/v1/jobs/{job}/runs", tag: "Jobs", status: http.StatusCreated,
		summary: "Run a job now", description: "Every replica can be asked: the one that has the job's lease, or can take it, begins the run within about a second, once no other run of the job is under way. Answers when the run ended, or after ten seconds with the run as it is then, running or still requested; Location tells where to look again. Who asks while a run is requested shares it. Running a job more often than needed changes nothing. Administrators only.",
		rule: access.Rule{Verb: access.Run, Kind: access.KindJob},
	}, func(ctx context.Context, in *JobPath) (*runMade, error) {
		run, err := r.Jobs.RunNow(ctx, in.Job)
		if err != nil {
			return nil, err
		}
		return &runMade{Location: "/v1/jobs/" + in.Job + "/runs/" + string(run.ID), Body: toRun(run)}, nil
	})

	type one struct {
		JobPath
		Run string `path:"run" maxLength:"26" doc:"Identifier of the run."`
	}
	type runReply struct{ Body Run }
	register(a, operation{
		id: "getRun", method: http.MethodGet, path: "/v1/jobs/{job}/runs/{run}", tag: "Jobs", summary: "Get a run of a job", description: "With what it did, and what went wrong if anything did.", rule: read,
	}, func(ctx context.Context, in *one) (*runReply, error) {
		run, err := r.Jobs.Run(ctx, in.Job, id.ID(in.Run))
		if err != nil {
			return nil, err
		}
		return &runReply{Body: toRun(run)}, nil
	})
}

func toJob(l jobs.Listing) Job {
	out := Job{Name: l.Job.Name, Description: l.Job.Description, Schedule: l.Job.Schedule, NextRunAt: optionalTime(l.Next)}
	if l.Last != nil {
		last := toRun(*l.Last)
		out.LastRun = &last
	}
	if l.Lease != nil {
		out.LeaseHolder = l.Lease.Holder
	}
	return out
}

func toRun(run jobs.Run) Run {
	out := Run{
		ID: string(run.ID), Job: run.Job, State: string(run.State), Trigger: string(run.Trigger), StartedBy: run.StartedBy,
		Replica: run.Replica, ScheduledAt: run.ScheduledAt, StartedAt: run.StartedAt, FinishedAt: run.FinishedAt,
		Result: run.Result, Error: run.Error,
	}
	if out.Result == nil {
		out.Result = map[string]int64{}
	}
	return out
}
