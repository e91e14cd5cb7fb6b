package lint

import "strings"

// match is of the words from one to another of a sentence, both included.
type match struct {
	rule     Rule
	from, to int
}

// rules are those for sentences.
var rules = []func(s sentence, named map[string]bool) []match{counterfactual, omission, character, humanError, fault, singleCause}

// counterfactual: people "should have", "would have", or things would be otherwise "had they".
func counterfactual(s sentence, named map[string]bool) []match {
	var out []match
	for i, w := range s.words {
		last := -1
		switch {
		case oneOf(w.text, "should've|could've|would've"):
			last = i
		case s.is(i, "should|could|would|shouldn't|couldn't|wouldn't|might", "have"), s.is(i, "was|were", "supposed"), s.is(i, "was|were", "expected"):
			last = i + 1
		case s.is(i, "should|could|would|might", "not|never|also|easily|simply", "have"), s.is(i, "ought", "to", "have"):
			last = i + 2
		case s.is(i, "ought", "not", "to", "have"):
			last = i + 3
		}
		if last < 0 {
			continue
		}
		if who, people := s.byPeople(i, named); people {
			out = append(out, match{Counterfactual, who, last})
		}
	}
	return append(out, s.otherwise(named)...)
}

// otherwise: "had Bob asked", and "if the engineer had asked".
func (s sentence) otherwise(named map[string]bool) []match {
	var out []match
	for i, w := range s.words {
		begins := i == 0 || oneOf(s.words[i-1].text, ",|;|:|happened|avoided|prevented|shorter")
		switch {
		case w.text == "had" && begins:
			for n := i + 1; n < min(i+5, len(s.words)); n++ {
				if person(s.words[n].text, named) {
					out = append(out, match{Counterfactual, i, n})
					break
				}
			}
		case w.text == "if":
			for n := i + 1; n < len(s.words) && !oneOf(s.words[n].text, ",|;|:"); n++ {
				if who, people := s.byPeople(n, named); s.words[n].text == "had" && people && who > i {
					out = append(out, match{Counterfactual, i, n})
					break
				}
			}
		}
	}
	return out
}

const (
	// wrongs are verbs that put people in the wrong.
	wrongs = "ignored|missed|overlooked|skipped|disregarded|misread|mistyped|misconfigured|misjudged|mishandled|botched|bungled|broke|violated|refused|panicked|fumbled|unattended|forgot|neglected|screwed|messed|blundered"
	// duties are verbs of which it is a reproach that people did not.
	duties = "read|check|follow|notice|test|verify|escalate|ask|look|review|validate|communicate|think|respond|react|realise|realize|bother|pay|inform|tell|care|consult"
	// slips say of what people did that they did not mean it.
	slips = "mistakenly|accidentally|wrongly|inadvertently|erroneously|carelessly|foolishly"
)

// reproaches are phrases of which nobody is innocent, whoever they are of.
var reproaches = [][]string{
	{"without", "bothering"}, {"failure", "to", duties + "|act|apply|run"}, {"failure", "by"}, {"inexplicably|unforgivably|unbelievably"},
	{"hard", "to", "understand", "why"}, {"on", "the", "part", "of"}, {"knew|known", "better"}, {"common", "sense"},
	{"poor|bad", "judgement|judgment"}, {"lack", "of", "care|diligence|attention|judgement|judgment|discipline|ownership|competence|rigour|rigor|professionalism"},
	{"an", "oversight"}, {"not", "competent|qualified|careful|diligent"}, {"responsibility", "for", "the", "incident|outage|loss|lost|failure|downtime|error|errors|problem|delay|mistake", "lies|rests"},
	{"let", "it|this|that", "happen"},
}

// omission: people failed, forgot, ignored, did not.
func omission(s sentence, named map[string]bool) []match {
	var out []match
	for i, w := range s.words {
		last := -1
		switch {
		case oneOf(w.text, wrongs), oneOf(w.text, slips):
			if last = i; s.is(i+1, "by") { // of the passive those are people who come after it
				if who, people := s.agent(i+2, named); people {
					out = append(out, match{Person, i, who})
				}
				continue
			}
		case s.is(i, "failed|omitted|thought|chose|declined", "to") && (w.text != "thought" || i > 0 && s.nobodyBefore(i)) && (w.text != "chose" || s.is(i+2, "do", "nothing") || s.is(i+2, "ignore|skip|bypass")):
			last = i + 1
		case s.is(i, "chose|decided", "not", "to") && oneOf(s.words[min(i+3, len(s.words)-1)].text, duties):
			last = i + 2
		case s.is(i, "been", "warned"):
			last = i + 1
		case s.is(i, "bothered", "to") && i > 0 && oneOf(s.words[i-1].text, "nobody|never"):
			last = i + 1
		case s.is(i, "didn't|never", duties):
			last = i + 1
		case s.is(i, "did", "not", duties):
			last = i + 2
		}
		for _, reproach := range reproaches {
			if s.is(i, reproach...) && !s.negated(i) {
				out = append(out, match{Person, i, i + len(reproach) - 1})
			}
		}
		if last < 0 {
			continue
		}
		if who, people := s.byPeople(i, named); people {
			out = append(out, match{Person, who, last})
		}
	}
	return out
}

