package standin_test

import (
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

func TestAWrongRequestFailsTheTest(t *testing.T) {
	t.Parallel()
	told := &verdicts{T: t}
	w := buildFor(t, told, standin.Options{})
	w.mustCreate("x")
	if said := told.take(); len(said) > 0 {
		t.Fatalf("a right request: %v", said)
	}
	for _, c := range []struct {
		method, path string
		body         any
		says         []string
	}{
		{"POST", "repos/acme/api/issues", map[string]any{"body": "no title"}, []string{"issues/create", "title"}},
		{"PATCH", "repos/acme/api/issues/1", map[string]any{"state": "done"}, []string{"issues/update", "/state"}},
		{"PATCH", "repos/acme/api/issues/1", map[string]any{"titel": "x"}, []string{"issues/update", "/titel"}},
		{"GET", "repos/acme/api/issues?author=wanda", nil, []string{"issues/list-for-repo", `"author"`}},
		{"GET", "repos/acme/api/issues?mentioned=wanda", nil, []string{"does not know", `"mentioned"`}},
		{"PATCH", "repos/acme/api/issues/1", map[string]any{"type": "Bug"}, []string{"does not know", `"type"`}},
		{"GET", "search/issues?q=x", nil, []string{"/search/issues", "not among the operations"}},
		{"DELETE", "repos/acme/api", nil, []string{"DELETE /repos/acme/api", "not among the operations"}},
	} {
		request, err := w.client.NewRequest(c.method, c.path, c.body)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.client.Do(t.Context(), request, nil) // what is answered is not what this is about
		said := strings.Join(told.take(), "\n")
		for _, part := range c.says {
			if !strings.Contains(said, part) {
				t.Errorf("%s %s %v: it says %q, want %q in it", c.method, c.path, c.body, said, part)
			}
		}
	}
}
