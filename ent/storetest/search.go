package storetest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/search"
)

func testSearch(t *testing.T, open opener) {
	type room struct {
		*testing.T
		s             *store.Store
		team, service id.ID
	}
	enter := func(t *testing.T, s *store.Store) room {
		team := Team(t, s, "payments").ID
		return room{t, s, team, Service(t, s, team, "checkout").ID}
	}
	declare := func(r room, title string, change ...func(i *incident.Incident)) id.ID {
		r.Helper()
		i := incident.Incident{ID: newID(), Status: incident.Declared, Terms: incident.Terms{
			Title: title, Severity: "sev2", Services: []incident.Involved{{Service: r.service, Part: incident.Affected}}, Roles: map[incident.Role]id.ID{},
			ImpactStart: Start, Team: r.team, Causes: []string{}, Tags: []string{}, Links: []incident.Link{}, Readers: []id.ID{},
		}, CreatedAt: Start, CreatedBy: "ada", UpdatedAt: Start, UpdatedBy: "ada", Version: 1}
		for _, c := range change {
			c(&i)
		}
		same(r.T, must(r.s.Incidents().CreateIncident(r.Context(), i))(r.T), true)
		return i.ID
	}
	put := func(r room, kind search.Kind, subject, of id.ID, title, text string) {
		r.Helper()
		ok(r.T, r.s.Search().Put(r.Context(), []search.Document{{Kind: kind, Subject: subject, Incident: of, Title: title, Text: text, UpdatedAt: Start}}))
	}
	everybody := search.Reader{All: true}
	find := func(r room, text string) []id.ID {
		r.Helper()
		q := search.ParseQuery(text)
		if len(q.Terms) == 0 {
			return nil
		}
		var out []id.ID
		for _, f := range must(r.s.Search().Find(r.Context(), q, everybody, page.Request{}))(r.T).Items {
			out = append(out, f.ID)
		}
		return out
	}

	each(t, open, "words find documents that have all of them", func(t *testing.T, s *store.Store) {
		r := enter(t, s)
		one, two := declare(r, "Checkout fails"), declare(r, "Search is slow")
		put(r, search.OfIncident, one, one, "Checkout fails", "Customers in Zürich could not pay; rolled back to 2.13.9.\nНет связи, 障害が発生.")
		put(r, search.OfIncident, two, two, "Search is slow", "After the roll back it was fast; e-mail to o'brien_x@example.org about 1e5 requests, C++ and \x00 bytes \xff. Back rolled nobody.")
		for text, want := range map[string][]id.ID{
			"checkout": {one}, "CHECKOUT fails": {one}, "checkout slow": nil, "fails checkout": {one}, "check": {one}, "check fails": nil, "fails check": {one},
			"zurich": {one}, "ZÜR": {one}, "Zu\u0308rich": {one}, "нет": {one}, "НЕТ связи": {one}, "障害": {one}, "2.13.9": {one}, "13 2": {one}, "\"13 2\"": nil, "\"2 13 9\"": {one},
			"\"rolled back\"": {one}, "“rolled back”": {one}, "\"back rolled\"": {two}, "\"rolled bac\"": nil, "\"rolled back": {one}, "roll": {two, one}, "\"roll\"": {two},
			"e-mail": {two}, "o'brien": {two}, "brien_x": {two}, "1e5": {two}, "c++": {one, two}, // words that begin with c
			"\"fails customers\"": nil, "nothing": nil,
		} {
			got := find(r, text)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%q finds %v, want %v (one is %s, two %s)", text, got, want, one, two)
			}
		}
	})

	each(t, open, "no text is a syntax error", func(t *testing.T, s *store.Store) {
		r := enter(t, s)
		one := declare(r, "a")
		put(r, search.OfIncident, one, one, "NEAR and OR", "not AND but near text title rowid rank")
		for _, text := range []string{
			"", " ", "\"", "\"\"", "'", "''", "NEAR", "NEAR(a b, 5)", "a NEAR/2 b", "*", "a*", "*a", "a**", ":", "title:a", "a:*", "a:b", "^a", "-a", "+a", "a AND", "AND", "OR OR", "NOT", "a NOT b", "(", ")", "((a)", "{a b}:c",
			"a & b", "a | b", "!a", "!!", "<->", "a <-> b", "a <3> b", "\\", "\\'", "'a'", "a';DROP TABLE incidents;--", "$1", "%", "_", "?", "%s%d", "\x00", "a\x00b", "\xff\xfe", "😀", "👨‍👩‍👧 a", "\u202e", "\ufeff", "ǅ", "ſ", "İ", "ß", "ﬁ", "½", "²",
			"a\"b\"c\"", "\"a\"\"b\"", "“a", strings.Repeat("a", 10_000), strings.Repeat("a ", 5_000), strings.Repeat("\"a b\" ", 2_000), strings.Repeat("(", 10_000), strings.Repeat("'", 10_000), strings.Repeat("😀", 2_500), strings.Repeat("障", 3_000),
		} {
			find(r, text)
			put(r, search.OfNote, newID(), one, text, text)
			if words := search.Words(text); len(words) > 0 && len(words) < 100 && !strings.ContainsAny(text, "\"“") {
				if got := find(r, text); !slices.Equal(got, []id.ID{one}) {
					t.Errorf("%.60q does not find itself: %v", text, got)
				}
			}
		}
		same(t, find(r, "near rank"), []id.ID{one})
	})

	each(t, open, "an incident is listed once by its best document, titles first, in pages", func(t *testing.T, s *store.Store) {
		r := enter(t, s)
		var all []id.ID
		for range 7 {
			i := declare(r, "quiet")
			put(r, search.OfIncident, i, i, "quiet", "something about disks and other matters")
			put(r, search.OfNote, newID(), i, "quiet", "a note about disks")
			put(r, search.OfNote, newID(), i, "quiet", "another note")
			all = append(all, i)
		}
		titled := declare(r, "disks")
		put(r, search.OfIncident, titled, titled, "disks", "something")
		var got []id.ID
		req := page.Request{Limit: 3}
		for n := 0; ; n++ {
			p := must(s.Search().Find(t.Context(), search.ParseQuery("disks"), everybody, req))(t)
			for _, f := range p.Items {
				got = append(got, f.ID)
				if f.ID != titled && f.Document.Kind != search.OfNote {
					t.Errorf("found by %+v, and the shorter note fits better", f.Document)
				}
			}
			if req.After = p.Next; req.After == "" {
				break
			}
			if n > 5 {
				t.Fatal("the pages have no end")
			}
		}
		if len(got) != 8 || got[0] != titled {
			t.Errorf("found %v, want %s first and %v", got, titled, all)
		}
		sorted := slices.Clone(got)
		slices.Sort(sorted)
		if len(slices.Compact(sorted)) != 8 {
			t.Errorf("an incident is listed twice: %v", got)
		}
		_, err := s.Search().Find(t.Context(), search.ParseQuery("other"), everybody, page.Request{After: "nonsense"})
		refused(t, err, fault.Invalid, "")
	})

	each(t, open, "a document is replaced and removed", func(t *testing.T, s *store.Store) {
		r := enter(t, s)
		one := declare(r, "a")
		note := newID()
		put(r, search.OfNote, note, one, "a", "first words")
		same(t, find(r, "first"), []id.ID{one})
		put(r, search.OfNote, note, one, "a", "second thoughts")
		same(t, find(r, "first"), nil)
		same(t, find(r, "second"), []id.ID{one})
		ok(t, s.Search().Remove(t.Context(), search.OfPostmortem, []id.ID{note}))
		same(t, find(r, "second"), []id.ID{one})
		ok(t, s.Search().Remove(t.Context(), search.OfNote, []id.ID{note}))
		same(t, find(r, "second"), nil)
		refused(t, s.Search().Put(t.Context(), []search.Document{{Kind: search.OfNote, Subject: newID(), Incident: newID(), UpdatedAt: Start}}), fault.Conflict, "reference_missing")
	})

	each(t, open, "restricted incidents are left out for others, and pages are full all the same", func(t *testing.T, s *store.Store) {
		r := enter(t, s)
		ada, bob := Person(t, s, "ada").ID, Person(t, s, "bob").ID
		var open, hidden []id.ID
		for n := range 6 {
			i := declare(r, "disk trouble", func(i *incident.Incident) {
				if n%2 == 1 {
					i.Restricted, i.Readers = true, []id.ID{ada}
				}
				i.ImpactStart = Start.Add(time.Duration(n) * time.Hour)
			})
			put(r, search.OfIncident, i, i, "disk trouble", "disks")
			if n%2 == 1 {
				hidden = append(hidden, i)
			} else {
				open = append(open, i)
			}
		}
		for who, want := range map[search.Reader]int{{Person: ada}: 6, {Person: bob}: 3, {}: 3, {All: true}: 6} {
			found := must(s.Search().Find(t.Context(), search.ParseQuery("disk"), who, page.Request{Limit: 3}))(t)
			if len(found.Items) != 3 || (found.Next != "") != (want > 3) {
				t.Errorf("%+v finds %d, and another page: %t", who, len(found.Items), found.Next != "")
			}
			like := must(s.Search().Like(t.Context(), []string{"disk"}, []id.ID{r.service}, who, 10))(t)
			if len(like) != want {
				t.Errorf("to %+v %d are alike, want %d", who, len(like), want)
			}
		}
		_, err := s.Search().Case(t.Context(), hidden[0], search.Reader{Person: bob})
		refused(t, err, fault.NotFound, "incident_not_found")
		same(t, must(s.Search().Case(t.Context(), hidden[0], search.Reader{Person: ada}))(t).ID, hidden[0])
		same(t, must(s.Search().Case(t.Context(), open[0], search.Reader{}))(t).Services, []id.ID{r.service})
	})
}