// agent reports whether people are what the words from i on begin with, after articles and the like.
func (s sentence) agent(i int, named map[string]bool) (int, bool) {
	for n := i; n < min(i+4, len(s.words)); n++ {
		if person(s.words[n].text, named) {
			return n, true
		}
		if starts[s.words[n].text] || prepositions[s.words[n].text] {
			break
		}
	}
	return 0, false
}

// nobodyBefore reports whether it is nobody of whom word i is said.
func (s sentence) nobodyBefore(i int) bool {
	for n := i - 1; n >= 0 && !starts[s.words[n].text]; n-- {
		if oneOf(s.words[n].text, "nobody|none|never") || s.is(n, "no", "one") {
			return true
		}
	}
	return false
}

// characters are the beginnings of words for what somebody is like.
var characters = []string{"careless", "sloppy", "sloppi", "negligen", "reckless", "lazy", "lazi", "stupid", "incompeten", "irresponsib", "inattenti", "foolish", "unprofessional"}

func character(s sentence, _ map[string]bool) []match {
	var out []match
	for i, w := range s.words {
		for _, c := range characters {
			if strings.HasPrefix(w.text, c) && !s.negated(i) {
				out = append(out, match{Character, i, i})
			}
		}
	}
	return out
}

// negated reports whether what is at word i is denied before it.
func (s sentence) negated(i int) bool {
	for n := i - 1; n >= 0 && !oneOf(s.words[n].text, ",|;|:|but"); n-- {
		if oneOf(s.words[n].text, "no|not|nothing|nobody|never|neither|nor|none|without|rarely|isn't|wasn't|weren't|aren't") {
			return true
		}
	}
	return false
}

// humanError: as a cause.
func humanError(s sentence, _ map[string]bool) []match {
	var out []match
	for i := range s.words {
		if !s.is(i, "human|operator|user|pilot", "error|errors|mistake|mistakes") || s.negated(i) {
			continue
		}
		for n := range i {
			if oneOf(s.words[n].text, "cause|causes|caused|due|because|result|reason|attributed|blame|blamed|explanation|down") || n == i-1 && oneOf(s.words[n].text, "was|is|were|pure|simple|just") {
				out = append(out, match{HumanError, i, i + 1})
				break
			}
		}
	}
	return out
}

const losses = "outage|incident|failure|error|errors|downtime|problem|delay|mistake|loss|breakage|mess|damage"

// fault: somebody's, or to blame.
func fault(s sentence, named map[string]bool) []match {
	var out []match
	for i, w := range s.words {
		owner, owns := strings.CutSuffix(w.text, "'s")
		switch {
		case owns && s.is(i+1, "fault|mistake|negligence") && person(owner, named) && !s.negated(i),
			oneOf(w.text, "his|her|their|our|my|your") && s.is(i+1, "fault|mistake|negligence") && s.ends(i+2) && !s.negated(i):
			out = append(out, match{Fault, i, i + 1})
		case s.is(i, "to", "blame") && !s.negated(i), s.is(i, "at", "fault") && !s.negated(i):
			if who, people := s.byPeople(i, named); people {
				out = append(out, match{Fault, who, i + 1})
			}
		case (s.is(i, "responsible", "for", "the|this|that", losses) || s.is(i, "guilty", "of", "the|this|that", losses)) && !s.negated(i):
			out = append(out, match{Fault, i, i + 3})
		}
	}
	return out
}

// singleCause: the one.
func singleCause(s sentence, _ map[string]bool) []match {
	var out []match
	for i := range s.words {
		last := -1
		switch {
		case s.is(i, "sole|single|only|one", "root", "cause"):
			last = i + 2
		case s.is(i, "sole|single|only", "cause"):
			last = i + 1
		case s.is(i, "root", "cause", "was|is|:") && (i == 0 || oneOf(s.words[i-1].text, "the|our")):
			last = i + 2
		case i > 0 && s.is(i, "root", "cause", "of") && oneOf(s.words[i-1].text, "the|our"):
			last = i + 1
		}
		if last >= 0 && !s.negated(i) {
			out = append(out, match{SingleCause, i, last})
		}
	}
	return out
}

// ends reports whether word i ends what was named before it, so that it is no part of a longer name.
func (s sentence) ends(i int) bool {
	return i >= len(s.words) || starts[s.words[i].text] || prepositions[s.words[i].text] || oneOf(s.words[i].text, ".|!|?|that|was|is|were|to|alone|not")
}
