package yamldoc

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Scalar is a duration, a time or a word as it is written. What is no scalar is read as empty
// brackets, which no reader takes for a value.
type Scalar string

// Number is a number as it is written: read as a number, 99.90 would be 99.9.
type Number string

func (s *Scalar) decode(d *decoder, n *yaml.Node, w *way) {
	if n.Kind != yaml.ScalarNode {
		d.mistyped(n, w, "one value")
		return
	}
	*s = Scalar(d.text(n, w))
}

func (s *Number) decode(d *decoder, n *yaml.Node, w *way) {
	switch {
	case isNull(n):
	case n.Kind != yaml.ScalarNode:
		d.mistyped(n, w, "a number")
	case n.Tag == "!!int" || n.Tag == "!!float" && strings.ContainsAny(n.Value, "0123456789"): // not .inf
		*s = Number(n.Value)
	case n.Tag == "!!str" && number.MatchString(n.Value):
		*s = Number(n.Value)
		d.loose = append(d.loose, Loose{d.problem(n, w, "is a number, and must not stand between quotes"), true})
	default:
		d.mistyped(n, w, "a number")
	}
}

var (
	// number is what YAML reads as a decimal number.
	number = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)
	// duration is a number of minutes to years as OpenSLO writes them, which is a text to YAML.
	duration = regexp.MustCompile(`^[0-9]+[mhdwMQY]$`)
)

// IsNumber reports whether YAML reads the text as a decimal number.
func IsNumber(text string) bool { return number.MatchString(text) }

// MarshalYAML implements yaml.Marshaler.
func (s Scalar) MarshalYAML() (any, error) {
	switch {
	case number.MatchString(string(s)):
		return bare(string(s)), nil
	case duration.MatchString(string(s)):
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: string(s)}, nil
	}
	return Text(s).MarshalYAML()
}

// MarshalYAML implements yaml.Marshaler.
func (s Number) MarshalYAML() (any, error) { return Scalar(s).MarshalYAML() }

// bare is a number, written as it is.
func bare(text string) *yaml.Node {
	tag := "!!float"
	if whole.MatchString(text) {
		tag = "!!int"
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: text}
}

var whole = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
