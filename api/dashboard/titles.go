package dashboard

import (
	"html/template"
	"strings"
)

// renderedTitle renders a title as GitHub does: code spans, and nothing else.
func renderedTitle(title string) template.HTML {
	var b strings.Builder
	for i, part := range codeSpans(title) {
		escaped := template.HTMLEscapeString(part)
		if i%2 == 1 {
			escaped = "<code>" + escaped + "</code>"
		}
		b.WriteString(escaped)
	}
	return template.HTML(b.String()) // escaped above
}

// plainTitle is a title without the marks of code spans.
func plainTitle(title string) string { return strings.Join(codeSpans(title), "") }

// codeSpans cuts text into what is outside and inside of code spans, in turn: a
// run of backticks opens one, which the next run of the same length closes.
func codeSpans(text string) []string {
	out := []string{""}
	for text != "" {
		run := len(text) - len(strings.TrimLeft(text, "`"))
		if run == 0 {
			i := strings.IndexByte(text, '`')
			if i < 0 {
				i = len(text)
			}
			out[len(out)-1] += text[:i]
			text = text[i:]
			continue
		}
		inside, after, closed := closing(text[run:], run)
		if !closed {
			out[len(out)-1] += text[:run]
			text = text[run:]
			continue
		}
		if trimmed := strings.TrimSpace(inside); trimmed != "" && strings.HasPrefix(inside, " ") && strings.HasSuffix(inside, " ") {
			inside = inside[1 : len(inside)-1]
		}
		out = append(out, inside, "")
		text = after
	}
	return out
}

// closing finds the run of exactly so many backticks.
func closing(text string, run int) (inside, after string, found bool) {
	for i := 0; i < len(text); {
		if text[i] != '`' {
			i++
			continue
		}
		length := len(text[i:]) - len(strings.TrimLeft(text[i:], "`"))
		if length == run {
			return text[:i], text[i+length:], true
		}
		i += length
	}
	return "", "", false
}
