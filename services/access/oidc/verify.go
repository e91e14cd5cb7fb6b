package oidc

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json" // regards case, and refuses members that are there twice

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/access/jwks"
)

// Leeway is by how much the clocks of an issuer and ours may differ.
const Leeway = time.Minute

// MaxToken is the length, in bytes, beyond which no text is taken for a token.
const MaxToken = 16 << 10

// Algorithms are those by which signatures are verified. All are asymmetric: "none" signs nothing, and for
// HS256 a public key would do (RFC 8725, section 2.1).
var Algorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

// token is one that was verified, but for whom it was made.
type token struct {
	issuer    string
	subject   string
	audiences []string
	nonce     string
	claims    map[string]json.RawMessage
}

// wrong is what is wrong with a token, and what would be right.
type wrong struct{ says string }

func (w *wrong) Error() string { return w.says }

func isWrong(format string, args ...any) error { return &wrong{fmt.Sprintf(format, args...)} }

// keySet verifies the signature of one token with the issuer's keys, for go-oidc, which keeps of an error its
// text alone.
type keySet struct {
	*Issuer
	failed error
}

// VerifySignature returns the payload of a token that one of the issuer's keys signed.
func (k *keySet) VerifySignature(ctx context.Context, text string) (payload []byte, err error) {
	payload, k.failed = k.signed(ctx, text)
	return payload, k.failed
}

func (k *keySet) signed(ctx context.Context, text string) ([]byte, error) {
	jws, err := jose.ParseSignedCompact(text, algorithms())
	if err != nil || len(jws.Signatures) != 1 {
		return nil, isWrong("it is no signed token of three parts, or its alg is none of %s", strings.Join(Algorithms, ", "))
	}
	header := jws.Signatures[0].Protected
	if typ, _ := header.ExtraHeaders[jose.HeaderType].(string); typ != "" && !strings.EqualFold(typ, "JWT") {
		return nil, isWrong("its typ must be JWT, and is %q", fault.Clip(typ, 64))
	}
	key, err := k.key(ctx, header.KeyID)
	switch {
	case err != nil:
		return nil, err
	case key == nil:
		return nil, isWrong("the issuer has no one key of its kid; if its keys changed just now, try again in %s", jwks.AskAgainAfter)
	case key.Algorithm != "" && key.Algorithm != header.Algorithm:
		return nil, isWrong("its alg is not that of its key")
	}
	payload, err := jws.Verify(key)
	if err != nil {
		return nil, isWrong("it was not signed by the key of its kid")
	}
	return payload, nil
}

func algorithms() []jose.SignatureAlgorithm {
	out := make([]jose.SignatureAlgorithm, len(Algorithms))
	for i, a := range Algorithms {
		out[i] = jose.SignatureAlgorithm(a)
	}
	return out
}

// verify holds a token to its issuer's keys and to the clock.
func (i *Issuer) verify(ctx context.Context, text string) (token, error) {
	if len(text) > MaxToken {
		return token{}, isWrong("it is longer than %d bytes", MaxToken)
	}
	now := i.options.Clock()
	keys := &keySet{Issuer: i}
	verifier := oidc.NewVerifier(i.options.URL, keys, &oidc.Config{
		SkipClientIDCheck:    true, // whoever calls knows for whom it has to be
		SupportedSigningAlgs: Algorithms,
		Now:                  func() time.Time { return now.Add(-Leeway) },
	})
	verified, err := verifier.Verify(ctx, text)
	var expired *oidc.TokenExpiredError
	switch {
	case errors.As(err, &expired):
		return token{}, isWrong("it expired at %s", expired.Expiry.UTC().Format(time.RFC3339))
	case keys.failed != nil:
		return token{}, keys.failed
	case err != nil:
		return token{}, isWrong("%s", strings.TrimPrefix(err.Error(), "oidc: "))
	}
	t := token{issuer: i.options.URL, subject: verified.Subject, audiences: verified.Audience, nonce: verified.Nonce}
	var raw rawClaims
	if err := verified.Claims(&raw); err != nil {
		return token{}, isWrong("its claims are not one object")
	}
	if err := json.Unmarshal(raw, &t.claims); err != nil {
		return token{}, isWrong("its claims are not one object in which each is there once")
	}
	return t, t.check(now)
}

