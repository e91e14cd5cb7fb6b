package yamldoc

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
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

// MarshalYAML implements yaml.Marshaler.
func (t Text) MarshalYAML() (any, error) {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: string(t)}
	switch {
	case plain.MatchString(n.Value) && !slices.Contains(words, strings.ToLower(n.Value)):
	case lines.MatchString(n.Value):
		n.Style = yaml.LiteralStyle
	default:
		n.Style = yaml.DoubleQuotedStyle
	}
	return n, nil
}

// Texts are the strings as such of the other type.
func Texts[A, B ~string](of []A) []B {
	var out []B
	for _, one := range of {
		out = append(out, B(one))
	}
	return out
}

// OneOrMany is a text, or a list of texts.
type OneOrMany struct {
	Of   []Text
	Many bool // whether it is written as a list
}

func (o *OneOrMany) decode(d *decoder, n *yaml.Node, w *way) {
	if n.Kind != yaml.SequenceNode {
		if n.Kind == yaml.MappingNode {
			d.mistyped(n, w, "a text or a list of texts")
			return
		}
		o.Of = []Text{Text(d.text(n, w))}
		return
	}
	o.Many, o.Of = true, make([]Text, len(n.Content))
	for i, c := range n.Content {
		o.Of[i] = Text(d.text(c, &way{from: w, item: i}))
	}
}

// MarshalYAML implements yaml.Marshaler.
func (o OneOrMany) MarshalYAML() (any, error) {
	if o.Many || len(o.Of) != 1 {
		return append([]Text{}, o.Of...), nil
	}
	return o.Of[0], nil
}
