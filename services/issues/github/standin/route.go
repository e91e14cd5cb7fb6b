package standin

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// handler is what an operation does. Parameters and fields that it does not name
// fail the test, since the stand-in would otherwise ignore what GitHub does not.
type handler struct {
	do           func(*call) *reply
	query, input []string
}

var paged = []string{"page", "per_page"}

// handlers are all operations, by their id in the description.
var handlers = map[string]handler{
	"apps/get-authenticated":                     {do: getApp},
	"apps/list-installations":                    {do: listInstallations, query: paged},
	"apps/get-installation":                      {do: getInstallation},
	"apps/create-installation-access-token":      {do: createToken, input: []string{"permissions", "repositories", "repository_ids"}},
	"apps/get-org-installation":                  {do: getAccountInstallation},
	"apps/get-user-installation":                 {do: getAccountInstallation},
	"apps/get-repo-installation":                 {do: getRepositoryInstallation},
	"apps/list-repos-accessible-to-installation": {do: listInstallationRepositories, query: paged},

	"users/get-authenticated": {do: getSelf},
	"users/get-by-username":   {do: getUser},

	"repos/list-for-org":                {do: listRepositoriesOfOrganization, query: append([]string{"sort", "direction"}, paged...)},
	"repos/list-for-user":               {do: listRepositoriesOfUser, query: append([]string{"sort", "direction"}, paged...)},
	"repos/list-for-authenticated-user": {do: listOwnRepositories, query: append([]string{"affiliation", "visibility", "sort", "direction"}, paged...)},

	"repos/get":         {do: getRepository},
	"repos/get-content": {do: getContent},
	"git/get-tree":      {do: getTree},
	"repos/get-collaborator-permission-level": {do: getPermission},
	"issues/check-user-can-be-assigned":       {do: checkAssignee},
	"issues/list-labels-for-repo":             {do: listLabels, query: paged},
	"issues/create-label":                     {do: createLabel, input: []string{"name", "color", "description"}},
	"issues/get-label":                        {do: getLabel},
	"issues/list-milestones":                  {do: listMilestones, query: paged},

	"issues/list-for-repo": {do: listIssues, query: []string{
		"state", "creator", "since", "labels", "assignee", "milestone", "sort", "direction", "page", "per_page",
	}},
	"issues/create": {do: createIssue, input: []string{"title", "body", "labels", "assignee", "assignees", "milestone"}},
	"issues/get":    {do: getIssue},
	"issues/update": {do: updateIssue, input: []string{"title", "body", "state", "state_reason", "labels", "assignee", "assignees", "milestone"}},

	"issues/list-comments":        {do: listComments, query: append([]string{"since"}, paged...)},
	"issues/create-comment":       {do: createComment, input: []string{"body"}},
	"issues/get-comment":          {do: getComment},
	"issues/update-comment":       {do: updateComment, input: []string{"body"}},
	"issues/list-labels-on-issue": {do: listIssueLabels, query: paged},
	"issues/add-labels":           {do: addLabels, input: []string{"labels"}},
	"issues/remove-label":         {do: removeLabel},
	"issues/add-assignees":        {do: addAssignees, input: []string{"assignees"}},
	"issues/remove-assignees":     {do: removeAssignees, input: []string{"assignees"}},
	"issues/lock":                 {do: lockIssue, input: []string{"lock_reason"}},
	"issues/unlock":               {do: unlockIssue},
	"issues/list-sub-issues":      {do: listParts, query: paged},
	"issues/add-sub-issue":        {do: addPart, input: []string{"sub_issue_id", "replace_parent"}},
}

func notFound() *reply { return failed(http.StatusNotFound, "Not Found") }

// mayNot is what a person is answered who lacks a role.
func mayNot() *reply { return failed(http.StatusForbidden, "Must have admin rights to Repository.") }

// inRepository finds the repository of the path, if the caller may do there what
// the permission and the level say.
func (c *call) inRepository(permission, level string) (*repository, *reply) {
	name := c.Parameters["owner"] + "/" + c.Parameters["repo"]
	r := c.g.repositories[c.g.names[fold(name)]]
	if r == nil || r.deleted || c.caller.role(r) < Read {
		return nil, notFound()
	}
	if fold(name) != fold(r.fullName()) {
		status := http.StatusMovedPermanently
		if c.isWrite() {
			status = http.StatusTemporaryRedirect
		}
		location, _ := c.g.elsewhere(c.exchange) // the repository is there
		return nil, moved(status, location)
	}
	if level == "write" {
		switch {
		case c.caller.account == nil:
			return nil, failed(http.StatusUnauthorized, "Requires authentication")
		case r.archived:
			return nil, failed(http.StatusForbidden, "Repository was archived so is read-only.")
		}
	}
	return r, c.caller.refusal(r, permission, level)
}

// onIssue finds the issue of the path, likewise.
func (c *call) onIssue(level string) (*Issue, *reply) {
	r, refused := c.inRepository("issues", level)
	if refused != nil {
		return nil, refused
	}
	number, err := strconv.Atoi(c.Parameters["issue_number"])
	if err != nil || number < 1 || number > len(r.issues) {
		return nil, notFound()
	}
	i := r.issues[number-1]
	switch {
	case i.moved != nil:
		return nil, c.toWhereItWent(i)
	case r.issuesDisabled && !i.PullRequest:
		return nil, failed(http.StatusGone, "Issues are disabled for this repo")
	case i.Deleted:
		return nil, failed(http.StatusGone, "This issue was deleted")
	}
	return i, nil
}

// toWhereItWent answers for an issue that was transferred: "the API returns a 301",
// to a write too, and 404 to those who cannot read it where it is.
func (c *call) toWhereItWent(i *Issue) *reply {
	for i.moved != nil {
		i = i.moved
	}
	if !i.isHere() || c.caller.role(i.repository) < Read {
		return notFound()
	}
	_, rest, _ := strings.Cut(c.Path, "/issues/")
	_, rest, isBelow := strings.Cut(rest, "/")
	location := fmt.Sprintf("%s/repositories/%d/issues/%d", c.g.URL, i.repository.id, i.Number)
	if isBelow {
		location += "/" + rest
	}
	return moved(http.StatusMovedPermanently, location)
}

// stablePath is the path by the repository's id, as links to pages have it.
func (c *call) stablePath() string {
	if location, ok := c.g.elsewhere(c.exchange); ok {
		path, _, _ := strings.Cut(strings.TrimPrefix(location, c.g.URL), "?")
		return path
	}
	return c.Path
}

// texts reads a field that is a list of names, or of objects with a key of it.
func (c *call) texts(field, key string) ([]string, bool) {
	list, ok := c.input[field].([]any)
	if !ok {
		return nil, false
	}
	names := []string{}
	for _, item := range list {
		switch item := item.(type) {
		case string:
			names = append(names, item)
		case object:
			if name, ok := item[key].(string); ok {
				names = append(names, name)
			}
		}
	}
	return names, true
}

// text reads a field that is a text, or a number that is taken for one.
func (c *call) text(field string) (string, bool) {
	value, ok := c.input[field]
	switch value := value.(type) {
	case string:
		return value, true
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64), true
	default:
		return "", ok
	}
}
