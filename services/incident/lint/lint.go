package lint

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Rule names what is found.
type Rule string

// The rules.
const (
	Counterfactual Rule = "counterfactual" // somebody should have done otherwise
	Person         Rule = "person"         // somebody failed, forgot, ignored
	Character      Rule = "character"      // careless, sloppy
	HumanError     Rule = "human_error"    // as a cause
	Fault          Rule = "fault"          // somebody's fault, or to blame
	SingleCause    Rule = "single_cause"   // the one cause
	TrainingOnly   Rule = "training_only"  // no action changes more than people
	Vague          Rule = "vague_action"   // nobody can tell when it is done
)

// advice says what to write instead.
var advice = map[Rule]string{
	Counterfactual: "What somebody should have done explains nothing: say what they saw and knew then, and what made it look right.",
	Person:         "Say what made it possible or likely, and what would have shown or stopped it, instead of who did it.",
	Character:      "Care is no explanation: most changes are made with the same care. Say what was different this time.",
	HumanError:     "Error is where the question begins: say what in the system let it have this effect.",
	Fault:          "Nobody is at fault here: say which conditions came together.",
	SingleCause:    "There is rarely one cause: list what contributed, and what would have had to be otherwise.",
	TrainingOnly:   "All that is planned is to train or remind people. Add something that works when they are tired.",
	Vague:          "Begin with what will be there afterwards, so that anybody can verify it: add, refuse, alert when, limit to.",
}

// Advice says what to write instead of what the rule finds.
func Advice(rule Rule) string { return advice[rule] }

// Finding is a place in a text that a rule is about.
type Finding struct {
	Rule Rule
	// From and To are bytes of the text: what is found is text[From:To].
	From, To int
	// Line and Column are those of From, from 1; columns are characters.
	Line, Column int
	Text         string
	Advice       string
}

// found makes the finding at these bytes of the text.
func found(rule Rule, text string, from, to int) Finding {
	before := text[:from]
	start := strings.LastIndexByte(before, '\n') + 1
	return Finding{
		Rule: rule, From: from, To: to, Line: strings.Count(before, "\n") + 1, Column: utf8.RuneCountInString(before[start:]) + 1,
		Text: text[from:to], Advice: advice[rule],
	}
}

// Text reads a text in Markdown. people are the names of those who may be named in it, such as
// "Ada Lovelace"; first names are known by them. What it finds is in the order of the text.
func Text(markdown string, people []string) []Finding {
	named := names(people)
	out := []Finding{}
	for _, p := range prose(markdown) {
		for _, s := range p.sentences() {
			for _, rule := range rules {
				for _, m := range rule(s, named) {
					out = append(out, found(m.rule, markdown, p.at[s.words[m.from].from], p.at[s.words[m.to].to-1]+1))
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Finding) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Rule, b.Rule)) })
	return out
}
