package opslevel

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/scorecards/foreigncards"
	"github.com/evenkeel/evenkeel/services/foreign"
)

// Read reads all texts together: checks, and the levels and filters that they name.
func Read(texts []foreign.Text) foreigncards.Reading {
	var out foreigncards.Reading
	r := reader{book: foreigncards.NewBook("opslevel"), filters: map[string]*foreign.Place{}}
	out.Notes, out.Refused = foreign.Texts(texts, r.document, r.translate)
	out.Scorecards = r.done
	out.Finish(r.book)
	return out
}

type reader struct {
	book    *foreigncards.Book
	checks  []found
	levels  []level
	filters map[string]*foreign.Place // by their names, and by what they are called in the API
	done    []foreigncards.Scorecard
}

// found is a check, whose fields may be in a spec of their own.
type found struct {
	at, spec *foreign.Place
	kind     string
}

type level struct {
	alias, name, description string
	index                    float64
	at                       *foreign.Place
}

// key is the scorecard as notes name it.
const key = "scorecard opslevel"

func (r *reader) document(root *foreign.Place) {
	root.Becomes(key)
	switch {
	case root.Kind() == yamldoc.List:
		for _, n := range root.List() {
			r.one(n)
		}
	case root.Kind() == yamldoc.Names && root.Member("spec").There():
		root.Skip("Version", "version")
		r.checks = append(r.checks, found{root, root.Member("spec"), root.Any("kind", "Kind").Said()})
	case root.Kind() == yamldoc.Names:
		account := root
		if data := root.Member("data"); data.There() {
			account = data
		}
		if of := account.Member("account"); of.There() {
			account = of
		}
		rubric := account
		if of := account.Member("rubric"); of.There() {
			rubric = of
		}
		n := 0
		for _, list := range []*foreign.Place{rubric.Member("levels"), account.Member("filters"), rubric.Member("checks")} {
			nodes := list
			if list.Kind() == yamldoc.Names {
				nodes = list.Member("nodes")
				list.Skip(list.MemberNames()...) // pages and counts
			}
			for _, one := range nodes.List() {
				r.one(one)
				n++
			}
		}
		rubric.Skip("categories") // each check says its own
		if n == 0 {
			root.Fail("must be a check with kind and spec, a list of checks, levels or filters, or an answer with account.rubric")
		}
	default:
		root.Fail("must be a check of OpsLevel, or a list of checks, levels or filters")
	}
}

// field is a field by its name in the API, which the command line writes with a capital letter.
func field(n *foreign.Place, name string) *foreign.Place {
	return n.Any(name, strings.ToUpper(name[:1])+name[1:])
}

// one is an element of a list: what it is shows by what it has.
func (r *reader) one(n *foreign.Place) {
	switch {
	case n.Kind() != yamldoc.Names:
		n.Fail("must be a check, a level or a filter")
	case field(n, "predicates").There():
		for _, name := range []string{field(n, "name").Text(), field(n, "id").Text()} {
			r.filters[strings.ToLower(name)] = n
		}
	case field(n, "type").There():
		r.checks = append(r.checks, found{n, n, field(n, "type").Said()})
	case field(n, "index").There():
		n.Skip("checks", "Checks", "id", "Id")
		r.levels = append(r.levels, level{field(n, "alias").Text(), field(n, "name").Said(), field(n, "description").Text(), field(n, "index").Float(), n})
	default:
		n.Fail("must be a check with a type, a level with an index, or a filter with predicates")
	}
}

// usual are the levels that OpsLevel begins with, the lowest first.
var usual = []string{"beginner", "bronze", "silver", "gold"}

// named is the level of a check by its name or alias.
func (r *reader) named(n *foreign.Place) (level, bool) {
	if n.Kind() == yamldoc.Names {
		n.Skip("id", "Id", "checks", "Checks")
		l := level{field(n, "alias").Text(), field(n, "name").Text(), field(n, "description").Text(), field(n, "index").Float(), n}
		l.name = cmp.Or(l.name, l.alias)
		return l, l.name != ""
	}
	name := n.Text()
	for _, l := range r.levels {
		if strings.EqualFold(l.alias, name) || strings.EqualFold(l.name, name) {
			return l, true
		}
	}
	l := level{alias: name, name: name, at: n, index: float64(slices.Index(usual, strings.ToLower(name)))}
	return l, name != ""
}

