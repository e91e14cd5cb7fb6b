package opslevel

import (
	"fmt"
	"regexp"
	"strconv"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/scorecards/foreigncards"
	"github.com/evenkeel/evenkeel/services/foreign"
)

// translator writes checks as conditions.
type translator struct {
	book  *foreigncards.Book
	check string
}

// passes is the condition of a check of the type; the error says why it is none.
func (t translator) passes(kind string, s *foreign.Place) (string, error) {
	switch kind {
	case "has_owner":
		return t.owner(s)
	case "has_repository":
		return "hasRepository", nil
	case "has_recent_deploy":
		days := field(s, "days")
		if !days.There() || days.Float() < 1 || days.Float() > 400 {
			return "", fmt.Errorf("a change is known for 1 to 400 days")
		}
		return "lastChangeAge <= " + foreigncards.Number(days.Float()), nil
	case "has_documentation":
		field(s, "documentSubtype")
		if of := field(s, "documentType").Text(); of != "tech" {
			return "", fmt.Errorf("whether there is documentation of the type %q is not known", of)
		}
		return "hasDocs", nil
	case "service_property":
		return t.property(s)
	case "tag_defined":
		return t.tag(field(s, "tagKey").Said(), predicateOf(field(s, "tagPredicate")))
	case "tool_usage":
		return t.tool(s)
	case "manual":
		return "", nil
	}
	s.Skip(s.MemberNames()...) // what such a check looks for is the business of whoever gives its verdict
	return "", nil
}

func (t translator) owner(s *foreign.Place) (string, error) {
	field(s, "contactMethod")
	tag := s.Any("tagKey", "TeamTagKey").Text() // as the API and as the command line calls it
	s.Any("tagPredicate", "TeamTagPredicate")
	switch {
	case tag != "":
		return "", fmt.Errorf("teams have no tags here")
	case field(s, "requireContactMethod").Truth(false):
		return `team != "" && hasContact`, nil
	}
	return `team != ""`, nil
}

// tools are what is known here of tools of a category: the address of one.
var tools = map[string]string{"runbooks": "hasRunbook", "metrics": "hasDashboard", "observability": "hasDashboard", "wiki": "hasDocs", "incidents": "hasOnCall"}

func (t translator) tool(s *foreign.Place) (string, error) {
	category := field(s, "toolCategory").Text()
	for _, name := range []string{"toolNamePredicate", "toolUrlPredicate", "environmentPredicate"} {
		if p := predicateOf(field(s, name)); p.kind != "" && p.kind != "exists" {
			return "", fmt.Errorf("of tools is only known here whether there is one, and not its name, address or environment")
		}
	}
	if tools[category] == "" {
		return "", fmt.Errorf("tools of the category %q are not known here", category)
	}
	return tools[category], nil
}

// predicate is what a value has to be.
type predicate struct{ kind, value string }

func predicateOf(n *foreign.Place) predicate {
	if !n.There() {
		return predicate{}
	}
	return predicate{field(n, "type").Text(), field(n, "value").Text()}
}

// asked are properties that nobody tells here, by the name of their fact.
var asked = []string{"language", "framework", "product", "note"}

func (t translator) property(s *foreign.Place) (string, error) {
	property, p := s.Any("serviceProperty", "property", "Property").Said(), predicateOf(s.Any("propertyValuePredicate", "predicate", "Predicate"))
	definition := field(s, "propertyDefinition")
	if property == "custom_property" {
		name := ""
		if definition.Kind() == yamldoc.Names {
			definition.Skip(definition.MemberNames()...)
			name = field(definition, "name").Text()
			for _, alias := range field(definition, "aliases").List() {
				name = alias.Text()
			}
		} else {
			name = definition.Text()
		}
		if name == "" {
			return "", fmt.Errorf("nothing says which property it is")
		}
		return t.text(name, p)
	}
	return t.known(property, p)
}

