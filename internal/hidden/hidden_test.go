package hidden_test

import (
	"testing"

	"github.com/evenkeel/evenkeel/internal/hidden"
)

// The characters and their properties are those of the Unicode Character Database:
// Cf, Co, Default_Ignorable_Code_Point, and blanks that are letters or symbols.
func TestWhatCannotBeSeenIsFound(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"Ada Lovelace": false, "名前": false, "e\u0301": false, "": false, "a\tb": true, "a\nb": true,
		"می\u200cخواهم": false, "👩\u200d💻": false, "\u200dAda": true, "Ada\u200d": true, "A\u200d\u200dda": true,
		"\u200b": true, "A\u00adda": true, "\u2800": true, "\u3164": true, "A\u202eda": true, "\ue000": true, "A\U000e0001": true,
	} {
		if hidden.In(text) != want {
			t.Errorf("%q hides something: %t", text, !want)
		}
	}
	if hidden.In("a\n\tb", '\n', '\t') || !hidden.In("a\n\rb", '\n', '\t') || hidden.In("a\n", '\n') {
		t.Error("what is allowed is not told from what is not")
	}
}
