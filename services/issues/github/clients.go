package github

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/golang-jwt/jwt/v4"
	"github.com/google/go-github/v60/github"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

// Options say as whom GitHub is spoken to, and where.
type Options struct {
	// Token is a person's; without it, AppID and Key are an App's.
	Token string
	AppID int64
	Key   *rsa.PrivateKey
	// Renew gives token or key as they are now, since they change; nil where they do not.
	Renew func() (token string, key *rsa.PrivateKey)
	// BaseURL is the address of a GitHub Enterprise, empty for GitHub.com.
	BaseURL string
	// CAFile holds the certificates of those who may sign the Enterprise's; empty means
	// those that the system trusts.
	CAFile string
	// AllowLoopback is for an Enterprise on this machine.
	AllowLoopback bool

	Clock   clock.Clock
	Metrics *outbound.Metrics // nil counts nothing
	Logger  *slog.Logger      // nil logs nothing
}

// requestTimeout is longer than the ten seconds after which GitHub itself gives up
// ("Timeouts" in "Troubleshooting the REST API").
const requestTimeout = 15 * time.Second

// Credentials let us in, as an App with an installation for each owner, or as a
// person by a token. What they found is kept until GitHub says that it is no more.
type Credentials struct {
	options Options
	base    *url.URL // of the API
	own     *way     // as the App itself, or as whose token it is

	mu      sync.Mutex
	asking  delivery.Lane            // of questions about ourselves
	hushed  *delivery.Error          // why none is asked until then; may be past
	found   map[string]access        // by owner in lower case; a token's by ""
	looking map[string]chan struct{} // holds one while somebody looks
}

var _ Clients = (*Credentials)(nil)

// access is how the repositories of an owner are reached.
type access struct {
	*way
	lane  string
	login string
}

// way is a client for HTTP with connections of its own: what shares limits shares its
// breaker, and nothing else does.
type way struct {
	outbound *outbound.Client
	http     *http.Client
}

// NewCredentials returns them, or a fault for options that are wrong.
func NewCredentials(o Options) (*Credentials, error) {
	c := &Credentials{options: o, found: map[string]access{}, looking: map[string]chan struct{}{}}
	client := github.NewClient(nil)
	if o.BaseURL != "" {
		var err error
		if client, err = client.WithEnterpriseURLs(o.BaseURL, o.BaseURL); err != nil {
			return nil, fmt.Errorf("read the address of GitHub: %w", err)
		}
	}
	c.base = client.BaseURL
	out, err := c.dial("github")
	if err != nil {
		return nil, err
	}
	c.own = &way{outbound: out}
	if c.isApp() {
		app, err := c.asApp(out)
		if err != nil {
			return nil, err
		}
		c.own.http = &http.Client{Transport: app}
	} else {
		c.own.http = &http.Client{Transport: &watch{next: bearer{out, c.token}, credentials: c, way: c.own}}
	}
	return c, nil
}

// token is that which there is now.
func (c *Credentials) token() string {
	if c.options.Renew != nil {
		token, _ := c.options.Renew()
		return token
	}
	return c.options.Token
}

// signer signs as the App with the key that there is now.
type signer struct{ options Options }

// Sign implements ghinstallation.Signer.
func (s signer) Sign(claims jwt.Claims) (string, error) {
	key := s.options.Key
	if s.options.Renew != nil {
		_, key = s.options.Renew()
	}
	return ghinstallation.NewRSASigner(jwt.SigningMethodRS256, key).Sign(claims)
}

func (c *Credentials) isApp() bool { return c.options.Token == "" }

// ownLane is the lane of what is asked about ourselves.
func (c *Credentials) ownLane() string {
	if c.isApp() {
		return "app:" + strconv.FormatInt(c.options.AppID, 10)
	}
	return "token:" + fingerprint(c.options.Token)
}

// fingerprint names a token without telling it.
func fingerprint(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:6])
}

