package github_test

import (
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

func ptr[T any](v T) *T { return &v }

func TestAnIssueIsMadeReadAndChanged(t *testing.T) {
	t.Parallel()
	h := build(t)
	ctx, tr := t.Context(), h.tracker
	made := must(tr.Create(ctx, "acme/shop", delivery.Made{Title: "Budget spent", Body: "why <!-- m -->", Labels: []string{"slo"}}))(t)
	if made.Number != 1 || made.Place != "acme/shop" || !made.Open || made.Body != "why <!-- m -->" || !slices.Equal(made.Labels, []string{"slo"}) || made.URL != "https://github.com/acme/shop/issues/1" {
		t.Errorf("made: %+v", made)
	}
	read, changed, err := tr.Read(ctx, "acme/shop", 1, "")
	if err != nil || !changed || read.ETag == "" || read.Title != "Budget spent" {
		t.Errorf("read: %+v, %t, %v", read, changed, err)
	}
	if _, changed, err := tr.Read(ctx, "acme/shop", 1, read.ETag); err != nil || changed {
		t.Errorf("read again: %t, %v", changed, err)
	}
	edited := must(tr.Edit(ctx, "acme/shop", 1, delivery.Edit{Title: ptr("Spent"), Body: ptr("other"), Open: ptr(false), Reason: "completed"}))(t)
	if edited.Title != "Spent" || edited.Body != "other" || edited.Open || edited.Reason != "completed" || edited.ByPerson {
		t.Errorf("edited: %+v", edited)
	}
	labels := must(tr.AddLabels(ctx, "acme/shop", 1, []string{"budget recovered/ü"}))(t)
	if !slices.Equal(labels, []string{"slo", "budget recovered/ü"}) {
		t.Errorf("labels: %q", labels)
	}
	for range 2 { // the second time it is not there any more
		if err := tr.RemoveLabel(ctx, "acme/shop", 1, "budget recovered/ü"); err != nil {
			t.Error(err)
		}
	}
	assigned := must(tr.Assign(ctx, "acme/shop", 1, []string{"ole", "pia"}))(t)
	if !slices.Equal(assigned, []string{"ole"}) { // Pia cannot be, and nobody says so
		t.Errorf("assigned: %q", assigned)
	}
	if err := tr.Comment(ctx, "acme/shop", 1, "It holds."); err != nil {
		t.Error(err)
	}
	bodies, next, err := tr.Comments(ctx, "acme/shop", 1, start, 1)
	if err != nil || next != 0 || !slices.Equal(bodies, []string{"It holds."}) {
		t.Errorf("comments: %q, %d, %v", bodies, next, err)
	}
	part := must(tr.Create(ctx, "acme/shop", delivery.Made{Title: "Part"}))(t)
	if err := tr.AddPart(ctx, "acme/shop", 1, part.ID); err != nil {
		t.Error(err)
	}
	is := h.Issue("acme/shop", 1)
	if is.Title != "Spent" || is.State != "closed" || !slices.Equal(is.Labels, []string{"slo"}) || !slices.Equal(is.Parts, []int64{part.ID}) {
		t.Errorf("on GitHub: %+v", is)
	}
}

func TestWhoClosedAnIssueIsKnown(t *testing.T) {
	t.Parallel()
	h := build(t)
	must(h.tracker.Create(t.Context(), "acme/shop", delivery.Made{Title: "x"}))(t)
	h.Person("ole").Close("acme/shop", 1, "not_planned")
	read, _, err := h.tracker.Read(t.Context(), "acme/shop", 1, "")
	if err != nil || read.Open || !read.ByPerson || read.Reason != "not_planned" {
		t.Errorf("%+v, %v", read, err)
	}
}

func TestWhatWasMadeIsFoundOnAllPages(t *testing.T) {
	t.Parallel()
	h := build(t)
	for n := range 103 {
		h.clock.Advance(10 * time.Second)
		if n%50 == 0 {
			h.Person("ole").Open("acme/shop", "of Ole", "")
		}
		must(h.tracker.Create(t.Context(), "acme/shop", delivery.Made{Title: "x"}))(t)
	}
	h.Person("ole").Close("acme/shop", 2, "completed")
	var found []int
	for page := 1; page != 0; {
		some, next, err := h.tracker.Find(t.Context(), "acme/shop", start, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range some {
			found = append(found, r.Number)
		}
		page = next
	}
	if len(found) != 103 || found[0] != 2 || !slices.IsSorted(found) || slices.Contains(found, 1) {
		t.Errorf("found %d: %v", len(found), found)
	}
	since, _, err := h.tracker.Find(t.Context(), "acme/shop", h.clock.Now(), 1)
	if err != nil || len(since) != 2 { // the last that was made, and the one that Ole closed
		t.Errorf("found since: %+v, %v", since, err)
	}
}

func TestFactsOfARepositoryAreRead(t *testing.T) {
	t.Parallel()
	h := build(t)
	facts := func(place delivery.Place) delivery.Facts { return must(h.tracker.Facts(t.Context(), place))(t) }
	if got, want := facts("acme/api"), (delivery.Facts{Place: "acme/api", Public: true, Issues: true}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	h.Person("ole").DisableIssues("acme/shop")
	h.Person("ole").Archive("acme/shop")
	if got, want := facts("acme/shop"), (delivery.Facts{Place: "acme/shop", Archived: true}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// What follows from each fault is what the stand-in's documentation and GitHub's say:
// what ended before an effect can be asked for again, what may have had one cannot.
func TestTroubleIsToldByWhatFollowsFromIt(t *testing.T) {
	t.Parallel()
	for kind, want := range map[standin.Kind]struct {
		write, read delivery.Trouble
		wait        time.Duration
	}{
		standin.Cut:                 {delivery.Lost, delivery.Lost, 0},
		standin.LostReply:           {delivery.Lost, delivery.Lost, 0},
		standin.BadGateway:          {delivery.Lost, delivery.Unavailable, 0},
		standin.BadGatewayAfter:     {delivery.Lost, delivery.Unavailable, 0},
		standin.NotFound:            {delivery.Gone, delivery.Gone, 0},
		standin.Gone:                {delivery.Gone, delivery.Gone, 0},
		standin.SecondaryRetryAfter: {delivery.Limited, delivery.Limited, 90 * time.Second},
		standin.SecondaryReset:      {delivery.Limited, delivery.Limited, 90 * time.Second},
		standin.TooManyRequests:     {delivery.Limited, delivery.Limited, 90 * time.Second},
		standin.PrimaryExhausted:    {delivery.Limited, delivery.Limited, 90 * time.Second},
		standin.SecondarySilent:     {delivery.Limited, delivery.Limited, 0},
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			h := build(t)
			check := func(err error, want delivery.Trouble, wait time.Duration) {
				t.Helper()
				e := delivery.AsError(err)
				if e == nil || e.Trouble != want || e.Reason == "" {
					t.Fatalf("%v, want %s", err, want)
				}
				if wait > 0 && !e.Until.Equal(h.clock.Now().Add(wait)) || wait == 0 && !e.Until.IsZero() {
					t.Errorf("until %s, want in %s", e.Until, wait)
				}
			}
			fault := standin.Fault{Kind: kind, Wait: 90 * time.Second}
			h.fault("issues/create", fault)
			_, err := h.tracker.Create(t.Context(), "acme/shop", delivery.Made{Title: "x"})
			check(err, want.write, want.wait)
			h.clock.Advance(2 * time.Minute)
			h.Person("ole").Open("acme/shop", "x", "")
			h.fault("issues/get", fault)
			_, _, err = h.tracker.Read(t.Context(), "acme/shop", 1, "")
			check(err, want.read, want.wait)
			// What go-github remembers of limits, by the machine's clock, keeps nobody.
			h.clock.Advance(2 * time.Minute)
			must(h.tracker.Create(t.Context(), "acme/shop", delivery.Made{Title: "x"}))(t)
		})
	}
}

func TestNothingIsChangedByARedirectAndItIsToldWhereTo(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(*hub, string) (delivery.Place, int){
		"a transferred issue": func(h *hub, _ string) (delivery.Place, int) {
			return "acme/vault", h.Person("ole").Transfer("acme/shop", 1, "acme/vault")
		},
		"a renamed repository": func(h *hub, _ string) (delivery.Place, int) {
			h.Person("ole").RenameRepository("acme/shop", "store")
			return "acme/store", 1
		},
		"a 301 of the same": func(h *hub, operation string) (delivery.Place, int) {
			h.fault(operation, standin.Fault{Kind: standin.Permanently})
			return "acme/shop", 1
		},
		"a 307 of the same": func(h *hub, operation string) (delivery.Place, int) {
			h.fault(operation, standin.Fault{Kind: standin.Temporarily})
			return "acme/shop", 1
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for operation, request := range map[string]func(*hub) error{
				"issues/update": func(h *hub) error {
					_, err := h.tracker.Edit(t.Context(), "acme/shop", 1, delivery.Edit{Open: ptr(false), Reason: "completed"})
					return err
				},
				"issues/add-labels": func(h *hub) error {
					_, err := h.tracker.AddLabels(t.Context(), "acme/shop", 1, []string{"slo"})
					return err
				},
				"issues/create-comment": func(h *hub) error { return h.tracker.Comment(t.Context(), "acme/shop", 1, "x") },
				"issues/get": func(h *hub) error {
					_, _, err := h.tracker.Read(t.Context(), "acme/shop", 1, "")
					return err
				},
			} {
				h := build(t)
				h.Person("ole").Open("acme/vault", "other", "")
				h.Person("ole").Open("acme/shop", "x", "")
				place, number := do(h, operation)
				e := delivery.AsError(request(h))
				if e == nil || e.Trouble != delivery.Moved || e.To != place || e.Number != number {
					t.Errorf("%s: %+v, want moved to %s#%d", operation, e, place, number)
				}
				if is := h.Issue(string(place), number); is.State != "open" || len(is.Labels)+len(is.Comments) > 0 {
					t.Errorf("%s changed it: %+v", operation, is)
				}
			}
		})
	}
	t.Run("a creation in a renamed repository", func(t *testing.T) {
		t.Parallel()
		h := build(t)
		h.Person("ole").RenameRepository("acme/shop", "store")
		_, err := h.tracker.Create(t.Context(), "acme/shop", delivery.Made{Title: "x"})
		if e := delivery.AsError(err); e == nil || e.Trouble != delivery.Moved || e.To != "acme/store" || e.Number != 0 || len(h.Issues("acme/store")) > 0 {
			t.Errorf("%v, and there are %v", err, h.Issues("acme/store"))
		}
	})
}

func TestRefusalsSayWhatIsMissing(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.clients["acme"] = h.client("pia")
	h.Person("ole").Open("acme/api", "x", "")
	_, err := h.tracker.AddLabels(t.Context(), "acme/api", 1, []string{"slo"})
	if e := delivery.AsError(err); e == nil || e.Trouble != delivery.Refused {
		t.Errorf("labels without a role: %v", err)
	}
	_, err = h.tracker.Create(t.Context(), "acme/shop", delivery.Made{Title: "x"})
	if e := delivery.AsError(err); e == nil || e.Trouble != delivery.Gone {
		t.Errorf("a private repository that is not shown: %v", err)
	}
	// Labels of those who may not set them are dropped, which the answer shows.
	made := must(h.tracker.Create(t.Context(), "acme/api", delivery.Made{Title: "x", Labels: []string{"slo"}}))(t)
	if len(made.Labels) != 0 {
		t.Errorf("labels: %q", made.Labels)
	}
	h.clients["acme"] = h.client("robo")
	h.Person("ole").Archive("acme/shop")
	_, err = h.tracker.Create(t.Context(), "acme/shop", delivery.Made{Title: "x"})
	if e := delivery.AsError(err); e == nil || e.Trouble != delivery.Refused {
		t.Errorf("an archived repository: %v", err)
	}
	_, err = h.tracker.Facts(t.Context(), "elsewhere/shop")
	if e := delivery.AsError(err); e == nil || e.Trouble != delivery.Refused {
		t.Errorf("an owner without access: %v", err)
	}
	token := h.Token("robo")
	h.Revoke(token)
	h.clients["acme"] = h.with(token, "robo")
	_, err = h.tracker.Facts(t.Context(), "acme/shop")
	if e := delivery.AsError(err); e == nil || e.Trouble != delivery.Barred {
		t.Errorf("a revoked token: %v", err)
	}
}
