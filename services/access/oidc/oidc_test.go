package oidc_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/access/jwks"
	"github.com/evenkeel/evenkeel/services/access/oidc"
	"github.com/evenkeel/evenkeel/services/access/oidc/optest"
	"github.com/evenkeel/evenkeel/services/audit"
)

const redirect = "http://127.0.0.1:8080/signin/callback"

// house is what signs people and workloads in, beside a real provider.
type house struct {
	*oidc.Bearers
	*testing.T
	provider *optest.Provider
	clock    *clock.Manual
	ada      optest.Person
	store    *store.Store
}

func newHouse(t *testing.T, change ...func(*oidc.PeopleOptions)) *house {
	t.Helper()
	h := &house{T: t, provider: optest.New(t), clock: clock.NewManual(time.Now()), ada: optest.Person{Subject: "ada", Name: "Ada Lovelace", Email: "ada@example.org", EmailVerified: true}}
	s, log := storetest.SQLite(t), slog.New(slog.NewTextHandler(io.Discard, nil))
	authorizer := access.NewAuthorizer(s.Access())
	rooms := access.NewService(s.Access(), s, authorizer, audit.NewService(s.Audit(), s, authorizer, h.clock.Now), h.clock.Now, access.Lifetimes{}, log)
	t.Cleanup(func() { _ = rooms.Close(context.WithoutCancel(t.Context())) })
	o := oidc.PeopleOptions{
		IssuerOptions: oidc.IssuerOptions{URL: h.provider.URL, Clock: h.clock.Now, Logger: log}, Name: "Acme", ClientID: optest.Pages, ClientSecret: func() string { return optest.Secret },
		DeviceClientID: optest.Device, Scopes: []string{"openid", "profile", "email"}, Redirect: redirect, Enter: true,
	}
	for _, c := range change {
		c(&o)
	}
	people, err := oidc.NewPeople(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(people.Close)
	h.Bearers = &oidc.Bearers{People: people, Access: rooms, Workloads: map[string]*oidc.Issuer{}}
	h.store = s
	h.provider.SendBack(redirect)
	h.provider.Comes(h.ada)
	return h
}

// claims are those of an ID token of Ada for the command line.
func (h *house) claims(change ...any) map[string]any {
	now := h.clock.Now().Unix()
	out := map[string]any{"iss": h.provider.URL, "aud": optest.Device, "sub": "ada", "name": "Ada Lovelace", "iat": now, "exp": now + 300}
	for i := 0; i < len(change); i += 2 {
		if name := change[i].(string); change[i+1] == nil {
			delete(out, name)
		} else {
			out[name] = change[i+1]
		}
	}
	return out
}

// takes requires that a token is taken, as Ada's.
func (h *house) takes(what, token string) {
	h.Helper()
	if made, _, err := h.Exchange(h.Context(), token, access.ExchangeInput{}); err != nil || made.Kind != access.PersonalToken {
		h.Errorf("%s: %+v, %v", what, made, err)
	}
}

// refuses requires that it is not.
func (h *house) refuses(what, token, code string) {
	h.Helper()
	made, text, err := h.Exchange(h.Context(), token, access.ExchangeInput{})
	if e := fault.As(err); e == nil || e.Code != code || text != "" {
		h.Errorf("%s: %+v, %v, want %s", what, made, err, code)
	}
}

// walk is a browser that goes to the provider and comes back with the query of the redirect.
func (h *house) walk(address string) url.Values {
	h.Helper()
	browser := &http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), redirect) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	request, err := http.NewRequestWithContext(h.Context(), http.MethodGet, address, nil)
	if err != nil {
		h.Fatal(err)
	}
	res, err := browser.Do(request)
	if err != nil {
		h.Fatal(err)
	}
	defer res.Body.Close()
	back, err := url.Parse(res.Header.Get("Location"))
	if err != nil || back.Query().Get("code") == "" {
		text, _ := io.ReadAll(res.Body)
		h.Fatalf("the provider answers %s with %q, %v\n%s", res.Status, back, err, text)
	}
	return back.Query()
}

