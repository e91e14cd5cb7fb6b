package dashboard

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

// howTo is where it is told how issues are sent, and what to do when they are not.
const howTo = "https://github.com/evenkeel/evenkeel/blob/main/docs/how-to/mend-issues-that-do-not-arrive.md"

// silence is why nothing is sent, and what would change that.
type silence struct {
	Title, Text string
	Stops       []stopRow
	HowTo       link
}

// stopRow is who stopped the sending.
type stopRow struct {
	Who, Why string
	Since    moment
}

// silent says why nothing of the kind is sent; nil when it is.
func silent(v *visit, s delivery.Standing, kind issues.Kind) *silence {
	out := silence{HowTo: link{URL: howTo, Text: "How issues reach GitHub", Away: true}}
	switch s.Silence(kind) {
	case delivery.NoTracker:
		out.Title, out.Text = "Nothing is sent: no GitHub is configured", "Issues stay drafts, which read just as they would be opened. Whoever runs Evenkeel gives it a token or a GitHub App."
	case delivery.Stopped:
		out.Title, out.Text = "Nothing is sent: it was stopped", "What is wanted meanwhile is kept, and sent once everybody who stopped it has started it again."
		for _, stop := range s.Stops(kind) {
			out.Stops = append(out.Stops, stopOf(v, stop))
		}
	case delivery.Observed:
		out.Title, out.Text = "Nothing is sent: the mode is observe", "Issues stay drafts, to be looked at first. In the mode warn they are opened and kept up to date, in enforce closed and reopened, too."
	default:
		return nil
	}
	return &out
}

func stopOf(v *visit, s delivery.Stop) stopRow {
	if s.Configured {
		return stopRow{Who: "The configuration", Why: "Whoever runs Evenkeel set github.paused or github.pausedKinds."}
	}
	return stopRow{Who: s.By, Why: sentence(s.Reason), Since: ago(v.now, s.Since)}
}

// lost is what GitHub told and could not be worked off.
type lost struct {
	Title, Text string
	Calls       []call
	HowTo       link
}

// lostWebhooks tells administrators of webhooks that were given up; nil for others, and
// when there are none.
func (d *Dashboard) lostWebhooks(v *visit) (*lost, error) {
	if !v.caller.Administers() {
		return nil, nil
	}
	n, err := d.sources.Webhooks.GivenUp(v.ctx)
	if err != nil || n == 0 {
		return nil, err
	}
	curl := func(method, path string) string {
		return fmt.Sprintf("curl %s\"%s/v1/webhook-deliveries%s\" \\\n  -H \"Authorization: Bearer $EVENKEEL_TOKEN\"", method, strings.TrimSuffix(d.opts.PublicURL, "/"), path)
	}
	return &lost{
		Title: plural(n, "webhook was given up", "webhooks were given up"),
		Text:  "What they are about is read again within the hour, but a command in a comment, such as a dispute, is lost unless it is tried again.",
		Calls: []call{{"Say which, and why they failed", curl("", "?state=given_up")}, {"Try one again", curl("-X POST ", "/ID/retry")}},
		HowTo: link{URL: howTo + "#webhooks-were-given-up", Text: "What to do about it", Away: true},
	}, nil
}

// deliveryCard is how far an issue got, and what can be done.
type deliveryCard struct {
	Text    string
	Why     string
	Bad     bool // whether it waits for somebody
	Facts   []fact
	Silence *silence
	Calls   []call
	Open    bool // whether the calls are what the reader came for
	HowTo   link
}

// call is something that can be done through the API.
type call struct{ Title, Command string }

