package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/services/issues/markdown"
)

// The codes with which "evenkeel gate" ends beside exitOK and exitError.
const (
	exitDeny    = 3
	exitWarn    = 4
	exitUnknown = 5
)

// unknown is the answer of who got none.
const unknown = "unknown"

// gateCodes are the codes of the answers where they are told apart.
var gateCodes = map[string]int{"allow": exitOK, "warn": exitWarn, "deny": exitDeny, unknown: exitUnknown}

// gateQuestion is what the command asks, of whom, and how it tells the answer.
type gateQuestion struct {
	service, class, version, link, key string
	remote
	timeout  time.Duration
	failOn   []string
	json     bool
	markdown string
}

// gateCommand asks a server whether a change may go out.
func (p *program) gateCommand() *cobra.Command {
	var q gateQuestion
	cmd := &cobra.Command{
		Use:   "gate SERVICE",
		Short: "Ask a server whether a change of a service may go out",
		Long: `Ask a server whether a change of a service may go out, for pipelines. The answer is
recorded there, with its reasons: allow, warn or deny. Where there is none in time,
whatever became of the server, it is unknown.

It ends with 0 for allow, 3 for deny, 4 for warn and 5 for unknown, as far as
--fail-on names them: by default deny alone, so that a change goes on with a warning
where nothing is known. It ends with 1 where the question is refused, as one with a
wrong token or of an unknown service is, and with 2 where the command line is wrong.

The token is read from --token-file, or else from EVENKEEL_TOKEN, or else it is that of
"evenkeel login"; one of the scopes read and push of the owning team is enough.`,
		Example: `  evenkeel gate checkout --class feature --version v2.14.0
  evenkeel gate checkout --class config --fail-on deny,warn,unknown --markdown "$GITHUB_STEP_SUMMARY"`,
		GroupID: groupLook,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			q.service = args[0]
			token, err := q.check(p.environ)
			if err != nil {
				return wrongUse(cmd, err)
			}
			answer, err := q.ask(cmd.Context(), token)
			if err != nil {
				return err
			}
			if err := p.tellGate(q, answer); err != nil {
				return err
			}
			for _, one := range q.failOn {
				if one == string(answer.Answer) && gateCodes[one] != exitOK {
					return codeError(gateCodes[one])
				}
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&q.class, "class", "feature", "What kind of a change it is: feature, config, reliability, security, p0 or rollback")
	f.StringVar(&q.version, "version", "", "The version that goes out")
	f.StringVar(&q.link, "link", "", "A link to the change")
	f.StringVar(&q.key, "key", "", "The Idempotency-Key of the question, one for each attempt of a build; a new one when empty")
	q.flags(p, f)
	f.DurationVar(&q.timeout, "timeout", 10*time.Second, "How long to wait for the answer, at most")
	f.StringSliceVar(&q.failOn, "fail-on", []string{"deny"}, "The answers that end with their code instead of 0: deny, warn, unknown")
	f.BoolVar(&q.json, "json", false, "Write the answer as JSON")
	f.StringVar(&q.markdown, "markdown", "", "A file to which the answer is appended as Markdown, for a pull request")
	return cmd
}

// check completes the question and returns the token.
func (q *gateQuestion) check(environ []string) (token string, err error) {
	for _, one := range q.failOn {
		if _, known := gateCodes[one]; !known || one == "allow" {
			return "", fmt.Errorf("--fail-on %q is none of deny, warn and unknown", one)
		}
	}
	if q.timeout <= 0 {
		return "", fmt.Errorf("--timeout is %s, and has to be longer than nothing", q.timeout)
	}
	if token, err = q.resolve(environ); err != nil {
		return "", err
	}
	if q.key == "" {
		q.key = rand.Text()
	}
	return token, nil
}

// ask returns the decision; one whose answer is unknown where there was none in time. The
// error is of a question that is refused.
func (q *gateQuestion) ask(whole context.Context, token string) (client.GateDecision, error) {
	ctx, cancel := context.WithTimeout(whole, q.timeout)
	defer cancel()
	c, err := client.New(q.server, client.WithToken(token), client.WithUserAgent("evenkeel/"+thisBuild().Version), client.WithoutRetries())
	if err != nil {
		return client.GateDecision{}, err
	}
	wait := 200 * time.Millisecond
	for {
		decision, again, err := q.once(ctx, c)
		if !again {
			return decision, err
		}
		select {
		case <-ctx.Done():
			if whole.Err() != nil {
				return client.GateDecision{}, fmt.Errorf("asking was ended: %w", whole.Err())
			}
			return q.nothing(err), nil
		case <-time.After(wait):
			wait = min(2*wait, 2*time.Second)
		}
	}
}

// once asks once; again where it is worth to ask once more, because of err.
func (q *gateQuestion) once(ctx context.Context, c *client.Client) (d client.GateDecision, again bool, err error) {
	in := client.GateDecisionInput{Class: client.GateDecisionInputClass(q.class)}
	if q.version != "" {
		in.Version = &q.version
	}
	if q.link != "" {
		in.Link = &q.link
	}
	decision, err := c.DecideChange(ctx, q.service, &client.DecideChangeParams{IdempotencyKey: &q.key}, in)
	var refused *client.Error
	switch {
	case errors.As(err, &refused):
		return d, passes(refused), err
	case err == nil && decision.Answer == "":
		err = errors.New("the answer of the server is no decision")
	case err == nil:
		return *decision, false, nil
	}
	return d, true, err
}

// passes reports whether it is worth to ask once more: what refused may be another, such as a
// proxy before the server, too busy, or at work on the same question.
func passes(r *client.Error) bool {
	return r.Detail == "" || r.Code == "key_in_use" || r.Status == http.StatusTooManyRequests || r.Status == http.StatusRequestTimeout || r.Status >= 500
}

// nothing is the answer where there was none.
func (q *gateQuestion) nothing(why error) client.GateDecision {
	return client.GateDecision{
		Class: client.GateDecisionClass(q.class), Version: q.version, Link: q.link, Answer: unknown, WayOut: []string{},
		Reasons: []client.GateReason{{Kind: "unreadable", Text: fmt.Sprintf("there was no answer within %s: %s", q.timeout, oneLine(why.Error()))}},
	}
}

// tellGate writes the answer.
func (p *program) tellGate(q gateQuestion, d client.GateDecision) error {
	text := gateText(q.service, d)
	if q.json {
		encoded, err := json.MarshalIndent(d, "", "  ")
		if err != nil {
			return err
		}
		text = string(encoded) + "\n"
	}
	if _, err := io.WriteString(p.stdout, text); err != nil || q.markdown == "" {
		return err
	}
	file, err := os.OpenFile(q.markdown, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("write the answer as Markdown: %w", err)
	}
	_, err = file.WriteString(gateMarkdown(q.service, d))
	return errors.Join(err, file.Close())
}

func gateText(service string, d client.GateDecision) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: a %s of %s\n", strings.ToUpper(string(d.Answer)), changeOf(d), service)
	for _, r := range d.Reasons {
		fmt.Fprintf(&b, "  because %s\n", oneLine(r.Text))
	}
	for _, w := range d.WayOut {
		fmt.Fprintf(&b, "  way out: %s\n", oneLine(w))
	}
	return b.String()
}

