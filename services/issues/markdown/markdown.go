// Package markdown makes text that people typed harmless in GitHub-flavoured
// Markdown: nobody is mentioned by it, nothing is linked or referred to, no
// image, HTML, emphasis, list, table, formula or emoji comes from it, and nothing
// in it is hidden. It is pure. What is written around such text belongs to the
// templates of issues.
//
// GitHub looks for mentions, references and commit hashes in the text that is
// left after Markdown was rendered, outside of code, so that backslashes and
// entities do not help against them. A code span does: whatever is not plainly a
// word is put into one.
package markdown

import (
	"strings"
	"unicode/utf8"
)

// Escape returns text as one line for a paragraph or a list item: words as they
// are, everything that could have an effect inside code spans. Line breaks and
// runs of spaces become one space; characters that cannot be seen are dropped.
// The result may stand at the beginning of a line; it is not for table cells,
// where GitHub splits even code at a vertical bar, nor inside a link's text.
func Escape(text string) string {
	var b strings.Builder
	var risky []string
	flush := func() {
		if len(risky) == 0 {
			return
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(span(strings.Join(risky, " ")))
		risky = risky[:0]
	}
	for _, word := range strings.Fields(visible(text)) {
		if !harmless(word) || (b.Len() == 0 && len(risky) == 0 && beginsBlock(word)) {
			risky = append(risky, word)
			continue
		}
		flush()
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
	flush()
	return b.String()
}

// Code returns text as one code span, with runs of white space as one space and
// without characters that cannot be seen; empty text gives "".
func Code(text string) string {
	words := strings.Fields(visible(text))
	if len(words) == 0 {
		return ""
	}
	return span(strings.Join(words, " "))
}

// Quote returns text as a block quotation of escaped lines, one paragraph for
// each line that is not empty; empty text gives "".
func Quote(text string) string {
	var lines []string
	for _, line := range strings.Split(visible(text), "\n") {
		if escaped := Escape(line); escaped != "" {
			lines = append(lines, "> "+escaped)
		}
	}
	return strings.Join(lines, "\n>\n")
}

// Limit cuts text to at most size bytes, between two characters, and says so at
// its end. size is at least len(Cut).
func Limit(text string, size int) string {
	if len(text) <= size {
		return text
	}
	end := size - len(Cut)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + Cut
}

// Cut is what marks text that was too long.
const Cut = " … (cut)"

// span puts text into a code span: between runs of backticks longer than any in
// it, padded where a backtick of the text would touch them.
func span(text string) string {
	longest, run := 0, 0
	for i := range len(text) {
		if text[i] != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") {
		text = " " + text + " "
	}
	return fence + text + fence
}
