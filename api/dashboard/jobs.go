package dashboard

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/api/dashboard/chart"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/jobs"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

type jobsPage struct {
	Jobs  []jobCard
	Empty empty
}

type jobCard struct {
	Name, Description, Schedule string
	Next                        moment
	State                       badge
	Runs                        []runRow
	Empty                       empty
}

type runRow struct {
	At              moment
	State           badge
	Took, By, Error string
	Nothing         string // why there is no result
	Result          []string
}

// runsShown is how many runs of each job the page shows: the newest, and the last
// that went wrong, which would be out of sight within a minute where a job runs every
// few seconds.
const runsShown = 8

func (d *Dashboard) jobs(v *visit) (screen, error) {
	all, err := d.sources.Jobs.List(v.ctx)
	if err != nil {
		return screen{}, err
	}
	p := jobsPage{Empty: empty{Title: "No jobs", Text: "This instance runs without schedules."}}
	for _, listing := range all {
		j := listing.Job
		runs, err := d.sources.Jobs.Runs(v.ctx, jobs.RunFilter{Job: j.Name}, page.Request{Limit: runsShown})
		if err != nil {
			return screen{}, err
		}
		wrong, err := d.sources.Jobs.Runs(v.ctx, jobs.RunFilter{Job: j.Name, States: []jobs.RunState{jobs.Failed, jobs.Abandoned}}, page.Request{Limit: 1})
		if err != nil {
			return screen{}, err
		}
		shown := runs.Items
		for _, last := range wrong.Items {
			if !slices.ContainsFunc(shown, func(r jobs.Run) bool { return r.ID == last.ID }) {
				shown = append(shown, last)
			}
		}
		card := jobCard{
			Name: j.Name, Description: j.Description, Schedule: j.Schedule, Next: ago(v.now, listing.Next), State: badge{"none", "Has not run"},
			Empty: empty{Title: "Has not run yet", Text: "It runs by its schedule, or now when an administrator says so.", Call: fmt.Sprintf("POST /v1/jobs/%s/runs", j.Name)},
		}
		for i, r := range shown {
			if i == 0 {
				card.State = runBadge(r.State)
			}
			card.Runs = append(card.Runs, run(v.now, r))
		}
		p.Jobs = append(p.Jobs, card)
	}
	return screen{template: "jobs", title: "Jobs", section: "/jobs", page: p}, nil
}

func run(now time.Time, r jobs.Run) runRow {
	out := runRow{At: ago(now, r.StartedAt), State: runBadge(r.State), By: r.StartedBy, Error: r.Error}
	if r.FinishedAt != nil {
		out.Took = tookText(r.FinishedAt.Sub(r.StartedAt))
	}
	for name, n := range r.Result {
		if n != 0 {
			out.Result = append(out.Result, strings.ReplaceAll(name, "_", " ")+" "+chart.Typeset(strconv.FormatInt(n, 10)))
		}
	}
	slices.Sort(out.Result)
	if len(out.Result) == 0 {
		out.Nothing = map[jobs.RunState]string{
			jobs.Requested: "not begun yet", jobs.Running: "not over yet", jobs.Succeeded: "nothing to do", jobs.Abandoned: "its replica went away",
		}[r.State]
	}
	return out
}

func tookText(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	if d < time.Minute {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", d.Seconds()), ".0") + " s"
	}
	return budget.Words(d)
}
