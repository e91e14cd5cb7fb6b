package search

import (
	"strings"
	"unicode"
)

// Part is a piece of a text, which goes on with the next; Hit marks what was looked for. It is
// plain text.
type Part struct {
	Text string
	Hit  bool
}

// Around a hit so many words are shown, before and in all.
const (
	wordsBefore = 8
	wordsShown  = 30
	// maxSnippet is how many bytes of a text are shown at most.
	maxSnippet = 600
)

// Snippet is the part of the text that has most of what is looked for, from its beginning where
// it has none of it.
func Snippet(text string, q Query) []Part {
	words := Words(text)
	if len(words) == 0 {
		return []Part{}
	}
	hits := make([]bool, len(words))
	for at := range words {
		for _, t := range q.Terms {
			if t.matches(words, at) {
				for n := range t.Words {
					hits[at+n] = true
				}
			}
		}
	}
	first, last := window(hits)
	from, to := words[first].From, words[last].To
	if first == 0 {
		from = 0
	}
	if last == len(words)-1 {
		to = len(text)
	}
	var out []Part
	add := func(piece string, hit bool) {
		if piece = plain(piece); piece != "" && len(out) > 0 && out[len(out)-1].Hit == hit {
			out[len(out)-1].Text += piece
		} else if piece != "" {
			out = append(out, Part{piece, hit})
		}
	}
	if from > 0 {
		add("… ", false)
	}
	at := from
	for n := first; n <= last && words[n].To-from <= maxSnippet; n++ {
		if !hits[n] {
			continue
		}
		add(text[at:words[n].From], false)
		add(text[words[n].From:words[n].To], true)
		at = words[n].To
	}
	if to-from > maxSnippet {
		to = max(at, words[first].From)
		for n := first; n <= last && words[n].To-from <= maxSnippet; n++ {
			to = max(to, words[n].To)
		}
	}
	add(text[at:to], false)
	if to < len(text) {
		add(" …", false)
	}
	return out
}

// plain is a piece of a text in one line.
func plain(piece string) string {
	piece = strings.ToValidUTF8(strings.ReplaceAll(piece, "\x00", " "), " ")
	var b strings.Builder
	space := false
	for _, r := range piece {
		if unicode.IsSpace(r) {
			space = true
			continue
		}
		if space {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(r)
	}
	if space {
		b.WriteByte(' ')
	}
	return b.String()
}

// window is the first and the last of so many words that have the most hits.
func window(hits []bool) (first, last int) {
	most, count := 0, 0
	for n, hit := range hits {
		if hit {
			count++
		}
		if n >= wordsShown && hits[n-wordsShown] {
			count--
		}
		if count > most {
			most, last = count, n
		}
	}
	if most == 0 {
		return 0, min(len(hits), wordsShown) - 1
	}
	first = max(last-wordsShown+1, 0)
	for first < last && !hits[first] {
		first++
	}
	first = max(first-wordsBefore, 0)
	return first, min(first+wordsShown, len(hits)) - 1
}
