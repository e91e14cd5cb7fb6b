package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestAListIsReadPageByPage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for i := range 5 {
		b.do(http.MethodPost, widgets, fmt.Sprintf(`{"name":"w%d"}`, i))
	}
	var names []string
	target := widgets + "?limit=2&kind=a%22%3E"
	for range 3 {
		w := b.do(http.MethodGet, target, "")
		var got Items[Widget]
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 {
			t.Fatalf("got %d %s", w.Code, w.Body)
		}
		for _, item := range got.Items {
			names = append(names, item.Name)
		}
		link := w.Header().Get("Link")
		if (got.Next == "") != (link == "") {
			t.Fatalf("next is %q, Link %q", got.Next, link)
		}
		if link == "" {
			break
		}
		var ok bool
		target, ok = strings.CutSuffix(strings.TrimPrefix(link, "<"), `>; rel="next"`)
		if !ok || !strings.HasPrefix(target, widgets+"?limit=2&kind=a%22%3E&after=") {
			t.Fatalf("Link is %q", link)
		}
	}
	if got := strings.Join(names, " "); got != "w0 w1 w2 w3 w4" {
		t.Errorf("read %s", got)
	}
}

func TestAnEmptyListIsAnEmptyArray(t *testing.T) {
	t.Parallel()
	if w := newBench(t).do(http.MethodGet, widgets, ""); w.Body.String() != "{\"items\":[]}\n" {
		t.Errorf("got %s", w.Body)
	}
}
