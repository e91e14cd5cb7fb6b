// Package codeowners reads files of code owners by GitHub's rules ("About code owners" in its
// documentation), and says who owns a directory, or all. It only calculates.
package codeowners

import (
	"regexp"
	"slices"
	"strings"
)

// Files are where GitHub looks for the file, in its order: the first that is there counts alone.
var Files = []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"}

// anything is the name of a file of which no pattern knows more than where it is.
const anything = "\uFFFD"

// rule is a line of the file.
type rule struct {
	matches *regexp.Regexp
	owners  []string
}

// Of returns who owns what is in a directory of the repository, without slashes around it, and empty for its
// root: "@login", "@organisation/team" or an e-mail address, as they are written. There are none where the last
// pattern that matches names none, and where no pattern does. A pattern of file names alone, such as *.go, is of no
// directory. Lines that GitHub does not take are passed over, as it does.
func Of(file, directory string) []string {
	path := anything
	if directory != "" {
		path = directory + "/" + anything
	}
	rules := read(file)
	for _, r := range slices.Backward(rules) {
		if r.matches.MatchString(path) {
			return r.owners
		}
	}
	return nil
}

// everywhere are files of which a pattern that matches all of them matches every file, wherever it is and however long
// its name.
var everywhere = []string{anything, anything + anything, anything + "/" + anything + anything, anything + "/" + anything + "/" + anything}

// OfAll returns who owns the repository as a whole, as they are written: the owners of the last pattern that matches every
// file, such as * or /**. Patterns that come after it and give a part to others change nothing. There are none where
// that pattern names none, and where there is none such.
func OfAll(file string) []string {
	for _, r := range slices.Backward(read(file)) {
		if !slices.ContainsFunc(everywhere, func(path string) bool { return !r.matches.MatchString(path) }) {
			return r.owners
		}
	}
	return nil
}

func read(file string) []rule {
	var out []rule
	for line := range strings.Lines(strings.TrimPrefix(file, "\uFEFF")) {
		words := split(strings.TrimSpace(line))
		if len(words) == 0 {
			continue
		}
		pattern, owners := words[0], words[1:]
		// What gitignore has and GitHub does not take here: negation, ranges, and # in a pattern.
		if strings.HasPrefix(pattern, "!") || strings.ContainsAny(pattern, "[]") || strings.HasPrefix(pattern, `\#`) {
			continue
		}
		if slices.ContainsFunc(owners, func(o string) bool { return !isOwner(o) }) {
			continue
		}
		if matches := compile(pattern); matches != nil {
			out = append(out, rule{matches, owners})
		}
	}
	return out
}

// split separates a line at blanks that no backslash is before, up to a comment.
func split(line string) []string {
	var out []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			out = append(out, word.String())
			word.Reset()
		}
	}
	escaped := false
	for _, r := range line {
		switch {
		case escaped:
			if r != ' ' {
				word.WriteByte('\\')
			}
			word.WriteRune(r)
			escaped = false
		case r == '\\':
			escaped = true
		case r == '#' && word.Len() == 0:
			end()
			return out
		case r == ' ' || r == '\t':
			end()
		default:
			word.WriteRune(r)
		}
	}
	end()
	return out
}

// isOwner reports whether GitHub takes the word for a person, a team or an address.
func isOwner(word string) bool {
	at := strings.IndexByte(word, '@')
	return at >= 0 && at < len(word)-1
}

// compile makes of a pattern what matches paths; nil of one that names nothing. A pattern with a slash but at
// its end is counted from the root, another is of any directory; a directory stands for all that is in it,
// and "docs/*" for what is right in it alone.
func compile(pattern string) *regexp.Regexp {
	within := strings.HasSuffix(pattern, "/")
	rooted := strings.Contains(strings.TrimSuffix(pattern, "/"), "/")
	segments := strings.Split(strings.Trim(pattern, "/"), "/")
	if segments[0] == "" && len(segments) == 1 {
		if pattern != "/" {
			return nil
		}
		return regexp.MustCompile(`^.*$`)
	}
	var b strings.Builder
	b.WriteString(`^`)
	if !rooted {
		b.WriteString(`(?:.*/)?`)
	}
	last := segments[len(segments)-1]
	for i, s := range segments {
		switch {
		case s == "**" && i == len(segments)-1:
			b.WriteString(`.*`)
		case s == "**":
			b.WriteString(`(?:.*/)?`)
			continue
		default:
			for _, r := range s {
				switch r {
				case '*':
					b.WriteString(`[^/]*`)
				case '?':
					b.WriteString(`[^/]`)
				default:
					b.WriteString(regexp.QuoteMeta(string(r)))
				}
			}
		}
		if i < len(segments)-1 {
			b.WriteByte('/')
		}
	}
	switch {
	case within:
		b.WriteString(`/.+`)
	case last != "*":
		b.WriteString(`(?:/.*)?`)
	}
	b.WriteByte('$')
	matches, err := regexp.Compile(b.String())
	if err != nil { // longer than expressions can be
		return nil
	}
	return matches
}
