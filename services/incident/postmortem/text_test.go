package postmortem_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
	"github.com/evenkeel/evenkeel/services/incident/postmortem/document"
)

func TestADraftSaysWhatIsKnownAndNothingTypedHasAnEffect(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.declare(t, func(in *incident.Input) {
		in.Title = "Down <script>alert(1)</script> [x](javascript:alert(1))"
		in.Roles = map[incident.Role]id.ID{"commander": h.people["eve"]}
	})
	at := start.Add(-30 * time.Minute)
	for _, text := range []string{"Rolled | back\n# to 2.13 @all ![x](https://evil.example/p.png)", "withdrawn"} {
		e := ok(h.incidents.Write(h.as["ada"], i.ID, incident.EntryInput{At: &at, Text: text}))(t)
		if text == "withdrawn" {
			if err := h.incidents.Withdraw(h.as["ada"], i.ID, e.ID, e.Version); err != nil {
				t.Fatal(err)
			}
		}
	}
	v := ok(h.Begin(h.as["ada"], i.ID, ""))(t)
	text := v.Current.Text
	// By hand, from the incident: an hour, detected ten minutes in.
	for _, want := range []string{
		"- **Severity:** sev1\n", "- **Impact:** 2026-03-27 11:00 UTC to 2026-03-27 12:00 UTC, 1 h\n", "- **Detected:** 2026-03-27 11:10 UTC\n", "- **Services:** Checkout (affected)\n", "(commander)\n",
		"| 2026-03-27 11:30 | Rolled ", "## Impact\n\n<!--",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if strings.Contains(text, "withdrawn") || strings.Count(text, "\n| 2026") != 1 {
		t.Errorf("the timeline is otherwise in\n%s", text)
	}
	names := []string{}
	for _, s := range document.Sections(text) {
		names = append(names, s.Name)
	}
	var want []string
	for _, s := range document.Sections(document.Default().Markdown) {
		want = append(want, s.Name)
	}
	if !slices.Equal(names, want) {
		t.Errorf("the sections are %q, want %q", names, want)
	}
	if v.Text != 1 || v.Current.Author != "ada" || v.Status != postmortem.Draft {
		t.Errorf("begun is %+v", v.Postmortem)
	}
	_, err := h.Begin(h.as["cara"], i.ID, "")
	refused(t, err, fault.Conflict, "postmortem_begun")
	_, err = h.Begin(h.as["ada"], h.declare(t).ID, "none")
	if e := refused(t, err, fault.Invalid, ""); e.Violations[0].Pointer != "/template" {
		t.Errorf("%+v", e.Violations)
	}
}

func TestTemplatesAreOfSeveritiesAndTextsKeepTheRevisionTheyBeganAs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := postmortem.TemplateInput{Slug: "short", Name: "Short", Severities: []incident.Severity{"sev3"}, Template: document.Template{Markdown: "## What\n", Required: []string{"What"}}}
	_, err := h.CreateTemplate(h.as["ada"], in)
	refused(t, err, fault.Forbidden, "")
	made := ok(h.CreateTemplate(h.as["root"], in))(t)
	v := h.to(t, postmortem.Draft, severity("sev3"))
	if v.Template.Slug != "short" || v.Template.Revision != 1 || !strings.Contains(v.Current.Text, "## What") {
		t.Errorf("begun is %+v\n%s", v.Template, v.Current.Text)
	}
	if other := h.to(t, postmortem.Draft, severity("sev2")); other.Template.Slug != "" || !strings.Contains(other.Current.Text, "## Lessons") {
		t.Errorf("of another severity it is %+v", other.Template)
	}
	if chosen := ok(h.Begin(h.as["ada"], h.declare(t).ID, "short"))(t); chosen.Template.Slug != "short" {
		t.Errorf("chosen is %+v", chosen.Template)
	}
	revised := in
	revised.Markdown, revised.Required, revised.Name = "## Why\n", []string{"Why"}, "Shorter"
	after := ok(h.ReviseTemplate(h.as["root"], "short", made.Version, revised))(t)
	if after.Revision.Number != 2 || after.Name != "Shorter" {
		t.Errorf("revised is %+v", after)
	}
	_, err = h.ReviseTemplate(h.as["root"], "short", made.Version, revised)
	refused(t, err, fault.Precondition, "version_mismatch")
	again := revised
	again.Name = "Shortest"
	if named := ok(h.ReviseTemplate(h.as["root"], "short", after.Version, again))(t); named.Revision.Number != 2 {
		t.Errorf("a name alone makes revision %d", named.Revision.Number)
	}
	if still := ok(h.Get(h.as["eve"], v.Postmortem.Incident))(t); len(still.Missing) != 1 || still.Missing[0].Section != "What" {
		t.Errorf("a text that began earlier misses %+v", still.Missing)
	}
	bad := in
	bad.Slug, bad.Name, bad.Severities, bad.Markdown = "Bad Slug", "", []incident.Severity{"sev9"}, "no section"
	_, err = h.CreateTemplate(h.as["root"], bad)
	e := refused(t, err, fault.Invalid, "")
	var at []string
	for _, one := range e.Violations {
		at = append(at, one.Pointer)
	}
	if want := []string{"/markdown", "/name", "/required/0", "/severities/0", "/slug"}; !slices.Equal(sorted(slices.Compact(at)), want) {
		t.Errorf("faults are at %q, want %q", at, want)
	}
	refused(t, h.DeleteTemplate(h.as["ada"], "short", 3), fault.Forbidden, "")
	if err := h.DeleteTemplate(h.as["root"], "short", 3); err != nil {
		t.Fatal(err)
	}
	if still := ok(h.Get(h.as["eve"], v.Postmortem.Incident))(t); len(still.Missing) != 1 {
		t.Errorf("a deleted template takes what is required with it: %+v", still.Missing)
	}
}

