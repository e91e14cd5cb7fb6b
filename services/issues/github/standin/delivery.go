package standin

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
)

// Delivery is a webhook on its way. Whether, when and how often it arrives is the
// test's to choose.
type Delivery struct {
	ID     string // the same when it is delivered again
	Event  string // "issues"
	Action string // "closed"; none of a ping
	Header http.Header
	Body   []byte
}

// Request is the delivery as it is sent to a URL.
func (d Delivery) Request(ctx context.Context, url string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(d.Body))
	if err != nil {
		return nil, fmt.Errorf("make the request of the webhook %s: %w", d.ID, err)
	}
	r.Header = d.Header.Clone()
	return r, nil
}

// Deliveries takes the webhooks that have come up since it was last called, in
// their order. There are none without Options.WebhookSecret.
func (g *GitHub) Deliveries() []Delivery {
	g.mu.Lock()
	defer g.mu.Unlock()
	taken := g.deliveries
	g.deliveries = nil
	return taken
}

// Scramble is what a bad day makes of deliveries, by seed: some are lost, some come
// twice, and the order is any. The odds are between 0 and 1.
func Scramble(seed uint64, deliveries []Delivery, lost, twice float64) []Delivery {
	random := rand.New(rand.NewPCG(seed, 0x0d0e))
	var arriving []Delivery
	for _, d := range deliveries {
		isLost, isTwice := random.Float64() < lost, random.Float64() < twice
		if isLost {
			continue
		}
		arriving = append(arriving, d)
		if isTwice {
			arriving = append(arriving, d)
		}
	}
	random.Shuffle(len(arriving), func(i, j int) { arriving[i], arriving[j] = arriving[j], arriving[i] })
	return arriving
}

// Ping sends what GitHub sends when a webhook is made.
func (g *GitHub) Ping(repository string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := g.repository(repository)
	g.send("ping", "", rebase(g.payloads["ping"], g.toName(g.payloads["ping"], r)).(object), object{
		"repository": g.hookRepository(g.payloads["ping"], r), "sender": g.renderAccount(r.owner),
	})
}

// similar are the payloads of which others are made, of which there is no real one.
var similar = map[string]string{
	"issues-closed":       "issues-reopened",
	"repository-archived": "repository-renamed", "repository-unarchived": "repository-renamed", "repository-deleted": "repository-renamed",
}

// emit notes a webhook of a repository. It has the shape of the real one, with the
// stand-in's objects in it.
func (g *GitHub) emit(event, action string, r *repository, by *account, more object) {
	if g.options.WebhookSecret == "" {
		return
	}
	name := strings.ReplaceAll(event, "_", "-") + "-" + action
	real := g.payloads[name]
	if real == nil {
		real = without(g.payloads[similar[name]], "changes")
	}
	payload := without(real, "organization", "installation", "assignee", "label")
	ours := with(more, object{"action": action, "repository": g.hookRepository(real, r), "sender": g.renderAccount(by)})
	if issue, ok := more["issue"].(object); ok {
		ours["issue"] = g.hookIssue(issue)
	}
	if changes, ok := more["changes"].(object); ok {
		changes = maps.Clone(changes)
		for _, key := range []string{"new_issue", "old_issue"} {
			if issue, ok := changes[key].(object); ok {
				changes[key] = g.hookIssue(issue)
			}
		}
		for _, key := range []string{"new_repository", "old_repository"} {
			if repository, ok := changes[key].(object); ok {
				changes[key] = without(repository, "temp_clone_token")
			}
		}
		ours["changes"] = changes
	}
	if r.owner.kind == "Organization" {
		ours["organization"] = g.hookOrganization(r.owner)
	}
	if at := slices.IndexFunc(g.installations, func(i *installation) bool { return i.covers(r) }); at >= 0 {
		id := g.installations[at].id
		ours["installation"] = object{"id": id, "node_id": nodeID("MDIz", id)}
	}
	g.send(event, action, payload, ours)
}

func (g *GitHub) emitInstallation(action string, i *installation, by *account) {
	if g.options.WebhookSecret == "" {
		return
	}
	payload := g.payloads["installation-"+strings.ReplaceAll(action, "_", "-")]
	ours := object{"action": action, "installation": g.renderInstallation(i), "sender": g.renderAccount(by)}
	if payload["repositories"] != nil {
		ours["repositories"] = g.named(i.covers)
	}
	g.send("installation", action, payload, ours)
}