func TestACodeIsWorthSomethingOnlyInTheAttemptThatAskedForIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, algorithm := range []jose.SignatureAlgorithm{jose.RS256, jose.ES256} {
		h.provider.Rotate("key of "+string(algorithm), algorithm)
		h.clock.Advance(jwks.AskAgainAfter)
		mine := oidc.NewAttempt()
		address, err := h.People.Begin(t.Context(), mine)
		if err != nil {
			t.Fatal(err)
		}
		asked, _ := url.Parse(address)
		if q := asked.Query(); q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "" || q.Get("nonce") != mine.Nonce || q.Get("state") != mine.State || strings.Contains(address, mine.Verifier) {
			t.Errorf("the provider is asked %s", address)
		}
		back := h.walk(address)
		if back.Get("state") != mine.State {
			t.Errorf("the state comes back as %q", back.Get("state"))
		}
		who, err := h.People.Finish(t.Context(), mine, back.Get("code"))
		if err != nil || who.Subject != "ada" || who.DisplayName != "Ada Lovelace" || who.Email != "ada@example.org" || who.Issuer != h.provider.URL {
			t.Errorf("%s: %+v, %v", algorithm, who, err)
		}
		_, err = h.People.Finish(t.Context(), mine, back.Get("code"))
		if e := fault.As(err); e == nil || e.Code != "provider_refused" {
			t.Errorf("the same code again: %v", err)
		}
	}
	for what, change := range map[string]func(*oidc.Attempt){
		"another nonce":    func(a *oidc.Attempt) { a.Nonce = oidc.NewAttempt().Nonce },
		"no nonce":         func(a *oidc.Attempt) { a.Nonce = "" },
		"another verifier": func(a *oidc.Attempt) { a.Verifier = oidc.NewAttempt().Verifier },
	} {
		mine := oidc.NewAttempt()
		address, err := h.People.Begin(t.Context(), mine)
		if err != nil {
			t.Fatal(err)
		}
		code := h.walk(address).Get("code")
		change(&mine)
		if who, err := h.People.Finish(t.Context(), mine, code); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("%s: %+v, %v", what, who, err)
		}
	}
}

func TestAnAddressThatWasNotVerifiedIsNone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for value, want := range map[any]string{true: "ada@example.org", "true": "ada@example.org", false: "", "false": "", 1: "", nil: ""} {
		who, err := h.People.Verify(t.Context(), h.provider.Sign(h.claims("email", "ada@example.org", "email_verified", value)))
		if err != nil || who.Email != want {
			t.Errorf("verified %v: %q, %v", value, who.Email, err)
		}
	}
}

func TestOnlyThoseOfWhomTheProviderSaysItComeIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(o *oidc.PeopleOptions) {
		o.Require = map[string]string{"groups": "reliability", "hd": "example.org"}
	})
	h.takes("in a group among others", h.provider.Sign(h.claims("groups", []string{"all", "reliability"}, "hd", "example.org")))
	h.takes("in one group", h.provider.Sign(h.claims("groups", "reliability", "hd", "example.org")))
	for what, claims := range map[string]map[string]any{
		"of nothing": h.claims(), "of no group": h.claims("hd", "example.org"), "of another domain": h.claims("groups", "reliability", "hd", "example.com"),
		"of a group that begins so": h.claims("groups", []string{"reliability-guests"}, "hd", "example.org"), "of a number": h.claims("groups", 1, "hd", "example.org"),
	} {
		h.refuses(what, h.provider.Sign(claims), "person_refused")
	}
}

