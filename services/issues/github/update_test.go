package github_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// opened is an office in which one issue was made.
func opened(t *testing.T, change ...func(*delivery.Settings)) (*office, issues.Issue) {
	t.Helper()
	o := open(t, change...)
	i := o.want()
	o.run()
	o.inState(i.ID, delivery.Sent)
	o.ForgetRequests()
	return o, i
}

// recover is what the desk wants when an SLO recovers.
func (o *office) recover(of id.ID, closes bool) {
	o.change(of, func(i *issues.Issue) {
		i.Labels = append(slices.Clone(i.Labels), issues.LabelRecovered)
		i.Comments = append(i.Comments, issues.Comment{At: o.clock.Now(), Body: "Recovered."})
		i.Open = !closes
	})
}

// again is what it wants when the SLO is in violation again.
func (o *office) again(of id.ID) {
	o.change(of, func(i *issues.Issue) {
		now := o.clock.Now()
		i.Episode, i.Labels, i.Open = id.New(now), []string{"slo"}, true
		i.Title = "Budget spent again"
		i.Comments = append(i.Comments, issues.Comment{At: now, Body: "Again."})
	})
}

func TestRecoveryLabelsCommentsAndCloses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mode   delivery.Mode
		closes bool
		state  string
	}{
		"where the policy says so":     {delivery.Enforce, true, "closed"},
		"where it leaves it to people": {delivery.Enforce, false, "open"},
		"never in the mode warn":       {delivery.Warn, true, "open"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, i := opened(t, func(s *delivery.Settings) { s.Mode = c.mode })
			o.recover(i.ID, c.closes)
			o.pass(time.Minute)
			is := o.alone("acme/shop")
			if closed := o.delivery(i.ID).Written.Closed; closed != (c.state == "closed") {
				t.Errorf("it is %s, and known for closed: %t", is.State, closed)
			}
			if is.State != c.state || !slices.Equal(is.Labels, []string{"slo", issues.LabelRecovered}) || !slices.Equal(said(is), []string{"Recovered."}) {
				t.Errorf("%s, %q, %q", is.State, is.Labels, said(is))
			}
			if c.state == "closed" && is.StateReason != "completed" {
				t.Errorf("closed as %s", is.StateReason)
			}
			asked := len(o.Requests())
			o.pass(time.Hour)
			if now := len(o.Requests()); now != asked {
				t.Errorf("%d requests with nothing changed", now-asked)
			}
			// Again, and the courier's own label goes.
			o.again(i.ID)
			o.pass(time.Minute)
			is = o.alone("acme/shop")
			if is.State != "open" || !slices.Equal(is.Labels, []string{"slo"}) || !slices.Equal(said(is), []string{"Recovered.", "Again."}) || is.Title != "Budget spent again" {
				t.Errorf("again: %s %q, %q, %q", is.State, is.Title, is.Labels, said(is))
			}
			o.wellBehaved()
		})
	}
}

func TestWhatPeopleChangedIsLeftToThem(t *testing.T) {
	t.Parallel()
	o, i := opened(t)
	ole := o.Person("ole")
	ole.Retitle("acme/shop", 1, "Ole's title")
	ole.Unlabel("acme/shop", 1, "slo")
	ole.Label("acme/shop", 1, "priority")
	ole.Assign("acme/shop", 1, "ole")
	o.change(i.ID, func(i *issues.Issue) {
		i.Title, i.Body = "Budget spent more", "More.\n\n"+issues.Marker(i.Fingerprint)
		i.Labels = []string{"slo", "P0"}
	})
	o.pass(time.Minute)
	is := o.alone("acme/shop")
	if is.Title != "Ole's title" || !strings.HasPrefix(is.Body, "More.") || !slices.Equal(is.Labels, []string{"priority", "P0"}) || !slices.Equal(is.Assignees, []string{"ole"}) {
		t.Errorf("%+v", is)
	}
	// The body too from now on, and a label that was there before stays.
	ole.Rewrite("acme/shop", 1, is.Body+"\n\nOle's words.")
	o.change(i.ID, func(i *issues.Issue) {
		i.Body, i.Labels = "Even more.\n\n"+issues.Marker(i.Fingerprint), []string{"slo", "P0", "priority"}
	})
	o.pass(time.Minute)
	o.change(i.ID, func(i *issues.Issue) { i.Labels = nil })
	o.pass(time.Minute)
	is = o.alone("acme/shop")
	if !strings.HasSuffix(is.Body, "Ole's words.") || !slices.Equal(is.Labels, []string{"priority"}) {
		t.Errorf("%+v", is)
	}
}

