package optest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// storage is the provider's memory. What is not here belongs to flows that the clients do not use, and is none.
type storage struct {
	op.Storage
	provider *Provider

	mu       sync.Mutex
	redirect string
	who      Person
	people   map[string]Person
	requests map[string]*request
	codes    map[string]string
	devices  map[string]*op.DeviceAuthorizationState // by device code
	users    map[string]string                       // device codes by user code
}

func newStorage(p *Provider) *storage {
	return &storage{
		provider: p, people: map[string]Person{}, requests: map[string]*request{}, codes: map[string]string{},
		devices: map[string]*op.DeviceAuthorizationState{}, users: map[string]string{},
	}
}

var errUnknown = errors.New("there is none")

// request is what a browser came with.
type request struct {
	*oidc.AuthRequest
	id, subject string
	at          time.Time
}

func (r *request) GetID() string          { return r.id }
func (r *request) GetACR() string         { return "" }
func (r *request) GetAMR() []string       { return []string{"pwd"} }
func (r *request) GetAudience() []string  { return []string{r.ClientID} }
func (r *request) GetAuthTime() time.Time { return r.at }
func (r *request) GetClientID() string    { return r.ClientID }
func (r *request) GetNonce() string       { return r.Nonce }
func (r *request) GetRedirectURI() string { return r.RedirectURI }
func (r *request) GetScopes() []string    { return r.Scopes }
func (r *request) GetState() string       { return r.State }
func (r *request) GetSubject() string     { return r.subject }
func (r *request) Done() bool             { return r.subject != "" }
func (r *request) GetCodeChallenge() *oidc.CodeChallenge {
	return &oidc.CodeChallenge{Challenge: r.CodeChallenge, Method: r.CodeChallengeMethod}
}
func (r *request) GetResponseType() oidc.ResponseType { return r.ResponseType }
func (r *request) GetResponseMode() oidc.ResponseMode { return r.ResponseMode }

func (s *storage) CreateAuthRequest(_ context.Context, in *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &request{AuthRequest: in, id: in.State[:16]}
	s.requests[r.id] = r
	return r, nil
}

func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, there := s.requests[id]; there {
		return r, nil
	}
	return nil, errUnknown
}

func (s *storage) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	id, there := s.codes[code]
	s.mu.Unlock()
	if !there {
		return nil, errUnknown
	}
	return s.AuthRequestByID(ctx, id)
}

func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[code] = id
	return nil
}

func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.requests, id)
	return nil
}

// login has the person in front of the browser be known to the request.
func (s *storage) login(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, there := s.requests[id]
	if !there {
		return errUnknown
	}
	r.subject, r.at = s.who.Subject, time.Now()
	return nil
}

// approve has them let a device in.
func (s *storage) approve(user string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, there := s.devices[s.users[user]]
	if !there {
		return errUnknown
	}
	d.Done, d.Subject, d.AuthTime = true, s.who.Subject, time.Now()
	return nil
}

func (s *storage) StoreDeviceAuthorization(_ context.Context, client, device, user string, expires time.Time, scopes []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.devices[device] = &op.DeviceAuthorizationState{ClientID: client, Audience: []string{client}, Scopes: scopes, Expires: expires}
	s.users[user] = device
	return nil
}

func (s *storage) GetDeviceAuthorizatonState(_ context.Context, client, device string) (*op.DeviceAuthorizationState, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, there := s.devices[device]
	if !there || d.ClientID != client {
		return nil, errUnknown
	}
	state := *d
	return &state, nil
}

func (s *storage) CreateAccessToken(context.Context, op.TokenRequest) (string, time.Time, error) {
	return "access", time.Now().Add(time.Minute), nil
}

// signing and verifying are the halves of a key as the provider takes them.
type (
	signing   struct{ key Key }
	verifying struct{ key Key }
)

func (k signing) SignatureAlgorithm() jose.SignatureAlgorithm { return k.key.Algorithm }
func (k signing) Key() any                                    { return k.key.private }
func (k signing) ID() string                                  { return k.key.ID }

func (k verifying) ID() string                         { return k.key.ID }
func (k verifying) Algorithm() jose.SignatureAlgorithm { return k.key.Algorithm }
func (k verifying) Use() string                        { return "sig" }
func (k verifying) Key() any                           { return k.key.Public() }

func (s *storage) SigningKey(context.Context) (op.SigningKey, error) {
	return signing{s.provider.Key()}, nil
}

func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256, jose.ES256}, nil
}

func (s *storage) KeySet(context.Context) ([]op.Key, error) {
	var out []op.Key
	for _, key := range s.provider.published() {
		out = append(out, verifying{key})
	}
	return out, nil
}

func (s *storage) Health(context.Context) error { return nil }

func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != Pages && id != Device {
		return nil, errUnknown
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return client{id, s.redirect}, nil
}

func (s *storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	if id != Pages || secret != Secret {
		return errUnknown
	}
	return nil
}

func (s *storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

// SetUserinfoFromRequest puts what is known of a person into the ID token.
func (s *storage) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, r op.IDTokenRequest, scopes []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	who := s.people[r.GetSubject()]
	info.Subject = who.Subject
	if slices.Contains(scopes, "profile") {
		info.Name = who.Name
	}
	if slices.Contains(scopes, "email") {
		info.Email, info.EmailVerified = who.Email, oidc.Bool(who.EmailVerified)
	}
	return nil
}

func (s *storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}

// client is one of ours at the provider.
type client struct{ id, redirect string }

func (c client) GetID() string                    { return c.id }
func (c client) RedirectURIs() []string           { return []string{c.redirect} }
func (c client) PostLogoutRedirectURIs() []string { return nil }
func (c client) ApplicationType() op.ApplicationType {
	if c.id == Device {
		return op.ApplicationTypeNative
	}
	return op.ApplicationTypeWeb
}
func (c client) AuthMethod() oidc.AuthMethod {
	if c.id == Device {
		return oidc.AuthMethodNone
	}
	return oidc.AuthMethodBasic
}
func (c client) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}
func (c client) GrantTypes() []oidc.GrantType {
	if c.id == Device {
		return []oidc.GrantType{oidc.GrantTypeDeviceCode}
	}
	return []oidc.GrantType{oidc.GrantTypeCode}
}
func (c client) LoginURL(id string) string           { return "/login?id=" + id }
func (c client) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeBearer }
func (c client) IDTokenLifetime() time.Duration      { return 5 * time.Minute }
func (c client) DevMode() bool                       { return true } // it is on http
func (c client) RestrictAdditionalIdTokenScopes() func([]string) []string {
	return func(scopes []string) []string { return scopes }
}
func (c client) RestrictAdditionalAccessTokenScopes() func([]string) []string {
	return func(scopes []string) []string { return scopes }
}
func (c client) IsScopeAllowed(string) bool           { return false }
func (c client) IDTokenUserinfoClaimsAssertion() bool { return true }
func (c client) ClockSkew() time.Duration             { return 0 }
