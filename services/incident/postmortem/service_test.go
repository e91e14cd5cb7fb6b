package postmortem_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
)

// acts are what can be done with a postmortem that there is.
var acts = map[string]func(h *house, ctx context.Context, v postmortem.View) (postmortem.View, error){
	"save": func(h *house, ctx context.Context, v postmortem.View) (postmortem.View, error) {
		return h.Save(ctx, v.Postmortem.Incident, v.Version, postmortem.TextInput{Text: whole("Other.")})
	},
	"submit": func(h *house, ctx context.Context, v postmortem.View) (postmortem.View, error) {
		return h.Submit(ctx, v.Postmortem.Incident, v.Version, []id.ID{h.people["eve"]})
	},
	"approve": func(h *house, ctx context.Context, v postmortem.View) (postmortem.View, error) {
		return h.Review(ctx, v.Postmortem.Incident, v.Version, postmortem.Verdict{Approve: true})
	},
	"return": func(h *house, ctx context.Context, v postmortem.View) (postmortem.View, error) {
		return h.Review(ctx, v.Postmortem.Incident, v.Version, postmortem.Verdict{Text: "Say more."})
	},
	"publish": func(h *house, ctx context.Context, v postmortem.View) (postmortem.View, error) {
		return h.Publish(ctx, v.Postmortem.Incident, v.Version)
	},
	"reopen": func(h *house, ctx context.Context, v postmortem.View) (postmortem.View, error) {
		return h.Reopen(ctx, v.Postmortem.Incident, v.Version, "a number was wrong")
	},
	"link": func(h *house, ctx context.Context, v postmortem.View) (postmortem.View, error) {
		return h.Elsewhere(ctx, v.Postmortem.Incident, v.Version, postmortem.LinkInput{URL: "https://wiki.example.org/1", Title: "Elsewhere"})
	},
}

// The words: draft, in review, approved, published; back to draft from in review and, with a
// reason, from approved and published; a changed text takes approval back. Who may: authors are the
// team (Ada, Cara; Ada wrote the text) and people in roles (Eve is the commander); Bob alone
// was asked for a review; root administers; the pipeline is the team's workload. Of each act and
// status: where it leads; "" where the status forbids it to those who may else.
func TestEachActLeadsFromItsStatusesForThoseWhoMay(t *testing.T) {
	t.Parallel()
	authors := []string{"ada", "cara", "eve", "root"}
	leads := map[string]map[postmortem.Status]postmortem.Status{
		"save":    {postmortem.Draft: postmortem.Draft, postmortem.InReview: postmortem.InReview, postmortem.Approved: postmortem.InReview},
		"submit":  {postmortem.Draft: postmortem.InReview, postmortem.InReview: postmortem.InReview},
		"approve": {postmortem.InReview: postmortem.Approved},
		"return":  {postmortem.InReview: postmortem.Draft},
		"publish": {postmortem.Approved: postmortem.Published},
		"reopen":  {postmortem.Approved: postmortem.Draft, postmortem.Published: postmortem.Draft},
		"link":    {postmortem.Requested: postmortem.Published, postmortem.Waived: postmortem.Published, postmortem.Draft: postmortem.Published},
	}
	commander := func(h *house) func(*incident.Input) {
		return func(in *incident.Input) { in.Roles = map[incident.Role]id.ID{"commander": h.people["eve"]} }
	}
	for act, do := range acts {
		for _, status := range postmortem.Statuses {
			t.Run(act+" of "+string(status), func(t *testing.T) {
				t.Parallel()
				h := newHouse(t)
				for _, who := range []string{"ada", "bob", "cara", "eve", "root", "pipeline", "nobody"} {
					v := h.to(t, status, commander(h))
					if act == "submit" && who == "eve" {
						continue // who is named there
					}
					may := slices.Contains(authors, who)
					if act == "approve" || act == "return" {
						may = who == "bob"
					}
					after, err := do(h, h.as[who], v)
					want, right := leads[act][status]
					switch e := fault.As(err); {
					case who == "nobody":
						refused(t, err, fault.Unauthenticated, "")
					case may && right:
						if err != nil || after.Status != want {
							t.Errorf("%s: %q, %v; want %q", who, after.Status, err, want)
						}
					case may || (act == "approve" || act == "return") && who != "pipeline" && !right:
						if e == nil || e.Kind != fault.Conflict {
							t.Errorf("%s: %v, want a conflict", who, err)
						}
					case act == "approve" && who == "ada":
						refused(t, err, fault.Conflict, "own_postmortem")
					case e == nil || e.Kind != fault.Forbidden:
						t.Errorf("%s: %v, want forbidden", who, err)
					}
					if err != nil && who != "nobody" {
						if now := ok(h.Get(h.as["ada"], v.Postmortem.Incident))(t); now.Version != v.Version || now.Status != status {
							t.Errorf("%s: refused, it is %q at %d", who, now.Status, now.Version)
						}
					}
				}
			})
		}
	}
}

