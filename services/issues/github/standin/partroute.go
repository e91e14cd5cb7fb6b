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

// What belongs to an issue: comments, labels, assignees, the lock, sub-issues.

func listComments(c *call) *reply {
	i, refused := c.onIssue("read")
	if refused != nil {
		return refused
	}
	since, _ := time.Parse(time.RFC3339, c.query.Get("since")) // the description has seen that it is a time, or nothing
	var items []any
	for _, comment := range i.Comments {
		if !comment.UpdatedAt.Before(since) {
			items = append(items, c.g.renderComment(i, comment))
		}
	}
	return c.page(items, plain)
}

func createComment(c *call) *reply {
	i, refused := c.onIssue("write")
	if refused != nil {
		return refused
	}
	body, _ := c.text("body")
	switch {
	case i.Locked && c.caller.role(i.repository) < Write:
		return failed(http.StatusForbidden, "Unable to create comment because issue is locked.")
	case strings.TrimSpace(body) == "":
		return invalid("IssueComment", "body", "missing_field", "")
	case utf8.RuneCountInString(body) > longestBody:
		return invalid("IssueComment", "body", "custom", "body is too long (maximum is 65536 characters)")
	}
	return answered(http.StatusCreated, c.g.renderComment(i, c.g.comment(i, c.caller.account, body)))
}

func getComment(c *call) *reply {
	i, at, refused := c.onComment("read")
	if refused != nil {
		return refused
	}
	return answered(http.StatusOK, c.g.renderComment(i, i.Comments[at]))
}

func updateComment(c *call) *reply {
	i, at, refused := c.onComment("write")
	if refused != nil {
		return refused
	}
	if i.Comments[at].Author != c.caller.account.login && c.caller.role(i.repository) < Write {
		return mayNot()
	}
	body, _ := c.text("body")
	if strings.TrimSpace(body) == "" {
		return invalid("IssueComment", "body", "missing_field", "")
	}
	i.Comments[at].Body, i.Comments[at].UpdatedAt = body, c.g.now()
	c.g.touch(i)
	return answered(http.StatusOK, c.g.renderComment(i, i.Comments[at]))
}

func (c *call) onComment(level string) (*Issue, int, *reply) {
	r, refused := c.inRepository("issues", level)
	if refused != nil {
		return nil, 0, refused
	}
	for _, i := range r.issues {
		at := slices.IndexFunc(i.Comments, func(comment Comment) bool {
			return strconv.FormatInt(comment.ID, 10) == c.Parameters["comment_id"]
		})
		if at >= 0 && i.isHere() {
			return i, at, nil
		}
	}
	return nil, 0, notFound()
}

func listIssueLabels(c *call) *reply {
	i, refused := c.onIssue("read")
	if refused != nil {
		return refused
	}
	return c.page(c.labelsOf(i), plain)
}

func (c *call) labelsOf(i *Issue) []any {
	items := []any{}
	for _, name := range i.Labels {
		items = append(items, c.g.renderLabel(i.repository, i.repository.label(name)))
	}
	return items
}

func addLabels(c *call) *reply {
	i, refused := c.toTriage()
	if refused != nil {
		return refused
	}
	names, _ := c.texts("labels", "name")
	if refused := c.checkPlaces(i.repository, names, nil); refused != nil {
		return refused
	}
	c.g.setLabels(i, c.caller.account, append(slices.Clone(i.Labels), names...))
	return answered(http.StatusOK, c.labelsOf(i))
}

func removeLabel(c *call) *reply {
	i, refused := c.toTriage()
	if refused != nil {
		return refused
	}
	at := slices.IndexFunc(i.Labels, func(name string) bool { return fold(name) == fold(c.Parameters["name"]) })
	if at < 0 {
		return failed(http.StatusNotFound, "Label does not exist")
	}
	c.g.setLabels(i, c.caller.account, slices.Delete(slices.Clone(i.Labels), at, at+1))
	return answered(http.StatusOK, c.labelsOf(i))
}

// toTriage finds the issue of the path, if the caller may sort issues.
func (c *call) toTriage() (*Issue, *reply) {
	i, refused := c.onIssue("write")
	if refused == nil && c.caller.role(i.repository) < Triage {
		return nil, mayNot()
	}
	return i, refused
}

// addAssignees leaves those out who cannot be assigned, and says nothing of it.
func addAssignees(c *call) *reply {
	i, refused := c.toTriage()
	if refused != nil {
		return refused
	}
	logins, _ := c.texts("assignees", "login")
	c.g.setAssignees(i, c.caller.account, append(slices.Clone(i.Assignees), logins...))
	return answered(http.StatusCreated, c.g.renderIssue(i))
}

