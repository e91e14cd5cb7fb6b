package helm

import (
	"os"
	"testing"
	"time"
)

// afterDrain is what the program takes at most when requests and jobs have finished:
// closeTimeout of cmd/evenkeel.
const afterDrain = 10 * time.Second

// without skips a test that lacks something, or fails where nothing may be left out.
func without(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s: a run that counts needs it", what)
	}
	t.Skipf("%s: NOT TESTED", what)
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