// known is a condition on a property of services that OpsLevel has itself.
func (t translator) known(property string, p predicate) (string, error) {
	if p.kind == "" {
		p.kind = "exists"
	}
	switch property {
	case "name":
		if p.kind == "exists" {
			return "true", nil
		}
	case "description":
		if is, there := whether("hasDescription", p); there {
			return is, nil
		}
	case "system":
		if is, there := whether(`system != ""`, p); there {
			return is, nil
		}
	case "lifecycle_index":
		if is, there := whether("true", p); there {
			return is, nil // every service has one here
		}
	case "tier_index":
		return tier(p)
	}
	for _, name := range asked {
		if name == property {
			return t.text(property, p)
		}
	}
	return "", fmt.Errorf("%s is not asked by %q here", property, p.kind)
}

// whether is a condition on what is only known to be there or not.
func whether(is string, p predicate) (string, bool) {
	switch p.kind {
	case "exists":
		return is, true
	case "does_not_exist":
		return "!(" + is + ")", true
	}
	return "", false
}

var signs = map[string]string{"equals": "==", "does_not_equal": "!=", "greater_than_or_equal_to": ">=", "less_than_or_equal_to": "<="}

// tier: the index of a tier is its number, 1 the most critical, as here.
func tier(p predicate) (string, error) {
	if is, there := whether("true", p); there {
		return is, nil // every service has one here
	}
	n, err := strconv.Atoi(p.value)
	if signs[p.kind] == "" || err != nil {
		return "", fmt.Errorf("tier_index is not asked by %q here", p.kind)
	}
	return "tier " + signs[p.kind] + " " + foreigncards.Number(float64(n)), nil
}

// text is a condition on a text that nobody tells here.
func (t translator) text(name string, p predicate) (string, error) {
	doc := fmt.Sprintf("The property %s of OpsLevel, which its check %q asks.", name, t.check)
	if n, err := strconv.ParseFloat(p.value, 64); err == nil && (p.kind == "greater_than_or_equal_to" || p.kind == "less_than_or_equal_to") {
		is, err := t.book.Ask(name, fact.Number, doc)
		return is + " " + signs[p.kind] + " " + foreigncards.Number(n), err
	}
	if p.kind == "does_not_exist" {
		return "", fmt.Errorf("that %s is not there cannot be asked: what nobody gives is unknown", name)
	}
	if p.kind == "" || p.kind == "exists" {
		is, err := t.book.Ask(name, fact.Text, doc)
		return is + ` != ""`, err
	}
	if _, right := matching("x", p); !right {
		return "", fmt.Errorf("a text is not asked by %q here", p.kind)
	}
	is, err := t.book.Ask(name, fact.Text, doc)
	condition, _ := matching(is, p)
	return condition, err
}

// matching is a condition on a text; false where the predicate is none.
func matching(is string, p predicate) (string, bool) {
	value := foreigncards.Quote(p.value)
	switch p.kind {
	case "equals":
		return is + " == " + value, true
	case "contains":
		return is + ".contains(" + value + ")", true
	case "starts_with":
		return is + ".startsWith(" + value + ")", true
	case "ends_with":
		return is + ".endsWith(" + value + ")", true
	case "matches_regex":
		if _, err := regexp.Compile(p.value); err != nil {
			return "", false // Ruby's expressions have more than RE2's
		}
		return is + ".matches(" + value + ")", true
	}
	if contrary := opposite[p.kind]; contrary != "" {
		condition, right := matching(is, predicate{contrary, p.value})
		return "!(" + condition + ")", right
	}
	return "", false
}

// opposite are the predicates that say the contrary of another.
var opposite = map[string]string{"does_not_equal": "equals", "does_not_contain": "contains", "does_not_match_regex": "matches_regex"}

// tag is a condition on a tag, which is a label here. One that is not there keeps no predicate but that.
func (t translator) tag(name string, p predicate) (string, error) {
	there := foreigncards.Quote(name) + " in labels"
	if p.kind == "" {
		return there, nil
	}
	if is, right := whether(there, p); right {
		return is, nil
	}
	condition, right := matching("labels[?"+foreigncards.Quote(name)+`].orValue("")`, p)
	if !right {
		return "", fmt.Errorf("a tag is not asked by %q here", p.kind)
	}
	return there + " && " + condition, nil
}
