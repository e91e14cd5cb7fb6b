package issues

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues/markdown"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// GitHub's limits, in characters; text is kept within them in bytes.
const (
	MaxTitle = 256
	MaxBody  = 65_536
	MaxLabel = 50
)

// LabelRecovered is on issues whose SLO is back within the clause.
const LabelRecovered = "budget-recovered"

// The longest texts of people that are repeated, in bytes: a name, a description,
// and a description once it was escaped, which makes odd ones longer.
const (
	maxName        = 400
	maxDescription = 16_000
	maxQuote       = 40_000
	maxNumbers     = 20 // of a fact, in pieces
)

// Fingerprint is the hex SHA-256 that identifies an issue wherever it is.
func Fingerprint(kind Kind, service, subject id.ID, clause string, episode id.ID) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{"evenkeel:v1", string(kind), string(service), string(subject), clause, string(episode)}, "\n")))
	return hex.EncodeToString(sum[:])
}

// Marker is the hidden line by which an issue on a tracker is found again.
func Marker(fingerprint string) string { return "<!-- evenkeel:v1 fp=" + fingerprint + " -->" }

//go:embed template/*.tmpl
var files embed.FS

// templates are those of each kind. What people typed only goes through code and quote.
var templates = map[Kind]*template.Template{
	KindBudgetViolation: parse("template/budget_violation.tmpl", "template/budget_violation_group.tmpl"),
	KindIncident:        parse("template/incident.tmpl"),
	KindActionItem:      parse("template/action_item.tmpl"),
	KindToilCap:         parse("template/toil_cap.tmpl"),
	KindToilCandidate:   parse("template/toil_candidate.tmpl"),
	KindScorecard:       parse("template/scorecard.tmpl"),
}

func parse(names ...string) *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{
		"code":   func(text string) string { return markdown.Code(markdown.Limit(text, maxName)) },
		"line":   line,
		"quote":  quote,
		"events": events,
		"moment": func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") },
		"marker": Marker,
		"count":  count,
		// "99.9%" → "99.9 %", as all other figures are written.
		"fact":    factText,
		"percent": func(objective string) string { return strings.TrimSuffix(objective, "%") + " %" },
	}).ParseFS(files, names...))
}

// sheet is what the templates of a budget violation say.
type sheet struct {
	Service, SLO, Path string // names, and "service/slo" in slugs
	Runbook            string
	Clause             policy.Clause
	Mode, Was          policy.Mode
	Evidence           policy.Evidence
	Now                *policy.Evidence // at recovery
	Close              bool
	Ruling             string // of a void one, why
	Link, Violation    string // addresses
	Earlier            string // likewise, may be empty
	Fingerprint        string
}

// Asked is what is asked, in the words of the policy.
func (s sheet) Asked() string {
	if s.Clause.Issue != nil && s.Clause.Issue.Template != "" {
		return s.Clause.Issue.Template
	}
	return s.Clause.Description
}

// Excepted are the changes that do not wait in a freeze, in words.
func (s sheet) Excepted() string {
	names := map[policy.ChangeClass]string{
		policy.Feature: "features", policy.Config: "configuration", policy.Reliability: "work on reliability",
		policy.Security: "security fixes", policy.P0: "urgent fixes", policy.Rollback: "rollbacks",
	}
	var words []string
	for _, class := range policy.ChangeClasses {
		if !class.Waits() || slices.Contains(s.Clause.Freeze.Allow, class) {
			words = append(words, names[class])
		}
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// RecoveredLabel is LabelRecovered.
func (sheet) RecoveredLabel() string { return LabelRecovered }

// Bad is the number of events that were not good, in thousandths.
func (s sheet) Bad() int64 { return s.Evidence.Total - s.Evidence.Good }

// Allowed is the number of events that may be bad, in thousandths, rounded down.
func (s sheet) Allowed() int64 {
	o, err := budget.ParseObjective(s.Evidence.Objective)
	if err != nil {
		return 0
	}
	allowed := new(big.Int).Mul(big.NewInt(s.Evidence.Total), big.NewInt(o.BudgetPPB()))
	return allowed.Div(allowed, big.NewInt(budget.Billion)).Int64()
}

// render executes one part of the kind's template.
func render(kind Kind, part string, s any) (string, error) {
	var b strings.Builder
	if err := templates[kind].ExecuteTemplate(&b, part, s); err != nil {
		return "", fmt.Errorf("render the %s of a %s: %w", part, kind, err)
	}
	return strings.TrimSpace(b.String()), nil
}

// maxLine leaves room in a title for what is said before it.
const maxLine = 220

// line repeats what is said in one line, as much of it as a title holds once it was escaped.
func line(text string) string {
	for size := maxLine; ; size -= 20 {
		if escaped := markdown.Escape(markdown.Limit(text, size)); len(escaped) <= maxLine {
			return escaped
		}
	}
}

// quote repeats a description, as much of it as a body holds.
func quote(text string) string {
	for size := maxDescription; ; size /= 2 {
		if quoted := markdown.Quote(markdown.Limit(text, size)); len(quoted) <= maxQuote {
			return quoted
		}
	}
}

// fit keeps a body within MaxBody: whole lines are left out at its end, which is
// said, and its marker stays.
func fit(body, fingerprint string) string {
	if len(body) <= MaxBody {
		return body
	}
	end := "\n\n(The rest was cut.)\n\n" + Marker(fingerprint)
	body = body[:MaxBody-len(end)]
	if i := strings.LastIndexByte(body, '\n'); i >= 0 {
		body = body[:i]
	}
	return body + end
}

// factText writes the value of a fact.
func factText(k fact.Known) string {
	switch {
	case k.Number != nil:
		return number(*k.Number)
	case k.Text != nil:
		return markdown.Code(markdown.Limit(*k.Text, maxName))
	case k.Truth != nil:
		return strconv.FormatBool(*k.Truth)
	case len(k.Numbers) == 0:
		return "empty"
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(k.Numbers)) {
		if len(parts) == maxNumbers {
			parts = append(parts, fmt.Sprintf("and %d more", len(k.Numbers)-maxNumbers))
			break
		}
		parts = append(parts, markdown.Code(markdown.Limit(name, maxName))+" "+number(k.Numbers[name]))
	}
	return strings.Join(parts, ", ")
}

// number writes a number with at most four digits after the point.
func number(v float64) string {
	text := strconv.FormatFloat(v, 'f', 4, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// labelsOf returns the labels and that of the priority, each once and within MaxLabel.
func labelsOf(c policy.Clause) []string {
	labels := []string{}
	if c.Issue == nil {
		return labels
	}
	seen := make(map[string]bool)
	for _, l := range append(slices.Clone(c.Issue.Labels), "priority/"+string(c.Issue.Priority)) {
		l = markdown.Limit(l, MaxLabel)
		if key := strings.ToLower(l); l != "" && !seen[key] {
			seen[key] = true
			labels = append(labels, l)
		}
	}
	return labels
}

// count writes a number of things with their noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", many)
}

// events writes thousandths of an event for people: 1234567890 → "1,234,567.89".
func events(thousandths int64) string {
	sign := ""
	if thousandths < 0 {
		sign, thousandths = "-", -thousandths
	}
	whole := fmt.Sprint(thousandths / 1000)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest := thousandths % 1000; rest != 0 {
		whole += "." + strings.TrimRight(fmt.Sprintf("%03d", rest), "0")
	}
	return sign + whole
}
