package lint

import "strings"

// vague are the beginnings of action items of which nobody can tell when they are done.
var vague = [][]string{
	{"investigate|improve|consider|discuss|explore|evaluate|research|understand|ensure|monitor|remind|train|educate|communicate|better|more|avoid|try|brainstorm|reconsider"},
	{"look", "into|at"}, {"think", "about|of"}, {"make", "sure"}, {"be", "more|careful|aware|mindful"}, {"pay", "attention"}, {"raise", "awareness"},
	{"keep", "an"}, {"follow", "up"}, {"reach", "out"}, {"talk", "to|with|about"},
	{"fix|solve|address", "the|this", "issue|problem|bug|cause|error|outage"},
}

// outcomes are what such an item can come to, so that it is done then.
const outcomes = "write|publish|record|document|file|decide|report|add|remove|present"

// training are words of items that change people only.
const training = "train|training|retrain|educate|education|teach|remind|reminder|awareness|careful|attention|communicate|coach"

// Action reads what is to be done, one line of text; nil where it can be verified.
func Action(title string) []Finding {
	s := line(title)
	if len(s.words) == 0 || !s.vague() {
		return nil
	}
	for i := range s.words {
		if s.is(i, "and", outcomes) || i > 0 && s.measured(i) {
			return nil
		}
	}
	last := s.words[len(s.words)-1]
	if last.text == "." && len(s.words) > 1 {
		last = s.words[len(s.words)-2]
	}
	return []Finding{found(Vague, title, s.words[0].from, last.to)}
}

// measured reports whether the word is a bound with a number, by which it is known to be done.
func (s sentence) measured(i int) bool {
	return oneOf(s.words[i-1].text, "to|below|under|above|within|than|least|most|every") && strings.ContainsAny(s.words[i].text[:1], "0123456789")
}

func (s sentence) vague() bool {
	for _, beginning := range vague {
		if s.is(0, beginning...) {
			return true
		}
	}
	if s.is(0, "make") { // "make the process more robust"
		for _, w := range s.words {
			if oneOf(w.text, "more|better|less|easier|safer|faster|clearer|simpler|stronger") {
				return true
			}
		}
	}
	return strings.HasSuffix(s.words[0].text, "ing") // a noun: "Monitoring of the queue"
}

// Actions reads all that is to be done: it is found where there is something, and all of it is to
// train, teach or remind people.
func Actions(titles []string) bool {
	for _, title := range titles {
		s, only := line(title), false
		for _, w := range s.words {
			only = only || oneOf(w.text, training)
		}
		if !only {
			return false
		}
	}
	return len(titles) > 0
}

// line is a whole line of plain text as one sentence.
func line(title string) sentence {
	p := passage{text: title}
	var s sentence
	for _, some := range p.sentences() {
		s.words = append(s.words, some.words...)
	}
	return s
}
