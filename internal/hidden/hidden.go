// Package hidden knows the characters that cannot be seen, or that change how what is
// around them is read: with them, two names look alike that are not the same.
package hidden

import (
	"slices"
	"unicode"
)

// Rune tells characters that cannot be seen: controls, formatting such as zero-width
// and bidirectional marks, fillers, private use. Joiners are among them; see In.
func Rune(r rune) bool {
	switch r {
	case 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2028, 0x2029, 0x2800, 0x3164, 0xffa0:
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Other_Default_Ignorable_Code_Point)
}

// In reports whether the text holds a hidden character other than those that are
// allowed. Between characters that are seen, joiners are a part of writing: of
// Persian, and of emoji.
func In(text string, allowed ...rune) bool {
	is := func(r rune) bool { return Rune(r) && !slices.Contains(allowed, r) }
	seen := false // the character before
	runes := []rune(text)
	for i, r := range runes {
		joins := (r == 0x200c || r == 0x200d) && seen && i+1 < len(runes) && !is(runes[i+1])
		if is(r) && !joins {
			return true
		}
		seen = !joins
	}
	return false
}
