package scorecards

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/scorecards/rules"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Draft is what is declared of a scorecard.
type Draft struct {
	Slug        string // RFC 1123 label
	Name        string // 1 to 100 characters
	Description string // at most 4,000 characters
	Owner       string // slug or identifier of a team; empty for the platform
	Terms
}

// The bounds of what is declared, in characters or pieces.
const (
	maxDescription = 4000
	maxWords       = 2000 // why, and how to fix
	maxLevels      = 6
	maxChecks      = 100
	maxWeight      = 100
	maxParameters  = 10
	maxLinks       = 10
	maxGraceDays   = 90
	maxParameter   = 1e9
)

// Validate returns an Invalid fault with every rule that is broken; conditions are checked in
// the language. Whether there is the owner is not looked up.
func (d Draft) Validate(language *expr.Environment) error {
	var check fault.Check
	registry.CheckSlug(&check, "/slug", d.Slug)
	registry.CheckName(&check, "/name", d.Name)
	registry.CheckText(&check, "/description", d.Description, maxDescription)
	d.Terms.inspect(&check, language)
	return check.Err()
}

func (t Terms) inspect(check *fault.Check, language *expr.Environment) {
	if t.AppliesTo != "" {
		inspectCondition(check, "/appliesTo", t.AppliesTo, language)
	}
	check.Require(len(t.Levels) >= 1 && len(t.Levels) <= maxLevels, "/levels", len(t.Levels), "must have 1 to %d levels, the lowest first", maxLevels)
	for i, l := range t.Levels[:min(len(t.Levels), maxLevels)] {
		at := fmt.Sprintf("/levels/%d", i)
		access.CheckLine(check, at+"/name", l.Name, 1, 40)
		registry.CheckText(check, at+"/description", l.Description, maxWords)
		if first := t.level(l.Name); first != i {
			check.Fail(at+"/name", l.Name, "must be unique in the scorecard; level %d has the same name", first)
		}
	}
	check.Require(len(t.Checks) >= 1 && len(t.Checks) <= maxChecks, "/checks", len(t.Checks), "must have 1 to %d checks", maxChecks)
	first := map[string]int{}
	for i, c := range t.Checks[:min(len(t.Checks), maxChecks)] {
		at := fmt.Sprintf("/checks/%d", i)
		t.inspectCheck(check, at, c, language)
		if was, there := first[c.ID]; there {
			check.Fail(at+"/id", c.ID, "must be unique in the scorecard; check %d has the same", was)
		} else {
			first[c.ID] = i
		}
	}
	check.Require(t.Issues.Mode == "" || slices.Contains(IssueModes, t.Issues.Mode), "/issues/mode", t.Issues.Mode, "must be one of %s", fault.Or(IssueModes))
	check.Require(t.Issues.GraceDays >= 0 && t.Issues.GraceDays <= maxGraceDays, "/issues/graceDays", t.Issues.GraceDays, "must be 0 to %d days", maxGraceDays)
	check.Require(t.Issues.UpTo == "" || t.level(t.Issues.UpTo) >= 0, "/issues/upTo", t.Issues.UpTo, "must be one of the levels: %s", t.levels())
}

// levels names them for a message, with what cannot be seen escaped.
func (t Terms) levels() string {
	names := make([]string, len(t.Levels))
	for i, l := range t.Levels {
		names[i] = strconv.Quote(fault.Clip(l.Name, 40))
	}
	return strings.Join(names, ", ")
}

// parameterName is that of a parameter of a check.
var parameterName = regexp.MustCompile(`^[a-z][A-Za-z0-9]{0,39}$`)

func (t Terms) inspectCheck(check *fault.Check, at string, c Check, language *expr.Environment) {
	registry.CheckSlug(check, at+"/id", c.ID)
	registry.CheckName(check, at+"/title", c.Title)
	registry.CheckText(check, at+"/why", c.Why, maxWords)
	registry.CheckText(check, at+"/fix", c.Fix, maxWords)
	access.CheckLine(check, at+"/category", c.Category, 1, 40)
	check.Require(t.level(c.Level) >= 0, at+"/level", c.Level, "must be one of the levels: %s", t.levels())
	check.Require(c.Weight >= 1 && c.Weight <= maxWeight, at+"/weight", c.Weight, "must be 1 to %d", maxWeight)
	check.Require(c.Tier >= 0 && c.Tier <= 4, at+"/tier", c.Tier, "must be the least critical tier that it is for, 1 to 4, or 0 for all")
	if c.EffectiveFrom != "" {
		c.EffectiveFrom.Check(check, at+"/effectiveFrom")
	}
	check.Require(len(c.Links) <= maxLinks, at+"/links", len(c.Links), "must be at most %d", maxLinks)
	for i, l := range c.Links[:min(len(c.Links), maxLinks)] {
		access.CheckLine(check, fmt.Sprintf("%s/links/%d/title", at, i), l.Title, 1, registry.MaxName)
		check.Require(l.URL != "", fmt.Sprintf("%s/links/%d/url", at, i), nil, "must be a URL")
		registry.CheckURL(check, fmt.Sprintf("%s/links/%d/url", at, i), l.URL)
	}
	if inspectParameters(check, at+"/parameters", c.Parameters) {
		on, err := withParameters(language, c.Parameters)
		if err != nil {
			check.Fail(at+"/parameters", nil, "%s", err)
			return
		}
		language = on
	}
	inspectCondition(check, at+"/passes", c.Passes, language)
	if c.AppliesTo != "" {
		inspectCondition(check, at+"/appliesTo", c.AppliesTo, language)
	}
	inspectWords(check, at+"/fix", c, language)
}

func inspectParameters(check *fault.Check, at string, parameters map[string]float64) bool {
	var of fault.Check
	of.Require(len(parameters) <= maxParameters, at, len(parameters), "must be at most %d", maxParameters)
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		of.Require(parameterName.MatchString(name), at, name, "must have names in camel case of at most 40 letters and digits, such as maxDays")
		value := parameters[name]
		of.Require(!math.IsNaN(value) && math.Abs(value) <= maxParameter, at+"/"+name, value, "must be a number between -%g and %g", maxParameter, maxParameter)
	}
	return check.Join(of)
}

// inspectCondition tells each problem with its place in the text.
func inspectCondition(check *fault.Check, at, text string, language *expr.Environment) {
	if n := len([]rune(text)); n > expr.MaxText {
		check.Fail(at, n, "must have at most %d characters", expr.MaxText)
		return
	}
	_, err := language.Compile(text)
	var refused *expr.Error
	switch {
	case errors.As(err, &refused):
		for _, p := range refused.Problems {
			check.Fail(at, text, "line %d, column %d: %s", p.Line, p.Column, p.Message)
		}
	case err != nil:
		check.Fail(at, text, "%s", err)
	}
}

// inspectWords refuses names between braces that nothing is put in the place of.
func inspectWords(check *fault.Check, at string, c Check, language *expr.Environment) {
	for _, name := range rules.Named(c.Fix) {
		if parameter, ok := strings.CutPrefix(name, parameters+"."); ok {
			if _, there := c.Parameters[parameter]; !there {
				check.Fail(at, name, "names the parameter %q between braces, which the check does not have", parameter)
			}
			continue
		}
		if !slices.ContainsFunc(language.Facts(), func(d fact.Declaration) bool { return d.Name == name && name != parameters }) {
			check.Fail(at, name, "names %q between braces, which is no fact", name)
		}
	}
}
