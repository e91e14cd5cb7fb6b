package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/services/access/oidc/optest"
)

// withProvider starts the program beside a real OpenID provider.
func withProvider(t *testing.T) (*process.Process, *optest.Provider) {
	t.Helper()
	provider := optest.New(t)
	r := process.Start(t, process.Options{Dir: t.TempDir(), Env: []string{
		"EVENKEEL_OIDC_ISSUER=" + provider.URL, "EVENKEEL_OIDC_NAME=Acme", "EVENKEEL_OIDC_CLIENT_ID=" + optest.Pages, "EVENKEEL_OIDC_CLIENT_SECRET=" + optest.Secret,
		"EVENKEEL_OIDC_DEVICE_CLIENT_ID=" + optest.Device, "EVENKEEL_WORKLOADS_ISSUERS=" + provider.URL, "EVENKEEL_WORKLOADS_AUDIENCE=https://evenkeel.example.org",
	}})
	provider.SendBack(r.Base() + "/signin/callback")
	provider.Comes(optest.Person{Subject: "ada", Name: "Ada Lovelace", Email: "ada@example.org", EmailVerified: true})
	return r, provider
}

// browser keeps cookies and follows redirects, and remembers where it was.
type browser struct {
	*testing.T
	http.Client
	went []*http.Response
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{T: t}
	b.Jar = jar
	b.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		b.went = append(b.went, r.Response)
		return nil
	}
	return b
}

// open returns the status, the path at which it ends, and the page.
func (b *browser) open(address string) (status int, path, page string) {
	b.Helper()
	b.went = nil
	request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address, nil)
	if err != nil {
		b.Fatal(err)
	}
	res, err := b.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	return res.StatusCode, res.Request.URL.RequestURI(), string(text)
}

