package prometheus

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/prometheus/prometheus/promql/parser"
)

// Window is the placeholder of the slot's length; "{{.window}}", as Sloth writes
// it, is another.
const Window = "$window"

// While an expression is parsed, a duration that nobody means stands for the
// window. It is as long as the shorter placeholder, and blanks fill up the longer
// one, so that columns stay what they are in the text as it was written.
const (
	sentinelText = "97y313s"
	sentinel     = 97*365*24*time.Hour + 313*time.Second
)

var (
	_ = [1]struct{}{}[len(sentinelText)-len(Window)]

	template = regexp.MustCompile(`^\{\{\s*\.window\s*\}\}`)
)

// masked is an expression with the sentinel in the place of every placeholder.
type masked struct {
	text  string
	count int // placeholders
	// quoted is where a placeholder stands in a string, where no duration may; −1
	// when nowhere.
	quoted int
}

// mask puts the sentinel into an expression. It reads strings and comments as
// PromQL's lexer does, to leave them as they are.
func mask(text string) masked {
	m := masked{quoted: -1}
	out := []byte(text)
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '#':
			i = skipTo(text, i, '\n')
		case c == '"' || c == '\'' || c == '`':
			end := endOfString(text, i)
			if at := placeholderIn(text[i:end]); at >= 0 && m.quoted < 0 {
				m.quoted = i + at
			}
			i = end
		default:
			length := placeholder(text, i)
			if length == 0 {
				i++
				continue
			}
			copy(out[i:], sentinelText+strings.Repeat(" ", length-len(sentinelText)))
			m.count++
			i += length
		}
	}
	m.text = string(out)
	return m
}

// placeholder returns the length of the placeholder that begins there and stands
// alone, or 0.
func placeholder(text string, at int) int {
	length := 0
	switch {
	case strings.HasPrefix(text[at:], Window):
		length = len(Window)
	case text[at] == '{':
		length = len(template.FindString(text[at:]))
	}
	if length == 0 || (at > 0 && wordly(text[at-1])) || (at+length < len(text) && wordly(text[at+length])) {
		return 0
	}
	return length
}

// placeholderIn returns where in a text the first placeholder begins, or −1.
func placeholderIn(text string) int {
	for i := range len(text) {
		if strings.HasPrefix(text[i:], Window) || template.MatchString(text[i:]) {
			return i
		}
	}
	return -1
}

func wordly(c byte) bool {
	return c == '_' || c == '.' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func skipTo(text string, from int, end byte) int {
	if n := strings.IndexByte(text[from:], end); n >= 0 {
		return from + n
	}
	return len(text)
}

// outside returns where in a text one of the characters stands outside of strings, or −1.
func outside(text, characters string) int {
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case strings.IndexByte(characters, c) >= 0:
			return i
		case c == '"' || c == '\'' || c == '`':
			i = endOfString(text, i)
		default:
			i++
		}
	}
	return -1
}

// endOfString returns where the string that begins there has ended.
func endOfString(text string, from int) int {
	quote := text[from]
	for i := from + 1; i < len(text); i++ {
		switch {
		case text[i] == quote:
			return i + 1
		case text[i] == '\\' && quote != '`':
			i++
		}
	}
	return len(text)
}

// holes are where the sentinel stands in a tree; what is put there becomes the length of
// the window. Durations that stand for numbers become numbers of seconds, as they were not
// understood before Prometheus 3.
func holes(tree parser.Expr) []func(time.Duration) {
	var out []func(time.Duration)
	duration := func(d *time.Duration) {
		if *d == sentinel {
			out = append(out, func(length time.Duration) { *d = length })
		}
	}
	parser.Inspect(tree, func(node parser.Node, _ []parser.Node) error {
		switch n := node.(type) {
		case *parser.MatrixSelector:
			duration(&n.Range)
		case *parser.VectorSelector:
			duration(&n.OriginalOffset)
		case *parser.SubqueryExpr:
			duration(&n.Range)
			duration(&n.Step)
			duration(&n.OriginalOffset)
		case *parser.NumberLiteral:
			switch n.Val {
			case sentinel.Seconds():
				out = append(out, func(length time.Duration) { n.Val = length.Seconds() })
			case -sentinel.Seconds():
				out = append(out, func(length time.Duration) { n.Val = -length.Seconds() })
			}
			n.Duration = false
		}
		return nil
	})
	return out
}

// setWindow puts the length of the window where the sentinel stands in a tree and returns
// in how many places that was.
func setWindow(tree parser.Expr, length time.Duration) int {
	found := holes(tree)
	for _, set := range found {
		set(length)
	}
	return len(found)
}

// place says where in a text a byte is, for people.
func place(text string, at int) string {
	at = min(max(at, 0), len(text))
	line := 1 + strings.Count(text[:at], "\n")
	column := 1 + len([]rune(text[strings.LastIndexByte(text[:at], '\n')+1:at]))
	if line == 1 {
		return fmt.Sprintf("column %d", column)
	}
	return fmt.Sprintf("line %d, column %d", line, column)
}
