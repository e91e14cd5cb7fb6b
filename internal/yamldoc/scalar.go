package yamldoc

import (
	"regexp"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// Scalar is a number, a duration or a time as it is written: read as a number, 99.90 would be
// 99.9.
type Scalar string

var (
	_ yaml.NodeUnmarshaler    = (*Scalar)(nil)
	_ yaml.InterfaceMarshaler = Scalar("")
)

// UnmarshalYAML implements yaml.NodeUnmarshaler. What is no scalar is read as its first token, which
// no reader takes for a value.
func (s *Scalar) UnmarshalYAML(node ast.Node) error {
	*s = Scalar(node.GetToken().Value)
	return nil
}

var (
	// number is what YAML reads as a decimal number.
	number = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)
	// duration is a number of minutes to years as OpenSLO writes them, which is a text to YAML.
	duration = regexp.MustCompile(`^[0-9]+[mhdwMQY]$`)
)

// IsNumber reports whether YAML reads the text as a decimal number.
func IsNumber(text string) bool { return number.MatchString(text) }

// MarshalYAML implements yaml.InterfaceMarshaler.
func (s Scalar) MarshalYAML() (any, error) {
	if IsNumber(string(s)) || duration.MatchString(string(s)) {
		return bare(s), nil
	}
	return Text(s).MarshalYAML()
}

// bare is written as it is.
type bare string

// MarshalYAML implements yaml.BytesMarshaler.
func (b bare) MarshalYAML() ([]byte, error) { return []byte(b), nil }
