package standin

import (
	"slices"
	"time"
)

// Person does on GitHub's pages what people do there. Each thing is told by the
// webhooks that GitHub sends of it.
type Person struct {
	g     *GitHub
	login string
}

// Person is who has the login.
func (g *GitHub) Person(login string) Person { return Person{g, login} }

// on does something to an issue.
func (p Person) on(fullName string, number int, do func(i *Issue, by *account)) {
	p.g.mu.Lock()
	defer p.g.mu.Unlock()
	do(p.g.issue(fullName, number), p.g.account(p.login))
}

// in does something to a repository.
func (p Person) in(fullName string, do func(r *repository, by *account)) {
	p.g.mu.Lock()
	defer p.g.mu.Unlock()
	do(p.g.repository(fullName), p.g.account(p.login))
}

// Open opens an issue and returns its number.
func (p Person) Open(fullName, title, body string) (number int) {
	p.in(fullName, func(r *repository, by *account) { number = p.g.open(r, by, Issue{Title: title, Body: body}).Number })
	return number
}

// OpenPullRequest opens a pull request, which lists of issues have too.
func (p Person) OpenPullRequest(fullName, title string) (number int) {
	p.in(fullName, func(r *repository, by *account) {
		number = p.g.addIssue(r, Issue{Title: title, Creator: by.login, PullRequest: true}).Number
	})
	return number
}

// Close closes an issue as "completed" or "not_planned".
func (p Person) Close(fullName string, number int, reason string) {
	p.on(fullName, number, func(i *Issue, by *account) { p.g.setState(i, by, "closed", reason) })
}

// Reopen opens a closed issue again.
func (p Person) Reopen(fullName string, number int) {
	p.on(fullName, number, func(i *Issue, by *account) { p.g.setState(i, by, "open", "reopened") })
}

// Retitle changes the title.
func (p Person) Retitle(fullName string, number int, title string) {
	p.on(fullName, number, func(i *Issue, by *account) { p.g.edit(i, by, &title, nil) })
}

// Rewrite changes the body.
func (p Person) Rewrite(fullName string, number int, body string) {
	p.on(fullName, number, func(i *Issue, by *account) { p.g.edit(i, by, nil, &body) })
}

// Label adds a label, which is made if it is missing.
func (p Person) Label(fullName string, number int, name string) {
	p.on(fullName, number, func(i *Issue, by *account) { p.g.setLabels(i, by, append(slices.Clone(i.Labels), name)) })
}

// Unlabel removes a label.
func (p Person) Unlabel(fullName string, number int, name string) {
	p.on(fullName, number, func(i *Issue, by *account) {
		p.g.setLabels(i, by, slices.DeleteFunc(slices.Clone(i.Labels), func(l string) bool { return fold(l) == fold(name) }))
	})
}

// Assign makes these the assignees, but for those who cannot be.
func (p Person) Assign(fullName string, number int, logins ...string) {
	p.on(fullName, number, func(i *Issue, by *account) { p.g.setAssignees(i, by, logins) })
}

// MakePart makes an issue a part of another, whatever it was a part of; GitHub tells
// nobody to whom issues alone are told.
func (p Person) MakePart(fullName string, number int, of string, parent int) {
	p.on(fullName, number, func(i *Issue, _ *account) { p.g.setParent(i, p.g.issue(of, parent)) })
}

// TakeOut makes an issue a part of nothing.
func (p Person) TakeOut(fullName string, number int) {
	p.on(fullName, number, func(i *Issue, _ *account) { p.g.leaveParent(i) })
}

// Comment comments on an issue.
func (p Person) Comment(fullName string, number int, body string) {
	p.on(fullName, number, func(i *Issue, by *account) { p.g.comment(i, by, body) })
}

// Lock locks the conversation, for one of GitHub's reasons or none.
func (p Person) Lock(fullName string, number int, reason string) {
	p.on(fullName, number, func(i *Issue, by *account) { p.g.setLock(i, by, true, reason) })
}

// Unlock unlocks it.
func (p Person) Unlock(fullName string, number int) {
	p.on(fullName, number, func(i *Issue, by *account) { p.g.setLock(i, by, false, "") })
}

