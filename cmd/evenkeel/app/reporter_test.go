package app

import (
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/label"
)

// Replicas whose names differ report apart, however the names are spelled.
func TestEveryInstanceReportsUnderAName(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("evenkeel-", 8)
	seen := map[string]string{}
	for _, instance := range []string{"web-1", "web.1", "WEB-1", "web_1", "web-1-", "--", "日本", long + "a", long + "b", strings.Repeat("a", 63), strings.Repeat("a", 64)} {
		name := reporterName(instance)
		if !label.Is(name) {
			t.Errorf("%q reports as %q, which is no label", instance, name)
		}
		if other, taken := seen[name]; taken {
			t.Errorf("%q and %q both report as %q", instance, other, name)
		}
		seen[name] = instance
	}
	// What is a label already stays, as it was before.
	if name := reporterName("web-1"); name != "web-1" {
		t.Errorf("web-1 reports as %q", name)
	}
	// sha256sum of "web.1" begins with these.
	if name := reporterName("web.1"); name != "web-1-f2059589" {
		t.Errorf("web.1 reports as %q", name)
	}
}
