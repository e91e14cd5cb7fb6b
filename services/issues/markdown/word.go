package markdown

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/evenkeel/evenkeel/internal/hidden"
)

// maxWord is the longest word that is left as it is: longer ones are no words.
const maxWord = 40

// visible drops what cannot be seen and writes every kind of line break as "\n",
// every other space as " ". Bytes that are no text become U+FFFD.
func visible(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch r {
		case '\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029':
			return '\n'
		}
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unseen(r):
			return -1
		}
		return r
	}, text)
}

// unseen tells what is hidden, and what GitHub would show otherwise than it was
// meant: joiners wherever they stand, variation selectors, code points that mean
// nothing.
func unseen(r rune) bool {
	return hidden.Rune(r) || unicode.Is(unicode.Variation_Selector, r) || (r != utf8.RuneError && !unicode.IsGraphic(r))
}

// harmless reports whether a word (without spaces) can stand in a paragraph as it
// is: letters, or digits, in natural punctuation, and nothing that GitHub or an
// organisation's own autolinks ("TICKET-12") could take for more.
func harmless(word string) bool {
	if utf8.RuneCountInString(word) > maxWord || !norm.NFKC.IsNormalString(word) {
		return false
	}
	for _, link := range []string{"www.", "mailto:", "xmpp:"} {
		if strings.Contains(strings.ToLower(word), link) {
			return false // the beginning of a link, wherever it stands and whatever follows
		}
	}
	core := strings.TrimRight(strings.TrimLeft(word, `("'“‘«`), `.,;:!?%)"'”’»`)
	if core == "" {
		return len(word) == 1
	}
	var letters, digits, hex int
	runes := []rune(core)
	for i, r := range runes {
		hex++
		if !isHex(r) {
			hex = 0
		}
		switch {
		case hex >= 7: // the beginning of a commit hash
			return false
		case '0' <= r && r <= '9':
			digits++
		case unicode.IsLetter(r) || (unicode.IsMark(r) && i > 0):
			letters++
		case r == '-' || r == '–' || r == '—' || r == '−' || r == '\'' || r == '’':
			// Between letters or digits, or a dash by itself.
			if len(runes) > 1 && (i == 0 || i == len(runes)-1) {
				return false
			}
		case r == '.' || r == ',':
			// In numbers and abbreviations ("99.9", "e.g."): between longer words it
			// would be a name on the internet.
			if i == 0 || i == len(runes)-1 || !(isDigit(runes[i-1]) && isDigit(runes[i+1]) || r == '.' && abbreviated(runes, i)) {
				return false
			}
		default:
			return false
		}
	}
	return letters == 0 || digits == 0
}

// abbreviated reports whether the point at i stands between two single letters.
func abbreviated(runes []rune, i int) bool {
	return unicode.IsLetter(runes[i-1]) && (i == 1 || runes[i-2] == '.') &&
		unicode.IsLetter(runes[i+1]) && (i+2 == len(runes) || runes[i+2] == '.')
}

// beginsBlock reports whether a harmless word would begin a list, a heading or a
// rule when it is the first of a line.
func beginsBlock(word string) bool {
	if strings.Trim(word, "-") == "" {
		return true
	}
	number := strings.TrimRight(word, ".)")
	return number != word && strings.Trim(number, "0123456789") == ""
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

func isHex(r rune) bool {
	return isDigit(r) || ('a' <= r && r <= 'f') || ('A' <= r && r <= 'F')
}
