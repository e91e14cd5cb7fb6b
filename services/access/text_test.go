package access_test

import (
	"testing"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
)

// The characters and their properties are those of the Unicode Character Database:
// Cf, Co, Default_Ignorable_Code_Point, and blanks that are letters or symbols.
func TestNamesConsistOfWhatCanBeSeen(t *testing.T) {
	t.Parallel()
	for name, seen := range map[string]bool{
		"Ada Lovelace": true, "Ада": true, "名前": true, "é": true, "e\u0301": true,
		"می\u200cخواهم": true, "👩\u200d💻": true, "❤\ufe0f\u200d🔥": true, // joiners where they belong
		"\u200b": false, "Ada\u200b": false, "\ufeffAda": false, "A\u00adda": false, "A\u2060da": false,
		"\u2800": false, "\u3164": false, "\uffa0": false, "\u115f": false, "A\u034fda": false,
		"A\u200eda": false, "A\u200fda": false, "A\u061cda": false, "A\u202eda": false, "A\u2066da": false,
		"A\u2028da": false, "A\nda": false, "A\x00da": false, "\ue000": false, "A\U000e0001": false,
		"\u200dAda": false, "Ada\u200d": false, "A\u200d\u200dda": false,
	} {
		var check fault.Check
		access.CheckLine(&check, "/name", name, 1, 100)
		if err := check.Err(); (err == nil) != seen {
			t.Errorf("%q: %v", name, err)
		}
	}
}
