package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

type object = map[string]any

// operations are the parts of GitHub's API that Evenkeel uses, or could.
var operations = map[string][]string{
	"/app":                                 {"get"},
	"/app/installations":                   {"get"},
	"/app/installations/{installation_id}": {"get"},
	"/app/installations/{installation_id}/access_tokens": {"post"},
	"/installation/repositories":                         {"get"},
	"/orgs/{org}/repos":                                  {"get"},
	"/user/repos":                                        {"get"},
	"/users/{username}/repos":                            {"get"},
	"/orgs/{org}/installation":                           {"get"},
	"/users/{username}/installation":                     {"get"},
	"/repos/{owner}/{repo}/installation":                 {"get"},
	"/rate_limit":                                        {"get"},
	"/user":                                              {"get"},
	"/users/{username}":                                  {"get"},
	"/repos/{owner}/{repo}":                              {"get"},
	"/repos/{owner}/{repo}/assignees/{assignee}":         {"get"},
	"/repos/{owner}/{repo}/collaborators/{username}/permission": {"get"},
	"/repos/{owner}/{repo}/contents/{path}":                     {"get"},
	"/repos/{owner}/{repo}/git/trees/{tree_sha}":                {"get"},
	"/repos/{owner}/{repo}/issues":                              {"get", "post"},
	"/repos/{owner}/{repo}/issues/{issue_number}":               {"get", "patch"},
	"/repos/{owner}/{repo}/issues/{issue_number}/assignees":     {"post", "delete"},
	"/repos/{owner}/{repo}/issues/{issue_number}/comments":      {"get", "post"},
	"/repos/{owner}/{repo}/issues/comments/{comment_id}":        {"get", "patch"},
	"/repos/{owner}/{repo}/issues/{issue_number}/labels":        {"get", "post"},
	"/repos/{owner}/{repo}/issues/{issue_number}/labels/{name}": {"delete"},
	"/repos/{owner}/{repo}/issues/{issue_number}/lock":          {"put", "delete"},
	"/repos/{owner}/{repo}/issues/{issue_number}/sub_issues":    {"get", "post"},
	"/repos/{owner}/{repo}/labels":                              {"get", "post"},
	"/repos/{owner}/{repo}/labels/{name}":                       {"get"},
	"/repos/{owner}/{repo}/milestones":                          {"get"},
}

// deliveries are the webhooks that Evenkeel is sent.
var deliveries = []string{
	"deployment-created", "deployment-status-created",
	"installation-created", "installation-deleted", "installation-new-permissions-accepted", "installation-suspend", "installation-unsuspend",
	"installation-repositories-added",
	"issue-comment-created",
	"issues-assigned", "issues-closed", "issues-deleted", "issues-edited", "issues-labeled", "issues-locked", "issues-opened",
	"issues-reopened", "issues-transferred", "issues-unassigned", "issues-unlabeled", "issues-unlocked",
	"ping",
	"repository-archived", "repository-deleted", "repository-edited", "repository-privatized", "repository-publicized", "repository-renamed",
	"repository-transferred", "repository-unarchived",
}

// kept are the examples that the stand-in renders its own objects from.
var kept = []string{"full-repository", "installation", "integration", "public-user-default-response", "rate-limit-overview"}

func reduceAPI(api object) (object, error) {
	paths := object{}
	for path, methods := range operations {
		item, ok := api["paths"].(object)[path].(object)
		if !ok {
			return nil, fmt.Errorf("the description has no path %s", path)
		}
		reduced := object{}
		if shared, ok := item["parameters"]; ok {
			reduced["parameters"] = shared
		}
		for _, method := range methods {
			if reduced[method], ok = item[method]; !ok {
				return nil, fmt.Errorf("the description has no %s of %s", method, path)
			}
		}
		paths[path] = reduced
	}
	if err := correct(paths); err != nil {
		return nil, err
	}
	result := object{"openapi": api["openapi"], "info": api["info"], "paths": strip(paths)}
	components, err := closure(api["components"].(object), result)
	if err != nil {
		return nil, err
	}
	examples := object{}
	for _, name := range kept {
		example, ok := api["components"].(object)["examples"].(object)[name]
		if !ok {
			return nil, fmt.Errorf("the description has no example %s", name)
		}
		examples[name] = example
	}
	components["examples"] = examples
	result["components"] = components
	return result, nil
}

