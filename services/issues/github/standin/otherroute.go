package standin

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Repositories, people, apps.

func getRepository(c *call) *reply {
	r, refused := c.inRepository("metadata", "read")
	if refused != nil {
		return refused
	}
	full := object{"network_count": 0, "subscribers_count": 0, "custom_properties": r.about.properties()}
	return answered(http.StatusOK, with(c.g.renderRepository(r, c.caller.role(r)), full))
}

func getPermission(c *call) *reply {
	r, refused := c.inRepository("metadata", "read")
	if refused != nil {
		return refused
	}
	a := c.g.accounts[fold(c.Parameters["username"])]
	if a == nil {
		return notFound()
	}
	if c.caller.role(r) < Write && c.caller.installation == nil {
		return failed(http.StatusForbidden, "Must have push access to view collaborator permission.")
	}
	role := r.role(a)
	user := with(c.g.renderAccount(a).(object), object{"permissions": role.render(), "role_name": role.String()})
	return answered(http.StatusOK, object{"permission": role.permission(), "role_name": role.String(), "user": user})
}

func checkAssignee(c *call) *reply {
	r, refused := c.inRepository("metadata", "read")
	if refused != nil {
		return refused
	}
	if !r.isAssignable(c.g.accounts[fold(c.Parameters["assignee"])]) {
		return notFound()
	}
	return answered(http.StatusNoContent, nil)
}

func getSelf(c *call) *reply {
	switch {
	case c.caller.account == nil:
		return failed(http.StatusUnauthorized, "Requires authentication")
	case c.caller.installation != nil:
		return failed(http.StatusForbidden, "Resource not accessible by integration")
	}
	return answered(http.StatusOK, c.g.renderProfile(c.caller.account))
}

func getUser(c *call) *reply {
	a := c.g.accounts[fold(c.Parameters["username"])]
	if a == nil {
		return notFound()
	}
	return answered(http.StatusOK, c.g.renderProfile(a))
}

// rateLimit tells the limits, and does not count.
func (g *GitHub) rateLimit(e *exchange) *reply {
	if e.refused != nil {
		return e.refused
	}
	u := e.usage
	core := object{"limit": u.limit, "used": u.used, "remaining": max(0, u.limit-u.used), "reset": u.reset.Unix()}
	resources := with(g.examples["rate-limit-overview"]["resources"].(object), object{"core": core})
	return answered(http.StatusOK, object{"resources": resources, "rate": core})
}

func getApp(c *call) *reply { return answered(http.StatusOK, c.g.renderApp(c.caller.app)) }

func listInstallations(c *call) *reply {
	var items []any
	for _, i := range c.g.installations {
		if i.app == c.caller.app {
			items = append(items, c.g.renderInstallation(i))
		}
	}
	return c.page(items, plain)
}

// theInstallation answers with the caller's installation that is wanted.
func (c *call) theInstallation(wanted func(*installation) bool) *reply {
	at := slices.IndexFunc(c.g.installations, func(i *installation) bool { return i.app == c.caller.app && wanted(i) })
	if at < 0 {
		return notFound()
	}
	return answered(http.StatusOK, c.g.renderInstallation(c.g.installations[at]))
}

func getInstallation(c *call) *reply {
	return c.theInstallation(func(i *installation) bool { return strconv.FormatInt(i.id, 10) == c.Parameters["installation_id"] })
}

func getAccountInstallation(c *call) *reply {
	login, kind := c.Parameters["org"], "Organization"
	if login == "" {
		login, kind = c.Parameters["username"], "User"
	}
	return c.theInstallation(func(i *installation) bool { return fold(i.account.login) == fold(login) && i.account.kind == kind })
}

func getRepositoryInstallation(c *call) *reply {
	name := c.Parameters["owner"] + "/" + c.Parameters["repo"]
	r := c.g.repositories[c.g.names[fold(name)]]
	if r == nil || r.deleted {
		return notFound()
	}
	answer := c.theInstallation(func(i *installation) bool { return i.covers(r) })
	if answer.status == http.StatusOK && fold(name) != fold(r.fullName()) {
		location, _ := c.g.elsewhere(c.exchange) // the repository is there
		return moved(http.StatusMovedPermanently, location)
	}
	return answer
}

// createToken gives a token for an hour, with the permissions of the installation
// or those of them that are asked for.
func createToken(c *call) *reply {
	at := slices.IndexFunc(c.g.installations, func(i *installation) bool {
		return i.app == c.caller.app && strconv.FormatInt(i.id, 10) == c.Parameters["installation_id"]
	})
	if at < 0 {
		return notFound()
	}
	i := c.g.installations[at]
	if !i.suspendedAt.IsZero() {
		return failed(http.StatusForbidden, "This installation has been suspended")
	}
	t := &token{installation: i, permissions: maps.Clone(i.permissions), expiresAt: c.g.options.TokenClock().Add(time.Hour).Truncate(time.Second)}
	if asked, ok := c.input["permissions"].(object); ok {
		t.permissions = Permissions{"metadata": "read"}
		for name, level := range asked {
			level, _ := level.(string)
			if !i.permissions.has(name, level) {
				return unprocessable("The permissions requested are not granted to this installation.")
			}
			t.permissions[name] = level
		}
	}
	answer := object{"expires_at": stamp(t.expiresAt), "permissions": t.permissions, "repository_selection": i.selection()}
	if asked := c.askedRepositories(i); asked != nil {
		var items []any
		for _, r := range asked {
			if !i.covers(r) {
				return unprocessable("There is at least one repository that does not exist or is not accessible to the parent installation.")
			}
			t.repositories = append(t.repositories, r.id)
			items = append(items, c.g.renderRepository(r, None))
		}
		answer["repositories"], answer["repository_selection"] = items, "selected"
	}
	answer["token"] = c.g.addToken("ghs_", t)
	return answered(http.StatusCreated, answer)
}

// askedRepositories are those of a request for a token; one that is not there is
// one that no installation has.
func (c *call) askedRepositories(i *installation) []*repository {
	var asked []*repository
	add := func(r *repository) {
		if r == nil {
			r = &repository{deleted: true}
		}
		asked = append(asked, r)
	}
	names, _ := c.texts("repositories", "name")
	for _, name := range names {
		add(c.g.repositories[c.g.names[fold(i.account.login+"/"+name)]])
	}
	ids, _ := c.input["repository_ids"].([]any)
	for _, id := range ids {
		id, _ := id.(float64)
		add(c.g.repositories[int64(id)])
	}
	return asked
}
