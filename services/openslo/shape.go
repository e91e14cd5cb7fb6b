package openslo

import (
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// The bounds of what a text is made of, of which the YAML library takes far longer than of as
// many other characters: collections within each other, and documents.
const (
	maxDepth     = 50
	maxDocuments = 100
)

// checkShape refuses texts that take long to be read. What lies in quotes or comments counts too:
// no document of an SLO comes near the bounds.
func checkShape(check *fault.Check, text string) {
	depth, deepest, dashes, most := 0, 0, 0, 0
	for i := range len(text) {
		switch c := text[i]; c {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		case '-':
			if i+1 < len(text) && (text[i+1] == ' ' || text[i+1] == '\t') {
				dashes++
			}
		case '\n', '\r':
			dashes = 0
		}
		deepest, most = max(deepest, depth), max(most, dashes)
	}
	check.Require(deepest <= maxDepth, "", nil, "has brackets within brackets, more than %d deep", maxDepth)
	check.Require(most <= maxDepth, "", nil, "has lists within lists in one line, more than %d deep", maxDepth)
	check.Require(strings.Count(text, "---") <= maxDocuments, "", nil, "has --- more than %d times, which begins a document", maxDocuments)
}
