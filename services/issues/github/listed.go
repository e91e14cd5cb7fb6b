package github

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/go-github/v60/github"

	"github.com/evenkeel/evenkeel/internal/hidden"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/markdown"
)

// listed is a repository as GitHub's lists have it, and GitHub's answer of one. go-github's type is not used: in v60 it takes each
// property of an organisation's own for one text, and cannot read a page on which one has several
// (go-github issue 3229); nor the answer of such a repository.
type listed struct {
	ID            int64
	FullName      string `json:"full_name"`
	Description   string
	Language      string
	DefaultBranch string `json:"default_branch"`
	Visibility    string
	Private       bool
	Topics        []string
	Archived      bool
	Disabled      bool
	Fork          bool
	Template      bool `json:"is_template"`
	Size          int
	PushedAt      time.Time      `json:"pushed_at"`
	CreatedAt     time.Time      `json:"created_at"`
	Properties    map[string]any `json:"custom_properties"`

	HasIssues   bool            `json:"has_issues"`
	Permissions map[string]bool // of whose token it is
}

// askOf asks of one repository.
func askOf(ctx context.Context, client *github.Client, owner, name string) (listed, *github.Response, error) {
	request, err := client.NewRequest(http.MethodGet, "repos/"+url.PathEscape(owner)+"/"+url.PathEscape(name), nil)
	if err != nil {
		return listed{}, nil, fmt.Errorf("make a request for %s/%s: %w", owner, name, err)
	}
	var l listed
	response, err := client.Do(ctx, request, &l)
	return l, response, err
}

// What is kept of a repository's texts, in bytes, and how many: more than GitHub takes.
const (
	maxDescription = 1000
	maxWord        = 256 // of a name, a topic, a property
	maxWords       = 100
)

func idsOf(list []listed) []int64 {
	ids := make([]int64, len(list))
	for i, l := range list {
		ids[i] = l.ID
	}
	return ids
}

func (l listed) repository() Repository {
	r := Repository{
		ID: l.ID, Place: delivery.Place(l.FullName), Description: visible(l.Description, maxDescription), Language: visible(l.Language, maxWord),
		DefaultBranch: visible(l.DefaultBranch, maxWord), Visibility: l.Visibility, Archived: l.Archived, Disabled: l.Disabled, Fork: l.Fork,
		Template: l.Template, Size: max(0, l.Size), PushedAt: l.PushedAt.UTC(), CreatedAt: l.CreatedAt.UTC(),
	}
	switch {
	case l.Visibility == "public" || l.Visibility == "private" || l.Visibility == "internal":
	case l.Private: // an Enterprise that is older than the word
		r.Visibility = "private"
	default:
		r.Visibility = "public"
	}
	for _, topic := range l.Topics {
		if topic = visible(topic, maxWord); topic != "" && len(r.Topics) < maxWords {
			r.Topics = append(r.Topics, topic)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.Properties)) {
		key, value := visible(name, maxWord), visible(property(l.Properties[name]), maxWord)
		if key == "" || value == "" || len(r.Properties) == maxWords {
			continue
		}
		if r.Properties == nil {
			r.Properties = map[string]string{}
		}
		r.Properties[key] = value
	}
	return r
}

// property is what one has, of which several values are one text; empty of none.
func property(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case bool, float64:
		return fmt.Sprint(value)
	case []any:
		var all []string
		for _, v := range value {
			if text, ok := v.(string); ok {
				all = append(all, text)
			}
		}
		return strings.Join(all, ", ")
	}
	return ""
}

// visible is what is seen of a text, on one line.
func visible(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case hidden.Rune(r) && r != 0x200c && r != 0x200d: // joiners are a part of writing
			return -1
		}
		return r
	}, text)
	return markdown.Limit(strings.TrimSpace(text), most)
}