func TestANameIsShownOnOneLineWhateverTheProviderSays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, want := range map[any]string{
		"Ada\u202eecalevoL": "AdaecalevoL", " Ada\n": "Ada", "": "ada", "\u200b": "ada", strings.Repeat("é", 200): strings.Repeat("é", 100), 7: "ada", nil: "ada",
	} {
		who, err := h.People.Verify(t.Context(), h.provider.Sign(h.claims("name", name)))
		if err != nil || who.DisplayName != want {
			t.Errorf("%q is shown as %q, %v", name, who.DisplayName, err)
		}
		in := access.PersonInput{DisplayName: who.DisplayName, Provider: access.ProviderOIDC, Issuer: who.Issuer, Subject: who.Subject}
		if err := in.Validate(); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestOnlyATokenOfThisProviderForThisClientIsTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	now := h.clock.Now().Unix()
	h.takes("a good one", h.provider.Sign(h.claims()))
	h.takes("one of the pages", h.provider.Sign(h.claims("aud", optest.Pages)))
	h.takes("within the leeway", h.provider.Sign(h.claims("exp", now-59)))
	h.takes("of a clock ahead", h.provider.Sign(h.claims("iat", now+59, "nbf", now+59)))
	h.takes("for two, and asked for by us", h.provider.Sign(h.claims("aud", []string{optest.Device, "other"}, "azp", optest.Device)))
	for what, claims := range map[string]map[string]any{
		"another audience":              h.claims("aud", "other"),
		"no audience":                   h.claims("aud", nil),
		"for two, and not said who":     h.claims("aud", []string{optest.Device, "other"}),
		"for two, by the other":         h.claims("aud", []string{optest.Device, "other"}, "azp", "other"),
		"another issuer":                h.claims("iss", "https://elsewhere.example.org"),
		"an issuer with a slash":        h.claims("iss", h.provider.URL+"/"),
		"expired":                       h.claims("exp", now-61),
		"never expiring":                h.claims("exp", nil),
		"made in the future":            h.claims("iat", now+61),
		"not good yet":                  h.claims("nbf", now+61),
		"nobody's":                      h.claims("sub", ""),
		"of a name of 256 characters":   h.claims("sub", strings.Repeat("a", 256)),
		"an issuer in other letters":    h.claims("iss", nil, "Iss", h.provider.URL),
		"with an exp that is no number": h.claims("exp", "soon"),
	} {
		h.refuses(what, h.provider.Sign(claims), "provider_token_invalid")
	}
	good := h.provider.Sign(h.claims())
	parts := strings.Split(good, ".")
	encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	public, ok := h.provider.Key().Public().(*rsa.PublicKey)
	if !ok {
		t.Fatal("the key is no RSA key")
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	payload := must(json.Marshal(h.claims()))(t)
	hmac := func(secret []byte) string {
		return optest.Sign(t, jose.SigningKey{Algorithm: jose.HS256, Key: secret}, "first", "JWT", payload)
	}
	twice := []byte(`{"sub":"eve",` + strings.TrimPrefix(string(payload), "{"))
	for what, token := range map[string]string{
		"none":                             encode(`{"alg":"none","kid":"first"}`) + "." + parts[1] + ".",
		"none with a signature":            encode(`{"alg":"none","kid":"first"}`) + "." + parts[1] + "." + parts[2],
		"HS256 with the public key":        hmac(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
		"HS256 with its DER":               hmac(der),
		"a stranger's":                     optest.Sign(t, jose.SigningKey{Algorithm: jose.RS256, Key: stranger}, "first", "JWT", payload),
		"without the id of a key":          optest.Sign(t, jose.SigningKey{Algorithm: jose.RS256, Key: stranger}, "", "JWT", payload),
		"PS256 by a key for RS256":         h.provider.Key().SignAs(t, jose.PS256, "JWT", payload),
		"an access token":                  h.provider.Key().SignAs(t, jose.RS256, "at+jwt", payload),
		"changed":                          parts[0] + "." + encode(strings.Replace(string(must(base64.RawURLEncoding.DecodeString(parts[1]))(t)), "ada", "eve", 1)) + "." + parts[2],
		"without a signature":              parts[0] + "." + parts[1] + ".",
		"with a claim that is there twice": h.provider.Key().SignAs(t, jose.RS256, "JWT", twice),
		"nothing":                          "", "no token": "ek_", "too long": good + strings.Repeat("A", oidc.MaxToken),
	} {
		h.refuses(what, token, "provider_token_invalid")
	}
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestKeysAreLookedAtAnewAndServeThroughAnOutage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const keys = "/keys"
	h.provider.Down(true)
	h.refuses("before anything is known", h.provider.Sign(h.claims()), "provider_unavailable")
	h.provider.Down(false)
	h.refuses("a moment later", h.provider.Sign(h.claims()), "provider_unavailable") // it is not asked again yet
	h.clock.Advance(jwks.AskAgainAfter)
	h.takes("once the provider is back", h.provider.Sign(h.claims()))

	old := h.provider.Key()
	h.clock.Advance(jwks.AskAgainAfter)
	h.provider.Rotate("second", jose.ES256)
	h.takes("of a new key", h.provider.Sign(h.claims()))
	asked := h.provider.Asked(keys)
	h.provider.Rotate("third", jose.RS256)
	for range 20 {
		h.refuses("of a newer one, too soon", h.provider.Sign(h.claims()), "provider_token_invalid")
	}
	if again := h.provider.Asked(keys); again != asked {
		t.Errorf("the keys were asked for %d times more within %s", again-asked, jwks.AskAgainAfter)
	}
	h.clock.Advance(jwks.AskAgainAfter)
	h.takes("of the newer one", h.provider.Sign(h.claims()))

	h.provider.Down(true)
	h.clock.Advance(jwks.KeepFor - time.Second)
	h.takes("while the provider is down", h.provider.Sign(h.claims()))
	h.clock.Advance(time.Second)
	h.refuses("down for too long", h.provider.Sign(h.claims()), "provider_unavailable")
	h.provider.Down(false)
	h.provider.Forget()
	h.clock.Advance(jwks.AskAgainAfter)
	h.takes("back again", h.provider.Sign(h.claims()))
	h.refuses("of a key that was taken away", old.Sign(t, h.claims()), "provider_token_invalid")
}

// ofJob are claims of GitHub's own example of an ID token ("OpenID Connect reference", Understanding the OIDC token).
func (h *house) ofJob(issuer string) map[string]any {
	now := h.clock.Now().Unix()
	return map[string]any{
		"jti": "example-id", "sub": "repo:octo-org/octo-repo:environment:prod", "environment": "prod", "aud": "https://evenkeel.example.org",
		"ref": "refs/heads/main", "sha": "example-sha", "repository": "octo-org/octo-repo", "repository_owner": "octo-org", "actor_id": "12",
		"repository_visibility": "private", "repository_id": "74", "repository_owner_id": "65", "run_id": "example-run-id", "run_number": "10",
		"run_attempt": "2", "runner_environment": "github-hosted", "actor": "octocat", "workflow": "example-workflow", "head_ref": "", "base_ref": "",
		"event_name": "workflow_dispatch", "ref_type": "branch", "job_workflow_ref": "octo-org/octo-automation/.github/workflows/oidc.yml@refs/heads/main",
		"iss": issuer, "nbf": now, "exp": now + 900, "iat": now,
	}
}

func TestAJobsTokenAndAServiceAccountsAreExchanged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	// The cluster's issuer cannot be reached: its keys are in a file.
	const cluster = "https://kubernetes.default.svc.cluster.local"
	key := optest.NewKey(t, "cluster", jose.RS256)
	file := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(file, key.JSON(t), 0o600); err != nil {
		t.Fatal(err)
	}
	options := oidc.IssuerOptions{Clock: h.clock.Now, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
	for issuer, keys := range map[string]string{cluster: file, h.provider.URL: ""} {
		options.URL, options.Keys = issuer, keys
		h.Workloads[issuer] = must(oidc.NewIssuer(options))(t)
		t.Cleanup(h.Workloads[issuer].Close)
	}
	h.Access.LetIn(access.Workloads{Issuers: slices.Collect(maps.Keys(h.Workloads)), Audience: "https://evenkeel.example.org"})
	system := access.WithCaller(t.Context(), access.System("test"))
	team := storetest.Team(t, h.store, "shop").ID
	add := func(issuer string, rules ...access.ClaimRule) {
		t.Helper()
		must(h.Access.CreateWorkloadIdentity(system, team, access.WorkloadIdentityInput{Name: "deploy", Issuer: issuer, Claims: rules}))(t)
	}
	add(h.provider.URL, access.ClaimRule{Claim: "repository", Value: "octo-org/*"}, access.ClaimRule{Claim: "run_attempt", Value: "2"})
	add(cluster, access.ClaimRule{Claim: "sub", Value: "system:serviceaccount:shop:deployer"})

	made, text, err := h.Exchange(t.Context(), h.provider.Sign(h.ofJob(h.provider.URL)), access.ExchangeInput{})
	if err != nil || made.Team != team || made.Kind != access.WorkloadToken {
		t.Fatalf("got %+v, %v", made, err)
	}
	if c, err := h.Access.Authenticate(t.Context(), text); err != nil || c.Team != team {
		t.Errorf("it is %+v, %v", c, err)
	}
	other := h.ofJob(h.provider.URL)
	other["repository"] = "evil/octo-org"
	h.refuses("another repository", h.provider.Sign(other), "workload_unknown")
	h.refuses("an issuer that nobody trusts", h.provider.Sign(h.ofJob(access.GitHubActions)), "provider_token_invalid")

	// What the documentation of Kubernetes shows of a projected token ("Managing Service Accounts", bound tokens).
	now := h.clock.Now().Unix()
	account := map[string]any{
		"aud": []string{"https://evenkeel.example.org"}, "exp": now + 3607, "iat": now, "iss": cluster, "jti": "aed34954-b33a-4142-b1ec-389d6bbb4936", "nbf": now, "sub": "system:serviceaccount:shop:deployer",
		"kubernetes.io": map[string]any{"namespace": "shop", "serviceaccount": map[string]any{"name": "deployer", "uid": "14ee3fa4-a7e2-420f-9f9a-dbc4507c3798"}},
	}
	if made, _, err := h.Exchange(t.Context(), key.Sign(t, account), access.ExchangeInput{}); err != nil || made.Team != team {
		t.Errorf("got %+v, %v", made, err)
	}
	forged := maps.Clone(account)
	forged["sub"] = "system:serviceaccount:shop:other"
	h.refuses("another account", key.Sign(t, forged), "workload_unknown")
	h.refuses("the cluster's, signed by another", h.provider.Sign(account), "provider_token_invalid")
}