// correct puts right what is wrong in the description: in the list of an app's
// installations an account is a user and an enterprise at once ("allOf"), which
// nothing can be. An installation read by itself is described as it is.
func correct(paths object) error {
	var node any = paths
	for _, key := range []string{"/app/installations", "get", "responses", "200", "content", "application/json", "schema"} {
		node = node.(object)[key]
	}
	list := node.(object)
	account := list["items"].(object)["properties"].(object)["account"].(object)
	if _, still := account["allOf"]; !still {
		return errors.New("the list of installations is no longer described wrongly: leave it as it is")
	}
	list["items"] = object{"$ref": "#/components/schemas/installation"}
	return nil
}

func reduceWebhooks(hooks object) (object, error) {
	chosen := object{}
	for _, name := range deliveries {
		item, ok := hooks["webhooks"].(object)[name]
		if !ok {
			return nil, fmt.Errorf("the description has no webhook %s", name)
		}
		chosen[name] = item
	}
	result := object{"openapi": hooks["openapi"], "info": hooks["info"], "paths": object{}, "webhooks": strip(chosen)}
	components, err := closure(hooks["components"].(object), result)
	if err != nil {
		return nil, err
	}
	result["components"] = components
	return result, nil
}

// strip leaves out what has no say in whether something is valid.
func strip(node any) any {
	switch node := node.(type) {
	case object:
		result := object{}
		for key, value := range node {
			switch {
			case key == "properties":
				// Its keys are names of GitHub's, "summary" and "example" among them.
				properties := object{}
				for name, property := range value.(object) {
					properties[name] = strip(property)
				}
				result[key] = properties
			case strings.HasPrefix(key, "x-"), key == "externalDocs", key == "tags", key == "summary":
			case key == "example" && node["properties"] == nil, key == "examples" && node["schema"] != nil:
			case key == "description" && isText(value):
				// A response has to have one; of others it is prose.
				if node["content"] != nil || len(node) == 1 || node["headers"] != nil {
					result[key] = "-"
				}
			default:
				result[key] = strip(value)
			}
		}
		return result
	case []any:
		result := make([]any, len(node))
		for i, value := range node {
			result[i] = strip(value)
		}
		return result
	default:
		return node
	}
}

func isText(value any) bool {
	_, ok := value.(string)
	return ok
}

// closure returns the components that the document refers to, and those that
// they refer to.
func closure(components, document object) (object, error) {
	result := object{}
	pending := references(document, nil)
	for len(pending) > 0 {
		next := pending[0]
		pending = pending[1:]
		path, ok := strings.CutPrefix(next, "#/components/")
		if !ok {
			return nil, fmt.Errorf("the reference %q is not to a component", next)
		}
		kind, name, _ := strings.Cut(path, "/")
		group, ok := result[kind].(object)
		if !ok {
			group = object{}
			result[kind] = group
		}
		if group[name] != nil {
			continue
		}
		from, ok := components[kind].(object)[name]
		if !ok {
			return nil, fmt.Errorf("the description has no component %s", next)
		}
		group[name] = strip(from)
		pending = references(group[name], pending)
	}
	return result, nil
}

func references(node any, found []string) []string {
	switch node := node.(type) {
	case object:
		for _, key := range slices.Sorted(maps.Keys(node)) {
			if reference, ok := node[key].(string); ok && key == "$ref" {
				found = append(found, reference)
				continue
			}
			found = references(node[key], found)
		}
	case []any:
		for _, value := range node {
			found = references(value, found)
		}
	}
	return found
}
