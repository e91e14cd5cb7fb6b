package standin

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"
)

// verdict is what the stand-in would fail a test with.
type verdict struct {
	*testing.T
	said string
}

func (v *verdict) Errorf(format string, args ...any) { v.said += fmt.Sprintf(format, args...) + "\n" }

// The stand-in makes a repository of an example of GitHub's. One from which a field
// is missing, or which has one too many, is what a mistake in the stand-in would be.
func TestAWrongReplyOfTheStandInFailsTheTest(t *testing.T) {
	t.Parallel()
	for says, spoil := range map[string]func(example object){
		`"forks_url" is missing`: func(example object) { delete(example, "forks_url") },
		`/clone_url`:             func(example object) { example["clone_url"] = 5 },
		`/weather`:               func(example object) { example["weather"] = "fine" },
		"":                       func(object) {},
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			told := &verdict{T: t}
			g := New(told, Options{Now: time.Now})
			g.User("octavia")
			g.Public("octavia/api")
			g.examples = maps.Clone(g.examples)
			g.examples["full-repository"] = maps.Clone(g.examples["full-repository"])
			spoil(g.examples["full-repository"])
			transport := &http.Transport{}
			defer transport.CloseIdleConnections()
			response, err := (&http.Client{Transport: transport}).Get(g.URL + "/repos/octavia/api")
			if err != nil {
				t.Fatal(err)
			}
			if err := response.Body.Close(); err != nil {
				t.Fatal(err)
			}
			g.server.Close() // what it says is said by then
			if (says == "") != (told.said == "") || !strings.Contains(told.said, says) {
				t.Errorf("it says %q, want %q in it", told.said, says)
			}
			if says != "" && !strings.Contains(told.said, "repos/get") {
				t.Errorf("%q does not name the operation", told.said)
			}
		})
	}
}
