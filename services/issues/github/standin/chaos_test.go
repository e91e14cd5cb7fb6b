package standin_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-github/v60/github"

	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// Programs, people and faults at once: every request and every reply, and every
// webhook, is held against the descriptions on the way. What is made is then what
// the requests say by themselves, whatever their callers were told.
func TestWhatIsMadeIsWhatTookEffect(t *testing.T) {
	t.Parallel()
	odds := map[standin.Kind]float64{}
	for _, kind := range standin.Kinds() {
		odds[kind] = 0.02
	}
	for seed := range uint64(4) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			w := build(t, standin.Options{Plan: standin.Random(seed, odds), WebhookSecret: secret})
			w.LagLists(90 * time.Second)
			var group sync.WaitGroup
			for _, login := range []string{"wanda", "adam"} {
				group.Go(func() { w.program(login, rand.New(rand.NewPCG(seed, uint64(len(login))))) })
			}
			group.Go(func() { w.people(rand.New(rand.NewPCG(seed, 7))) })
			group.Wait()
			took := map[string]int{}
			for _, r := range w.Requests() {
				if r.Operation == "issues/create" && r.Fault != standin.Cut && (r.Status == 201 || r.Fault == standin.BadGatewayAfter) {
					took[r.Body]++
				}
			}
			made := map[string]int{}
			for _, i := range w.Issues("acme/api") {
				if i.Creator != "ole" {
					made[fmt.Sprintf("{\"title\":%q}\n", i.Title)]++
				}
			}
			for body, times := range took {
				// One 502 after the effect may have met a request that GitHub refused.
				if made[body] > times {
					t.Errorf("%s was asked for with effect %d times and is there %d times", body, times, made[body])
				}
			}
			for body := range made {
				if took[body] == 0 {
					t.Errorf("%s is there, and no request made it", body)
				}
			}
			for _, r := range w.Requests() {
				if r.Operation == "issues/create" && r.Status == 201 && made[r.Body] == 0 {
					t.Errorf("%s was made, and is not there", r.Body)
				}
			}
			if len(made) < 20 {
				t.Errorf("only %d issues were made", len(made))
			}
			for _, d := range w.Deliveries() {
				received(t, d)
			}
		})
	}
}

// program does what a program does, and does not mind what becomes of it.
func (w *world) program(login string, random *rand.Rand) {
	ctx, token := w.t.Context(), w.Token(login)
	transport := w.transport()
	for n := range 80 {
		w.clock.Advance(7 * time.Minute) // longer than any limit of the plan
		issues := w.over(transport, token).Issues
		number := 1 + random.IntN(n+1)
		switch random.IntN(6) {
		case 0:
			_, _, _ = issues.Edit(ctx, "acme", "api", number, &github.IssueRequest{State: ptr([]string{"open", "closed"}[n%2]), Labels: &[]string{"slo"}})
		case 1:
			_, _, _ = issues.CreateComment(ctx, "acme", "api", number, &github.IssueComment{Body: ptr("It holds.")})
		case 2:
			_, _, _ = issues.ListByRepo(ctx, "acme", "api", &github.IssueListByRepoOptions{State: "all", Creator: login, Since: start})
		default:
			_, _, _ = issues.Create(ctx, "acme", "api", &github.IssueRequest{Title: ptr(fmt.Sprintf("%s %d", login, n))})
		}
	}
}

// people do what people do, to issues of their own.
func (w *world) people(random *rand.Rand) {
	ole := w.Person("ole")
	for n := range 40 {
		number := ole.Open("acme/api", "of Ole", "")
		switch random.IntN(8) {
		case 0:
			ole.Transfer("acme/api", number, "acme/vault")
		case 1:
			ole.Delete("acme/api", number)
		case 2:
			ole.Lock("acme/api", number, "resolved")
		case 3:
			ole.Archive("acme/api")
			ole.Unarchive("acme/api")
		case 4:
			ole.DisableIssues("acme/api")
			ole.EnableIssues("acme/api")
		case 5:
			ole.OpenPullRequest("acme/api", fmt.Sprintf("pull %d", n))
		default:
			ole.Label("acme/api", number, "quiet")
			ole.Close("acme/api", number, "not_planned")
		}
	}
}
