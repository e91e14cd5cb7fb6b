package collect

import (
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/fault"
)

func TestWhatADataSourceSaysIsClippedAfterThreeHundredCharacters(t *testing.T) {
	t.Parallel()
	fits := strings.Repeat("é", 300)
	for said, want := range map[string]string{fits: fits, fits + "é": fits + "…"} {
		if _, got := failing(fault.New(fault.Invalid, "query_refused", "%s", said)); got != want {
			t.Errorf("of %d characters %d are kept: %s", len([]rune(said)), len([]rune(got)), got)
		}
	}
}