func TestAPersonsClosingStandsInItsEpisode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reason  string
		outcome delivery.Outcome
		asked   int
	}{{"completed", delivery.Done, 0}, {"not_planned", delivery.Waived, 1}} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			o, i := opened(t)
			for range 3 { // a person may do so several times
				o.Person("ole").Close("acme/shop", 1, c.reason)
				o.look("acme/shop", 1)
				o.pass(time.Minute)
				if d := o.inState(i.ID, delivery.Sent); d.Outcome != c.outcome {
					t.Errorf("the outcome is %q", d.Outcome)
				}
				o.change(i.ID, func(i *issues.Issue) { i.Title += "!" }) // the numbers change
				o.pass(time.Minute)
				if is := o.alone("acme/shop"); is.State != "closed" || len(is.Comments) != c.asked {
					t.Errorf("%s, %q", is.State, said(is))
				}
				o.Person("ole").Reopen("acme/shop", 1)
				o.look("acme/shop", 1)
				o.pass(time.Minute)
				if d := o.delivery(i.ID); d.Outcome != "" || o.alone("acme/shop").State != "open" {
					t.Errorf("opened again: %+v", d)
				}
			}
			o.Person("ole").Close("acme/shop", 1, c.reason)
			o.look("acme/shop", 1)
			o.pass(time.Minute)
			o.again(i.ID)
			o.pass(time.Minute)
			if is := o.alone("acme/shop"); is.State != "open" {
				t.Errorf("in the next episode it is %s", is.State)
			}
		})
	}
}

func TestWhyIsAskedOnceWhereClosingIsPeoples(t *testing.T) {
	t.Parallel()
	o, i := opened(t, func(s *delivery.Settings) { s.Mode = delivery.Warn })
	asked := func() (n int) {
		for _, text := range said(o.alone("acme/shop")) {
			if strings.Contains(text, "not planned") {
				n++
			}
		}
		return n
	}
	closing := func(want int) {
		o.Person("ole").Close("acme/shop", 1, "not_planned")
		o.look("acme/shop", 1)
		o.pass(time.Minute)
		for range 2 {
			if n := asked(); n != want {
				t.Errorf("it was asked %d times why, want %d: %q", n, want, said(o.alone("acme/shop")))
			}
			o.again(i.ID) // it stays closed
			o.pass(time.Minute)
			o.look("acme/shop", 1)
			o.pass(time.Minute)
		}
	}
	closing(1)
	o.Person("ole").Reopen("acme/shop", 1)
	o.look("acme/shop", 1)
	o.pass(time.Minute)
	closing(2)
}

func TestWhatAPersonOpensAgainAfterRecoveryIsNotClosedAgain(t *testing.T) {
	t.Parallel()
	o, i := opened(t)
	o.recover(i.ID, true)
	o.pass(time.Minute)
	o.Person("ole").Reopen("acme/shop", 1)
	for range 3 {
		o.look("acme/shop", 1)
		o.change(i.ID, func(i *issues.Issue) { i.Title += "!" })
		o.pass(time.Minute)
	}
	if is := o.alone("acme/shop"); is.State != "open" || is.Title != "Budget spent!!!" {
		t.Errorf("%s, %q", is.State, is.Title)
	}
}

func TestQuietAndLockedIssuesAreNotCommentedOn(t *testing.T) {
	t.Parallel()
	for name, hush := range map[string]func(*office){
		"quiet":  func(o *office) { o.Person("ole").Label("acme/shop", 1, "Quiet") },
		"locked": func(o *office) { o.Person("ole").Lock("acme/shop", 1, "resolved") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, i := opened(t)
			hush(o)
			o.recover(i.ID, true)
			o.pass(time.Minute)
			is := o.alone("acme/shop")
			if len(is.Comments) != 0 || is.State != "closed" || !slices.Contains(is.Labels, issues.LabelRecovered) {
				t.Errorf("%s, %q, %q", is.State, is.Labels, said(is))
			}
			// What was not said is not made up for.
			o.Person("ole").Unlabel("acme/shop", 1, "quiet")
			o.Person("ole").Unlock("acme/shop", 1)
			o.again(i.ID)
			o.pass(time.Minute)
			if got := said(o.alone("acme/shop")); !slices.Equal(got, []string{"Again."}) {
				t.Errorf("it says %q", got)
			}
		})
	}
}

