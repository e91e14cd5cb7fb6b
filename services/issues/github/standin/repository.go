package standin

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

type repository struct {
	id             int64
	owner          *account
	name           string
	private        bool
	archived       bool
	issuesDisabled bool
	deleted        bool
	roles          map[*account]Role
	labels         []*label
	milestones     []*milestone
	issues         []*Issue // by number, from 1
	files          map[string]string
	about          About
	createdAt      time.Time
	updatedAt      time.Time
	pushedAt       time.Time
}

// About is what a repository tells of itself beside its name.
type About struct {
	Description   string
	Language      string
	DefaultBranch string // empty means main
	Topics        []string
	// Properties are the organisation's own, each of a text or of several.
	Properties map[string]any
	// Internal shows a private repository to the whole enterprise; who may see it here is
	// as of every private one.
	Internal bool
	Fork     bool
	Template bool
	Disabled bool // by GitHub
}

// Describe changes what a repository tells of itself.
func (g *GitHub) Describe(repository string, about About) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.repository(repository)
	r.about, r.updatedAt = about, g.now()
}

func (a About) branch() string { return cmp.Or(a.DefaultBranch, "main") }

func (a About) topics() []string { return append([]string{}, a.Topics...) }

func (a About) properties() object { return with(object{}, a.Properties) }

// visibility is one of the three that GitHub has.
func (r *repository) visibility() string {
	switch {
	case !r.private:
		return "public"
	case r.about.Internal:
		return "internal"
	default:
		return "private"
	}
}

// size is in kilobytes, and 0 as long as nothing was pushed.
func (r *repository) size() int {
	bytes := 0
	for _, text := range r.files {
		bytes += len(text)
	}
	return (bytes + 1023) / 1024
}

type label struct {
	id                       int64
	name, color, description string
}

type milestone struct {
	id        int64
	number    int
	title     string
	creator   *account
	createdAt time.Time
}

// Private makes a private repository.
func (g *GitHub) Private(fullName string) int64 { return g.newRepository(fullName, true) }

// Public makes a public repository.
func (g *GitHub) Public(fullName string) int64 { return g.newRepository(fullName, false) }

// newRepository takes the name over from a repository that once had it.
func (g *GitHub) newRepository(fullName string, private bool) int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	owner, name, _ := strings.Cut(fullName, "/")
	r := &repository{
		id: g.newID(), owner: g.account(owner), name: name, private: private,
		roles: map[*account]Role{}, files: map[string]string{}, createdAt: g.now(), updatedAt: g.now(), pushedAt: g.now(),
	}
	if old := g.repositories[g.names[fold(fullName)]]; old != nil && !old.deleted && fold(old.fullName()) == fold(fullName) {
		g.t.Fatal("there is a repository " + fullName + " already")
	}
	g.repositories[r.id] = r
	g.names[fold(fullName)] = r.id
	return r.id
}

// Label makes a label in a repository.
func (g *GitHub) Label(repository, name string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.addLabel(g.repository(repository), name)
}

// File writes a file of the default branch, and removes it where the text is empty.
func (g *GitHub) File(repository, path, text string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.repository(repository)
	r.pushedAt = g.now()
	if text == "" {
		delete(r.files, path)
		return
	}
	r.files[path] = text
}

// Milestone makes a milestone and returns its number.
func (g *GitHub) Milestone(repository, title string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.repository(repository)
	r.milestones = append(r.milestones, &milestone{id: g.newID(), number: len(r.milestones) + 1, title: title, creator: r.owner, createdAt: g.now()})
	return len(r.milestones)
}

// repository is one that has to be there, by its name of today or of old.
func (g *GitHub) repository(fullName string) *repository {
	r := g.repositories[g.names[fold(fullName)]]
	if r == nil {
		g.t.Fatal("there is no repository " + fullName + ": make it with Public or Private")
	}
	return r
}

func (r *repository) fullName() string { return r.owner.login + "/" + r.name }

func (g *GitHub) repositoryURL(r *repository) string { return g.URL + "/repos/" + r.fullName() }

func (r *repository) label(name string) *label {
	at := slices.IndexFunc(r.labels, func(l *label) bool { return fold(l.name) == fold(name) })
	if at < 0 {
		return nil
	}
	return r.labels[at]
}

// addLabel returns the label of that name, which is made if it is missing, with
// the colour that GitHub gives then.
func (g *GitHub) addLabel(r *repository, name string) *label {
	if l := r.label(name); l != nil {
		return l
	}
	l := &label{id: g.newID(), name: name, color: "ededed"}
	r.labels = append(r.labels, l)
	return l
}

func (g *GitHub) renderLabel(r *repository, l *label) object {
	var description any
	if l.description != "" {
		description = l.description
	}
	return object{
		"id": l.id, "node_id": nodeID("LA", l.id), "url": g.repositoryURL(r) + "/labels/" + strings.ReplaceAll(l.name, " ", "%20"),
		"name": l.name, "color": l.color, "description": description, "default": false,
	}
}

func (g *GitHub) renderMilestone(r *repository, m *milestone) any {
	if m == nil {
		return nil
	}
	var open, closed int
	for _, i := range r.issues {
		switch {
		case i.Milestone != m.number || !i.isHere():
		case i.State == "open":
			open++
		default:
			closed++
		}
	}
	url := fmt.Sprintf("%s/milestones/%d", g.repositoryURL(r), m.number)
	return object{
		"id": m.id, "node_id": nodeID("MI", m.id), "number": m.number, "title": m.title, "description": nil, "state": "open",
		"url": url, "labels_url": url + "/labels", "html_url": fmt.Sprintf("https://github.com/%s/milestone/%d", r.fullName(), m.number),
		"creator": g.renderAccount(m.creator), "open_issues": open, "closed_issues": closed,
		"created_at": stamp(m.createdAt), "updated_at": stamp(m.createdAt), "closed_at": nil, "due_on": nil,
	}
}

// renderRepository is the description's repository, made of its example.
func (g *GitHub) renderRepository(r *repository, role Role) object {
	open := 0
	for _, i := range r.issues {
		if i.State == "open" && i.isHere() {
			open++
		}
	}
	example := rebase(g.examples["full-repository"], strings.NewReplacer(
		"https://api.github.com/repos/octocat/Hello-World", g.repositoryURL(r), "octocat/Hello-World", r.fullName(),
	)).(object)
	for _, count := range []string{"forks", "forks_count", "stargazers_count", "watchers", "watchers_count"} {
		example[count] = 0
	}
	return with(without(example,
		"template_repository", "organization", "parent", "source", "network_count", "subscribers_count", "security_and_analysis", "code_of_conduct",
	), object{
		"id": r.id, "node_id": nodeID("R", r.id), "name": r.name, "full_name": r.fullName(), "owner": g.renderAccount(r.owner),
		"private": r.private, "visibility": r.visibility(), "archived": r.archived, "disabled": r.about.Disabled, "fork": r.about.Fork, "is_template": r.about.Template,
		"size": r.size(), "default_branch": r.about.branch(), "has_issues": !r.issuesDisabled, "has_discussions": false,
		"description": orNull(r.about.Description), "language": orNull(r.about.Language), "topics": r.about.topics(), "homepage": nil, "license": nil, "mirror_url": nil,
		"open_issues": open, "open_issues_count": open, "permissions": role.render(),
		"created_at": stamp(r.createdAt), "updated_at": stamp(r.updatedAt), "pushed_at": stamp(r.pushedAt),
	})
}