// dial makes connections to the API, guarded and bounded. A request is sent once: what
// is sent again, and when, is decided by who asks.
func (c *Credentials) dial(name string) (*outbound.Client, error) {
	reach := outbound.Reach{AllowLoopback: c.options.AllowLoopback}
	if c.options.BaseURL == "" {
		reach.Denied = outbound.Private() // GitHub.com is in none of them, and an Enterprise may be
	}
	return outbound.New(outbound.Options{
		Name: name, URL: c.base.String(), Reach: reach, TLS: outbound.TLS{CAFile: c.options.CAFile},
		AttemptTimeout: requestTimeout, Timeout: requestTimeout, Attempts: 1,
		Metrics: c.options.Metrics, Logger: c.options.Logger,
	})
}

// asApp signs requests with the App's key. Each installation has one of its own, since
// ghinstallation writes to it without a lock.
func (c *Credentials) asApp(out *outbound.Client) (*ghinstallation.AppsTransport, error) {
	t, err := ghinstallation.NewAppsTransportWithOptions(out, c.options.AppID, ghinstallation.WithSigner(signer{c.options}))
	if err != nil {
		return nil, fmt.Errorf("sign as the App: %w", err)
	}
	t.BaseURL = strings.TrimSuffix(c.base.String(), "/")
	return t, nil
}

// client is one that remembers nothing of former requests.
func (c *Credentials) client(w *way) *github.Client {
	client := github.NewClient(w.http)
	client.BaseURL, client.UserAgent = c.base, "evenkeel"
	return client
}

// For returns the client for the repositories of an owner. The lane is
// "installation:<id>" or "token:<hash>", or with an error that of the question
// itself; the login is whose the issues will be.
func (c *Credentials) For(ctx context.Context, owner string) (client *github.Client, lane string, login string, err error) {
	a, err := c.access(ctx, owner)
	if err != nil {
		return nil, c.ownLane(), "", err
	}
	return c.client(a.way), a.lane, a.login, nil
}

// Lane names the lane of an owner's repositories. A token's is known without a question.
func (c *Credentials) Lane(ctx context.Context, owner string) (string, error) {
	if !c.isApp() {
		return c.ownLane(), nil
	}
	a, err := c.access(ctx, owner)
	return a.lane, err
}

// access returns what is known, or looks. Others who ask for the same owner wait; those
// who ask for another do not.
func (c *Credentials) access(ctx context.Context, owner string) (access, error) {
	if !c.isApp() {
		return c.accessBy(ctx, "", owner, c.self)
	}
	return c.accessBy(ctx, strings.ToLower(owner), owner, c.installed)
}

func (c *Credentials) accessBy(ctx context.Context, key, owner string, find func(context.Context, string) (access, error)) (access, error) {
	if a, ok := c.known(key); ok {
		return a, nil
	}
	turn := c.turn(key)
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return access{}, &delivery.Error{Trouble: delivery.Unavailable, Reason: "GitHub did not say in time how " + owner + " is reached", Err: ctx.Err()}
		}
		return access{}, fmt.Errorf("wait for what somebody else finds out of %q: %w", owner, ctx.Err())
	}
	if a, ok := c.known(key); ok {
		return a, nil
	}
	if err := c.mayAsk(); err != nil {
		return access{}, err
	}
	a, err := find(ctx, owner)
	if err != nil {
		return access{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.found[key] = a
	c.asking.Opened()
	return a, nil
}

// through is how the repositories are reached that an installation has.
func (c *Credentials) through(ctx context.Context, i *github.Installation) (access, error) {
	owner := i.GetAccount().GetLogin()
	key := strings.ToLower(owner)
	if a, ok := c.known(key); ok && a.lane != laneOf(i) { // it was installed anew
		c.forget(a.way)
	}
	return c.accessBy(ctx, key, owner, func(context.Context, string) (access, error) { return c.reach(i, owner) })
}

// answered notes that GitHub answered a question about ourselves as it should.
func (c *Credentials) answered() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asking.Opened()
}

// mayAsk is nil unless GitHub wants to be asked nothing about ourselves yet.
func (c *Credentials) mayAsk() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hushed == nil || !c.options.Clock().Before(c.hushed.Until) {
		return nil
	}
	e := *c.hushed
	return &e
}