func TestSomebodyElseApproves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.to(t, postmortem.Draft)
	of := v.Postmortem.Incident
	for name, reviewers := range map[string][]id.ID{
		"who submits":       {h.people["cara"]},
		"who wrote it":      {h.people["ada"]},
		"nobody":            {},
		"twice":             {h.people["bob"], h.people["bob"]},
		"nobody there":      {id.New(start)},
		"more than ten":     slices.Repeat([]id.ID{h.people["bob"]}, 11),
		"a team's pipeline": {h.team},
	} {
		_, err := h.Submit(h.as["cara"], of, v.Version, reviewers)
		if e := refused(t, err, fault.Invalid, ""); !strings.HasPrefix(e.Violations[0].Pointer, "/reviewers") {
			t.Errorf("%s: %+v", name, e.Violations)
		}
	}
	v = ok(h.Save(h.as["ada"], of, v.Version, postmortem.TextInput{Text: whole("Full.")}))(t)
	v = ok(h.Submit(h.as["ada"], of, v.Version, []id.ID{h.people["cara"], h.people["bob"]}))(t)
	// Cara, who is asked to review it, writes: then it is her own, too, whoever saves it last.
	v = ok(h.Save(h.as["cara"], of, v.Version, postmortem.TextInput{Text: whole("Fuller.")}))(t)
	_, err := h.Review(h.as["cara"], of, v.Version, postmortem.Verdict{Approve: true})
	refused(t, err, fault.Conflict, "own_postmortem")
	v = ok(h.Save(h.as["root"], of, v.Version, postmortem.TextInput{Text: whole("Fullest.")}))(t)
	// Ada submitted it, and approves it no more than before.
	_, err = h.Review(h.as["ada"], of, v.Version, postmortem.Verdict{Approve: true})
	refused(t, err, fault.Conflict, "own_postmortem")
	_, err = h.Review(h.as["root"], of, v.Version, postmortem.Verdict{Approve: true})
	refused(t, err, fault.Conflict, "own_postmortem")
	_, err = h.Review(h.as["cara"], of, v.Version, postmortem.Verdict{Approve: true})
	refused(t, err, fault.Conflict, "own_postmortem")
	v = ok(h.Review(h.as["bob"], of, v.Version, postmortem.Verdict{Approve: true, Text: "Good."}))(t)
	if a := v.Review.Approvals; len(a) != 1 || a[0].Person != h.people["bob"] || a[0].Text != v.Text || a[0].Note != "Good." {
		t.Errorf("approved by %+v", a)
	}
	v = ok(h.Save(h.as["ada"], of, v.Version, postmortem.TextInput{Text: whole("Changed.")}))(t)
	if len(v.Review.Approvals) != 0 || v.Status != postmortem.InReview || len(v.Review.Reviewers) != 2 {
		t.Errorf("a changed text leaves %+v", v.Review)
	}
}

func TestRequiredSectionsAreNamedBeforeItIsApproved(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.to(t, postmortem.Draft)
	of := v.Postmortem.Incident
	if len(v.Missing) != 8 {
		t.Errorf("a draft misses %+v", v.Missing)
	}
	text := strings.Replace(whole("Full."), "## Trigger\n\nFull.", "## Trigger\n\n<!-- later -->", 1)
	v = ok(h.Save(h.as["ada"], of, v.Version, postmortem.TextInput{Text: text}))(t)
	v = ok(h.Submit(h.as["ada"], of, v.Version, []id.ID{h.people["bob"]}))(t)
	_, err := h.Review(h.as["bob"], of, v.Version, postmortem.Verdict{Approve: true})
	if e := refused(t, err, fault.Conflict, "sections_missing"); !strings.Contains(e.Message, `"Trigger"`) || strings.Contains(e.Message, "Impact") {
		t.Errorf("said is %q", e.Message)
	}
	_, err = h.Review(h.as["bob"], of, v.Version, postmortem.Verdict{Text: " "})
	if e := refused(t, err, fault.Invalid, ""); e.Violations[0].Pointer != "/text" {
		t.Errorf("%+v", e.Violations)
	}
	v = ok(h.Review(h.as["bob"], of, v.Version, postmortem.Verdict{Text: "What set it off?"}))(t)
	if v.Status != postmortem.Draft || v.Review.Returned == nil || v.Review.Returned.Note != "What set it off?" {
		t.Errorf("returned is %+v", v.Review)
	}
}

