package standin_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/golang-jwt/jwt/v4"
	"github.com/google/go-github/v60/github"

	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// install installs the app "evenkeel" for acme/api alone; what it gives away is a
// client as the installation, and one as the app itself.
func (w *world) install(permissions standin.Permissions) (client, app *github.Client, id int64) {
	w.t.Helper()
	made := w.App("acme", "evenkeel")
	id = w.Install(made, "acme", permissions, "acme/api")
	asApp, err := ghinstallation.NewAppsTransport(w.transport(), made.ID, made.PEM())
	if err != nil {
		w.t.Fatal(err)
	}
	asApp.BaseURL = w.URL
	return w.over(ghinstallation.NewFromAppsTransport(asApp, id), ""), w.over(asApp, ""), id
}

// The library reads the machine's clock.
var machine = standin.Options{TokenClock: time.Now}

func TestAnAppWorksThroughItsInstallation(t *testing.T) {
	t.Parallel()
	w := build(t, machine)
	client, app, id := w.install(standin.Permissions{"issues": "write"})
	issue := must[*github.Issue](t)(client.Issues.Create(t.Context(), "acme", "api", &github.IssueRequest{Title: ptr("x"), Labels: &[]string{"slo"}}))
	if issue.GetUser().GetLogin() != "evenkeel[bot]" || issue.GetUser().GetType() != "Bot" || len(issue.Labels) != 1 {
		t.Errorf("made: %v", issue)
	}
	if got := must[[]*github.Issue](t)(client.Issues.ListByRepo(t.Context(), "acme", "api", &github.IssueListByRepoOptions{Creator: "evenkeel[bot]"})); len(got) != 1 {
		t.Errorf("by its login: %v", got)
	}
	if got := must[*github.ListRepositories](t)(client.Apps.ListRepos(t.Context(), nil)); got.GetTotalCount() != 1 || got.Repositories[0].GetName() != "api" {
		t.Errorf("its repositories: %v", got)
	}
	if got := must[*github.App](t)(app.Apps.Get(t.Context(), "")); got.GetSlug() != "evenkeel" {
		t.Errorf("the app: %v", got)
	}
	for name, got := range map[string]*github.Installation{
		"by id":         must[*github.Installation](t)(app.Apps.GetInstallation(t.Context(), id)),
		"by owner":      must[*github.Installation](t)(app.Apps.FindOrganizationInstallation(t.Context(), "acme")),
		"by repository": must[*github.Installation](t)(app.Apps.FindRepositoryInstallation(t.Context(), "acme", "api")),
		"in the list":   must[[]*github.Installation](t)(app.Apps.ListInstallations(t.Context(), nil))[0],
	} {
		if got.GetID() != id || got.GetPermissions().GetIssues() != "write" || got.GetAccount().GetLogin() != "acme" {
			t.Errorf("%s: %v", name, got)
		}
	}
	for name, find := range map[string]func() (*github.Installation, *github.Response, error){
		"of another repository": func() (*github.Installation, *github.Response, error) {
			return app.Apps.FindRepositoryInstallation(t.Context(), "acme", "vault")
		},
		"of a person": func() (*github.Installation, *github.Response, error) {
			return app.Apps.FindUserInstallation(t.Context(), "wanda")
		},
	} {
		if _, response, err := find(); err == nil || response.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnAppMayDoWhatItIsPermitted(t *testing.T) {
	t.Parallel()
	w := build(t, machine)
	client, _, id := w.install(standin.Permissions{"issues": "read"})
	w.Person("adam").Open("acme/api", "x", "")
	must[*github.Issue](t)(client.Issues.Get(t.Context(), "acme", "api", 1))
	refused := func(name string, response *github.Response, err error, status int, says string) {
		t.Helper()
		if response == nil || response.StatusCode != status || !strings.Contains(errText(err), says) {
			t.Errorf("%s: %v, want %d and %q", name, err, status, says)
		}
	}
	_, response, err := client.Issues.CreateComment(t.Context(), "acme", "api", 1, &github.IssueComment{Body: ptr("x")})
	refused("a comment with leave to read", response, err, http.StatusForbidden, "Resource not accessible by integration")
	_, response, err = client.Issues.Get(t.Context(), "acme", "vault", 1)
	refused("a private repository without the app", response, err, http.StatusNotFound, "Not Found")
	_, response, err = client.Users.Get(t.Context(), "")
	refused("a person's own page", response, err, http.StatusForbidden, "Resource not accessible by integration")

	w.Person("adam").Suspend(id)
	_, response, err = client.Issues.Get(t.Context(), "acme", "api", 1)
	refused("a suspended installation", response, err, http.StatusForbidden, "suspended")
	w.Person("adam").Unsuspend(id)
	must[*github.Issue](t)(client.Issues.Get(t.Context(), "acme", "api", 1))
	w.Person("adam").Uninstall(id)
	_, response, err = client.Issues.Get(t.Context(), "acme", "api", 1)
	refused("an installation that is no more", response, err, http.StatusUnauthorized, "Bad credentials")
}

func TestAnInstallationLosesWhatIsTransferredAway(t *testing.T) {
	t.Parallel()
	w := build(t, machine)
	w.Organization("other")
	client, _, _ := w.install(standin.Permissions{"issues": "write"})
	w.Person("adam").TransferRepository("acme/api", "other")
	// It is public: it can still be read, under its new name, and not be written.
	if got := must[*github.Repository](t)(client.Repositories.Get(t.Context(), "acme", "api")); got.GetFullName() != "other/api" {
		t.Errorf("it is %s", got.GetFullName())
	}
	_, response, err := client.Issues.Create(t.Context(), "other", "api", &github.IssueRequest{Title: ptr("x")})
	if err == nil || response.StatusCode != http.StatusForbidden {
		t.Errorf("%v, want 403", err)
	}
}

func TestATokenOfAnInstallationExpiresAndCanBeNarrower(t *testing.T) {
	t.Parallel()
	w := build(t, machine)
	_, app, id := w.install(standin.Permissions{"issues": "write"})
	narrow := must[*github.InstallationToken](t)(app.Apps.CreateInstallationToken(t.Context(), id, &github.InstallationTokenOptions{
		Repositories: []string{"api"}, Permissions: &github.InstallationPermissions{Issues: ptr("read")},
	}))
	if in := time.Until(narrow.GetExpiresAt().Time); in < 59*time.Minute || in > time.Hour {
		t.Errorf("it expires in %s, want an hour", in)
	}
	if _, response, err := w.as(narrow.GetToken()).Issues.Create(t.Context(), "acme", "api", &github.IssueRequest{Title: ptr("x")}); err == nil || response.StatusCode != http.StatusForbidden {
		t.Errorf("a token to read: %v", err)
	}
	for name, options := range map[string]*github.InstallationTokenOptions{
		"more than was granted":    {Permissions: &github.InstallationPermissions{Contents: ptr("write")}},
		"a repository without it":  {Repositories: []string{"vault"}},
		"a repository that is not": {Repositories: []string{"nothing"}},
	} {
		if _, response, err := app.Apps.CreateInstallationToken(t.Context(), id, options); err == nil || response.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %v, want 422", name, err)
		}
	}
}

// A token keeps what it was made with; the next one has what was granted since.
func TestAGrantIsInTheNextToken(t *testing.T) {
	t.Parallel()
	w := build(t, machine)
	_, app, id := w.install(standin.Permissions{"issues": "read"})
	token := func() string {
		return must[*github.InstallationToken](t)(app.Apps.CreateInstallationToken(t.Context(), id, nil)).GetToken()
	}
	create := func(token string) (*github.Response, error) {
		_, response, err := w.as(token).Issues.Create(t.Context(), "acme", "api", &github.IssueRequest{Title: ptr("x")})
		return response, err
	}
	before := token()
	w.Grant(id, standin.Permissions{"issues": "write"})
	if response, err := create(before); err == nil || response.Header.Get("X-Accepted-GitHub-Permissions") != "issues=write" {
		t.Errorf("the token of before: %v; what it lacks: %q", err, response.Header.Get("X-Accepted-GitHub-Permissions"))
	}
	if _, err := create(token()); err != nil {
		t.Error(err)
	}
}

// "Generating a JSON Web Token (JWT) for a GitHub App": RS256, by the app's key, iat
// in the past, exp at most ten minutes in the future.
func TestATokenOfAnAppIsChecked(t *testing.T) {
	t.Parallel()
	w := build(t, standin.Options{})
	app := w.App("acme", "evenkeel")
	key, err := jwt.ParseRSAPrivateKeyFromPEM(app.PEM())
	if err != nil {
		t.Fatal(err)
	}
	claims := func(issuer string, issued, expires time.Duration) jwt.RegisteredClaims {
		return jwt.RegisteredClaims{Issuer: issuer, IssuedAt: jwt.NewNumericDate(start.Add(issued)), ExpiresAt: jwt.NewNumericDate(start.Add(expires))}
	}
	id := strconv.FormatInt(app.ID, 10)
	for _, c := range []struct {
		name   string
		token  *jwt.Token
		key    any
		status int
	}{
		{"a good one", jwt.NewWithClaims(jwt.SigningMethodRS256, claims(id, -time.Minute, 9*time.Minute)), key, http.StatusOK},
		{"one that is over", jwt.NewWithClaims(jwt.SigningMethodRS256, claims(id, -10*time.Minute, 0)), key, http.StatusUnauthorized},
		{"one that is too long", jwt.NewWithClaims(jwt.SigningMethodRS256, claims(id, -time.Minute, 11*time.Minute)), key, http.StatusUnauthorized},
		{"one of the future", jwt.NewWithClaims(jwt.SigningMethodRS256, claims(id, 5*time.Minute, 9*time.Minute)), key, http.StatusUnauthorized},
		{"one of another app", jwt.NewWithClaims(jwt.SigningMethodRS256, claims("7", -time.Minute, 9*time.Minute)), key, http.StatusUnauthorized},
		{"one with another signature", jwt.NewWithClaims(jwt.SigningMethodHS256, claims(id, -time.Minute, 9*time.Minute)), []byte("secret"), http.StatusUnauthorized},
	} {
		text, err := c.token.SignedString(c.key)
		if err != nil {
			t.Fatal(err)
		}
		_, response, err := w.as(text).Apps.Get(t.Context(), "")
		if response == nil || response.StatusCode != c.status {
			t.Errorf("%s: %v, want %d", c.name, err, c.status)
		}
	}
}