func TestOfTwoEditorsTheSecondSeesWhatTheFirstChanged(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, h *house) {
		h.edit(t)
	})
}

// edit has two people save at once, and look at what came of it.
func (h *house) edit(t *testing.T) {
	t.Helper()
	v := h.to(t, postmortem.Draft)
	of := v.Postmortem.Incident
	v = ok(h.Save(h.as["ada"], of, v.Version, postmortem.TextInput{Text: "## Summary\n\none\ntwo\n", Note: "first"}))(t)
	var both sync.WaitGroup
	errs := make([]error, 2)
	for n, who := range []string{"ada", "cara"} {
		both.Go(func() {
			_, errs[n] = h.Save(h.as[who], of, v.Version, postmortem.TextInput{Text: "## Summary\n\n" + who + "\ntwo\n"})
		})
	}
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("both ended with %v and %v", errs[0], errs[1])
	}
	winner, lost := "ada", errs[1]
	if errs[0] != nil {
		winner, lost = "cara", errs[0]
	}
	e := refused(t, lost, fault.Precondition, "version_mismatch")
	// As diff -u writes it.
	want := "--- version 2\n+++ version 3\n@@ -1,4 +1,4 @@\n ## Summary\n \n-one\n+" + winner + "\n two\n"
	if e.Diff != want || !strings.HasPrefix(e.Message, winner) {
		t.Errorf("the loser is shown %q (%s), want %q", e.Diff, e.Message, want)
	}
	now := ok(h.Get(h.as["bob"], of))(t)
	same := ok(h.Save(h.as["ada"], of, now.Version, postmortem.TextInput{Text: now.Current.Text}))(t)
	if same.Version != now.Version || same.Text != 3 {
		t.Errorf("what is the same is version %d", same.Text)
	}
	texts := ok(h.Texts(h.as["bob"], of, page.Request{}))(t).Items
	if len(texts) != 3 || texts[0].Number != 3 || texts[0].Author != winner || texts[1].Note != "first" || texts[0].Text != "" {
		t.Errorf("the versions are %+v", texts)
	}
	if got := ok(h.Diff(h.as["bob"], of, 2, 3))(t); got != want {
		t.Errorf("between versions is %q", got)
	}
	if got := ok(h.Diff(h.as["bob"], of, 3, 2))(t); !strings.Contains(got, "+one\n") {
		t.Errorf("backwards is %q", got)
	}
	if got := ok(h.Diff(h.as["bob"], of, 0, 3))(t); got != want {
		t.Errorf("from the version before is %q", got)
	}
	if got := ok(h.Diff(h.as["bob"], of, 0, 1))(t); !strings.Contains(got, "+## Summary\n") {
		t.Errorf("of the first is %q", got)
	}
	_, err := h.Diff(h.as["bob"], of, 1, 4)
	refused(t, err, fault.NotFound, "postmortem_version_not_found")
	for name, text := range map[string]string{"too long": strings.Repeat("x", document.MaxText+1), "no UTF-8": "\xff", "a NUL": "a\x00", "an override": "a\u202eb"} {
		_, err := h.Save(h.as["ada"], of, now.Version, postmortem.TextInput{Text: text})
		if e := refused(t, err, fault.Invalid, ""); e.Violations[0].Pointer != "/text" {
			t.Errorf("%s: %+v", name, e.Violations)
		}
	}
}

func TestALongTimelineLeavesRoomToWrite(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	many, long := h.declare(t), h.declare(t)
	write := func(of id.ID, n int, text string) {
		t.Helper()
		var entries []incident.Entry
		for k := range n {
			entries = append(entries, incident.Entry{ID: id.New(start), Incident: of, At: start.Add(time.Duration(k) * time.Second), Kind: incident.Note, By: "ada", Text: text, CreatedAt: start, UpdatedAt: start, Version: 1})
		}
		ok(h.store.Incidents().CreateEntries(t.Context(), entries))(t)
	}
	write(many.ID, 301, "Orders fail.")
	write(long.ID, 20, strings.Repeat("word ", 799)+"end.")
	// Of 301 there are 300 rows. A row of the others has the 3,999 bytes of its text and 24 around
	// it: with the 41 of the head nine are 36,248 bytes, and ten 40,271, which is over 40,000.
	for of, want := range map[id.ID]struct {
		rows int
		says string
	}{many.ID: {300, "There is more in the timeline of the incident."}, long.ID: {9, "There are 11 more entries in the timeline of the incident."}} {
		text := ok(h.Begin(h.as["ada"], of, ""))(t).Current.Text
		if got := strings.Count(text, "\n| 2026-"); got != want.rows || !strings.Contains(text, want.says) || len(text) > document.MaxText/2 {
			t.Errorf("%d rows in %d bytes, want %d and %q", got, len(text), want.rows, want.says)
		}
	}
}

func TestOfTwoWhoBeginOneIsToldOfTheOther(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, h *house) {
		i := h.declare(t)
		var both sync.WaitGroup
		errs := make([]error, 2)
		for n, who := range []string{"ada", "cara"} {
			both.Go(func() { _, errs[n] = h.Begin(h.as[who], i.ID, "") })
		}
		both.Wait()
		lost := errs[0]
		if lost == nil {
			lost = errs[1]
		}
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("both ended with %v and %v", errs[0], errs[1])
		}
		refused(t, lost, fault.Conflict, "postmortem_begun")
		if v := ok(h.Get(h.as["bob"], i.ID))(t); v.Text != 1 {
			t.Errorf("there are %d versions", v.Text)
		}
	})
}
