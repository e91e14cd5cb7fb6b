package yamldoc

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Text is a string that is written between quotes unless it is plain, or lines that can stand
// as they are: what else can stand without quotes in YAML is a matter of many rules.
type Text string

var (
	plain = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.,;()/<>=&|!+*\[\]'?%-]*( [A-Za-z0-9_.,;()/<>=&|!+*\[\]'?%-]+)*$`)
	lines = regexp.MustCompile(`^[!-~][ -~]*(\n[ -~]*[!-~])+\n?$`)
	// words are read as something else than a text.
	words = []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
)

// MarshalYAML implements yaml.InterfaceMarshaler.
func (t Text) MarshalYAML() (any, error) {
	if plain.MatchString(string(t)) && !slices.Contains(words, strings.ToLower(string(t))) || lines.MatchString(string(t)) {
		return string(t), nil
	}
	return quoted(t), nil
}

// quoted is written between double quotes. What strconv.Quote escapes YAML does alike (YAML
// 1.2.2, section 5.7).
type quoted string

// MarshalYAML implements yaml.BytesMarshaler.
func (q quoted) MarshalYAML() ([]byte, error) { return []byte(strconv.Quote(string(q))), nil }

// Texts are the strings as such of the other type.
func Texts[A, B ~string](of []A) []B {
	var out []B
	for _, one := range of {
		out = append(out, B(one))
	}
	return out
}