func TestPeopleSignInToThePagesByTheirProvider(t *testing.T) {
	t.Parallel()
	r, _ := withProvider(t)
	b := newBrowser(t)
	status, path, page := b.open(r.Base() + "/slos")
	if status != 200 || path != "/signin?next=%2Fslos" || !strings.Contains(page, `<a class="button primary" href="/signin/provider?next=%2Fslos">Sign in with Acme</a>`) {
		t.Fatalf("%d at %s: %s", status, path, page)
	}
	status, path, page = b.open(r.Base() + "/signin/provider?next=%2Fslos")
	if status != 200 || path != "/slos" || !strings.Contains(page, "Ada Lovelace") {
		t.Fatalf("%d at %s: %s", status, path, page)
	}
	var callback *url.URL
	for _, res := range b.went {
		set := strings.Join(res.Header.Values("Set-Cookie"), "\n")
		switch res.Request.URL.Path {
		case "/signin/provider":
			if !regexp.MustCompile(`^evenkeel_signin=[\w-]+; Path=/; Max-Age=600; HttpOnly; SameSite=Lax$`).MatchString(set) || res.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("on the way there the cookie is %s", set)
			}
		case "/signin/callback":
			callback = res.Request.URL
			if !regexp.MustCompile(`(?m)^evenkeel_signin=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax$`).MatchString(set) || !regexp.MustCompile(`(?m)^evenkeel_session=\w+; Path=/; Expires=.*; HttpOnly; SameSite=Lax$`).MatchString(set) {
				t.Errorf("on the way back the cookies are %s", set)
			}
		}
	}
	if callback == nil {
		t.Fatal("nobody came back")
	}
	// Whoever has the address has nothing without the cookie, and nobody comes back twice.
	for what, who := range map[string]*browser{"again": b, "in another browser": newBrowser(t)} {
		if status, _, page := who.open(callback.String()); status != 401 || !strings.Contains(page, "sign in again") {
			t.Errorf("%s: %d, %s", what, status, page)
		}
	}
	forged := newBrowser(t)
	forged.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	forged.open(r.Base() + "/signin/provider")
	if status, _, _ := forged.open(r.Base() + "/signin/callback?state=guessed&code=" + callback.Query().Get("code")); status != 401 {
		t.Errorf("with another state: %d", status)
	}
	forged.open(r.Base() + "/signin/provider")
	if status, _, page := forged.open(r.Base() + "/signin/callback?error=access_denied"); status != 401 || strings.Contains(page, "access_denied") {
		t.Errorf("an error without the state: %d", status)
	}
	for _, elsewhere := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "/\t/evil.example", "/signout"} {
		if _, path, _ := newBrowser(t).open(r.Base() + "/signin/provider?next=" + url.QueryEscape(elsewhere)); path != "/" {
			t.Errorf("%q leads to %s", elsewhere, path)
		}
	}

	// Who left is out, and hears so.
	ctx, c, first := t.Context(), r.Client(), `"1"`
	for p, err := range c.ListPeople(ctx, nil) {
		if err != nil {
			t.Fatal(err)
		}
		if p.DisplayName == "Ada Lovelace" {
			if _, err := c.DeactivatePerson(ctx, p.ID, &client.DeactivatePersonParams{IfMatch: &first}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, path, _ := b.open(r.Base() + "/slos"); path != "/signin?next=%2Fslos" {
		t.Errorf("deactivated, she is at %s", path)
	}
	if status, _, page := b.open(r.Base() + "/signin/provider"); status != 401 || !strings.Contains(page, "Your account of Evenkeel was deactivated") {
		t.Errorf("deactivated: %d, %s", status, page)
	}
}

// approving is a person in front of a terminal: they open the page that it names.
type approving struct {
	*testing.T
	strings.Builder
	opened bool
}

var shownAddress = regexp.MustCompile(`Open (\S+)\n`)

func (a *approving) Write(text []byte) (int, error) {
	n, err := a.Builder.Write(text)
	if shown := shownAddress.FindStringSubmatch(a.String()); shown != nil && !a.opened {
		a.opened = true
		if status, _, page := newBrowser(a.T).open(shown[1]); status != 200 {
			a.Errorf("the page is %d: %s", status, page)
		}
	}
	return n, err
}

func TestACommandLineSignsInAndOut(t *testing.T) {
	t.Parallel()
	r, _ := withProvider(t)
	dir := t.TempDir()
	environ := []string{"XDG_CONFIG_HOME=" + dir}
	file := filepath.Join(dir, "evenkeel", "contexts.yaml")
	run := func(want int, says string, args ...string) string {
		t.Helper()
		code, out, errs := evenkeel(t, environ, args...)
		if code != want || !strings.Contains(out+errs, says) {
			t.Errorf("evenkeel %v ends with %d, want %d with %q, and says\n%s%s", args, code, want, says, out, errs)
		}
		return out
	}
	run(2, `run "evenkeel login"`, "gate", "checkout")
	run(2, "must be https://", "login", "--server", "http://evenkeel.example.org")
	out := &approving{T: t}
	var errs strings.Builder
	p := &program{environ: environ, hostname: "host-1", stdout: out, stderr: &errs}
	if code := p.run(t.Context(), []string{"login", "--server", r.Base(), "--context", "here"}); code != 0 || !strings.Contains(out.String(), `as the context "here"`) {
		t.Fatalf("it ends with %d: %s%s", code, out, &errs)
	}
	for path, mode := range map[string]os.FileMode{file: 0o600, filepath.Dir(file): 0o700} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	token := regexp.MustCompile(`ek_\w+`).FindString(string(kept))
	if token == "" || strings.Contains(out.String(), token) {
		t.Fatalf("it says %s and keeps %s", out, kept)
	}
	run(1, `no service "checkout"`, "gate", "checkout") // which takes being known
	run(0, "* here  "+r.Base(), "context", "list")
	if shown := run(0, "with the scopes write", "context", "show", "here"); strings.Contains(shown, token) {
		t.Errorf("it shows %s", shown)
	}
	// A token goes to its own server alone.
	run(2, "is not sent to", "gate", "checkout", "--server", "https://evil.example")
	run(2, "is not sent to", "gate", "checkout", "--server", "https://evil.example", "--context", "here")
	// What is given comes first.
	environ = append(environ, "EVENKEEL_TOKEN="+r.Token(), "EVENKEEL_SERVER=http://127.0.0.1:1")
	run(1, `no service "checkout"`, "gate", "checkout", "--context", "here")
	run(1, `no service "checkout"`, "gate", "checkout", "--server", r.Base())
	environ = environ[:1]

	soon := regexp.MustCompile(`expires: .*`)
	write(t, file, soon.ReplaceAllString(string(kept), "expires: "+time.Now().Add(30*time.Minute).UTC().Format(time.RFC3339)))
	run(1, `expires in 29 minutes: run "evenkeel login --context here`, "gate", "checkout")
	write(t, file, soon.ReplaceAllString(string(kept), "expires: 2026-01-02T03:04:05Z"))
	run(2, `expired at 2026-01-02T03:04:05Z: run "evenkeel login --context here`, "gate", "checkout")
	write(t, file, string(kept))
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	run(2, "chmod 600", "gate", "checkout")
	run(1, "chmod 600", "logout")
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	run(0, "is forgotten, and its token revoked", "logout")
	if left, err := os.ReadFile(file); err != nil || strings.Contains(string(left), "ek_") {
		t.Errorf("there is left %s, %v", left, err)
	}
	c, err := client.New(r.Base(), client.WithToken(token))
	if err != nil {
		t.Fatal(err)
	}
	if me, err := c.GetMe(t.Context()); !errors.Is(err, client.ErrUnauthenticated) {
		t.Errorf("the token is answered %v, %v", me, err)
	}
	run(1, "no current context", "logout")
}

func TestAJobOfGitHubActionsComesInWithoutASecret(t *testing.T) {
	t.Parallel()
	r, provider := withProvider(t)
	now := time.Now().Unix()
	// The claims are those of GitHub's own example ("OpenID Connect reference", Understanding the OIDC token).
	job := provider.Sign(map[string]any{
		"iss": provider.URL, "aud": "https://evenkeel.example.org", "sub": "repo:octo-org/octo-repo:environment:prod", "repository": "octo-org/octo-repo",
		"environment": "prod", "iat": now, "nbf": now, "exp": now + 900,
	})
	github := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer of the job" || r.URL.Query().Get("audience") != "https://evenkeel.example.org" || r.URL.Query().Get("api-version") != "2.0" {
			http.Error(w, "wrong", http.StatusUnauthorized)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"count": 1, "value": job})
	}))
	t.Cleanup(github.Close)
	home := t.TempDir()
	environ := []string{"HOME=" + home}
	run := func(want int, says string, args ...string) {
		t.Helper()
		if code, out, errs := evenkeel(t, environ, args...); code != want || !strings.Contains(out+errs, says) {
			t.Errorf("evenkeel %v ends with %d, want %d with %q, and says\n%s%s", args, code, want, says, out, errs)
		}
	}
	run(1, "id-token: write", "login", "--server", r.Base(), "--workload")
	environ = append(environ, "ACTIONS_ID_TOKEN_REQUEST_URL="+github.URL+"/token?api-version=2.0", "ACTIONS_ID_TOKEN_REQUEST_TOKEN=of the job")
	run(1, "no workload identity lets this token in", "login", "--server", r.Base(), "--workload")
	scopes := []client.WorkloadIdentityInputScopes{"push", "read"}
	_, err := r.Client().CreateWorkloadIdentity(t.Context(), nil, client.WorkloadIdentityInput{
		Team: "platform", Name: "deployments", Issuer: provider.URL, Claims: map[string]string{"repository": "octo-org/octo-repo", "environment": "prod"}, Scopes: &scopes,
	})
	if err != nil {
		t.Fatal(err)
	}
	run(0, "Signed in to", "login", "--server", r.Base(), "--workload")
	run(1, `no service "checkout"`, "gate", "checkout")
	run(0, "its token ends at", "logout")

	// The action does the same where it has no token.
	script, err := filepath.Abs("../../deploy/github-action/evenkeel.sh")
	if err != nil {
		t.Fatal(err)
	}
	action := exec.CommandContext(t.Context(), script)
	action.Dir, action.Env = home, append([]string{"PATH=" + os.Getenv("PATH"), "BINARY=" + process.Build(t), "EVENKEEL_SERVER=" + r.Base(), "EVENKEEL_TOKEN=", "MODE=gate", "SERVICE=checkout", "CLASS=feature", "VERSION=v1"}, environ...)
	if out, err := action.CombinedOutput(); err == nil || !strings.Contains(string(out), "Signed in to") || !strings.Contains(string(out), `no service "checkout"`) {
		t.Errorf("the action says %s, %v", out, err)
	}
	file := filepath.Join(home, "token")
	write(t, file, job+"\n")
	run(0, "Signed in to", "login", "--server", r.Base(), "--workload-token-file", file)
	run(1, `no service "checkout"`, "gate", "checkout")
	run(1, "must be 60 to 3600 seconds", "login", "--server", r.Base(), "--workload-token-file", file, "--lifetime", "2h")
}
