package standin

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// App is a GitHub App.
type App struct {
	ID   int64
	Slug string

	owner     *account
	bot       *account
	key       *rsa.PrivateKey
	createdAt time.Time

	permissions Permissions // that it asks for
	events      []string    // that it subscribes to
}

// Declare changes what the app asks of those who install it, which they have to accept
// (see Grant), and the webhooks that it wants; until then they are what an app for
// issues needs.
func (g *GitHub) Declare(app *App, permissions Permissions, events ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	app.permissions, app.events = Permissions{"metadata": "read"}, append([]string{}, events...)
	maps.Copy(app.permissions, permissions)
}

// PEM is the app's private key, as GitHub gives it for download.
func (a *App) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(a.key)})
}

// Bot is the login under which the app does things.
func (a *App) Bot() string { return a.bot.login }

// appKey is made once: making a key is slow, and no test needs two.
var appKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// App makes an app of an owner. Its bot acts as "slug[bot]".
func (g *GitHub) App(owner, slug string) *App {
	g.mu.Lock()
	defer g.mu.Unlock()
	key, err := appKey()
	if err != nil {
		g.t.Fatal(err)
	}
	app := &App{ID: g.newID(), Slug: slug, owner: g.account(owner), key: key, createdAt: g.now(),
		permissions: Permissions{"issues": "write", "metadata": "read"}, events: []string{"issues", "issue_comment", "repository"},
	}
	app.bot = g.addAccount(slug+"[bot]", "Bot")
	app.bot.app = app
	g.apps = append(g.apps, app)
	return app
}

// Permissions are what an installation may do: {"issues": "write"}. Reading
// metadata is a part of all.
type Permissions map[string]string

// has reports whether the permissions are enough for a level, "read" or "write".
func (p Permissions) has(name, level string) bool {
	return p[name] == "write" || p[name] == level
}

type installation struct {
	id          int64
	app         *App
	account     *account
	permissions Permissions
	selected    []int64 // repositories; nil for all of the account
	suspendedAt time.Time
	suspendedBy *account
	createdAt   time.Time
}

// Install installs an app on an account, for the named repositories of it or for
// all, and returns the installation's id.
func (g *GitHub) Install(app *App, owner string, permissions Permissions, repositories ...string) int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	granted := Permissions{"metadata": "read"}
	maps.Copy(granted, permissions)
	i := &installation{id: g.newID(), app: app, account: g.account(owner), permissions: granted, createdAt: g.now()}
	for _, name := range repositories {
		i.selected = append(i.selected, g.repository(name).id)
	}
	g.installations = append(g.installations, i)
	g.emitInstallation("created", i, i.account)
	return i.id
}

// Grant changes what an installation may do.
func (g *GitHub) Grant(installation int64, permissions Permissions) {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := g.installation(installation)
	i.permissions = Permissions{"metadata": "read"}
	maps.Copy(i.permissions, permissions)
	g.emitInstallation("new_permissions_accepted", i, i.account)
}

// Reach has an installation for some repositories have these too.
func (g *GitHub) Reach(installation int64, repositories ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := g.installation(installation)
	var added []int64
	for _, name := range repositories {
		added = append(added, g.repository(name).id)
	}
	i.selected = append(i.selected, added...)
	g.emitReach(i, added)
}

// installation is one that has to be there.
func (g *GitHub) installation(id int64) *installation {
	at := slices.IndexFunc(g.installations, func(i *installation) bool { return i.id == id })
	if at < 0 {
		g.t.Fatal(fmt.Sprintf("there is no installation %d", id))
	}
	return g.installations[at]
}

// covers reports whether the installation has the repository.
func (i *installation) covers(r *repository) bool {
	return r.owner == i.account && !r.deleted && (i.selected == nil || slices.Contains(i.selected, r.id))
}

func (i *installation) selection() string {
	if i.selected == nil {
		return "all"
	}
	return "selected"
}

// token lets a person in, or an installation until it expires.
type token struct {
	account      *account
	installation *installation
	permissions  Permissions // of the installation, or fewer
	repositories []int64     // nil for all of the installation
	expiresAt    time.Time   // zero for never
}

// Token makes a personal access token.
func (g *GitHub) Token(login string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.addToken("ghp_", &token{account: g.account(login)})
}

func (g *GitHub) addToken(prefix string, t *token) string {
	text := prefix + strings.ReplaceAll(rand.Text(), "=", "")
	g.tokens[text] = t
	return text
}

// Revoke ends a token.
func (g *GitHub) Revoke(token string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.tokens, token)
}

// renderApp is the description's integration.
func (g *GitHub) renderApp(app *App) object {
	return with(g.examples["integration"], object{
		"id": app.ID, "slug": app.Slug, "name": app.Slug, "node_id": nodeID("A", app.ID), "owner": g.renderAccount(app.owner),
		"html_url": "https://github.com/apps/" + app.Slug, "created_at": stamp(app.createdAt), "updated_at": stamp(app.createdAt),
		"permissions": app.permissions, "events": app.events,
	})
}

// renderInstallation is the description's installation.
func (g *GitHub) renderInstallation(i *installation) object {
	url := fmt.Sprintf("%s/app/installations/%d", g.URL, i.id)
	return with(g.examples["installation"], object{
		"id": i.id, "app_id": i.app.ID, "app_slug": i.app.Slug, "target_id": i.account.id, "target_type": i.account.kind,
		"account": g.renderAccount(i.account), "permissions": i.permissions, "repository_selection": i.selection(),
		"access_tokens_url": url + "/access_tokens", "repositories_url": g.URL + "/installation/repositories",
		"html_url": fmt.Sprintf("https://github.com/organizations/%s/settings/installations/%d", i.account.login, i.id),
		"events":   []string{"issues", "issue_comment", "repository"}, "single_file_name": nil, "has_multiple_single_files": false, "single_file_paths": []string{},
		"created_at": stamp(i.createdAt), "updated_at": stamp(i.createdAt), "suspended_at": stamp(i.suspendedAt), "suspended_by": g.renderAccount(i.suspendedBy),
	})
}
