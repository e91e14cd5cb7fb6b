package access_test

import (
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

func TestNothingThatReadsLikeATokenIsLeft(t *testing.T) {
	t.Parallel()
	token := access.FormatToken(id.New(time.Unix(0, 0)), access.NewSecret())
	for text, want := range map[string]string{
		token:                           "ek_…",
		"/v1/teams/" + token + "/x":     "/v1/teams/ek_…/x",
		strings.ToUpper(token) + "y":    "ek_…",
		token[:50] + " " + token:        "ek_… ek_…",
		token[:30]:                      token[:30], // the identifier, which is no secret
		"a week_ or ek_ and a seek_end": "a week_ or ek_ and a seek_end",
		"":                              "",
	} {
		if got := access.WithoutTokens(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
