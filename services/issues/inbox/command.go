package inbox

import (
	"context"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
)

// CommandPrefix begins a line of a comment that asks Evenkeel for something.
const CommandPrefix = "/evenkeel"

// Command is what a person asks for in a comment on an issue.
type Command struct {
	Name    string // "dispute"
	Text    string // the rest of the comment, as it was typed
	By      string // the login
	At      time.Time
	Comment Comment
}

// Commands does what commands ask for on a desired issue, once for each comment
// however often it is told. What it does not know it ignores. *issues.Commands is one.
type Commands interface {
	Command(ctx context.Context, issue id.ID, c Command) error
}

// parseCommand finds the command of a comment: the first line that begins with the
// prefix and a word. Its text goes on to the end of the comment. What is quoted,
// indented or within a fence of code is none.
func parseCommand(body string) (name, text string, found bool) {
	lines := strings.Split(strings.ReplaceAll(body, "\r\n", "\n"), "\n")
	fence := ""
	for n, line := range lines {
		if mark := fenceOf(line); mark != "" {
			switch {
			case fence == "":
				fence = mark
			case strings.HasPrefix(mark, fence):
				fence = ""
			}
			continue
		}
		rest, is := strings.CutPrefix(line, CommandPrefix)
		if fence != "" || !is || strings.TrimLeft(rest, " \t") == rest {
			continue
		}
		name, first, _ := strings.Cut(strings.TrimSpace(rest), " ")
		text := strings.TrimSpace(strings.Join(append([]string{first}, lines[n+1:]...), "\n"))
		return strings.ToLower(name), text, name != ""
	}
	return "", "", false
}

// fenceOf is the row of backticks or tildes with which a line opens or closes a
// fence of code, as GitHub-flavoured Markdown has it; empty where there is none.
func fenceOf(line string) string {
	trimmed := strings.TrimLeft(line, " ")
	if len(line)-len(trimmed) > 3 {
		return ""
	}
	for _, mark := range []string{"`", "~"} {
		if n := len(trimmed) - len(strings.TrimLeft(trimmed, mark)); n >= 3 {
			return strings.Repeat(mark, n)
		}
	}
	return ""
}
