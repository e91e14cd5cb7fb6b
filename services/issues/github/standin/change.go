package standin

import (
	"slices"
	"time"
)

// What changes an issue is here once, whether a person or a program does it: the
// state, the time of the update, and the webhooks that follow. Nothing is told
// where nothing changed.

// open makes an issue. Its labels and assignees are told of one by one, after it.
func (g *GitHub) open(r *repository, by *account, i Issue) *Issue {
	labels, assignees := i.Labels, i.Assignees
	i.Labels, i.Assignees, i.Creator = nil, nil, by.login
	made := g.addIssue(r, i)
	g.emitIssue("opened", made, by, nil)
	g.setLabels(made, by, labels)
	g.setAssignees(made, by, assignees)
	return made
}

func (g *GitHub) edit(i *Issue, by *account, title, body *string) {
	changes := object{}
	if title != nil && *title != i.Title {
		changes["title"] = object{"from": i.Title}
		i.Title = *title
	}
	if body != nil && *body != i.Body {
		changes["body"] = object{"from": i.Body}
		i.Body = *body
	}
	if len(changes) > 0 {
		g.touch(i)
		g.emitIssue("edited", i, by, object{"changes": changes})
	}
}

// setState closes or opens an issue again; an empty reason is what GitHub takes then.
func (g *GitHub) setState(i *Issue, by *account, state, reason string) {
	switch {
	case reason == "" && state == i.State:
		return
	case reason == "" && state == "closed":
		reason = "completed"
	case state == "open":
		reason = "reopened"
	}
	if state == i.State && (reason == i.StateReason || state == "open") {
		return
	}
	i.StateReason = reason
	g.touch(i)
	if state == i.State {
		return // another reason is told to nobody
	}
	i.State = state
	if state == "closed" {
		i.ClosedAt, i.ClosedBy = g.now(), by.login
		g.emitIssue("closed", i, by, nil)
		return
	}
	i.ClosedAt, i.ClosedBy = time.Time{}, ""
	g.emitIssue("reopened", i, by, nil)
}

// setLabels makes these the issue's labels; those that are missing in the
// repository are made.
func (g *GitHub) setLabels(i *Issue, by *account, names []string) {
	var wanted []string
	for _, name := range names {
		if l := g.addLabel(i.repository, name); !slices.Contains(wanted, l.name) {
			wanted = append(wanted, l.name)
		}
	}
	before := i.Labels
	i.Labels = wanted
	for _, name := range difference(wanted, before) {
		g.touch(i)
		g.emitIssue("labeled", i, by, object{"label": g.renderLabel(i.repository, i.repository.label(name))})
	}
	for _, name := range difference(before, wanted) {
		g.touch(i)
		g.emitIssue("unlabeled", i, by, object{"label": g.renderLabel(i.repository, i.repository.label(name))})
	}
}

// setAssignees makes these the issue's assignees, but for those who cannot be.
func (g *GitHub) setAssignees(i *Issue, by *account, logins []string) {
	var wanted []string
	for _, login := range logins {
		if a := g.accounts[fold(login)]; i.repository.isAssignable(a) && !slices.Contains(wanted, a.login) && len(wanted) < 10 {
			wanted = append(wanted, a.login)
		}
	}
	before := i.Assignees
	i.Assignees = wanted
	for _, login := range difference(wanted, before) {
		g.touch(i)
		g.emitIssue("assigned", i, by, object{"assignee": g.renderLogin(login)})
	}
	for _, login := range difference(before, wanted) {
		g.touch(i)
		g.emitIssue("unassigned", i, by, object{"assignee": g.renderLogin(login)})
	}
}

func (g *GitHub) setMilestone(i *Issue, number int) {
	if i.Milestone != number {
		i.Milestone = number
		g.touch(i)
	}
}

func (g *GitHub) setLock(i *Issue, by *account, locked bool, reason string) {
	if i.Locked == locked && i.LockReason == reason {
		return
	}
	i.Locked, i.LockReason = locked, reason
	g.touch(i)
	if locked {
		g.emitIssue("locked", i, by, nil)
	} else {
		g.emitIssue("unlocked", i, by, nil)
	}
}

func (g *GitHub) comment(i *Issue, by *account, body string) Comment {
	c := Comment{ID: g.newID(), Author: by.login, Body: body, CreatedAt: g.now(), UpdatedAt: g.now()}
	i.Comments = append(i.Comments, c)
	g.touch(i)
	g.emit("issue_comment", "created", i.repository, by, object{"issue": g.renderIssue(i), "comment": g.renderComment(i, c)})
	return c
}

// setParent makes an issue a part of another.
func (g *GitHub) setParent(part, parent *Issue) {
	g.leaveParent(part)
	part.Parent = parent.ID
	parent.Parts = append(parent.Parts, part.ID)
}

// leaveParent makes an issue a part of nothing.
func (g *GitHub) leaveParent(part *Issue) {
	if old := g.issueByID(part.Parent); old != nil {
		old.Parts = slices.DeleteFunc(old.Parts, func(id int64) bool { return id == part.ID })
	}
	part.Parent = 0
}

// transfer moves an issue to another repository, where it gets a new id and a new
// number and keeps those labels that are there too.
func (g *GitHub) transfer(i *Issue, by *account, to *repository) *Issue {
	moved := i.copy()
	moved.Labels = slices.DeleteFunc(moved.Labels, func(name string) bool { return to.label(name) == nil })
	moved.Assignees = slices.DeleteFunc(moved.Assignees, func(login string) bool { return !to.isAssignable(g.account(login)) })
	moved.Milestone, moved.Parent, moved.Parts = 0, 0, nil
	made := g.addIssue(to, moved)
	before := g.renderIssue(i)
	i.moved = made
	g.emit("issues", "transferred", i.repository, by, object{
		"issue": before, "changes": object{"new_issue": g.renderIssue(made), "new_repository": g.renderRepository(to, None)},
	})
	g.emit("issues", "opened", to, by, object{
		"issue": g.renderIssue(made), "changes": object{"old_issue": before, "old_repository": g.renderRepository(i.repository, None)},
	})
	return made
}

func (g *GitHub) remove(i *Issue, by *account) {
	rendered := g.renderIssue(i)
	i.Deleted = true
	g.emit("issues", "deleted", i.repository, by, object{"issue": rendered})
}

func (g *GitHub) touch(i *Issue) { i.UpdatedAt = g.now() }

func (g *GitHub) emitIssue(action string, i *Issue, by *account, more object) {
	g.emit("issues", action, i.repository, by, with(object{"issue": g.renderIssue(i)}, more))
}

// difference are those of a that are not in b.
func difference(a, b []string) []string {
	var result []string
	for _, x := range a {
		if !slices.Contains(b, x) {
			result = append(result, x)
		}
	}
	return result
}