func TestALinkElsewhereIsPublishedAndCanBeReopened(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.declare(t)
	for _, url := range []string{"", "http://example.org", "javascript:alert(1)", "data:text/html,x", "https://u:p@example.org", "//example.org"} {
		_, err := h.Elsewhere(h.as["ada"], i.ID, 0, postmortem.LinkInput{URL: url, Title: "x"})
		if e := refused(t, err, fault.Invalid, ""); e.Violations[0].Pointer != "/url" {
			t.Errorf("%q: %+v", url, e.Violations)
		}
	}
	v := ok(h.Elsewhere(h.as["ada"], i.ID, 0, postmortem.LinkInput{URL: "https://wiki.example.org/1", Title: "Wiki"}))(t)
	if v.Status != postmortem.Published || v.Link == nil || v.Link.By != "ada" || v.Text != 0 {
		t.Errorf("linked is %+v", v.Postmortem)
	}
	_, err := h.Elsewhere(h.as["ada"], i.ID, 0, postmortem.LinkInput{URL: "https://wiki.example.org/2", Title: "Wiki"})
	refused(t, err, fault.Precondition, "version_mismatch")
	v = ok(h.Elsewhere(h.as["cara"], i.ID, v.Version, postmortem.LinkInput{URL: "https://wiki.example.org/2", Title: "Wiki"}))(t)
	v = ok(h.Reopen(h.as["ada"], i.ID, v.Version, "we write it here"))(t)
	if v.Status != postmortem.Draft || v.Link != nil || v.Text != 1 || !strings.Contains(v.Current.Text, "## Summary") {
		t.Errorf("reopened is %+v", v.Postmortem)
	}
}

func TestWhatAsksForItIsWaivedByOthersThanItsAuthors(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.declare(t)
	r := ok(h.Ask(h.as["bob"], i.ID, "I want to learn"))(t)
	if again := ok(h.Ask(h.as["bob"], i.ID, "again"))(t); again.ID != r.ID || again.Text != "I want to learn" {
		t.Errorf("asked again it is %+v", again)
	}
	second := ok(h.Ask(h.as["eve"], i.ID, "me too"))(t)
	_, err := h.Ask(h.as["pipeline"], i.ID, "x")
	refused(t, err, fault.Forbidden, "")
	_, err = h.Ask(h.as["ada"], i.ID, " ")
	refused(t, err, fault.Invalid, "")
	for _, who := range []string{"ada", "bob", "eve", "pipeline"} {
		_, err := h.Waive(h.as[who], i.ID, r.ID, "no need")
		refused(t, err, fault.Forbidden, "")
	}
	_, err = h.Waive(h.as["pia"], i.ID, r.ID, "")
	refused(t, err, fault.Invalid, "")
	if waived := ok(h.Waive(h.as["pia"], i.ID, r.ID, "no need"))(t); waived.WaivedBy != "pia" || waived.WaivedBecause != "no need" {
		t.Errorf("waived is %+v", waived)
	}
	_, err = h.Waive(h.as["root"], i.ID, r.ID, "no need")
	refused(t, err, fault.Conflict, "request_waived")
	if v := ok(h.Get(h.as["bob"], i.ID))(t); v.Status != postmortem.Requested || len(v.Owing()) != 1 || v.DueAt == nil {
		t.Errorf("with one that stands it is %+v", v.Postmortem)
	}
	ok(h.Waive(h.as["root"], i.ID, second.ID, "no need"))(t)
	if v := ok(h.Get(h.as["bob"], i.ID))(t); v.Status != postmortem.Waived || v.DueAt != nil {
		t.Errorf("with none it is %+v", v.Postmortem)
	}
	// Pia, who writes the text of another as its commander, waives nothing of it.
	i = h.declare(t, func(in *incident.Input) { in.Roles = map[incident.Role]id.ID{"commander": h.people["pia"]} })
	r = ok(h.Ask(h.as["bob"], i.ID, "why"))(t)
	ok(h.Begin(h.as["pia"], i.ID, ""))(t)
	_, err = h.Waive(h.as["pia"], i.ID, r.ID, "no need")
	refused(t, err, fault.Conflict, "own_postmortem")
}

