package opslevel

import (
	"fmt"
	"strings"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/scorecards/foreigncards"
	"github.com/evenkeel/evenkeel/services/foreign"
)

// filter is the condition on a service that a filter is; empty for none. What does not translate applies to
// nobody.
func (r *reader) filter(n *foreign.Place) string {
	if !n.There() {
		return ""
	}
	of := n
	if n.Kind() == yamldoc.Names {
		if empty(n) {
			return ""
		}
		n.Skip("id", "Id", "htmlUrl", "HtmlUrl")
		if !field(n, "predicates").There() {
			of = field(n, "name")
		}
	}
	if of.Kind() != yamldoc.Names {
		defined, there := r.filters[strings.ToLower(of.Text())]
		if !there {
			of.Note("nothing says what the filter asks: give what \"opslevel list filters -o json\" writes too; until then it applies to nobody")
			return foreigncards.Nobody
		}
		of = defined
	}
	of.Skip("id", "Id", "htmlUrl", "HtmlUrl", "name", "Name")
	by := " && "
	if strings.EqualFold(field(of, "connective").Text(), "or") {
		by = " || "
	}
	var parts []string
	for _, p := range field(of, "predicates").List() {
		part, err := r.predicate(p)
		if err != nil {
			p.Note("%s: what has the filter applies to nobody until a condition is written", err)
			return foreigncards.Nobody
		}
		parts = append(parts, "("+part+")")
	}
	return strings.Join(parts, by)
}

func (r *reader) predicate(n *foreign.Place) (string, error) {
	if cased := field(n, "caseSensitive"); cased.There() && !cased.Truth(true) {
		cased.Note("texts are compared with their case here")
	}
	k, data, p := field(n, "key").Said(), field(n, "keyData").Text(), predicateOf(n)
	t := translator{book: r.book, check: "filter"}
	switch k {
	case "tags":
		return t.tag(data, p)
	case "tier_index", "lifecycle_index", "language", "framework", "product", "name":
		return t.known(k, p)
	case "system_id":
		if is, right := whether(`system != ""`, p); right {
			return is, nil
		}
	case "owner_id", "owner_ids":
		if is, right := whether(`team != ""`, p); right {
			return is, nil
		}
	}
	return "", fmt.Errorf("%s is nothing that is asked of services by %q here", k, p.kind)
}
