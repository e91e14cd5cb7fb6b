package main

import (
	"fmt"
	"strings"
)

// recorded are the payloads of one event, as the package of examples has them.
type recorded struct {
	Name     string   `json:"name"`
	Examples []object `json:"examples"`
}

// payloads are the events and actions of which the first real payload that has
// all the keys is taken. The examples have none of an issue that is closed, of
// a repository that is archived or deleted: those are made of their neighbours.
var payloads = []struct {
	event, action string
	has           []string
}{
	{"deployment", "created", []string{"workflow_run"}}, {"deployment_status", "created", []string{"workflow_run"}},
	{"installation", "created", nil}, {"installation", "deleted", nil}, {"installation", "new_permissions_accepted", nil},
	{"installation", "suspend", nil}, {"installation", "unsuspend", nil}, {"installation_repositories", "added", []string{"requester"}},
	{"issue_comment", "created", []string{"organization"}},
	{"issues", "assigned", []string{"organization"}}, {"issues", "deleted", nil}, {"issues", "edited", nil}, {"issues", "labeled", nil},
	{"issues", "locked", nil}, {"issues", "opened", nil}, {"issues", "reopened", nil}, {"issues", "transferred", nil},
	{"issues", "unassigned", []string{"organization"}}, {"issues", "unlabeled", nil}, {"issues", "unlocked", nil},
	{"ping", "", nil},
	{"repository", "edited", nil}, {"repository", "privatized", nil}, {"repository", "publicized", nil}, {"repository", "renamed", nil}, {"repository", "transferred", nil},
}

// choosePayloads names payloads as GitHub's description does: "issue-comment-created".
func choosePayloads(all []recorded) (object, error) {
	chosen := object{}
	for _, wanted := range payloads {
		found := choose(all, wanted.event, wanted.action, wanted.has)
		if found == nil {
			return nil, fmt.Errorf("there is no example of %s %s with %v", wanted.event, wanted.action, wanted.has)
		}
		name := wanted.event
		if wanted.action != "" {
			name += "-" + wanted.action
		}
		name = strings.ReplaceAll(name, "_", "-")
		chosen[name] = found
	}
	return chosen, nil
}

func choose(all []recorded, event, action string, has []string) object {
	for _, r := range all {
		if r.Name != event {
			continue
		}
	examples:
		for _, example := range r.Examples {
			if got, _ := example["action"].(string); got != action {
				continue
			}
			for _, key := range has {
				if example[key] == nil {
					continue examples
				}
			}
			return example
		}
	}
	return nil
}