func TestOfARestrictedIncidentNothingIsThereForOthers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.to(t, postmortem.InReview)
	of := v.Postmortem.Incident
	i := ok(h.incidents.Get(h.as["ada"], of))(t)
	h.told = nil
	terms := i.Terms
	terms.Restricted, terms.Readers = true, []id.ID{h.people["bob"]}
	ok(h.incidents.Amend(h.as["ada"], of, i.Version, terms))(t)
	request := id.New(start)
	for _, who := range []string{"ada", "bob", "root", "cara", "eve", "pipeline"} {
		reads := slices.Contains([]string{"ada", "bob", "root"}, who)
		ctx := h.as[who]
		errs := map[string]error{}
		_, errs["get"] = h.Get(ctx, of)
		_, errs["about"] = h.About(ctx, of)
		_, errs["acts"] = h.Acts(ctx, of, page.Request{})
		_, errs["texts"] = h.Texts(ctx, of, page.Request{})
		_, errs["text"] = h.TextOf(ctx, of, 1)
		_, errs["diff"] = h.Diff(ctx, of, 1, 2)
		_, errs["lint"] = h.Lint(ctx, of)
		_, errs["lint of a text"] = h.LintText(ctx, of, "x")
		_, errs["actions"] = h.ActionsOf(ctx, of)
		_, errs["reviewers"] = h.Reviewers(ctx, of)
		if !reads {
			_, errs["request"] = h.Request(ctx, of, request)
			_, errs["ask"] = h.Ask(ctx, of, "x")
			_, errs["waive"] = h.Waive(ctx, of, request, "x")
			_, errs["begin"] = h.Begin(ctx, of, "")
			_, errs["link"] = h.Elsewhere(ctx, of, 0, postmortem.LinkInput{})
			for act, do := range acts {
				_, errs[act] = do(h, ctx, v)
			}
		}
		for what, err := range errs {
			if reads && err != nil || !reads && (!fault.Is(err, fault.NotFound) || fault.As(err).Code != "incident_not_found") {
				t.Errorf("%s: %s is %v", who, what, err)
			}
		}
		if got := ok(h.List(ctx, postmortem.Filter{}, page.Request{}))(t).Items; (len(got) == 1) != reads {
			t.Errorf("%s lists %d", who, len(got))
		}
	}
	if got := ok(h.log.List(h.as["cara"], audit.Filter{Team: h.team, ObjectID: of}, page.Request{}))(t).Items; len(got) != 0 {
		t.Errorf("the log tells of %d changes", len(got))
	}
	_, err := h.Submit(h.as["ada"], of, v.Version, []id.ID{h.people["cara"]})
	if e := refused(t, err, fault.Invalid, ""); !strings.Contains(e.Violations[0].Message, "restricted") {
		t.Errorf("%+v", e.Violations)
	}
	v = ok(h.Submit(h.as["ada"], of, v.Version, []id.ID{h.people["bob"]}))(t)
	v = ok(h.Review(h.as["bob"], of, v.Version, postmortem.Verdict{Approve: true}))(t)
	ok(h.Publish(h.as["ada"], of, v.Version))(t)
	if len(h.told) != 0 {
		t.Errorf("told is %+v", h.told)
	}
}

func TestReviewersAreToldInPersonAndTheTeamOfWhatIsPublished(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.to(t, postmortem.Published)
	if got, want := h.types(), []event.Type{event.PostmortemInReview, event.PostmortemPublished}; !slices.Equal(got, want) {
		t.Fatalf("told is %q", got)
	}
	asked, published := h.told[0], h.told[1]
	if asked.Person != h.people["bob"] || asked.Team != h.team || asked.Link != "/incidents/"+string(v.Postmortem.Incident)+"/postmortem" || published.Person != "" {
		t.Errorf("told is %+v", h.told)
	}
	kinds := []postmortem.ActKind{}
	for _, a := range ok(h.Acts(h.as["eve"], v.Postmortem.Incident, page.Request{}))(t).Items {
		kinds = append(kinds, a.Kind)
	}
	if want := []postmortem.ActKind{postmortem.ActPublished, postmortem.ActApproved, postmortem.ActSubmitted, postmortem.ActBegun}; !slices.Equal(kinds, want) {
		t.Errorf("done was %q", kinds)
	}
}

func TestLintKnowsThePeopleOfTheIncidentAndWhatIsPlanned(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.to(t, postmortem.Draft)
	of := v.Postmortem.Incident
	name := ok(h.store.Access().Person(t.Context(), h.people["cara"]))(t).DisplayName
	text := "## Summary\n\n" + name + " forgot to check the pool.\n\n## Action items\n\n- Train everybody.\n"
	h.actions = []postmortem.Action{{Title: "Train everybody on the runbook", Priority: "p1"}}
	ok(h.Save(h.as["ada"], of, v.Version, postmortem.TextInput{Text: text}))(t)
	found := ok(h.Lint(h.as["eve"], of))(t)
	var rules []string
	for _, f := range found {
		rules = append(rules, fmt.Sprintf("%s in line %d: %q", f.Rule, f.Line, text[f.From:f.To]))
	}
	if len(found) != 2 || found[0].Rule != "person" || found[0].Line != 3 || found[1].Rule != "training_only" || found[1].Line != 5 || text[found[1].From:found[1].To] != "## Action items" {
		t.Errorf("found is %q", rules)
	}
	h.actions = append(h.actions, postmortem.Action{Title: "Alert when the pool is at 80 %"})
	if found := ok(h.LintText(h.as["eve"], of, text))(t); len(found) != 1 {
		t.Errorf("found is %+v", found)
	}
	_, err := h.LintText(h.as["nobody"], "", text)
	refused(t, err, fault.Unauthenticated, "")
}
