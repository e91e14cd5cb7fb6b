package standin

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Lists of repositories.

// listInstallationRepositories lists those that the installation has, in the order in
// which they were made.
func listInstallationRepositories(c *call) *reply {
	if c.caller.installation == nil {
		return failed(http.StatusForbidden, "You must authenticate with an installation access token in order to list repositories for an installation.")
	}
	found := c.repositories(func(r *repository) bool {
		return c.caller.installation.covers(r) && (c.caller.repositories == nil || slices.Contains(c.caller.repositories, r.id))
	})
	return c.page(found, func(part []any) any {
		return object{
			"total_count": len(found), "repository_selection": c.caller.installation.selection(), "repositories": c.rendered(part, "repository"),
		}
	})
}

// listRepositoriesOfOrganization lists those that the caller may see.
func listRepositoriesOfOrganization(c *call) *reply {
	a := c.g.accounts[fold(c.Parameters["org"])]
	if a == nil || a.kind != "Organization" {
		return notFound()
	}
	return c.sorted("created", c.repositories(func(r *repository) bool { return r.owner == a && c.caller.role(r) >= Read }), "minimal-repository")
}

// listRepositoriesOfUser lists the public ones alone, also to whose they are ("Lists
// public repositories for the specified user").
func listRepositoriesOfUser(c *call) *reply {
	a := c.g.accounts[fold(c.Parameters["username"])]
	if a == nil {
		return notFound()
	}
	return c.sorted("full_name", c.repositories(func(r *repository) bool { return r.owner == a && !r.private }), "minimal-repository")
}

// listOwnRepositories lists those that the caller was given leave to see. Who has a role
// in an organisation's repository is taken for a member of the organisation.
func listOwnRepositories(c *call) *reply {
	switch {
	case c.caller.account == nil:
		return failed(http.StatusUnauthorized, "Requires authentication")
	case c.caller.installation != nil:
		return failed(http.StatusForbidden, "Resource not accessible by integration")
	}
	affiliations := strings.Split(cmp.Or(c.query.Get("affiliation"), "owner,collaborator,organization_member"), ",")
	found := c.repositories(func(r *repository) bool {
		affiliation := "collaborator"
		switch {
		case r.owner == c.caller.account:
			affiliation = "owner"
		case r.roles[c.caller.account] < Read:
			return false
		case r.owner.kind == "Organization":
			affiliation = "organization_member"
		}
		wanted := c.query.Get("visibility")
		return slices.Contains(affiliations, affiliation) && (wanted == "" || wanted == "all" || (wanted == "private") == r.private)
	})
	return c.sorted("full_name", found, "repository")
}

// repositories are those that are there and wanted, in the order in which they were made.
func (c *call) repositories(wanted func(*repository) bool) []any {
	var found []any
	for _, id := range slices.Sorted(maps.Keys(c.g.repositories)) {
		if r := c.g.repositories[id]; !r.deleted && wanted(r) {
			found = append(found, r)
		}
	}
	return found
}

// sorted answers with a page in the order that was asked for, each as the schema has it.
func (c *call) sorted(otherwise string, found []any, schema string) *reply {
	by := cmp.Or(c.query.Get("sort"), otherwise)
	compare := func(a, b *repository) int {
		switch by {
		case "updated":
			return a.updatedAt.Compare(b.updatedAt)
		case "pushed":
			return a.pushedAt.Compare(b.pushedAt)
		case "full_name":
			return cmp.Compare(a.fullName(), b.fullName())
		default:
			return a.createdAt.Compare(b.createdAt)
		}
	}
	descends := c.query.Get("direction") == "desc" || c.query.Get("direction") == "" && by != "full_name"
	slices.SortStableFunc(found, func(a, b any) int {
		if descends {
			a, b = b, a
		}
		return compare(a.(*repository), b.(*repository))
	})
	return c.page(found, func(part []any) any { return c.rendered(part, schema) })
}

// rendered are repositories with those fields that the schema has: of a list, fewer than
// of one that is read by itself.
func (c *call) rendered(part []any, schema string) []any {
	known := c.g.api.Components.Schemas[schema].Value.Properties
	items := []any{}
	for _, item := range part {
		r := item.(*repository)
		o := with(c.g.renderRepository(r, c.caller.role(r)), object{"custom_properties": r.about.properties()})
		for name := range o {
			if known[name] == nil {
				delete(o, name)
			}
		}
		items = append(items, o)
	}
	return items
}
