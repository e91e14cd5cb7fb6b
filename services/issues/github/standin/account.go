package standin

import (
	"fmt"
	"time"
)

// account is a person, an organization, or the bot of an app.
type account struct {
	id        int64
	login     string
	kind      string // "User", "Organization", "Bot"
	app       *App   // whose bot it is
	createdAt time.Time
}

// User makes a person.
func (g *GitHub) User(login string) { g.newAccount(login, "User") }

// Organization makes an organization.
func (g *GitHub) Organization(login string) { g.newAccount(login, "Organization") }

func (g *GitHub) newAccount(login, kind string) *account {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.addAccount(login, kind)
}

func (g *GitHub) addAccount(login, kind string) *account {
	if g.accounts[fold(login)] != nil {
		g.t.Fatal("there is an account " + login + " already")
	}
	a := &account{id: g.newID(), login: login, kind: kind, createdAt: g.now()}
	g.accounts[fold(login)] = a
	return a
}

// account is one that has to be there.
func (g *GitHub) account(login string) *account {
	a := g.accounts[fold(login)]
	if a == nil {
		g.t.Fatal("there is no account " + login + ": make it with User or Organization")
	}
	return a
}

// renderAccount is the description's simple-user.
func (g *GitHub) renderAccount(a *account) any {
	if a == nil {
		return nil
	}
	url, html := g.URL+"/users/"+a.login, "https://github.com/"+a.login
	if a.app != nil {
		html = "https://github.com/apps/" + a.app.Slug
	}
	return object{
		"login": a.login, "id": a.id, "node_id": nodeID("U", a.id), "type": a.kind, "site_admin": false,
		"avatar_url": fmt.Sprintf("https://avatars.githubusercontent.com/u/%d?v=4", a.id), "gravatar_id": "",
		"url": url, "html_url": html, "followers_url": url + "/followers", "following_url": url + "/following{/other_user}",
		"gists_url": url + "/gists{/gist_id}", "starred_url": url + "/starred{/owner}{/repo}", "subscriptions_url": url + "/subscriptions",
		"organizations_url": url + "/orgs", "repos_url": url + "/repos", "events_url": url + "/events{/privacy}",
		"received_events_url": url + "/received_events",
	}
}

// renderProfile is the description's public-user.
func (g *GitHub) renderProfile(a *account) object {
	return with(g.renderAccount(a).(object), object{
		"name": nil, "company": nil, "blog": "", "location": nil, "email": nil, "hireable": nil, "bio": nil,
		"user_view_type": "public", "public_repos": 0, "public_gists": 0, "followers": 0, "following": 0,
		"created_at": stamp(a.createdAt), "updated_at": stamp(a.createdAt),
	})
}

// Role is what a person may do in a repository, the least first.
type Role int

const (
	None Role = iota
	Read
	Triage
	Write
	Maintain
	Admin
)

func (r Role) String() string {
	return []string{"none", "read", "triage", "write", "maintain", "admin"}[r]
}

// permission is the older word for a role, in which there are four.
func (r Role) permission() string {
	return []string{"none", "read", "read", "write", "write", "admin"}[r]
}

func (r Role) render() object {
	return object{"pull": r >= Read, "triage": r >= Triage, "push": r >= Write, "maintain": r >= Maintain, "admin": r >= Admin}
}

// Collaborator gives a person a role in a repository.
func (g *GitHub) Collaborator(repository, login string, role Role) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.repository(repository).roles[g.account(login)] = role
}

// role is what an account may do in a repository.
func (r *repository) role(a *account) Role {
	switch {
	case a == nil && r.private:
		return None
	case a == nil:
		return Read
	case r.owner == a:
		return Admin
	case r.private:
		return r.roles[a]
	default:
		return max(Read, r.roles[a])
	}
}

// isAssignable reports whether issues of the repository can be an account's.
func (r *repository) isAssignable(a *account) bool {
	return a != nil && a.kind == "User" && (r.owner == a || r.roles[a] >= Read)
}