// rawClaims keeps the claims as they were signed.
type rawClaims []byte

// UnmarshalJSON keeps them.
func (c *rawClaims) UnmarshalJSON(text []byte) error {
	*c = slices.Clone(text)
	return nil
}

// check compares what the library leaves open: names that differ in case alone, and the times.
func (t token) check(now time.Time) error {
	var issuer string
	if json.Unmarshal(t.claims["iss"], &issuer) != nil || issuer != t.issuer {
		return isWrong("its iss is not that of the issuer")
	}
	for name, says := range map[string]string{"nbf": "is not good before", "iat": "was made at"} {
		var at float64
		if raw, there := t.claims[name]; !there || json.Unmarshal(raw, &at) == nil && at <= float64(now.Add(Leeway).Unix()) && at >= 0 {
			continue
		}
		return isWrong("it %s a time that is in the future, or that cannot be read: compare the clocks", says)
	}
	if t.subject == "" || len(t.subject) > 255 { // OpenID Connect Core, section 2
		return isWrong("its sub must have 1 to 255 characters")
	}
	return nil
}

// text returns a claim that is a text; else nothing.
func (t token) text(name string) string {
	var s string
	if json.Unmarshal(t.claims[name], &s) != nil {
		return ""
	}
	return s
}

// has reports whether a claim is the text, or a list in which it is.
func (t token) has(name, value string) bool {
	var list []string
	return t.text(name) == value && value != "" || json.Unmarshal(t.claims[name], &list) == nil && slices.Contains(list, value)
}

// simple are the claims that are texts, numbers and truth values, as texts.
func (t token) simple() map[string]string {
	out := map[string]string{}
	for name, raw := range t.claims {
		var s string
		switch {
		case json.Unmarshal(raw, &s) == nil && len(raw) > 0 && raw[0] == '"':
			out[name] = s
		case len(raw) > 0 && raw[0] != '{' && raw[0] != '[' && string(raw) != "null":
			out[name] = string(raw)
		}
	}
	return out
}

// unverified returns the issuer and the audiences that a text names, to know who verifies it.
func unverified(text string) (issuer string, audiences []string) {
	jws, err := jose.ParseSignedCompact(text, algorithms())
	if err != nil {
		return "", nil
	}
	var claims struct {
		Iss string          `json:"iss"`
		Aud json.RawMessage `json:"aud"`
	}
	if json.Unmarshal(jws.UnsafePayloadWithoutVerification(), &claims) != nil {
		return "", nil
	}
	var one string
	if json.Unmarshal(claims.Aud, &one) == nil {
		return claims.Iss, []string{one}
	}
	_ = json.Unmarshal(claims.Aud, &audiences) // what is neither is nobody's
	return claims.Iss, audiences
}

// refuse makes a fault of what is wrong with a token, and of what is not had of its issuer.
func refuse(issuer string, err error) error {
	var no *wrong
	switch {
	case errors.As(err, &no):
		return fault.New(fault.Unauthenticated, "provider_token_invalid", "the token is refused: %s", no.says)
	case notHad(err):
		e := fault.New(fault.Unavailable, "provider_unavailable", "%s does not tell by which keys its tokens are verified; tokens of Evenkeel's own go on to work", issuer)
		e.Err, e.RetryAfter = err, jwks.AskAgainAfter
		return e
	}
	return err
}

// verifiedToken is what package access judges.
func (t token) verifiedToken() access.VerifiedToken {
	return access.VerifiedToken{Issuer: t.issuer, Audiences: t.audiences, Claims: t.simple()}
}
