package fault_test

import (
	"testing"

	"github.com/evenkeel/evenkeel/internal/fault"
)

func TestWhatThereIsToChooseFromIsInWords(t *testing.T) {
	t.Parallel()
	for want, values := range map[string][]string{"": nil, "a": {"a"}, "a or b": {"a", "b"}, "a, b or c": {"a", "b", "c"}} {
		if got := fault.Or(values); got != want {
			t.Errorf("%v are %q, want %q", values, got, want)
		}
	}
	if got := fault.Or([]int{0, 25, 50}); got != "0, 25 or 50" {
		t.Errorf("numbers are %q", got)
	}
}
