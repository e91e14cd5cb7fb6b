package backstage

import (
	"fmt"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json" // regards case, and refuses members that are there twice

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
)

// What tokens are called in their header.
const (
	typPlugin      = "vnd.backstage.plugin"
	typLimitedUser = "vnd.backstage.limited-user"
)

// Bounds of a token's times.
const (
	// Leeway is how far ahead of ours the portal's clock may be: a token may be made that
	// far in the future. It lives no longer by it.
	Leeway = 30 * time.Second
	// MaxLifetime is the longest that a token is good for; auth.backstageTokenExpiration
	// of Backstage is at most that.
	MaxLifetime = 24 * time.Hour

	maxKid = 256
)

// Reason says what is wrong with a token. It labels metrics.
type Reason string

// The reasons. Those of an obo are the same with "obo_" before them.
const (
	Malformed    Reason = "malformed"   // it is no signed token
	WrongAlg     Reason = "alg"         // it is not signed by ES256
	WrongTyp     Reason = "typ"         // it is of another type
	WrongHeader  Reason = "header"      // its header brings a key, or asks for what is not understood
	WrongKid     Reason = "kid"         // it names no key that the portal has
	WrongSign    Reason = "signature"   // it was signed by somebody else, or changed
	WrongSub     Reason = "sub"         // it is of nobody who may call
	WrongAud     Reason = "aud"         // it is meant for somebody else
	WrongExp     Reason = "exp"         // it has expired, or says not when or not within reason
	WrongIat     Reason = "iat"         // it was made in the future, or says not when
	WrongNbf     Reason = "nbf"         // it is not good yet
	WrongObo     Reason = "obo"         // the one for whom it is used is no text
	Left         Reason = "deactivated" // its person left
	NotAvailable Reason = "no_keys"     // the portal's keys could not be had
	oboPrefix           = "obo_"        // of what is wrong with an obo
	refusedCode         = "portal_token_invalid"
)

// wrong is what is wrong with a token, and what would be right.
type wrong struct {
	reason Reason
	says   string
	code   string
}

func (w *wrong) Error() string { return w.says }

func isWrong(reason Reason, format string, args ...any) *wrong {
	return &wrong{reason, fmt.Sprintf(format, args...), refusedCode}
}

// quote shows what a stranger wrote, bounded.
func quote(text string) string { return fmt.Sprintf("%q", fault.Clip(text, 64)) }

// token is one that was taken apart, and not verified yet.
type token struct {
	jws    *jose.JSONWebSignature
	kid    string
	claims claims
}

// claims are those that are looked at. Times are whole seconds, as Backstage writes them.
type claims struct {
	Sub *string         `json:"sub"`
	Aud json.RawMessage `json:"aud"`
	Iat *int64          `json:"iat"`
	Exp *int64          `json:"exp"`
	Nbf *int64          `json:"nbf"`
	Obo json.RawMessage `json:"obo"`
}

// bringsItsOwn are the members of a header by which a token says where its key is, and the
// one by which it asks to be understood in ways that are not (RFC 7515, sections 4.1.2 to
// 4.1.8 and 4.1.11). Backstage writes none of them.
var bringsItsOwn = []string{"jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64"}

// takeApart reads a token of the type.
func takeApart(text, typ string) (*token, *wrong) {
	header, ok := headerOf(text)
	if !ok {
		return nil, isWrong(Malformed, "it is no signed token of three parts")
	}
	var alg, is string
	if json.Unmarshal(header["alg"], &alg) != nil || alg != string(jose.ES256) {
		return nil, isWrong(WrongAlg, "its alg must be ES256")
	}
	if json.Unmarshal(header["typ"], &is) != nil || is != typ {
		return nil, isWrong(WrongTyp, "its typ must be %s, and is %s", typ, quote(is))
	}
	for _, name := range bringsItsOwn {
		if _, there := header[name]; there {
			return nil, isWrong(WrongHeader, "its header must not have %s", name)
		}
	}
	jws, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil || len(jws.Signatures) != 1 {
		return nil, isWrong(Malformed, "it is no signed token of three parts")
	}
	t := &token{jws: jws, kid: jws.Signatures[0].Protected.KeyID}
	if t.kid == "" || len(t.kid) > maxKid {
		return nil, isWrong(WrongKid, "its kid must name one of the portal's keys")
	}
	// The claims are read here to know whose keys verify them, and believed only then.
	if err := json.Unmarshal(jws.UnsafePayloadWithoutVerification(), &t.claims); err != nil {
		return nil, isWrong(Malformed, "its claims are not those of a token of Backstage")
	}
	return t, nil
}

// headerOf reads the members of the first part of a token.
func headerOf(text string) (map[string]json.RawMessage, bool) {
	first, rest, _ := strings.Cut(text, ".")
	if strings.Count(rest, ".") != 1 {
		return nil, false
	}
	raw, err := base64url.DecodeString(first)
	if err != nil {
		return nil, false
	}
	var header map[string]json.RawMessage
	return header, json.Unmarshal(raw, &header) == nil && header != nil
}

// Lasting returns the obo of a token, which a portal puts into the tokens of all requests for
// a person as long as their session's token lasts; empty for a token without one, which
// is made for one request. Nothing of it is verified.
func (v *Verifier) Lasting(text string) string {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return ""
	}
	var claims struct {
		Obo string `json:"obo"`
	}
	payload, err := base64url.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		return ""
	}
	return claims.Obo
}

// sub is who the token is of, or "".
func (t *token) sub() string {
	if t.claims.Sub == nil {
		return ""
	}
	return *t.claims.Sub
}

// checkTimes holds a token to the clock whose signature was verified: one that has expired was
// good.
func (t *token) checkTimes(now time.Time) *wrong {
	c, at := t.claims, now.Unix()
	// Bounds keep the sums below from overflowing.
	sane := func(v *int64) bool { return v != nil && *v > 0 && *v < 1<<40 }
	switch {
	case !sane(c.Exp):
		return isWrong(WrongExp, "its exp must say when it expires")
	case at >= *c.Exp:
		no := isWrong(WrongExp, "it expired at %s", time.Unix(*c.Exp, 0).UTC().Format(time.RFC3339))
		no.code = access.CodeTokenExpired
		return no
	case !sane(c.Iat):
		return isWrong(WrongIat, "its iat must say when it was made")
	case *c.Iat > at+int64(Leeway/time.Second):
		return isWrong(WrongIat, "it was made at %s, which is in the future: compare the clocks", time.Unix(*c.Iat, 0).UTC().Format(time.RFC3339))
	case *c.Exp-*c.Iat > int64(MaxLifetime/time.Second):
		return isWrong(WrongExp, "it is good for longer than %s", MaxLifetime)
	case c.Nbf != nil && *c.Nbf > at:
		return isWrong(WrongNbf, "it is not good yet")
	}
	return nil
}