func changeOf(d client.GateDecision) string {
	if d.Version == "" {
		return string(d.Class) + " change"
	}
	return fmt.Sprintf("%s change to %s", d.Class, oneLine(d.Version))
}

// gateMarkdown is the answer for a pull request; what people typed is shown as it is.
func gateMarkdown(service string, d client.GateDecision) string {
	titles := map[client.GateDecisionAnswer]string{
		"allow": "✅ The change may go out", "warn": "⚠️ The change may go out; look first", "deny": "⛔ The change has to wait", unknown: "❔ Whether the change may go out is not known",
	}
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\nService %s, class %s", titles[d.Answer], markdown.Code(service), markdown.Code(string(d.Class)))
	if d.Version != "" {
		fmt.Fprintf(&b, ", version %s", markdown.Code(d.Version))
	}
	b.WriteString(".\n\n")
	for _, r := range d.Reasons {
		fmt.Fprintf(&b, "- %s\n", markdown.Escape(oneLine(r.Text)))
	}
	if len(d.WayOut) > 0 {
		b.WriteString("\n**The way out**\n\n")
		for _, w := range d.WayOut {
			fmt.Fprintf(&b, "- %s\n", markdown.Escape(oneLine(w)))
		}
	}
	b.WriteString("\n")
	return b.String()
}
