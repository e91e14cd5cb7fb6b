package github_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github"
)

// answering is a server in the place of GitHub, which answers the list of a token's repositories.
func answering(t *testing.T, list http.HandlerFunc) (*gate, *github.Credentials) {
	t.Helper()
	g := atTheGate(t)
	mux := http.NewServeMux()
	mux.HandleFunc("/api/v3/user/repos", list)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	o := g.options()
	o.BaseURL, o.Token = server.URL, "ghp_x"
	return g, g.with(o)
}

func TestRepositoriesWhoseNamesAreNoneArePassedOverAndCounted(t *testing.T) {
	t.Parallel()
	g, c := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `[
			{"id":1,"full_name":"acme/shop","description":"a\u0000b\u200bc","language":null,"topics":null,"pushed_at":null,"private":true,"size":-4,
			 "custom_properties":{"":"x","team":{"a":1},"tier":2,"pci":true,"regions":["eu",null,"us"],"zero\u0000":"\u0000"}},
			{"id":2,"full_name":"acme/../../x"}, {"id":3,"full_name":"acme/.."}, {"id":4,"full_name":"acme"}, {"id":5,"full_name":"acme/a b"},
			{"id":6,"full_name":"acme/x?y"}, {"id":7,"full_name":""}, {"id":8,"full_name":"/"}, {"id":9,"full_name":"acme/`+strings.Repeat("x", 101)+`"},
			{"id":0,"full_name":"acme/none"}, {"id":-1,"full_name":"acme/less"}, null, {},
			{"id":10,"full_name":"acme/last","visibility":"everybody","description":"`+strings.Repeat("ä", 5000)+`"}
		]`)
	})
	got, err := g.search(c)
	// All but the first and the last.
	if err != nil || got.found.Unfit != 12 || !slices.Equal(got.of("acme"), []string{"last", "shop"}) || !slices.Equal(got.parts, []int{2}) {
		t.Fatalf("told are %v, %+v, and %v", got.by, got.found, err)
	}
	shop, last := got.by["acme/shop"], got.by["acme/last"]
	if shop.Description != "abc" || shop.Visibility != "private" || shop.Size != 0 || !shop.PushedAt.IsZero() || fmt.Sprint(shop.Properties) != "map[pci:true regions:eu, us tier:2]" {
		t.Errorf("told is %+v", shop)
	}
	if last.Visibility != "public" || len(last.Description) > 1000 || !strings.HasPrefix(last.Description, "ää") {
		t.Errorf("told is %+v", last)
	}
}

func TestAListThatNeverEndsIsCut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		next  func(page, asked int) string // the page that is said to follow
		id    func(page, asked int) int
		says  string
		asked int
	}{
		"the same page again": {
			func(page, _ int) string { return fmt.Sprint(page + 1) }, func(int, int) int { return 1 }, "repeats itself after page 2", 2,
		},
		"a page that follows itself": {
			func(page, _ int) string { return fmt.Sprint(page) }, func(_, asked int) int { return asked }, "repeats itself after page 1", 1,
		},
		"pages that turn back": {
			func(page, asked int) string { return fmt.Sprint([]int{2, 3, 2}[min(asked, 3)-1]) }, func(_, asked int) int { return asked }, "repeats itself after page 3", 3,
		},
		"a page that is no number": {
			func(int, int) string { return "next" }, func(_, asked int) int { return asked }, "repeats itself after page 1", 1,
		},
		"always something new": {
			func(page, _ int) string { return fmt.Sprint(page + 1) }, func(_, asked int) int { return asked }, "has no end: more than 1000 pages", 1000,
		},
		"nothing at all, always": {
			func(page, _ int) string { return fmt.Sprint(page + 1) }, func(int, int) int { return 0 }, "has no end: more than 1000 pages", 1000,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			g, credentials := answering(t, func(w http.ResponseWriter, r *http.Request) {
				asked++
				page := 0
				if _, err := fmt.Sscan(r.URL.Query().Get("page"), &page); err != nil {
					t.Errorf("it asks for %s", r.URL)
				}
				w.Header().Set("Link", fmt.Sprintf(`<http://other.example/user/repos?page=%s>; rel="next"`, c.next(page, asked)))
				if id := c.id(page, asked); id > 0 {
					fmt.Fprintf(w, `[{"id":%d,"full_name":"acme/app-%d"}]`, id, id)
					return
				}
				fmt.Fprint(w, `[]`)
			})
			got, err := g.search(credentials)
			troubled(t, name, err, delivery.Refused, c.says)
			if asked != c.asked || got.found.Told > asked {
				t.Errorf("asked %d times, want %d, and told are %d", asked, c.asked, got.found.Told)
			}
		})
	}
}

func TestAListThatIsNoneIsUnavailable(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{"an object": `{"repositories":[]}`, "no JSON": `<html>`, "a name that is a number": `[{"id":1,"full_name":5}]`} {
		g, c := answering(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, answer) })
		_, err := g.search(c)
		troubled(t, name, err, delivery.Unavailable, "could not be read")
	}
	g, c := answering(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://other.example/", http.StatusFound)
	})
	_, err := g.search(c)
	troubled(t, "a list that is elsewhere", err, delivery.Refused, "not its own")
}
