package openslo

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
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

// number is what YAML reads as a decimal number.
var number = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)

// MarshalYAML implements yaml.InterfaceMarshaler.
func (s Scalar) MarshalYAML() (any, error) {
	if number.MatchString(string(s)) || shorthand.MatchString(string(s)) {
		return bare(s), nil
	}
	return yamldoc.Text(s).MarshalYAML()
}

// bare is written as it is.
type bare string

// MarshalYAML implements yaml.BytesMarshaler.
func (b bare) MarshalYAML() ([]byte, error) { return []byte(b), nil }

// decimal writes a number as people do, or with an exponent where that would be long.
func decimal(v float64) Scalar {
	short := strconv.FormatFloat(v, 'f', -1, 64)
	if len(short) > 20 {
		short = strconv.FormatFloat(v, 'e', -1, 64)
	}
	return Scalar(short)
}

// plainDecimal is a decimal number without sign and exponent.
var plainDecimal = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)

// share is a percentage, "95.5%", as a share of one, "0.955"; false where it is no decimal one.
func share(percent string) (Scalar, bool) {
	text, ok := strings.CutSuffix(percent, "%")
	if !ok || !plainDecimal.MatchString(text) {
		return "", false
	}
	whole, fraction, _ := strings.Cut(text, ".")
	for len(whole) < 3 {
		whole = "0" + whole
	}
	return Scalar(unpadded(whole[:len(whole)-2] + "." + whole[len(whole)-2:] + fraction)), true
}

// percentage is a share of one as a percentage; false where it is no decimal number.
func percentage(share Scalar) (string, bool) {
	if !plainDecimal.MatchString(string(share)) {
		return "", false
	}
	whole, fraction, _ := strings.Cut(string(share), ".")
	for len(fraction) < 2 {
		fraction += "0"
	}
	text := whole + fraction[:2]
	if rest := fraction[2:]; rest != "" {
		text += "." + rest
	}
	return unpadded(text) + "%", true
}

// unpadded is a decimal number without zeros in front that say nothing.
func unpadded(text string) string {
	text = strings.TrimLeft(text, "0")
	if text == "" || text[0] == '.' {
		text = "0" + text
	}
	return text
}