// Whatever happens to a change, it is made once.
func TestALostAnswerNeverChangesSomethingTwice(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"issues/create-comment", "issues/update", "issues/add-labels", "issues/remove-label", "issues/get"} {
		for _, kind := range standin.Kinds() {
			if kind == standin.Slow || kind == standin.StaleETag {
				continue
			}
			t.Run(operation+" "+string(kind), func(t *testing.T) {
				t.Parallel()
				o, i := opened(t)
				o.recover(i.ID, true)
				if operation == "issues/remove-label" {
					o.pass(time.Minute)
					o.again(i.ID)
				}
				o.fault(operation, standin.Fault{Kind: kind, Wait: time.Minute})
				o.pass(20 * time.Minute)
				if len(o.script.Left()) > 0 {
					t.Fatal("the fault was not met")
				}
				wantState, wantLabels, wantSaid := "closed", []string{"slo", issues.LabelRecovered}, []string{"Recovered."}
				if operation == "issues/remove-label" {
					wantState, wantLabels, wantSaid = "open", []string{"slo"}, []string{"Recovered.", "Again."}
				}
				is := o.alone("acme/shop")
				if is.State != wantState || !slices.Equal(is.Labels, wantLabels) || !slices.Equal(said(is), wantSaid) {
					t.Errorf("%s, %q, %q", is.State, is.Labels, said(is))
				}
				if d := o.inState(i.ID, delivery.Sent); d.DueAt != nil || d.Problem != "" {
					t.Errorf("known: %+v", d)
				}
				o.wellBehaved()
			})
		}
	}
}

func TestAnIssueIsFollowedWhereItGoes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do    func(*office) int
		place string
	}{
		"transferred": {func(o *office) int {
			o.Person("ole").Open("acme/vault", "another", "")
			return o.Person("ole").Transfer("acme/shop", 1, "acme/vault")
		}, "acme/vault"},
		"renamed": {func(o *office) int { o.Person("ole").RenameRepository("acme/shop", "store"); return 1 }, "acme/store"},
		"given to another owner": {func(o *office) int {
			o.another("umbrella")
			o.Person("ole").TransferRepository("acme/shop", "umbrella")
			o.Collaborator("umbrella/shop", "robo-umbrella", standin.Write)
			return 1
		}, "umbrella/shop"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, i := opened(t)
			number := c.do(o)
			o.recover(i.ID, true)
			o.pass(3 * time.Minute)
			is := o.Issue(c.place, number)
			if is.State != "closed" || !slices.Equal(said(is), []string{"Recovered."}) {
				t.Errorf("%s, %q", is.State, said(is))
			}
			if d := o.inState(i.ID, delivery.Sent); string(d.Place) != c.place || d.Number != number || d.DueAt != nil {
				t.Errorf("known: %+v", d)
			}
			o.wellBehaved()
		})
	}
}

func TestAnIssueThatWentPublicIsToldNothingMore(t *testing.T) {
	t.Parallel()
	o, i := opened(t)
	o.Person("ole").Transfer("acme/shop", 1, "acme/api")
	o.recover(i.ID, true)
	o.pass(10 * time.Minute)
	if d := o.inState(i.ID, delivery.Dead); !strings.Contains(d.Problem, "public") {
		t.Errorf("the problem is %q", d.Problem)
	}
	if is := o.alone("acme/api"); len(is.Comments) != 0 || is.State != "open" {
		t.Errorf("%+v", is)
	}
}

// It is public for more than a minute, and no webhook told of it.
func TestNothingGoesToARepositoryThatWasMadePublic(t *testing.T) {
	t.Parallel()
	o, i := opened(t)
	o.change(i.ID, func(i *issues.Issue) { i.Title = "Budget spent more" })
	o.run()
	o.Person("ole").Publicize("acme/shop")
	o.clock.Advance(61 * time.Second)
	o.change(i.ID, func(i *issues.Issue) { i.Title = "Budget spent by checkout" })
	made := o.want()
	o.run()
	if is := o.alone("acme/shop"); is.Title != "Budget spent more" {
		t.Errorf("it is titled %q", is.Title)
	}
	if d := o.delivery(made.ID); !strings.Contains(d.Problem, "public") {
		t.Errorf("the problem of another is %q", d.Problem)
	}
}