func removeAssignees(c *call) *reply {
	i, refused := c.toTriage()
	if refused != nil {
		return refused
	}
	logins, _ := c.texts("assignees", "login")
	c.g.setAssignees(i, c.caller.account, slices.DeleteFunc(slices.Clone(i.Assignees), func(login string) bool {
		return slices.ContainsFunc(logins, func(removed string) bool { return fold(removed) == fold(login) })
	}))
	return answered(http.StatusOK, c.g.renderIssue(i))
}

func lockIssue(c *call) *reply {
	i, refused := c.toTriage()
	if refused != nil {
		return refused
	}
	if c.caller.role(i.repository) < Write {
		return mayNot()
	}
	reason, _ := c.text("lock_reason")
	c.g.setLock(i, c.caller.account, true, reason)
	return answered(http.StatusNoContent, nil)
}

func unlockIssue(c *call) *reply {
	i, refused := c.toTriage()
	if refused != nil {
		return refused
	}
	if c.caller.role(i.repository) < Write {
		return mayNot()
	}
	c.g.setLock(i, c.caller.account, false, "")
	return answered(http.StatusNoContent, nil)
}

func listParts(c *call) *reply {
	i, refused := c.onIssue("read")
	if refused != nil {
		return refused
	}
	var items []any
	for _, id := range i.Parts {
		if part := c.g.issueByID(id); part != nil {
			items = append(items, c.g.renderIssue(part))
		}
	}
	return c.page(items, plain)
}

// mostParts is how many sub-issues an issue can have ("Adding sub-issues").
const mostParts = 100

func addPart(c *call) *reply {
	i, refused := c.toTriage()
	if refused != nil {
		return refused
	}
	id, _ := c.input["sub_issue_id"].(float64)
	replaces, _ := c.input["replace_parent"].(bool)
	part := c.g.issueByID(int64(id))
	switch {
	case part == nil || c.caller.role(part.repository) < Read:
		return notFound()
	case part.repository.owner != i.repository.owner:
		return invalid("Issue", "sub_issue_id", "invalid", "Sub issue must be owned by the same owner")
	case part == i || i.Parent == part.ID:
		return invalid("Issue", "sub_issue_id", "invalid", "Sub issue cannot be an ancestor")
	case part.Parent != 0 && !replaces:
		return invalid("Issue", "sub_issue_id", "invalid", "Sub issue may only have one parent")
	case len(i.Parts) >= mostParts:
		return invalid("Issue", "sub_issue_id", "invalid", "Parent cannot have more than 100 sub-issues")
	}
	c.g.setParent(part, i)
	return answered(http.StatusCreated, c.g.renderIssue(i))
}

// Labels, milestones, and people of a repository.

func listLabels(c *call) *reply {
	r, refused := c.inRepository("issues", "read")
	if refused != nil {
		return refused
	}
	var items []any
	for _, l := range r.labels {
		items = append(items, c.g.renderLabel(r, l))
	}
	return c.page(items, plain)
}

func getLabel(c *call) *reply {
	r, refused := c.inRepository("issues", "read")
	if refused != nil {
		return refused
	}
	l := r.label(c.Parameters["name"])
	if l == nil {
		return notFound()
	}
	return answered(http.StatusOK, c.g.renderLabel(r, l))
}

func createLabel(c *call) *reply {
	r, refused := c.inRepository("issues", "write")
	if refused != nil {
		return refused
	}
	if c.caller.role(r) < Write {
		return mayNot()
	}
	name, _ := c.text("name")
	color, _ := c.text("color")
	description, _ := c.text("description")
	switch {
	case strings.TrimSpace(name) == "" || utf8.RuneCountInString(name) > longestLabel:
		return invalid("Label", "name", "invalid", "")
	case r.label(name) != nil:
		return invalid("Label", "name", "already_exists", "")
	case utf8.RuneCountInString(description) > 100:
		return invalid("Label", "description", "invalid", "description is too long (maximum is 100 characters)")
	case strings.HasPrefix(color, "#"):
		return invalid("Label", "color", "invalid", "")
	}
	l := c.g.addLabel(r, name)
	l.color, l.description = cmp.Or(color, l.color), description
	return answered(http.StatusCreated, c.g.renderLabel(r, l))
}

func listMilestones(c *call) *reply {
	r, refused := c.inRepository("issues", "read")
	if refused != nil {
		return refused
	}
	var items []any
	for _, m := range r.milestones {
		items = append(items, c.g.renderMilestone(r, m))
	}
	return c.page(items, plain)
}
