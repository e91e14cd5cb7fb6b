package markdown_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// github renders as GitHub does before it looks for mentions and references:
// GFM with footnotes, HTML passed through so that it would be seen.
var github = goldmark.New(
	goldmark.WithExtensions(extension.GFM, extension.Footnote),
	goldmark.WithRendererOptions(html.WithUnsafe()),
)

// effects are what GitHub makes something of in text outside of code: its own
// documentation ("Autolinked references and URLs", "Basic writing and formatting
// syntax", "Writing mathematical expressions") and html-pipeline's filters.
var effects = []struct {
	name    string
	pattern *regexp.Regexp
}{
	{"mention", regexp.MustCompile(`[@＠﹫]`)},
	{"issue reference", regexp.MustCompile(`[#＃﹟]\s*\d`)},
	{"issue reference by GH-", regexp.MustCompile(`(?i)gh-\d`)},
	{"commit hash", regexp.MustCompile(`(?i)[0-9a-f]{7,}`)},
	{"autolink", regexp.MustCompile(`(?i)://|www\.[^\s]|mailto:[^\s]|xmpp:[^\s]`)},
	{"emoji", regexp.MustCompile(`:[a-zA-Z0-9_+-]+:`)},
	{"formula", regexp.MustCompile(`\$`)},
	{"an organisation's autolink", regexp.MustCompile(`[A-Za-z]-?\d`)},
	{"hidden character", regexp.MustCompile(`[\x00-\x08\x0b-\x1f\x7f-\x9f\x{ad}\x{34f}\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2060}-\x{206f}\x{feff}\x{fe00}-\x{fe0f}\x{e0000}-\x{e007f}]`)},
}

// judge renders source and returns what in it has an effect, and its whole text.
// allowed are the elements that the template around the text makes.
func judge(source string, allowed ...string) (faults []string, text string) {
	var out bytes.Buffer
	if err := github.Convert([]byte(source), &out); err != nil {
		return []string{err.Error()}, ""
	}
	root, err := nethtml.ParseFragment(&out, &nethtml.Node{Type: nethtml.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		return []string{err.Error()}, ""
	}
	ok := map[string]bool{"p": true, "code": true}
	for _, name := range allowed {
		ok[name] = true
	}
	var all, outside strings.Builder
	var walk func(n *nethtml.Node, inCode bool)
	walk = func(n *nethtml.Node, inCode bool) {
		switch n.Type {
		case nethtml.TextNode:
			all.WriteString(n.Data)
			if !inCode {
				outside.WriteString(n.Data)
			}
		case nethtml.ElementNode:
			if !ok[n.Data] {
				faults = append(faults, "element <"+n.Data+">")
			}
			if len(n.Attr) > 0 {
				faults = append(faults, fmt.Sprintf("attributes on <%s>", n.Data))
			}
			if n.Data == "code" || n.Data == "pre" {
				inCode = true
				outside.WriteByte(' ') // code parts what is on its sides
			}
		default:
			faults = append(faults, "raw HTML "+n.Data)
		}
		for child := n.FirstChild; child != nil; child = child.NextSibling {
			walk(child, inCode)
		}
	}
	for _, n := range root {
		walk(n, false)
	}
	for _, effect := range effects {
		if hit := effect.pattern.FindString(outside.String()); hit != "" {
			faults = append(faults, fmt.Sprintf("%s %q", effect.name, hit))
		}
	}
	return faults, strings.Join(strings.Fields(all.String()), " ")
}