func TestWhatCannotBeReachedAnyMoreIsDeadWithItsReasonAndOthersGoOn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do      func(*office)
		problem string
	}{
		"deleted":            {func(o *office) { o.Person("ole").Delete("acme/vault", 1) }, "deleted"},
		"repository deleted": {func(o *office) { o.Person("ole").DeleteRepository("acme/vault") }, "still exists"},
		"issues disabled":    {func(o *office) { o.Person("ole").DisableIssues("acme/vault") }, "disabled"},
		"archived":           {func(o *office) { o.Person("ole").Archive("acme/vault") }, "archived"},
		"access lost":        {func(o *office) { o.Collaborator("acme/vault", "robo", standin.None) }, "access"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t)
			i := o.want(o.at("https://github.com/acme/vault"))
			other := o.want()
			o.run()
			c.do(o)
			o.recover(i.ID, true)
			o.recover(other.ID, true)
			o.clock.Advance(11 * time.Minute) // the facts are read anew
			o.pass(10 * time.Minute)
			if d := o.inState(i.ID, delivery.Dead); !strings.Contains(d.Problem, c.problem) || d.DueAt != nil {
				t.Errorf("known: %+v", d)
			}
			o.inState(other.ID, delivery.Sent)
			if is := o.alone("acme/shop"); is.State != "closed" {
				t.Errorf("the other is %s", is.State)
			}
			o.wellBehaved()
		})
	}
}

func TestALookAtWhatDidNotChangeIsConditional(t *testing.T) {
	t.Parallel()
	o, i := opened(t)
	for range 3 {
		o.look("acme/shop", 1)
		o.run()
	}
	requests := o.Requests()
	if len(requests) != 3 || requests[1].Status != 304 || requests[2].Status != 304 {
		t.Errorf("asked: %+v", requests)
	}
	if d := o.inState(i.ID, delivery.Sent); d.DueAt != nil {
		t.Errorf("known: %+v", d)
	}
}

// What a person made of an issue stands until it is open again, or another episode
// begins.
func TestWhatAPersonMadeOfAnIssueIsKnownAfterRecovery(t *testing.T) {
	t.Parallel()
	for _, mode := range []delivery.Mode{delivery.Warn, delivery.Enforce} {
		for name, before := range map[string]bool{"closed before": true, "closed after": false} {
			if mode == delivery.Enforce && !before {
				continue // the courier closed it, and nobody else
			}
			t.Run(string(mode)+" "+name, func(t *testing.T) {
				t.Parallel()
				o, i := opened(t, func(s *delivery.Settings) { s.Mode = mode })
				closing := func() {
					o.Person("ole").Close("acme/shop", 1, "not_planned")
					o.look("acme/shop", 1)
					o.pass(time.Minute)
				}
				if before {
					closing()
				}
				o.recover(i.ID, true)
				o.pass(time.Minute)
				if !before {
					closing()
				}
				o.Person("ole").Comment("acme/shop", 1, "Thanks.")
				o.look("acme/shop", 1)
				o.pass(time.Minute)
				if got := o.delivery(i.ID).Outcome; got != delivery.Waived {
					t.Errorf("the outcome is %q, want %q", got, delivery.Waived)
				}
				// Nobody is asked why an issue is not planned whose budget is back.
				if got := said(o.alone("acme/shop")); !before && len(got) != 2 {
					t.Errorf("it says %q", got)
				}
			})
		}
	}
}

// The text that is there then is the courier's own, though its answer never came.
func TestATextWhoseAnswerWasLostIsNoPersonsText(t *testing.T) {
	t.Parallel()
	for name, last := range map[string]string{"another": "Budget spent thrice", "the first again": "Budget spent"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, i := opened(t)
			write := func(title string) {
				o.change(i.ID, func(i *issues.Issue) { i.Title, i.Body = title, title+".\n\n"+issues.Marker(i.Fingerprint) })
			}
			write("Budget spent")
			o.run()
			write("Budget spent twice")
			o.fault("issues/update", standin.Fault{Kind: standin.LostReply})
			o.run()
			write(last)
			o.pass(5 * time.Minute)
			if is := o.alone("acme/shop"); is.Title != last || !strings.HasPrefix(is.Body, last+".") {
				t.Errorf("it is %q: %q", is.Title, is.Body)
			}
			if d := o.inState(i.ID, delivery.Sent); d.DueAt != nil {
				t.Errorf("something is left to be done: %+v", d)
			}
		})
	}
}