// translate makes the scorecard, once all is there.
func (r *reader) translate() {
	if len(r.checks) == 0 {
		return
	}
	first := r.checks[0].at
	card := r.book.NewCard(first.Origin(), "opslevel", "OpsLevel rubric", "Checks of OpsLevel's rubric.")
	levels, unordered := slices.Clone(r.levels), false
	of := make([]string, len(r.checks))
	for i, c := range r.checks {
		l, there := r.named(field(c.spec, "level"))
		if !there {
			continue
		}
		of[i] = l.name
		if !slices.ContainsFunc(levels, func(o level) bool { return o.name == l.name }) {
			levels, unordered = append(levels, l), unordered || l.index < 0
		}
	}
	slices.SortStableFunc(levels, func(a, b level) int { return cmp.Compare(a.index, b.index) })
	for _, l := range levels {
		if slices.Contains(of, l.name) { // the level on which every service begins has no checks
			card.Level(l.at, l.name, l.description)
		}
	}
	if unordered {
		first.Note("nothing says in which order the levels are: give what \"opslevel list levels -o json\" writes too")
	}
	for i, c := range r.checks {
		r.check(card, c, of[i])
	}
	if done, there := card.Done(first); there {
		r.done = append(r.done, done)
	}
}

func (r *reader) check(card *foreigncards.Card, c found, level string) {
	s := c.spec
	ignoreEmpty(s)
	s.Skip("id", "Id", "description", "Description") // that of the type of check
	name := field(s, "name").Said()
	enabled, on := field(s, "enabled").Truth(true), day(field(s, "enableOn"))
	if !enabled && on == "" {
		s.Skip(s.MemberNames()...)
		c.at.Leave("the check %q is switched off there", name)
		return
	}
	category := field(s, "category")
	check := foreigncards.Check{
		Name: name, Title: name, Fix: field(s, "notes").Text(), Level: level, Category: "OpsLevel", AppliesTo: r.filter(field(s, "filter")),
		Expression: "a check of the type " + c.kind,
	}
	if category.Kind() == yamldoc.Names {
		category.Skip("id", "Id", "description", "Description")
		category = field(category, "name")
	}
	if text := category.Text(); text != "" {
		check.Category = text
	}
	if !enabled {
		check.From = on
	}
	if owner := field(s, "owner"); owner.There() && !(owner.Kind() == yamldoc.Names && empty(owner)) {
		owner.Note("keeps the check there; here a scorecard has one owner")
	}
	t := translator{book: r.book, check: name}
	passes, err := t.passes(c.kind, s)
	if err != nil {
		c.at.Note("%s", err)
	}
	check.Passes, check.LongestDays = passes, frequency(c.kind, s)
	if s.Wrong() {
		return
	}
	card.Add(c.at, check)
}

// ignoreEmpty says that fields without a value mean nothing: the command line writes those of every type of
// checks with each.
func ignoreEmpty(n *foreign.Place) {
	values, is := n.Value().(map[string]any)
	if !is {
		return
	}
	for name, v := range values {
		if blank(v) {
			n.Skip(name)
		}
	}
}

// empty reports whether nothing in a node has a value, as the command line writes what is not there. What
// has one is not said to be known by that.
func empty(n *foreign.Place) bool { return blank(n.Value()) }

func blank(v any) bool {
	switch of := v.(type) {
	case nil:
		return true
	case map[string]any:
		for _, one := range of {
			if !blank(one) {
				return false
			}
		}
		return true
	case []any:
		return len(of) == 0
	}
	number, is := foreigncards.AsNumber(v)
	return v == "" || v == false || is && number == 0 || v == "0001-01-01T00:00:00Z"
}

// day is the date of a time; empty where there is none, which the command line writes as the year 1.
func day(n *foreign.Place) string {
	text := n.Text()
	if text == "" {
		return ""
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		if at, err = time.Parse(time.DateOnly, text); err != nil {
			n.Fail("must be a date or a time, such as 2027-01-01T00:00:00Z")
			return ""
		}
	}
	if at.Year() < 2000 {
		return ""
	}
	return at.UTC().Format(time.DateOnly)
}

// scales are the days of the units in which manual checks are to be looked at again.
var scales = map[string]float64{"day": 1, "week": 7, "month": 30, "year": 365}

// frequency is for how many days a manual check stands; 0 of any other, and where it is not looked at again.
func frequency(kind string, s *foreign.Place) int {
	if kind != "manual" {
		return 0
	}
	s.Skip("updateRequiresComment", "UpdateRequiresComment") // an attestation has evidence always
	of := field(s, "updateFrequency")
	if !of.There() {
		return 0
	}
	of.Skip("startingDate", "StartingDate")
	scale, value := of.Any("frequencyTimeScale", "FrequencyTimeScale").Text(), of.Any("frequencyValue", "FrequencyValue").Float()
	days := scales[scale] * value
	if days < 1 {
		return 0
	}
	if days > 730 {
		of.Note("an attestation holds for 730 days at most")
		days = 730
	}
	return int(days)
}