// emitReach tells of repositories that an installation has from now on.
func (g *GitHub) emitReach(i *installation, added []int64) {
	if g.options.WebhookSecret == "" {
		return
	}
	g.send("installation_repositories", "added", g.payloads["installation-repositories-added"], object{
		"action": "added", "installation": g.renderInstallation(i), "sender": g.renderAccount(i.account), "requester": nil,
		"repository_selection": i.selection(), "repositories_removed": []any{},
		"repositories_added": g.named(func(r *repository) bool { return slices.Contains(added, r.id) }),
	})
}

// named are repositories as webhooks of installations name them.
func (g *GitHub) named(which func(*repository) bool) []any {
	repositories := []any{}
	for _, id := range slices.Sorted(maps.Keys(g.repositories)) {
		if r := g.repositories[id]; which(r) {
			repositories = append(repositories, object{"id": r.id, "node_id": nodeID("R", r.id), "name": r.name, "full_name": r.fullName(), "private": r.private})
		}
	}
	return repositories
}

// send signs a payload, checks it and puts it with the others.
func (g *GitHub) send(event, action string, payload, ours object) {
	if g.options.WebhookSecret == "" {
		g.t.Errorf("a webhook %s is to be sent, and standin.Options.WebhookSecret is empty", event)
		return
	}
	body, err := json.Marshal(with(payload, ours))
	if err != nil {
		panic(fmt.Sprintf("standin: a webhook cannot be written: %v", err)) // it is made of maps of our own
	}
	signature := hmac.New(sha256.New, []byte(g.options.WebhookSecret))
	signature.Write(body)
	number := g.newID()
	d := Delivery{ID: fmt.Sprintf("%08x-5eed-11f0-8000-%012x", number, number), Event: event, Action: action, Body: body, Header: http.Header{}}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "GitHub-Hookshot/044aadd", "X-GitHub-Event": event, "X-GitHub-Delivery": d.ID,
		"X-GitHub-Hook-ID": "109948940", "X-GitHub-Hook-Installation-Target-ID": "29310", "X-GitHub-Hook-Installation-Target-Type": "integration",
		"X-Hub-Signature-256": fmt.Sprintf("sha256=%x", signature.Sum(nil)),
	} {
		d.Header.Set(name, value)
	}
	name := strings.TrimSuffix(strings.ReplaceAll(event+"-"+action, "_", "-"), "-")
	for _, fault := range g.checkWebhook(name, d.Header, body) {
		g.t.Errorf("GitHub's description of the webhook %s refuses the stand-in's own: %s", name, fault)
	}
	g.deliveries = append(g.deliveries, d)
}

// toName replaces the repository of a real payload by one of the stand-in's.
func (g *GitHub) toName(payload object, r *repository) *strings.Replacer {
	was := payload["repository"].(object)["full_name"].(string)
	return strings.NewReplacer("https://api.github.com/repos/"+was, g.repositoryURL(r), was, r.fullName())
}

// hookRepository has the fields that the real payload has, and those that came since.
func (g *GitHub) hookRepository(payload object, r *repository) object {
	real := rebase(payload["repository"], g.toName(payload, r)).(object)
	ours := g.renderRepository(r, None)
	for name := range real {
		if value, ok := ours[name]; ok {
			real[name] = value
		}
	}
	for _, name := range []string{"visibility", "topics", "allow_forking", "is_template", "web_commit_signoff_required", "has_discussions"} {
		real[name] = ours[name]
	}
	real["web_commit_signoff_required"] = false
	return real
}

// hookIssue leaves out what webhooks have not.
func (g *GitHub) hookIssue(issue object) object {
	issue = without(issue, "closed_by", "parent_issue_url") // which the descriptions of webhooks do not have
	if app, ok := issue["performed_via_github_app"].(object); ok {
		issue["performed_via_github_app"] = without(app, "client_id")
	}
	return issue
}

func (g *GitHub) hookOrganization(a *account) object {
	url := g.URL + "/orgs/" + a.login
	return object{
		"login": a.login, "id": a.id, "node_id": nodeID("O", a.id), "url": url, "repos_url": url + "/repos", "events_url": url + "/events",
		"hooks_url": url + "/hooks", "issues_url": url + "/issues", "members_url": url + "/members{/member}",
		"public_members_url": url + "/public_members{/member}", "avatar_url": fmt.Sprintf("https://avatars.githubusercontent.com/u/%d?v=4", a.id),
		"description": nil,
	}
}