// hush keeps questions back for as long as an error asks for, and says in it until when.
func (c *Credentials) hush(err error) error {
	e := delivery.AsError(err)
	if e == nil || e.Trouble != delivery.Limited && e.Trouble != delivery.Barred {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.options.Clock()
	if e.Trouble == delivery.Barred {
		e.Until = now.Add(delivery.BarredFor)
	}
	c.asking.Close(now, e.Until, e.Reason)
	e.Until = c.asking.NotBefore
	c.hushed = e
	return e
}

func (c *Credentials) known(key string) (access, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.found[key]
	return a, ok
}

func (c *Credentials) turn(key string) chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	turn := c.looking[key]
	if turn == nil {
		turn = make(chan struct{}, 1)
		c.looking[key] = turn
	}
	return turn
}

// forget has what goes that way looked for anew the next time.
func (c *Credentials) forget(w *way) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, a := range c.found {
		if a.way == w {
			delete(c.found, key)
		}
	}
	if w != c.own {
		w.outbound.Close()
	}
}

// Close lets go of all connections.
func (c *Credentials) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range c.found {
		a.outbound.Close()
	}
	c.own.outbound.Close()
}

// self asks whose the token is.
func (c *Credentials) self(ctx context.Context, _ string) (access, error) {
	client := c.client(c.own)
	user, response, err := client.Users.Get(ctx, "")
	if err != nil {
		return access{}, c.hush(c.trouble(ctx, response, err))
	}
	return access{way: c.own, lane: c.ownLane(), login: user.GetLogin()}, nil
}

// installed finds the App's installation on an owner, an organisation or a person.
func (c *Credentials) installed(ctx context.Context, owner string) (access, error) {
	i, err := c.installation(ctx, owner)
	if err != nil {
		return access{}, err
	}
	if i.SuspendedAt != nil {
		return access{}, &delivery.Error{Trouble: delivery.Barred, Until: c.options.Clock().Add(delivery.BarredFor), Reason: fmt.Sprintf(
			"the installation of the GitHub App on %s is suspended since %s: an owner of it can unsuspend it at %s",
			owner, i.GetSuspendedAt().UTC().Format(time.DateOnly), i.GetHTMLURL())}
	}
	return c.reach(i, owner)
}

// reach makes connections for an installation, and asks nothing.
func (c *Credentials) reach(i *github.Installation, owner string) (access, error) {
	out, err := c.dial("github " + strings.ToLower(owner))
	if err != nil {
		return access{}, err
	}
	app, err := c.asApp(out)
	if err != nil {
		return access{}, err
	}
	w := &way{outbound: out}
	w.http = &http.Client{Transport: &watch{next: ghinstallation.NewFromAppsTransport(app, i.GetID()), credentials: c, way: w}}
	return access{way: w, lane: laneOf(i), login: i.GetAppSlug() + "[bot]"}, nil
}

func laneOf(i *github.Installation) string { return "installation:" + strconv.FormatInt(i.GetID(), 10) }

func (c *Credentials) installation(ctx context.Context, owner string) (*github.Installation, error) {
	client := c.client(c.own)
	i, response, err := client.Apps.FindOrganizationInstallation(ctx, owner)
	if isMissing(response) {
		i, response, err = client.Apps.FindUserInstallation(ctx, owner)
	}
	switch {
	case isMissing(response):
		return nil, &delivery.Error{Trouble: delivery.Refused, Err: err, Reason: fmt.Sprintf(
			"the GitHub App is not installed on %s: an owner of it can install it from the App's settings, under Install App", owner)}
	case err != nil:
		return nil, c.hush(c.trouble(ctx, response, err))
	}
	return i, nil
}

func isMissing(r *github.Response) bool { return r != nil && r.StatusCode == http.StatusNotFound }

// trouble is what follows from an error of a question about ourselves, which nothing
// is lost by.
func (c *Credentials) trouble(ctx context.Context, response *github.Response, err error) error {
	err = to{Tracker: &Tracker{now: c.options.Clock}, client: c.client(c.own)}.trouble(ctx, response, err)
	switch e := delivery.AsError(err); {
	case e == nil:
	case e.Trouble == delivery.Lost:
		e.Trouble = delivery.Unavailable
	case e.Trouble == delivery.Gone:
		e.Trouble, e.Reason = delivery.Unavailable, "what answers at "+c.base.Host+" is not GitHub's API: look at github.baseURL"
	}
	return err
}

// Address is where the API is.
func (c *Credentials) Address() string { return c.base.String() }