// Transfer moves an issue to another repository and returns its number there.
func (p Person) Transfer(fullName string, number int, to string) (moved int) {
	p.on(fullName, number, func(i *Issue, by *account) { moved = p.g.transfer(i, by, p.g.repository(to)).Number })
	return moved
}

// Delete deletes an issue.
func (p Person) Delete(fullName string, number int) {
	p.on(fullName, number, func(i *Issue, by *account) { p.g.remove(i, by) })
}

// RenameRepository gives a repository another name, to which the old one redirects.
func (p Person) RenameRepository(fullName, name string) {
	p.in(fullName, func(r *repository, by *account) {
		changes := object{"repository": object{"name": object{"from": r.name}}}
		r.name = name
		p.g.names[fold(r.fullName())] = r.id
		p.change(r, by, "renamed", changes)
	})
}

// TransferRepository gives a repository to another owner. Installations on the old
// one no longer have it.
func (p Person) TransferRepository(fullName, owner string) {
	p.in(fullName, func(r *repository, by *account) {
		kind := "user"
		if r.owner.kind == "Organization" {
			kind = "organization"
		}
		from := p.g.renderAccount(r.owner)
		if kind == "organization" {
			from = p.g.hookOrganization(r.owner)
		}
		r.owner = p.g.account(owner)
		p.g.names[fold(r.fullName())] = r.id
		p.change(r, by, "transferred", object{"owner": object{"from": object{kind: from}}})
	})
}

// DisableIssues turns the repository's issues off; GitHub tells nobody.
func (p Person) DisableIssues(fullName string) {
	p.in(fullName, func(r *repository, _ *account) { r.issuesDisabled, r.updatedAt = true, p.g.now() })
}

// EnableIssues turns them on again.
func (p Person) EnableIssues(fullName string) {
	p.in(fullName, func(r *repository, _ *account) { r.issuesDisabled, r.updatedAt = false, p.g.now() })
}

// Archive makes a repository read-only.
func (p Person) Archive(fullName string) {
	p.in(fullName, func(r *repository, by *account) {
		r.archived = true
		p.change(r, by, "archived", nil)
	})
}

// Unarchive makes it writable again.
func (p Person) Unarchive(fullName string) {
	p.in(fullName, func(r *repository, by *account) {
		r.archived = false
		p.change(r, by, "unarchived", nil)
	})
}

// Publicize makes a repository public.
func (p Person) Publicize(fullName string) {
	p.in(fullName, func(r *repository, by *account) {
		r.private = false
		p.change(r, by, "publicized", nil)
	})
}

// Privatize makes it private.
func (p Person) Privatize(fullName string) {
	p.in(fullName, func(r *repository, by *account) {
		r.private = true
		p.change(r, by, "privatized", nil)
	})
}

// DeleteRepository deletes a repository with all that is in it.
func (p Person) DeleteRepository(fullName string) {
	p.in(fullName, func(r *repository, by *account) {
		p.change(r, by, "deleted", nil)
		r.deleted = true
	})
}

func (p Person) change(r *repository, by *account, action string, changes object) {
	r.updatedAt = p.g.now()
	more := object{}
	if changes != nil {
		more["changes"] = changes
	}
	p.g.emit("repository", action, r, by, more)
}

// Suspend keeps an installation from doing anything.
func (p Person) Suspend(installation int64) {
	p.g.mu.Lock()
	defer p.g.mu.Unlock()
	i := p.g.installation(installation)
	i.suspendedAt, i.suspendedBy = p.g.now(), p.g.account(p.login)
	p.g.emitInstallation("suspend", i, i.suspendedBy)
}

// Unsuspend lets it do things again.
func (p Person) Unsuspend(installation int64) {
	p.g.mu.Lock()
	defer p.g.mu.Unlock()
	i := p.g.installation(installation)
	i.suspendedAt, i.suspendedBy = time.Time{}, nil
	p.g.emitInstallation("unsuspend", i, p.g.account(p.login))
}

// Uninstall ends an installation with its tokens.
func (p Person) Uninstall(installation int64) {
	p.g.mu.Lock()
	defer p.g.mu.Unlock()
	i := p.g.installation(installation)
	p.g.emitInstallation("deleted", i, p.g.account(p.login))
	at := slices.Index(p.g.installations, i)
	p.g.installations = slices.Delete(p.g.installations, at, at+1)
}
