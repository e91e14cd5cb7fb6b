package lint

import (
	"strings"
)

// human are words for people in an organisation. Users and customers are not among them: what
// they do is what a service is for.
var human = set(`i he she we you they who whoever nobody someone somebody everyone everybody anyone anybody people person
 engineer developer operator administrator admin sysadmin sre dba programmer tester reviewer approver author maintainer responder commander
 on-call oncall caller manager lead intern contractor colleague employee staff crew team group squad department support management leadership
 individual technician analyst architect owner committer deployer newcomer junior senior shift`)

// between are words that may stand between the subject and its verb.
var between = set(`also then still just again simply even both already once later had has have was were did does do is are not never`)

// starts begin a clause, so that what is before them is not of the subject.
var starts = set(`, ; : ( ) – — because since as when while if where whereas although though but and or so until after before`)

// relatives begin a clause about what is before them.
var relatives = set(`that which who`)

// prepositions begin what belongs to the subject and is not it.
var prepositions = set(`of on in at for from with by to within without during about under over behind between`)

// amounts are of what follows them.
var amounts = set(`one two three four five six seven eight nine ten some many most none each all both neither either several few half part any`)

func set(text string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(text) {
		out[w] = true
	}
	return out
}

// names are people's whole names' parts that are names: in lower case.
func names(people []string) map[string]bool {
	out := map[string]bool{}
	for _, p := range people {
		for _, part := range strings.Fields(strings.ToLower(p)) {
			if len(part) > 1 {
				out[part] = true
			}
		}
	}
	return out
}

// person reports whether the word is of people.
func person(text string, named map[string]bool) bool {
	if named[text] || human[text] {
		return true
	}
	if one, plural := strings.CutSuffix(text, "s"); plural && human[one] {
		return true
	}
	return false
}

// byPeople reports whether people are the subject of the verb at word i, and at which word they are.
func (s sentence) byPeople(i int, named map[string]bool) (int, bool) {
	end := i
	for end > 0 && (between[s.words[end-1].text] || strings.HasSuffix(s.words[end-1].text, "ly")) {
		end--
	}
	from := end
	for from > 0 && !starts[s.words[from-1].text] && !relatives[s.words[from-1].text] {
		from--
	}
	if from == end { // a relative clause is about what is before it
		if end == 0 || !relatives[s.words[end-1].text] {
			return 0, false
		}
		if s.words[end-1].text == "who" {
			return end - 1, true
		}
		if end == 1 { // there is nothing before it: "That should have been tested."
			return 0, false
		}
		return s.head(max(0, end-4), end-1, named)
	}
	return s.head(from, end, named)
}

// head looks for people at the head of the words from one to before another.
func (s sentence) head(from, end int, named map[string]bool) (int, bool) {
	if s.words[from].text == "whoever" {
		return from, true
	}
	cut := end
	for i := from + 1; i < end; i++ {
		if prepositions[s.words[i].text] {
			cut = i
			break
		}
	}
	if amounts[s.words[cut-1].text] || prepositions[s.words[from].text] {
		cut = end
	}
	if at := cut - 1; at >= from && person(s.words[at].text, named) {
		return at, true
	}
	return 0, false
}