func (d *Dashboard) deliveryOf(v *visit, k delivery.Known) (deliveryCard, error) {
	known := k.Delivery
	c := deliveryCard{Text: deliveryText(k), Why: sentence(known.Problem), Bad: known.State == delivery.Dead, Open: known.State == delivery.Dead, HowTo: link{URL: howTo, Text: "What to do when", Away: true}}
	if known.State == delivery.Draft || known.State == delivery.Pending {
		control, err := d.sources.Issues.Control(v.ctx)
		if err != nil {
			return deliveryCard{}, err
		}
		c.Silence = silent(v, control.Standing, known.Kind)
	}
	if k.Issue.Group != "" {
		c.Facts = append(c.Facts, fact{"Told of in", link{URL: "/issues/" + string(k.Issue.Group), Text: "the issue of the group"}})
	}
	if k.Issue.IsGroup() {
		c.Facts = append(c.Facts, fact{"Tells of", link{URL: groupURL(k.Issue.ID), Text: "the issues of the group"}})
	}
	if known.Place != "" {
		c.Facts = append(c.Facts, fact{"Repository", link{Text: string(known.Place)}})
	}
	if remote := remoteLink(known); remote.Text != "" {
		c.Facts = append(c.Facts, fact{"Issue", remote})
	}
	if known.OpenedAt != nil {
		c.Facts = append(c.Facts, fact{"Opened", link{Text: at(*known.OpenedAt).Text}})
	}
	if known.Attempts > 1 {
		c.Facts = append(c.Facts, fact{"Asked for", link{Text: strconv.Itoa(known.Attempts) + " times"}})
	}
	if known.Failures > 0 {
		c.Facts = append(c.Facts, fact{"Failed", link{Text: plural(known.Failures, "time", "times") + " in a row"}})
	}
	if next := nextTry(v, known); next.Text != "" && c.Silence == nil {
		name := "Next try"
		if known.State == delivery.Unknown {
			name = "Next look"
		}
		c.Facts = append(c.Facts, fact{name, link{Text: next.Text}})
	}
	if known.State == delivery.Sending || known.State == delivery.Unknown || known.State == delivery.Grouped {
		return c, nil
	}
	post := func(title, action, body string) call {
		command := fmt.Sprintf("curl -X POST %s/v1/issues/%s/%s \\\n  -H \"Authorization: Bearer $EVENKEEL_TOKEN\" -H 'If-Match: \"%d\"'", strings.TrimSuffix(d.opts.PublicURL, "/"), k.Issue.ID, action, k.Version())
		if body != "" {
			command += " \\\n  -H \"Content-Type: application/json\" -d '" + body + "'"
		}
		return call{title, command}
	}
	if known.State != delivery.Draft {
		c.Calls = append(c.Calls, post("Try it now", "retry", ""))
	}
	c.Calls = append(c.Calls, post("Send it to another repository", "retarget", `{"repository":"owner/name"}`))
	if known.State != delivery.Dismissed {
		c.Calls = append(c.Calls, post("Send it no more", "dismiss", `{"reason":"…"}`))
	}
	return c, nil
}

// deliveryText says how far an issue got.
func deliveryText(k delivery.Known) string {
	d := k.Delivery
	switch d.State {
	case delivery.Draft:
		return "It is a draft: nobody sees it but here."
	case delivery.Pending:
		if d.DueAt == nil {
			return "It was not opened, and nothing is to be done."
		}
		return "It waits to be opened."
	case delivery.Sending:
		return "It, or a comment on it, was just sent; the answer is not known yet."
	case delivery.Unknown:
		return "It, or a comment on it, was sent, and no answer came. It is looked for, and sent again only when it is certain that it is not there."
	case delivery.Dead:
		if d.Because == delivery.BecausePlace {
			return "GitHub refuses it because of where it goes. It is tried again once that is otherwise, and other issues go on."
		}
		return "GitHub refuses it, and it is not tried again by itself. Other issues go on."
	case delivery.Grouped:
		return "It came together with many others: one issue tells of them all."
	case delivery.Dismissed:
		return "Nothing more is sent. What is on GitHub stays as it is."
	}
	switch {
	case d.Outcome == delivery.Done:
		return "It is on GitHub, and a person closed it as completed."
	case d.Outcome == delivery.Waived:
		return "It is on GitHub, and a person closed it as not planned."
	case d.Written.Closed:
		return "It is on GitHub, and closed."
	}
	return "It is on GitHub, and kept up to date there."
}

