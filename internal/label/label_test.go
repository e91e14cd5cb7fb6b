package label_test

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/internal/label"
)

// rfc1123 is as Kubernetes writes it (DNS1123LabelFmt), whose length is checked apart.
var rfc1123 = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)

func TestALabelIsAsRFC1123Says(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"": false, "a": true, "0": true, "-": false, "a-": false, "-a": false, "a-b": true, "a--b": true, "A": false, "a.b": false, "a_b": false, "é": false,
		strings.Repeat("a", 63): true, strings.Repeat("a", 64): false,
	} {
		if label.Is(s) != want {
			t.Errorf("%q is a label: %t", s, !want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(rapid.SampledFrom([]rune("az09-.A é")), 0, 66, -1).Draw(t, "s")
		if got, want := label.Is(s), len(s) <= 63 && rfc1123.MatchString(s); got != want {
			t.Errorf("%q is a label: %t, want %t", s, got, want)
		}
	})
}
