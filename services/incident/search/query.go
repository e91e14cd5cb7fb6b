package search

import "strings"

// maxTerms is how many terms of what somebody typed count, and words of a phrase.
const maxTerms = 32

// Term is a word, or several that have to follow each other. Of a Prefix only the beginning of
// the word is given.
type Term struct {
	Words  []string
	Prefix bool
}

// Query is what somebody looks for: documents that have all of its terms.
type Query struct{ Terms []Term }

// quotes are the marks that phrases stand in.
const quotes = "\"“”„«»"

// ParseQuery reads what somebody typed, which may be anything. Words in quotes are a phrase; a
// quote that nobody closed reaches to the end. The last word is a Prefix unless it is in quotes.
func ParseQuery(text string) Query {
	var q Query
	quoted := false
	for text != "" {
		part, rest := text, ""
		if at := strings.IndexAny(text, quotes); at >= 0 {
			part, rest = text[:at], strings.TrimLeft(text[at:], quotes)
		}
		words := texts(part, maxTerms)
		switch {
		case len(words) == 0:
		case quoted:
			q.Terms = append(q.Terms, Term{Words: words})
		default:
			for _, w := range words {
				q.Terms = append(q.Terms, Term{Words: []string{w}})
			}
			if rest == "" && len(strings.TrimRight(text, quotes)) == len(text) {
				q.Terms[len(q.Terms)-1].Prefix = true
			}
		}
		quoted, text = !quoted, rest
	}
	if len(q.Terms) > maxTerms {
		q.Terms = q.Terms[:maxTerms]
	}
	return q
}

// matches reports whether the words at the place are the term.
func (t Term) matches(words []Word, at int) bool {
	if at+len(t.Words) > len(words) {
		return false
	}
	for n, w := range t.Words {
		got := words[at+n].Text
		if got != w && (!t.Prefix || !strings.HasPrefix(got, w)) {
			return false
		}
	}
	return true
}