// issueBadge tells how far an issue got, and whether the budget recovered since.
func issueBadge(k delivery.Known) badge {
	i, d := k.Issue, k.Delivery
	recovered := i.Open && slices.Contains(i.Labels, issues.LabelRecovered)
	switch d.State {
	case delivery.Draft:
		switch {
		case recovered:
			return badge{"ok", "Draft, recovered"}
		case i.Open:
			return badge{"info", "Draft, open"}
		}
		return badge{"none", "Draft, closed"}
	case delivery.Pending:
		switch {
		case d.DueAt == nil:
			return badge{"none", "Not opened"}
		case d.Problem != "":
			return badge{"risk", "Waits"}
		}
		return badge{"info", "To be opened"}
	case delivery.Sending:
		return badge{"info", "Being sent"}
	case delivery.Unknown:
		return badge{"stale", "Looked for"}
	case delivery.Dead:
		return badge{"bad", "Refused"}
	case delivery.Grouped:
		if i.Ending != "" {
			return badge{"ok", "In a group, over"}
		}
		return badge{"info", "In a group"}
	case delivery.Dismissed:
		return badge{"none", "Dismissed"}
	}
	switch {
	case d.Outcome == delivery.Done:
		return badge{"ok", "Closed, done"}
	case d.Outcome == delivery.Waived:
		return badge{"none", "Closed, not planned"}
	case d.Failures > 0:
		return badge{"risk", "Out of date"}
	case d.Written.Closed:
		return badge{"none", "Closed"}
	case recovered:
		return badge{"ok", "Open, recovered"}
	}
	return badge{"info", "Open"}
}

// remoteLink leads to the issue on the tracker; empty while it has no number.
func remoteLink(d delivery.Delivery) link {
	if d.Number == 0 {
		return link{}
	}
	l := outside(d.URL)
	l.Text = fmt.Sprintf("%s#%d", d.Place, d.Number)
	return l
}

// nextTry is when what waits is tried again.
func nextTry(v *visit, d delivery.Delivery) moment {
	if d.DueAt == nil || d.State == delivery.Draft || d.State == delivery.Sending || d.State == delivery.Sent && d.Failures == 0 {
		return moment{}
	}
	if !d.DueAt.After(v.now) {
		return moment{Text: "at the next run of the job deliver-issues"}
	}
	return ago(v.now, *d.DueAt)
}

// issueTiles are the numbers above the list.
func issueTiles(v *visit, t delivery.Tally) []tile {
	waiting := "nothing is left to be done"
	switch {
	case t.NextDueAt == nil:
	case t.NextDueAt.After(v.now):
		waiting = "next try " + ago(v.now, *t.NextDueAt).Text
	default:
		waiting = "next try at the next run"
	}
	return []tile{
		{badge{"info", "On GitHub"}, issuesURL(delivery.Sent), fmt.Sprintf("%d opened in a day, %d in 7 days", t.OpenedDay, t.OpenedWeek), t.States[delivery.Sent]},
		{badge{"ok", "Closed by people"}, "", fmt.Sprintf("%d done, %d not planned", t.Done, t.Waived), t.Done + t.Waived},
		{badge{"risk", "Waiting"}, issuesURL(delivery.Pending), waiting, t.Waiting},
		{badge{"bad", "Refused"}, issuesURL(delivery.Dead), "each needs somebody", t.States[delivery.Dead]},
		{badge{"none", "Drafts"}, issuesURL(delivery.Draft), "read here, not sent", t.States[delivery.Draft]},
	}
}

// groupURL lists those of whom a group tells.
func groupURL(group id.ID) string { return "/issues?" + url.Values{"group": {string(group)}}.Encode() }

func issuesURL(state delivery.State) string {
	if state == "" {
		return "/issues"
	}
	return "/issues?" + url.Values{"state": {string(state)}}.Encode()
}
