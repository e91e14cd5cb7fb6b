package rules

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fact"
)

// named is a fact or parameter within the words of a check: {loadTested}, {parameters.days}.
var named = regexp.MustCompile(`\{([A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)?)\}`)

// NotKnown stands where a fact is that nobody knows.
const NotKnown = "not known"

// Named lists the names between braces in the words, in their order.
func Named(words string) []string {
	var names []string
	for _, found := range named.FindAllStringSubmatch(words, -1) {
		if !slices.Contains(names, found[1]) {
			names = append(names, found[1])
		}
	}
	return names
}

// Fill puts values in the place of names between braces; parameters are those named
// "parameters.…", and types tell how facts are written.
func Fill(words string, facts fact.Set, types map[string]fact.Type, parameters map[string]float64) string {
	return named.ReplaceAllStringFunc(words, func(found string) string {
		name := found[1 : len(found)-1]
		if parameter, ok := strings.CutPrefix(name, "parameters."); ok {
			if value, there := parameters[parameter]; there {
				return number(value)
			}
			return found
		}
		value, known := facts[name]
		if !known {
			return NotKnown
		}
		return Write(value, types[name])
	})
}

// Write writes the value of a fact for people: a number with at most two digits after the point,
// an age in whole days, names in their order.
func Write(value any, t fact.Type) string {
	switch v := value.(type) {
	case float64:
		if t == fact.Age {
			return days(v)
		}
		return number(v)
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case string:
		return v
	case map[string]float64:
		return pairs(v, number)
	case map[string]string:
		return pairs(v, func(s string) string { return s })
	}
	return fmt.Sprint(value)
}

func pairs[V any](of map[string]V, write func(V) string) string {
	if len(of) == 0 {
		return "none"
	}
	parts := make([]string, 0, len(of))
	for _, name := range slices.Sorted(maps.Keys(of)) {
		parts = append(parts, name+" "+write(of[name]))
	}
	return strings.Join(parts, ", ")
}

func number(v float64) string {
	return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
}

// days are whole days that have passed.
func days(v float64) string {
	switch n := math.Floor(v); n {
	case 1:
		return "1 day"
	default:
		return number(n) + " days"
	}
}
