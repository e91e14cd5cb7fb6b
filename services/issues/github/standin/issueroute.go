package standin

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The longest that GitHub takes, in characters.
const (
	longestTitle = 256
	longestBody  = 65536
	longestLabel = 50
)

func listIssues(c *call) *reply {
	r, refused := c.inRepository("issues", "read")
	if refused != nil {
		return refused
	}
	since, _ := time.Parse(time.RFC3339, c.query.Get("since")) // the description has seen that it is a time, or nothing
	state := cmp.Or(c.query.Get("state"), "open")
	var found []*Issue
	for _, i := range r.issues {
		switch {
		case !i.isHere() || r.issuesDisabled && !i.PullRequest: // the list is answered, other than a single issue
		case c.g.options.Now().Before(i.CreatedAt.Add(c.g.lag)):
		case state != "all" && i.State != state:
		case i.UpdatedAt.Before(since):
		case !is(c.query.Get("creator"), i.Creator), !isAmong(c.query.Get("assignee"), i.Assignees):
		case !hasAll(i.Labels, c.query.Get("labels")) || !isMilestone(c.query.Get("milestone"), i.Milestone):
		default:
			found = append(found, i)
		}
	}
	slices.SortFunc(found, func(a, b *Issue) int {
		var order int
		switch c.query.Get("sort") {
		case "updated":
			order = a.UpdatedAt.Compare(b.UpdatedAt)
		case "comments":
			order = len(a.Comments) - len(b.Comments)
		default:
			order = a.CreatedAt.Compare(b.CreatedAt)
		}
		order = cmp.Or(order, a.Number-b.Number)
		if c.query.Get("direction") != "asc" {
			order = -order
		}
		return order
	})
	var items []any
	for _, i := range found {
		items = append(items, c.g.renderIssue(i))
	}
	return c.page(items, plain)
}

func is(wanted, login string) bool { return wanted == "" || fold(wanted) == fold(login) }

func isAmong(wanted string, logins []string) bool {
	switch wanted {
	case "":
		return true
	case "none":
		return len(logins) == 0
	case "*":
		return len(logins) > 0
	default:
		return slices.ContainsFunc(logins, func(login string) bool { return fold(login) == fold(wanted) })
	}
}

func isMilestone(wanted string, number int) bool {
	switch wanted {
	case "":
		return true
	case "none":
		return number == 0
	case "*":
		return number > 0
	default:
		return wanted == strconv.Itoa(number)
	}
}

func hasAll(labels []string, wanted string) bool {
	for name := range strings.SplitSeq(wanted, ",") {
		if name != "" && !slices.ContainsFunc(labels, func(l string) bool { return fold(l) == fold(name) }) {
			return false
		}
	}
	return true
}

func getIssue(c *call) *reply {
	i, refused := c.onIssue("read")
	if refused != nil {
		return refused
	}
	return answered(http.StatusOK, c.g.renderIssue(i))
}

func createIssue(c *call) *reply {
	r, refused := c.inRepository("issues", "write")
	if refused != nil {
		return refused
	}
	if r.issuesDisabled {
		return failed(http.StatusGone, "Issues are disabled for this repo")
	}
	var wanted Issue
	wanted.Title, _ = c.text("title")
	wanted.Body, _ = c.text("body")
	// Without push access these are dropped, and nothing says so.
	if c.caller.role(r) >= Triage {
		wanted.Labels, _ = c.texts("labels", "name")
		wanted.Assignees = c.assignees()
		if refused := c.checkPlaces(r, wanted.Labels, wanted.Assignees); refused != nil {
			return refused
		}
		if wanted.Milestone, refused = c.milestone(r); refused != nil {
			return refused
		}
	}
	if refused := checkText(wanted.Title, wanted.Body); refused != nil {
		return refused
	}
	return answered(http.StatusCreated, c.g.renderIssue(c.g.open(r, c.caller.account, wanted)))
}

func updateIssue(c *call) *reply {
	i, refused := c.onIssue("write")
	if refused != nil {
		return refused
	}
	r, by := i.repository, c.caller.account
	pushes := c.caller.role(r) >= Triage
	if !pushes && i.Creator != by.login {
		return mayNot()
	}
	title, body := i.Title, i.Body
	if text, ok := c.text("title"); ok && c.input["title"] != nil {
		title = text
	}
	if text, ok := c.text("body"); ok {
		body = text
	}
	labels, hasLabels := c.texts("labels", "name")
	assignees := c.assignees()
	milestone, refusedMilestone := c.milestone(r)
	if pushes {
		if refused := cmp.Or(c.checkPlaces(r, labels, assignees), refusedMilestone); refused != nil {
			return refused
		}
	}
	if refused := checkText(title, body); refused != nil {
		return refused
	}
	c.g.edit(i, by, &title, &body)
	if pushes {
		if hasLabels {
			c.g.setLabels(i, by, labels)
		}
		if assignees != nil {
			c.g.setAssignees(i, by, assignees)
		}
		if _, ok := c.input["milestone"]; ok {
			c.g.setMilestone(i, milestone)
		}
	}
	state, _ := c.text("state")
	reason, _ := c.text("state_reason")
	if state != "" || reason != "" {
		c.g.setState(i, by, cmp.Or(state, i.State), reason)
	}
	return answered(http.StatusOK, c.g.renderIssue(i))
}

// assignees are those that are asked for, nil when nothing is said of them.
func (c *call) assignees() []string {
	if logins, ok := c.texts("assignees", "login"); ok {
		return logins
	}
	if login, ok := c.text("assignee"); ok {
		if login == "" {
			return []string{}
		}
		return []string{login}
	}
	return nil
}

func (c *call) milestone(r *repository) (int, *reply) {
	text, ok := c.text("milestone")
	if !ok || text == "" {
		return 0, nil
	}
	number, err := strconv.Atoi(text)
	if err != nil || number < 1 || number > len(r.milestones) {
		return 0, invalid("Issue", "milestone", "invalid", "")
	}
	return number, nil
}

// checkPlaces refuses labels that are too long, and assignees who cannot be.
func (c *call) checkPlaces(r *repository, labels, assignees []string) *reply {
	for _, name := range labels {
		if name == "" || utf8.RuneCountInString(name) > longestLabel {
			return invalid("Label", "name", "invalid", "")
		}
	}
	for _, login := range assignees {
		if !r.isAssignable(c.g.accounts[fold(login)]) {
			return invalid("Issue", "assignees", "invalid", "")
		}
	}
	return nil
}

func checkText(title, body string) *reply {
	switch {
	case strings.TrimSpace(title) == "":
		return invalid("Issue", "title", "missing_field", "")
	case utf8.RuneCountInString(title) > longestTitle:
		return invalid("Issue", "title", "custom", "title is too long (maximum is 256 characters)")
	case utf8.RuneCountInString(body) > longestBody:
		return invalid("Issue", "body", "custom", "body is too long (maximum is 65536 characters)")
	}
	return nil
}
